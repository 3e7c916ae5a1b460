//! What may be shown to everybody: the fields whose answer is the same for all who ask, and
//! changes only when something is written that the caches are told of.
//!
//! A field that is not listed is not public, so that a new one is not by oversight. Never listed
//! are prices and availability, which are live, the clock, whatever concerns a person, and
//! everything of mutations. What depends on the clock by its arguments need not be known here:
//! the run itself tells (`graph::read::Now`).

/// Seconds for which a copy outside of our reach may be shown, in a browser or a CDN. Places
/// hardly change.
const PLACES: u32 = 300;
/// A dish may get an allergen, and it must not be missing anywhere for long; nor from the lists
/// that leave out dishes by their allergens.
const MEALS: u32 = 10;

/// Type, seconds, and fields.
#[rustfmt::skip]
const PUBLIC: &[(&str, u32, &str)] = &[
    ("DeliverySlot", PLACES, "startsAt endsAt capacity"),
    ("Dish", MEALS, "id name description category kitchen allergensDeclared allergens diets additives ingredients texture nutrition photo"),
    ("DishAllergen", MEALS, "allergen group presence"),
    ("DishConnection", MEALS, "edges nodes pageInfo totalCount"),
    ("DishEdge", MEALS, "cursor node"),
    ("Hospital", PLACES, "id code slug name address city postcode location distanceM timeZone currency wards kitchens mealWindows"),
    ("Hospital", MEALS, "menus"),
    ("HospitalConnection", PLACES, "edges nodes pageInfo totalCount"),
    ("HospitalEdge", PLACES, "cursor node"),
    ("Kitchen", PLACES, "id slug name address location distanceM timeZone currency openingHours hospitals"),
    ("Kitchen", MEALS, "dishes menus"),
    ("KitchenConnection", PLACES, "edges nodes pageInfo totalCount"),
    ("KitchenEdge", PLACES, "cursor node"),
    ("Location", PLACES, "latitude longitude"),
    ("MealWindow", PLACES, "meal date opensAt cutOffAt lateTrayUntil servedFrom servedUntil deliverySlots"),
    ("Menu", MEALS, "id hospital kitchen date meal publishedAt acceptsOrdersUntil lateTrayUntil sections items"),
    ("MenuConnection", MEALS, "edges nodes pageInfo totalCount"),
    ("MenuEdge", MEALS, "cursor node"),
    ("MenuItem", MEALS, "id menu section dish"),
    ("MenuItemConnection", MEALS, "edges nodes pageInfo totalCount"),
    ("MenuItemEdge", MEALS, "cursor node"),
    ("MenuSection", MEALS, "id title menu items"),
    ("Node", MEALS, "id"),
    ("Nutrition", MEALS, "portionG energyKcal proteinG carbohydrateG fatG saltG"),
    ("OpeningHours", PLACES, "weekday opensAt closesAt"),
    ("PageInfo", PLACES, "hasNextPage hasPreviousPage startCursor endCursor"),
    ("Photo", MEALS, "url width height"),
    ("Query", MEALS, "node nodes menu dishes"),
    ("Query", PLACES, "hospital hospitals kitchens"),
    ("Texture", MEALS, "scale level label"),
    ("Ward", PLACES, "id name beds hospital"),
    ("WardConnection", PLACES, "edges nodes pageInfo totalCount"),
    ("WardEdge", PLACES, "cursor node"),
];

/// An operation that shows nothing but the names of types.
pub const LONGEST: u32 = PLACES;

/// For how many seconds a copy of the field may be shown to anybody; nothing where it is not
/// public.
pub fn max_age(type_name: &str, field: &str) -> Option<u32> {
    let row = PUBLIC.iter().find(|(name, _, fields)| {
        *name == type_name && fields.split(' ').any(|public| public == field)
    });
    row.map(|(_, seconds, _)| *seconds)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use async_graphql::parser::{
        parse_schema,
        types::{TypeKind, TypeSystemDefinition},
    };

    use super::*;

    /// All fields of the schema, as `Type.field`.
    fn fields() -> BTreeSet<String> {
        let document = parse_schema(crate::schema::sdl()).unwrap();
        let types = document.definitions.into_iter().filter_map(|definition| {
            let TypeSystemDefinition::Type(ty) = definition else {
                return None;
            };
            let fields = match ty.node.kind {
                TypeKind::Object(object) => object.fields,
                TypeKind::Interface(interface) => interface.fields,
                _ => return None,
            };
            Some((ty.node.name.node, fields))
        });
        let names = types.flat_map(|(name, fields)| {
            let named = move |field: &str| format!("{name}.{field}");
            fields
                .into_iter()
                .map(move |field| named(&field.node.name.node))
        });
        names.collect()
    }

    #[test]
    fn every_public_field_is_one_of_the_schema_and_listed_once() {
        let fields = fields();
        let listed = PUBLIC
            .iter()
            .flat_map(|(name, _, fields)| fields.split(' ').map(move |f| format!("{name}.{f}")));
        let mut seen = BTreeSet::new();
        for field in listed {
            assert!(fields.contains(&field), "{field} is not in the schema");
            assert!(seen.insert(field.clone()), "{field} is listed twice");
        }
    }

    /// The other side of the list, so that what becomes public has to be taken out of here.
    #[test]
    fn these_fields_are_not_public_though_others_of_their_types_are() {
        let of_public_types = |field: &String| {
            let (name, field) = field.split_once('.').unwrap();
            let is_public = PUBLIC.iter().any(|(public, _, _)| *public == name);
            is_public && max_age(name, field).is_none()
        };
        let others: Vec<String> = fields().into_iter().filter(of_public_types).collect();
        insta::assert_snapshot!(others.join("\n"), @r"
        Dish.version
        Hospital.orders
        Hospital.patients
        Hospital.popularDishes
        Hospital.stats
        Kitchen.orders
        Kitchen.productionSheet
        Menu.version
        MenuItem.availability
        MenuItem.price
        MenuItem.priceByWeight
        MenuItem.priceVersion
        MenuItem.safeFor
        Query.cart
        Query.checkMeal
        Query.serverTime
        Query.viewer
        Ward.patients
        ");
    }
}
