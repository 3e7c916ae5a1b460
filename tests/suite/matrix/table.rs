//! The table. Add to it what is new in the schema.

use entity::vocabulary::Role::{
    self, Administrator, Dietitian, HospitalManager, Kitchen, Nurse, Patient,
};

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

impl Who {
    /// Administrators see and do everything, by whichever way they are it.
    pub fn is_administrator(self) -> bool {
        matches!(self, Self::Administrator | Self::Own(Administrator))
    }
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
            Self::Only(these) => who.is_administrator() || these.contains(&who),
        }
    }
}

use Sees::{Everybody, Only, Part};

/// Type, who sees it, its fields.
#[rustfmt::skip]
pub const SEEN: &[(&str, Sees, &str)] = &[
    ("Account", Only(&[Who::Oneself]), "id email name"),
    ("AddToCartPayload", Part, "cart problems"),
    ("AdmitPatientPayload", Part, "patient problems"),
    ("AdvanceOrderPayload", Part, "order problems"),
    ("AllergenConflict", Part, "code message path allergen presence criticality menuItem severity overridableBy substitutes"),
    ("Availability", Part, "portions remaining asOf version"),
    ("CancelOrderPayload", Part, "order problems"),
    ("Cart", Part, "token version lines total expiresAt problems"),
    ("CartLine", Part, "menuItemId menuItem quantity unitPrice lineTotal addedAt problems"),
    ("ClearCartPayload", Part, "cart problems"),
    ("CreateDishPayload", Part, "dish problems"),
    ("CutoffPassed", Part, "code message path lateSlots"),
    ("DeliverySlot", Part, "startsAt endsAt capacity"),
    ("DietConflict", Part, "code message path diet menuItem severity overridableBy substitutes"),
    ("DischargePatientPayload", Part, "patient problems"),
    ("Dish", Everybody, "id version name description category kitchen allergensDeclared allergens diets additives ingredients texture nutrition photo"),
    ("DishAllergen", Part, "allergen group presence"),
    ("DishConnection", Part, "edges nodes pageInfo totalCount"),
    ("DishEdge", Part, "cursor node"),
    ("EmailTaken", Part, "code message path"),
    ("FluidConflict", Part, "code message path level allowedLevels menuItem severity overridableBy substitutes"),
    ("GrantRolePayload", Part, "membership problems"),
    ("Hold", Only(&[Who::Oneself]), "id expiresAt slot lines"),
    ("HoldLine", Part, "menuItem quantity"),
    ("HoldPortionsPayload", Part, "hold problems"),
    ("Hospital", Everybody, "id code slug name address city postcode location distanceM timeZone currency wards kitchens patients menus orders stats popularDishes mealWindows"),
    ("HospitalConnection", Part, "edges nodes pageInfo totalCount"),
    ("HospitalEdge", Part, "cursor node"),
    ("HospitalStats", Part, "menus items dishes vegetarianDishes veganDishes averageEnergyKcal asOf orders"),
    ("IdempotencyKeyReused", Part, "code message path usedAt"),
    ("InvalidValue", Part, "code message path value allowed"),
    ("Kitchen", Everybody, "id slug name address location distanceM timeZone currency openingHours hospitals dishes menus orders productionSheet"),
    ("KitchenConnection", Part, "edges nodes pageInfo totalCount"),
    ("KitchenEdge", Part, "cursor node"),
    ("Location", Part, "latitude longitude"),
    ("MealCheck", Part, "isSafe problems"),
    ("MealWindow", Part, "meal date opensAt cutOffAt lateTrayUntil servedFrom servedUntil deliverySlots"),
    ("Membership", Only(&[Who::Oneself, Who::Own(HospitalManager)]), "id role hospital kitchen patient createdAt"),
    ("MembershipConnection", Part, "edges nodes pageInfo totalCount"),
    ("MembershipEdge", Part, "cursor node"),
    ("Menu", Everybody, "id hospital kitchen date meal version publishedAt acceptsOrdersUntil lateTrayUntil sections items"),
    ("MenuConnection", Part, "edges nodes pageInfo totalCount"),
    ("MenuEdge", Part, "cursor node"),
    ("MenuItem", Everybody, "id menu section dish price priceByWeight priceVersion availability safeFor"),
    ("MenuItemConnection", Part, "edges nodes pageInfo totalCount"),
    ("MenuItemEdge", Part, "cursor node"),
    ("MenuItemReserved", Part, "code message path menuItem reserved"),
    ("MenuSection", Everybody, "id title menu items"),
    ("Money", Part, "amountMinor currency formatted"),
    ("MovePatientPayload", Part, "patient problems"),
    ("NameTaken", Part, "code message path takenBy"),
    ("NilByMouth", Part, "code message path from until menuItem severity overridableBy substitutes"),
    ("NilByMouthSpan", Part, "from until"),
    ("Node", Part, "id"),
    ("NotCooked", Part, "code message path kitchen"),
    ("NotFound", Part, "code message path"),
    ("NotOnMenu", Part, "code message path menuItem"),
    ("Nutrition", Part, "portionG energyKcal proteinG carbohydrateG fatG saltG"),
    ("OpeningHours", Part, "weekday opensAt closesAt"),
    ("Order", Only(&[Who::Oneself, Who::Own(Nurse), Who::Own(Dietitian), Who::Own(HospitalManager), Who::Own(Kitchen), Who::Own(Patient)]), "id number version status date meal deliveryTime isLate bed total placedAt flaggedAt hospital ward patient placedBy kitchen menu lines events allowedTransitions viewerCanCancel"),
    ("OrderConnection", Part, "edges nodes pageInfo totalCount"),
    ("OrderEdge", Part, "cursor node"),
    ("OrderEvent", Part, "version kind status role reason at"),
    ("OrderEventConnection", Part, "edges nodes pageInfo totalCount"),
    ("OrderEventEdge", Part, "cursor node"),
    ("OrderFigures", Part, "placed open delivered rejected cancelled lateTrays portions totals asOf"),
    ("OrderLine", Part, "item dish dishName unitPrice quantity lineTotal"),
    ("OrderedSeparately", Part, "code message path menu kitchen"),
    ("OrderingClosed", Part, "code message path opensAt"),
    ("OverrideConflictPayload", Part, "order problems"),
    ("PageInfo", Part, "hasNextPage hasPreviousPage startCursor endCursor"),
    ("Patient", Only(&[Who::Oneself, Who::Own(Nurse), Who::Own(Dietitian), Who::Own(Patient)]), "id version code hospital ward bed diet allergies texture fluids nilByMouth admittedAt dischargedAt orders"),
    ("PatientAllergy", Part, "allergen criticality recordedAt"),
    ("PatientConnection", Part, "edges nodes pageInfo totalCount"),
    ("PatientEdge", Part, "cursor node"),
    ("Photo", Part, "url width height"),
    ("PlaceOrderPayload", Part, "order problems"),
    ("PlaceWardOrdersPayload", Part, "results problems"),
    ("PopularDish", Part, "dish timesOffered"),
    ("PortionsExhausted", Part, "code message path menuItem remaining"),
    ("PortionsReserved", Part, "code message path reserved"),
    ("PriceChanged", Part, "code message path currentMinor currency"),
    ("Problem", Part, "code message path"),
    ("ProductionRow", Part, "dish portions byWard"),
    ("ProductionSheet", Part, "rows trays asOf"),
    ("PublishMenuPayload", Part, "menu problems"),
    ("Query", Part, "node nodes hospital hospitals kitchens menu dishes viewer checkMeal cart serverTime"),
    ("RecordAllergyPayload", Part, "patient problems"),
    ("RecordDietPayload", Part, "patient problems"),
    ("RefreshSessionPayload", Part, "account tokens problems"),
    ("ReleaseHoldPayload", Part, "released problems"),
    ("RemoveAllergyPayload", Part, "patient problems"),
    ("RevokeRolePayload", Part, "problems"),
    ("SessionTokens", Part, "accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt"),
    ("SetCartLinePayload", Part, "cart problems"),
    ("SetMenuItemPortionsPayload", Part, "menuItem problems"),
    ("SetMenuItemPricePayload", Part, "menuItem problems"),
    ("SignInPayload", Part, "account tokens problems"),
    ("SignOutPayload", Part, "sessionsEnded problems"),
    ("SignUpPayload", Part, "account tokens problems"),
    ("SlotFull", Part, "code message path openSlots"),
    ("Texture", Part, "scale level label"),
    ("TextureConflict", Part, "code message path level allowedLevels menuItem severity overridableBy substitutes"),
    ("TransitionNotAllowed", Part, "code message path status allowedTransitions"),
    ("UpdateDishPayload", Part, "dish problems"),
    ("VersionConflict", Part, "code message path currentVersion"),
    ("Viewer", Part, "account cart memberships orders"),
    ("Ward", Everybody, "id name beds hospital patients"),
    ("WardConnection", Part, "edges nodes pageInfo totalCount"),
    ("WardEdge", Part, "cursor node"),
    ("WardOrder", Part, "patient order problems"),
    ("WardPortions", Part, "ward hospital portions"),
    ("WeightPrice", Part, "base perUnit unit"),
    ("WrongCredentials", Part, "code message path"),
];

/// Fields whose answer hangs on who asks. What each shows to whom is tested with its domain:
/// `carts`, `order_lists`, `orders::states`, `orders::figures`, `patients::access`.
pub const OF_THE_VIEWER: [&str; 15] = [
    "Hospital.orders",
    "Hospital.patients",
    "HospitalStats.orders",
    "Kitchen.orders",
    "Kitchen.productionSheet",
    "MenuItem.safeFor",
    "Order.allowedTransitions",
    "Order.patient",
    "Order.placedBy",
    "Order.viewerCanCancel",
    "Patient.orders",
    "Query.cart",
    "Query.checkMeal",
    "Query.viewer",
    "Ward.patients",
];

/// The arguments of fields that need some.
pub const ARGUMENTS: &[(&str, &str)] = &[
    (
        "Hospital.popularDishes",
        r#"from: "2026-11-01", to: "2026-11-30""#,
    ),
    ("Hospital.stats", r#"from: "2026-11-01", to: "2026-11-30""#),
    (
        "Hospital.distanceM",
        "from: { latitude: 51.5, longitude: 0 }",
    ),
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

/// Who may change something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum May {
    /// Also without an account.
    All,
    /// Who is known: what they may not see is a problem like what does not exist.
    Known,
    /// Who is known, but for these.
    KnownBut(&'static [Who]),
    /// These and administrators.
    These(&'static [Who]),
    /// Who it is hangs on the input.
    Shown,
}

impl May {
    pub fn lets(self, who: Who) -> bool {
        let is_known = !matches!(who, Who::Nobody | Who::Unknown);
        match self {
            Self::All => true,
            Self::Known => is_known,
            Self::KnownBut(these) => is_known && !these.contains(&who),
            Self::These(these) => who.is_administrator() || these.contains(&who),
            Self::Shown => false,
        }
    }
}

const COOKS: May = May::These(&[Who::Own(Kitchen)]);
const MANAGERS: May = May::These(&[Who::Own(HospitalManager)]);
/// Those who care for patients.
const CARERS: May = May::These(&[Who::Oneself, Who::Own(Nurse), Who::Own(Dietitian)]);
/// The token of the settings has no account.
const HOLDERS: May = May::KnownBut(&[Who::Administrator]);
/// The kitchen of the order sees it, and rejects what it cannot cook.
const NO_COOKS: May = May::KnownBut(&[Who::Own(Kitchen)]);
/// The dietitians of its hospital and its patient see it, and have no part in its delivery.
const NO_DIETITIANS: May = May::KnownBut(&[Who::Own(Dietitian), Who::Own(Patient)]);
/// The patient sees what is known of them, and does not decide about it.
const NO_PATIENT: May = May::KnownBut(&[Who::Own(Patient)]);

const PROBLEMS: &str = "problems { code }";

/// Mutation, what is selected, who may, and an input that has a problem where there can be one: so
/// nothing changes. `signOut` is last, for it does.
#[rustfmt::skip]
pub const CHANGES: &[(&str, &str, May, &str)] = &[
    ("createDish", PROBLEMS, COOKS, r#"{ "kitchen": "$Kitchen", "name": "", "category": "SOUP", "allergensDeclared": false, "idempotencyKey": "$KEY" }"#),
    ("updateDish", PROBLEMS, COOKS, r#"{ "dish": "$Dish", "name": "", "expectedVersion": 99, "idempotencyKey": "$KEY" }"#),
    ("setMenuItemPortions", PROBLEMS, COOKS, r#"{ "menuItem": "$MenuItem", "portions": -1, "expectedVersion": 99, "idempotencyKey": "$KEY" }"#),
    ("setMenuItemPrice", PROBLEMS, MANAGERS, r#"{ "menuItem": "$MenuItem", "price": { "portionMinor": -1 }, "currency": "GBP", "expectedVersion": 99, "idempotencyKey": "$KEY" }"#),
    ("publishMenu", PROBLEMS, MANAGERS, r#"{ "owner": { "hospital": { "id": "$Hospital" } }, "date": "$DATE", "meal": "$MEAL", "sections": [{ "title": "", "items": [] }], "expectedVersion": 99, "idempotencyKey": "$KEY" }"#),
    ("grantRole", PROBLEMS, MANAGERS, r#"{ "email": "$EMAIL", "role": "NURSE", "hospital": "$Hospital", "reason": "", "idempotencyKey": "$KEY" }"#),
    ("revokeRole", PROBLEMS, MANAGERS, r#"{ "email": "$EMAIL", "role": "NURSE", "hospital": "$Hospital", "reason": "", "idempotencyKey": "$KEY" }"#),
    ("admitPatient", PROBLEMS, CARERS, r#"{ "hospital": "$Hospital", "code": "", "idempotencyKey": "$KEY" }"#),
    ("recordDiet", PROBLEMS, NO_PATIENT, r#"{ "patient": "$Patient", "diet": [], "expectedVersion": 99, "idempotencyKey": "$KEY" }"#),
    ("recordAllergy", PROBLEMS, NO_PATIENT, r#"{ "patient": "$Patient", "allergen": "MILK", "expectedVersion": 99, "idempotencyKey": "$KEY" }"#),
    ("removeAllergy", PROBLEMS, NO_PATIENT, r#"{ "patient": "$Patient", "allergen": "MILK", "reason": "", "expectedVersion": 99, "idempotencyKey": "$KEY" }"#),
    ("movePatient", PROBLEMS, NO_PATIENT, r#"{ "patient": "$Patient", "ward": "$Ward", "expectedVersion": 99, "idempotencyKey": "$KEY" }"#),
    ("dischargePatient", PROBLEMS, NO_PATIENT, r#"{ "patient": "$Patient", "expectedVersion": 99, "idempotencyKey": "$KEY" }"#),
    ("placeOrder", PROBLEMS, May::Known, r#"{ "patient": "$Patient", "slot": "2026-11-23T12:00:00Z", "lines": [], "idempotencyKey": "$KEY" }"#),
    ("placeWardOrders", PROBLEMS, May::Known, r#"{ "slot": "2026-11-23T12:00:00Z", "mode": "BEST_EFFORT", "orders": [], "idempotencyKey": "$KEY" }"#),
    ("cancelOrder", PROBLEMS, NO_COOKS, r#"{ "order": "$Order", "reason": "", "expectedVersion": 99, "idempotencyKey": "$KEY" }"#),
    ("advanceOrder", PROBLEMS, NO_DIETITIANS, r#"{ "order": "$Order", "to": "DELIVERED", "expectedVersion": 99, "idempotencyKey": "$KEY" }"#),
    ("overrideConflict", PROBLEMS, May::Known, r#"{ "order": "$Order", "reason": "", "expectedVersion": 99, "idempotencyKey": "$KEY" }"#),
    ("holdPortions", PROBLEMS, HOLDERS, r#"{ "lines": [], "idempotencyKey": "$KEY" }"#),
    ("releaseHold", PROBLEMS, May::Known, r#"{ "hold": "$Hold" }"#),
    ("addToCart", PROBLEMS, May::All, r#"{ "cart": "$KEY", "menuItem": "$MenuItem", "idempotencyKey": "$KEY" }"#),
    ("setCartLine", PROBLEMS, May::All, r#"{ "cart": "$KEY", "menuItem": "$MenuItem", "quantity": 1 }"#),
    ("clearCart", PROBLEMS, May::All, r#"{ "cart": "$KEY" }"#),
    ("signUp", PROBLEMS, May::All, r#"{ "email": "nobody@example.org", "name": "", "password": "" }"#),
    ("signIn", PROBLEMS, May::All, r#"{ "email": "$KEY@example.org", "password": "wrong" }"#),
    ("refreshSession", PROBLEMS, May::Shown, r#"{ "refreshToken": "$KEY" }"#),
    ("signOut", PROBLEMS, May::Known, r#"{ "everywhere": false }"#),
];
