//! Whom a kitchen serves: the hospitals that its file names, and its nearest ones.

use std::collections::{BTreeSet, HashMap, HashSet};

use entity::{dish, hospital, kitchen, kitchen_hospital, menu};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::kitchens::Canteen;
use crate::command::import::{bulk, report::Problem};

/// A hospital, as far as this needs it.
struct Place {
    id: Uuid,
    code: String,
    currency: String,
    vector: Option<[f64; 3]>,
}

/// A menu of whom: where it is published and in which currency it is priced.
#[derive(Clone, Debug, PartialEq)]
pub struct Reader {
    /// Nothing for the kitchen's house menu.
    pub hospital: Option<Uuid>,
    pub currency: String,
}

/// The hospitals that kitchens name and that are not there.
pub async fn check(
    db: &impl ConnectionTrait,
    file: &str,
    canteens: &[Canteen],
) -> Result<Vec<Problem>, DbErr> {
    let hospitals = load(db).await?;
    let codes: HashSet<&str> = hospitals.iter().map(|place| place.code.as_str()).collect();
    let mut problems = Vec::new();
    for canteen in canteens {
        let unknown = canteen
            .serves
            .iter()
            .filter(|code| !codes.contains(code.as_str()));
        problems.extend(unknown.map(|code| {
            let place = format!("{file}: canteen \"{}\"", canteen.slug);
            Problem::new(place, format!("serves: there is no hospital \"{code}\""))
        }));
    }
    Ok(problems)
}

/// Attaches kitchens to the hospitals that they name and, with `nearest`, to that many around
/// them. Attachments that are there stay. Answers the readers of each kitchen's menus.
pub async fn attach(
    db: &impl ConnectionTrait,
    kitchens: &HashMap<String, kitchen::Model>,
    canteens: &[Canteen],
    nearest: Option<usize>,
) -> Result<HashMap<Uuid, Vec<Reader>>, DbErr> {
    let hospitals = load(db).await?;
    let codes: HashMap<&str, &Place> = hospitals
        .iter()
        .map(|place| (place.code.as_str(), place))
        .collect();
    let mut served: HashMap<Uuid, BTreeSet<Uuid>> = HashMap::new();
    for row in kitchen_hospital::Entity::find().all(db).await? {
        let of_kitchen = served.entry(row.kitchen_id).or_default();
        of_kitchen.insert(row.hospital_id);
    }
    let before = served.clone();
    let mut named: HashMap<Uuid, BTreeSet<Uuid>> = HashMap::new();
    for canteen in canteens {
        let Some(kitchen) = kitchens.get(&canteen.slug) else {
            continue;
        };
        let ids = canteen
            .serves
            .iter()
            .filter_map(|code| codes.get(code.as_str()));
        let mut ids: BTreeSet<Uuid> = ids.map(|hospital| hospital.id).collect();
        if !canteen.listed && plans_only(db, kitchen.id).await? {
            ids.extend(before.get(&kitchen.id).into_iter().flatten());
        }
        let of_kitchen = served.entry(kitchen.id).or_default();
        of_kitchen.extend(&ids);
        named.insert(kitchen.id, ids);
        if let Some(count) = nearest {
            of_kitchen.extend(nearest_to(kitchen, &hospitals, count));
        }
    }
    let new = served.iter().flat_map(|(kitchen, hospitals)| {
        let known = before.get(kitchen);
        let new = hospitals
            .iter()
            .filter(move |hospital| known.is_none_or(|known| !known.contains(*hospital)));
        new.map(|hospital| kitchen_hospital::Model {
            kitchen_id: *kitchen,
            hospital_id: *hospital,
        })
    });
    bulk::insert::<kitchen_hospital::Entity, _>(db, new.collect()).await?;
    let currencies: HashMap<Uuid, &str> = hospitals
        .iter()
        .map(|place| (place.id, place.currency.as_str()))
        .collect();
    let readers = kitchens.values().map(|kitchen| {
        let named = named.remove(&kitchen.id).unwrap_or_default();
        let served = served.remove(&kitchen.id).unwrap_or_default();
        (kitchen.id, readers(kitchen, &named, &served, &currencies))
    });
    Ok(readers.collect())
}

/// Whether the kitchen has menus at the hospitals that it serves and none of its own: a file
/// named them once, and while that file cannot be read it stays so.
async fn plans_only(db: &impl ConnectionTrait, kitchen: Uuid) -> Result<bool, DbErr> {
    let cooks = dish::Entity::find().filter(dish::Column::KitchenId.eq(kitchen));
    let house = menu::Entity::find().filter(menu::Column::KitchenId.eq(kitchen));
    Ok(cooks.one(db).await?.is_some() && house.one(db).await?.is_none())
}

/// A kitchen that names its hospitals plans for them and is paid by them; any other has a
/// house menu, which whoever else it serves reads too, at the kitchen's own prices.
fn readers(
    kitchen: &kitchen::Model,
    named: &BTreeSet<Uuid>,
    served: &BTreeSet<Uuid>,
    currencies: &HashMap<Uuid, &str>,
) -> Vec<Reader> {
    let house = named.is_empty().then(|| Reader {
        hospital: None,
        currency: kitchen.currency.clone(),
    });
    let hospitals = served.iter().map(|hospital| Reader {
        hospital: Some(*hospital),
        currency: match currencies.get(hospital) {
            Some(currency) if named.contains(hospital) => (*currency).to_owned(),
            _ => kitchen.currency.clone(),
        },
    });
    house.into_iter().chain(hospitals).collect()
}

async fn load(db: &impl ConnectionTrait) -> Result<Vec<Place>, DbErr> {
    type Columns = (Uuid, String, String, Option<f64>, Option<f64>, Option<f64>);
    let rows: Vec<Columns> = hospital::Entity::find()
        .select_only()
        .columns([
            hospital::Column::Id,
            hospital::Column::Code,
            hospital::Column::Currency,
            hospital::Column::GeoX,
            hospital::Column::GeoY,
            hospital::Column::GeoZ,
        ])
        .into_tuple()
        .all(db)
        .await?;
    let places = rows.into_iter().map(|(id, code, currency, x, y, z)| Place {
        id,
        code,
        currency,
        vector: x.zip(y).zip(z).map(|((x, y), z)| [x, y, z]),
    });
    Ok(places.collect())
}

/// The hospitals nearest to a kitchen; among equally near ones those with the first codes.
fn nearest_to(kitchen: &kitchen::Model, hospitals: &[Place], count: usize) -> Vec<Uuid> {
    let Some(centre) = kitchen.geo_x.zip(kitchen.geo_y).zip(kitchen.geo_z) else {
        return Vec::new();
    };
    let ((x, y), z) = centre;
    let mut around: Vec<(f64, &str, Uuid)> = hospitals
        .iter()
        .filter_map(|place| {
            // The squared chord grows with the distance (`geo`).
            let [a, b, c] = place.vector?;
            let chord2 = (a - x).powi(2) + (b - y).powi(2) + (c - z).powi(2);
            Some((chord2, place.code.as_str(), place.id))
        })
        .collect();
    around.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(b.1)));
    around
        .into_iter()
        .take(count)
        .map(|(_, _, id)| id)
        .collect()
}
