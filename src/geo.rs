//! Places on the globe: the cell under which a place is found, and true distances.
//!
//! A place is stored with its H3 cell at [`RESOLUTION`] and as a unit vector. The cells
//! inside a coarser cell are one range of integers, so a circle becomes a few ranges of an
//! index. The squared chord between unit vectors grows with the distance and needs no
//! trigonometry, so both databases rank by the very same numbers.

use h3o::{CellIndex, LatLng, Resolution};

/// Mean radius of the earth in metres (IUGG 1980, R1).
const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// Cells of about 0.1 km².
const RESOLUTION: Resolution = Resolution::Nine;

/// A ring of cells around the centre is never wider than this, so that a search is at most
/// 1 + 3 * 4 * 5 = 61 ranges.
const RINGS: u32 = 4;

/// A point in WGS 84 degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    pub latitude: f64,
    pub longitude: f64,
}

impl Point {
    /// A point, or nothing when a coordinate is out of range.
    pub fn new(latitude: f64, longitude: f64) -> Option<Self> {
        let inside = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
        inside.then_some(Self {
            latitude,
            longitude,
        })
    }

    /// The cell of the point, as stored.
    pub fn cell(self) -> i64 {
        self.index(RESOLUTION)
            .map_or(0, |cell| u64::from(cell) as i64)
    }

    /// The point on the unit sphere.
    pub fn vector(self) -> [f64; 3] {
        let (latitude, longitude) = (self.latitude.to_radians(), self.longitude.to_radians());
        [
            latitude.cos() * longitude.cos(),
            latitude.cos() * longitude.sin(),
            latitude.sin(),
        ]
    }

    /// The ranges of stored cells that cover every place within `radius_m` metres.
    pub fn ranges(self, radius_m: f64) -> Vec<(i64, i64)> {
        // The coarsest cells that are needed: RINGS rings of them reach beyond the radius.
        let resolution = (0..=RESOLUTION as u8)
            .rev()
            .filter_map(|resolution| Resolution::try_from(resolution).ok())
            .find(|resolution| ring_width_m(*resolution) * f64::from(RINGS) >= radius_m);
        let Some((resolution, centre)) =
            resolution.and_then(|found| Some((found, self.index(found)?)))
        else {
            return vec![(0, i64::MAX)];
        };
        let rings = (radius_m / ring_width_m(resolution)).ceil() as u32;
        let disk: Vec<CellIndex> = centre.grid_disk(rings);
        let mut ranges: Vec<(i64, i64)> = disk.into_iter().map(descendants).collect();
        ranges.sort_unstable();
        ranges
    }

    fn index(self, resolution: Resolution) -> Option<CellIndex> {
        LatLng::new(self.latitude, self.longitude)
            .ok()
            .map(|point| point.to_cell(resolution))
    }
}

/// Squared chord on the unit sphere for a distance along the ground in metres.
pub fn chord2(distance_m: f64) -> f64 {
    let half = (distance_m / EARTH_RADIUS_M / 2.0).min(std::f64::consts::FRAC_PI_2);
    4.0 * half.sin().powi(2)
}

/// The distance along the ground in metres for a squared chord on the unit sphere.
pub fn distance_m(chord2: f64) -> f64 {
    2.0 * EARTH_RADIUS_M * (chord2.max(0.0).sqrt() / 2.0).min(1.0).asin()
}

/// How far a ring of cells reaches at least. Neighbouring centres are sqrt(3) edges apart;
/// the smallest cells of a resolution have about 0.6 of its mean edge, hence 0.9.
fn ring_width_m(resolution: Resolution) -> f64 {
    resolution.edge_length_m() * 0.9
}

/// The stored cells inside `cell`, first and last.
fn descendants(cell: CellIndex) -> (i64, i64) {
    let first = cell
        .children(RESOLUTION)
        .next()
        .map_or(0, |cell| u64::from(cell) as i64);
    // Below the resolution of `cell` every digit of the first descendant is 0; the last one
    // has 6 in all of them.
    let digits = u32::from(RESOLUTION as u8 - cell.resolution() as u8);
    let unused = 3 * u32::from(15 - RESOLUTION as u8);
    let span = (0..digits).fold(0i64, |span, digit| span | 6 << (unused + 3 * digit));
    (first, first + span)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn haversine_m(a: Point, b: Point) -> f64 {
        let (dlat, dlon) = (b.latitude - a.latitude, b.longitude - a.longitude);
        let h = (dlat.to_radians() / 2.0).sin().powi(2)
            + a.latitude.to_radians().cos()
                * b.latitude.to_radians().cos()
                * (dlon.to_radians() / 2.0).sin().powi(2);
        2.0 * EARTH_RADIUS_M * h.sqrt().min(1.0).asin()
    }

    proptest! {
        #[test]
        fn every_place_within_the_radius_is_in_a_range(
            latitude in -89.0..89.0f64,
            longitude in -180.0..180.0f64,
            north in -1.0..1.0f64,
            east in -1.0..1.0f64,
            radius_m in 100.0..1_000_000.0f64,
        ) {
            let centre = Point { latitude, longitude };
            let scale = radius_m / 111_000.0;
            let place = Point {
                latitude: (latitude + north * scale).clamp(-90.0, 90.0),
                longitude: (longitude + east * scale / latitude.to_radians().cos() + 540.0)
                    .rem_euclid(360.0) - 180.0,
            };
            let (a, b) = (centre.vector(), place.vector());
            let chord: f64 = (0..3).map(|i| (a[i] - b[i]).powi(2)).sum();
            prop_assert!((distance_m(chord) - haversine_m(centre, place)).abs() < 1.0);
            if distance_m(chord) <= radius_m {
                let cell = place.cell();
                let ranges = centre.ranges(radius_m);
                prop_assert!(ranges.len() <= 61);
                prop_assert!(ranges.iter().any(|(low, high)| (*low..=*high).contains(&cell)));
            }
        }
    }
}
