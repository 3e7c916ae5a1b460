//! The table. Add to it what is new in the schema.

use entity::vocabulary::Role::{self, HospitalManager, Kitchen};

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Nobody,
    /// With a token that is nobody's.
    Unknown,
    /// With the token of the settings.
    Administrator,
    /// The person whose account and membership are visited.
    Oneself,
    /// Who has an account and is nothing anywhere.
    Somebody,
    /// Who is something at the place that is visited.
    Own(Role),
    /// Who is it at another place.
    Foreign(Role),
}

/// Who sees the fields of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sees {
    /// A node that everybody sees.
    Everybody,
    /// A node that only these see, besides administrators.
    Only(&'static [Who]),
    /// No node: it is seen by who sees what it belongs to.
    Part,
}

impl Sees {
    pub fn is_node(self) -> bool {
        self != Self::Part
    }

    pub fn is_seen_by(self, who: Who) -> bool {
        match self {
            Self::Everybody | Self::Part => true,
            Self::Only(these) => who == Who::Administrator || these.contains(&who),
        }
    }
}

use Sees::{Everybody, Only, Part};

/// Type, who sees it, its fields.
#[rustfmt::skip]
pub const SEEN: &[(&str, Sees, &str)] = &[
    ("Account", Only(&[Who::Oneself]), "id email name"),
    ("Availability", Part, "portions remaining asOf version"),
    ("CreateDishPayload", Part, "dish problems"),
    ("DeliverySlot", Part, "startsAt endsAt capacity"),
    ("Dish", Everybody, "id version name description category kitchen allergensDeclared allergens diets additives ingredients texture nutrition photo"),
    ("DishAllergen", Part, "allergen group presence"),
    ("DishConnection", Part, "edges nodes pageInfo totalCount"),
    ("DishEdge", Part, "cursor node"),
    ("EmailTaken", Part, "code message path"),
    ("GrantRolePayload", Part, "membership problems"),
    ("Hospital", Everybody, "id code slug name address city postcode location distanceM timeZone currency wards kitchens menus mealWindows stats popularDishes"),
    ("HospitalConnection", Part, "edges nodes pageInfo totalCount"),
    ("HospitalEdge", Part, "cursor node"),
    ("HospitalStats", Part, "menus items dishes vegetarianDishes veganDishes averageEnergyKcal asOf"),
    ("IdempotencyKeyReused", Part, "code message path usedAt"),
    ("InvalidValue", Part, "code message path value allowed"),
    ("Kitchen", Everybody, "id slug name address location distanceM timeZone currency openingHours hospitals dishes menus"),
    ("KitchenConnection", Part, "edges nodes pageInfo totalCount"),
    ("KitchenEdge", Part, "cursor node"),
    ("Location", Part, "latitude longitude"),
    ("MealWindow", Part, "meal date opensAt cutOffAt lateTrayUntil servedFrom servedUntil deliverySlots"),
    ("Membership", Only(&[Who::Oneself, Who::Own(HospitalManager)]), "id role hospital kitchen createdAt"),
    ("MembershipConnection", Part, "edges nodes pageInfo totalCount"),
    ("MembershipEdge", Part, "cursor node"),
    ("Menu", Everybody, "id hospital kitchen date meal version publishedAt acceptsOrdersUntil lateTrayUntil sections items"),
    ("MenuConnection", Part, "edges nodes pageInfo totalCount"),
    ("MenuEdge", Part, "cursor node"),
    ("MenuItem", Everybody, "id menu section dish price priceByWeight priceVersion availability"),
    ("MenuItemConnection", Part, "edges nodes pageInfo totalCount"),
    ("MenuItemEdge", Part, "cursor node"),
    ("MenuItemReserved", Part, "code message path menuItem reserved"),
    ("MenuSection", Everybody, "id title menu items"),
    ("Money", Part, "amountMinor currency formatted"),
    ("NameTaken", Part, "code message path takenBy"),
    ("Node", Part, "id"),
    ("NotCooked", Part, "code message path kitchen"),
    ("NotFound", Part, "code message path"),
    ("Nutrition", Part, "portionG energyKcal proteinG carbohydrateG fatG saltG"),
    ("OpeningHours", Part, "weekday opensAt closesAt"),
    ("PageInfo", Part, "hasNextPage hasPreviousPage startCursor endCursor"),
    ("Photo", Part, "url width height"),
    ("PopularDish", Part, "dish timesOffered"),
    ("PortionsReserved", Part, "code message path reserved"),
    ("Problem", Part, "code message path"),
    ("PublishMenuPayload", Part, "menu problems"),
    ("Query", Part, "node nodes hospital hospitals kitchens menu dishes serverTime viewer"),
    ("RefreshSessionPayload", Part, "account tokens problems"),
    ("RevokeRolePayload", Part, "problems"),
    ("SessionTokens", Part, "accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt"),
    ("SetMenuItemPortionsPayload", Part, "menuItem problems"),
    ("SetMenuItemPricePayload", Part, "menuItem problems"),
    ("SignInPayload", Part, "account tokens problems"),
    ("SignOutPayload", Part, "sessionsEnded problems"),
    ("SignUpPayload", Part, "account tokens problems"),
    ("Texture", Part, "scale level label"),
    ("UpdateDishPayload", Part, "dish problems"),
    ("VersionConflict", Part, "code message path currentVersion"),
    ("Viewer", Part, "account memberships"),
    ("Ward", Everybody, "id name beds hospital"),
    ("WardConnection", Part, "edges nodes pageInfo totalCount"),
    ("WardEdge", Part, "cursor node"),
    ("WeightPrice", Part, "base perUnit unit"),
    ("WrongCredentials", Part, "code message path"),
];

/// The arguments of fields that need some.
pub const ARGUMENTS: &[(&str, &str)] = &[
    (
        "Hospital.popularDishes",
        r#"from: "2026-11-01", to: "2026-11-30""#,
    ),
    ("Hospital.stats", r#"from: "2026-11-01", to: "2026-11-30""#),
    (
        "Kitchen.distanceM",
        "from: { latitude: 51.5, longitude: 0 }",
    ),
    ("Query.hospital", r#"by: { id: "$Hospital" }"#),
    ("Query.kitchens", "near: { latitude: 51.5, longitude: 0 }"),
    (
        "Query.menu",
        r#"hospital: { id: "$Hospital" }, date: "$DATE", meal: $MEAL"#,
    ),
    ("Query.node", r#"id: "$Dish""#),
    ("Query.nodes", r#"ids: ["$Dish", "$Menu"]"#),
];

const ALL: &[Who] = &[Who::Nobody];
const COOKS: &[Who] = &[Who::Administrator, Who::Own(Kitchen)];
const MANAGERS: &[Who] = &[Who::Administrator, Who::Own(HospitalManager)];
/// Everybody who has an account; the administrator's token has no session to end.
const KNOWN: &[Who] = &[
    Who::Administrator,
    Who::Oneself,
    Who::Somebody,
    Who::Own(Role::Visitor),
    Who::Foreign(Role::Visitor),
    Who::Own(Role::Nurse),
    Who::Foreign(Role::Nurse),
    Who::Own(Role::Dietitian),
    Who::Foreign(Role::Dietitian),
    Who::Own(HospitalManager),
    Who::Foreign(HospitalManager),
    Who::Own(Kitchen),
    Who::Foreign(Kitchen),
];

const PROBLEMS: &str = "problems { code }";

/// Mutation, what is selected, who may (nobody, where who it is hangs on the input), and an input that has a problem where there can be one:
/// so nothing changes. `signOut` is last, for it does.
#[rustfmt::skip]
pub const CHANGES: &[(&str, &str, &[Who], &str)] = &[
    ("createDish", PROBLEMS, COOKS, r#"{ "kitchen": "$Kitchen", "name": "", "category": "SOUP", "allergensDeclared": false, "idempotencyKey": "$KEY" }"#),
    ("updateDish", PROBLEMS, COOKS, r#"{ "dish": "$Dish", "name": "", "expectedVersion": 99, "idempotencyKey": "$KEY" }"#),
    ("setMenuItemPortions", PROBLEMS, COOKS, r#"{ "menuItem": "$MenuItem", "portions": -1, "expectedVersion": 99, "idempotencyKey": "$KEY" }"#),
    ("setMenuItemPrice", PROBLEMS, MANAGERS, r#"{ "menuItem": "$MenuItem", "price": { "portionMinor": -1 }, "currency": "GBP", "expectedVersion": 99, "idempotencyKey": "$KEY" }"#),
    ("publishMenu", PROBLEMS, MANAGERS, r#"{ "owner": { "hospital": { "id": "$Hospital" } }, "date": "$DATE", "meal": "$MEAL", "sections": [{ "title": "", "items": [] }], "expectedVersion": 99, "idempotencyKey": "$KEY" }"#),
    ("grantRole", PROBLEMS, MANAGERS, r#"{ "email": "$EMAIL", "role": "NURSE", "hospital": "$Hospital", "reason": "", "idempotencyKey": "$KEY" }"#),
    ("revokeRole", PROBLEMS, MANAGERS, r#"{ "email": "$EMAIL", "role": "NURSE", "hospital": "$Hospital", "reason": "", "idempotencyKey": "$KEY" }"#),
    ("signUp", PROBLEMS, ALL, r#"{ "email": "nobody@example.org", "name": "", "password": "" }"#),
    ("signIn", PROBLEMS, ALL, r#"{ "email": "$KEY@example.org", "password": "wrong" }"#),
    ("refreshSession", PROBLEMS, &[], r#"{ "refreshToken": "$KEY" }"#),
    ("signOut", PROBLEMS, KNOWN, r#"{ "everywhere": false }"#),
];
