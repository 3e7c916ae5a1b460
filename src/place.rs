//! Where things are: the location of hospitals and kitchens, and lists of what is near.

use async_graphql::{InputObject, SimpleObject};
use sea_orm::{
    DbBackend,
    sea_query::{Expr, ExprTrait, SelectStatement},
};

use crate::{
    error::{Error, Result},
    geo::{self, Point},
    sql,
};

/// A place on the globe, in WGS 84 degrees.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct Location {
    /// Degrees north of the equator, from -90 to 90.
    latitude: f64,
    /// Degrees east of Greenwich, from -180 to 180.
    longitude: f64,
}

/// A place on the globe, in WGS 84 degrees.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct LocationInput {
    /// Degrees north of the equator, from -90 to 90.
    latitude: f64,
    /// Degrees east of Greenwich, from -180 to 180.
    longitude: f64,
}

/// A circle around a place.
#[derive(Clone, Copy, Debug, PartialEq, InputObject)]
pub struct Near {
    /// Degrees north of the equator, from -90 to 90.
    latitude: f64,
    /// Degrees east of Greenwich, from -180 to 180.
    longitude: f64,
    /// The radius in kilometres, above 0 and at most 1000.
    #[graphql(default = 50.0)]
    within_km: f64,
}

/// A circle that was checked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Circle {
    centre: Point,
    radius_m: f64,
}

impl Location {
    pub fn of(latitude: Option<f64>, longitude: Option<f64>) -> Option<Self> {
        Some(Self {
            latitude: latitude?,
            longitude: longitude?,
        })
    }

    /// Metres along the ground from `from`.
    pub fn distance_m(self, from: LocationInput) -> Result<f64> {
        let here = Point {
            latitude: self.latitude,
            longitude: self.longitude,
        }
        .vector();
        let there = point(from.latitude, from.longitude)?.vector();
        let chord2 = here.iter().zip(there).map(|(a, b)| (a - b) * (a - b)).sum();
        Ok(geo::distance_m(chord2))
    }
}

fn point(latitude: f64, longitude: f64) -> Result<Point> {
    Point::new(latitude, longitude).ok_or_else(|| {
        Error::bad_input(format!(
            "{latitude}, {longitude} is not a place: `latitude` is from -90 to 90 and `longitude` \
             from -180 to 180."
        ))
    })
}

impl Near {
    pub fn check(self) -> Result<Circle> {
        if !(self.within_km > 0.0 && self.within_km <= 1000.0) {
            return Err(Error::bad_input(format!(
                "`withinKm` is {}; it must be above 0 and at most 1000.",
                self.within_km
            )));
        }
        let centre = point(self.latitude, self.longitude)?;
        Ok(Circle {
            centre,
            radius_m: self.within_km * 1000.0,
        })
    }
}

impl Circle {
    /// Keeps the rows of `table` inside the circle: by ranges of its cell index, then by the
    /// true distance.
    pub fn filter(&self, select: &mut SelectStatement, table: &'static str, backend: DbBackend) {
        let ranges = self.centre.ranges(self.radius_m);
        select.join_subquery(
            sea_orm::JoinType::InnerJoin,
            sql::ranges(&ranges, backend),
            "cells",
            Expr::col((table, "geo_cell"))
                .between(Expr::col(("cells", "low")), Expr::col(("cells", "high"))),
        );
        select.and_where(self.chord2(table, backend).lte(geo::chord2(self.radius_m)));
    }

    /// The squared chord from the centre to a row of `table`: grows with the distance.
    pub fn chord2(&self, table: &str, backend: DbBackend) -> Expr {
        let [x, y, z] = self.centre.vector();
        let squared = |axis| format!("({table}.geo_{axis} - $V) * ({table}.geo_{axis} - $V)");
        let sum = ["x", "y", "z"].map(squared).join(" + ");
        let mark = if backend == DbBackend::Postgres {
            "$"
        } else {
            "?"
        };
        let sql = (1..=6).fold(format!("({sum})"), |sql, number| match mark {
            "$" => sql.replacen("$V", &format!("${number}"), 1),
            mark => sql.replacen("$V", mark, 1),
        });
        Expr::cust_with_values(sql, [x, x, y, y, z, z])
    }
}
