//! What codes of other systems mean here.
//!
//! SNOMED CT as in the value sets of FHIR R5 (`texture-code`, `consistency-type`, `diet-type`,
//! `food-type`), in its own concepts for the levels of IDDSI, and in the value set of food
//! allergens of the Belgian eHealth platform; findings of allergies as Synthea and US Core use
//! them. Thickened liquids of the National Dysphagia Diet become levels as IDDSI maps them
//! (nectar 2, honey 3, spoon 4). What is not told apart here becomes the stricter of the two.

use entity::vocabulary::{Allergen, Allergen::*, Diet};

pub const SNOMED: &str = "http://snomed.info/sct";
const HL7_DIET: &str = "http://terminology.hl7.org/CodeSystem/diet";

/// Substances, and findings of an allergy to them. Empty: there is none to record.
const ALLERGENS: [(&str, &[Allergen]); 38] = [
    ("102263004", &[Eggs]),    // Eggs (edible)
    ("91930004", &[Eggs]),     // Allergy to eggs
    ("3718001", &[Milk]),      // Cow's milk
    ("226760005", &[Milk]),    // Dairy foods
    ("425525006", &[Milk]),    // Allergy to dairy product
    ("782555009", &[Milk]),    // Allergy to cow's milk protein
    ("762952008", &[Peanuts]), // Peanut
    ("256349002", &[Peanuts]), // Peanut - dietary
    ("91935009", &[Peanuts]),  // Allergy to peanut
    // A nut may be a peanut for those who say so.
    ("13577000", &[Nuts, Peanuts]),               // Nut
    ("91934008", &[Nuts, Peanuts]),               // Allergy to nut
    ("442571000124108", &[Nuts]),                 // Tree nut
    ("256350002", &[Almonds]),                    // Almond
    ("256351003", &[BrazilNuts]),                 // Brazil nut
    ("256352005", &[Walnuts]),                    // Walnut
    ("256353000", &[Hazelnuts]),                  // Hazelnut
    ("227493005", &[Cashews]),                    // Cashew nut
    ("227512001", &[Pistachios]),                 // Pistachio nut
    ("735971005", &[Fish]),                       // Fish
    ("227037002", &[Fish]),                       // Fish - dietary
    ("417532002", &[Fish]),                       // Allergy to fish
    ("735029006", &[Crustaceans, Molluscs]),      // Shellfish
    ("300913006", &[Crustaceans, Molluscs]),      // Allergy to shellfish
    ("44027008", &[Fish, Crustaceans, Molluscs]), // Seafood
    ("735977009", &[Crustaceans]),                // Marine crustacean
    ("770326002", &[Molluscs]),                   // Mollusk
    ("412071004", &[Wheat]),                      // Wheat
    ("420174000", &[Wheat]),                      // Allergy to wheat
    ("412068007", &[Rye]),                        // Rye
    ("89811004", &[Gluten]),                      // Gluten
    ("256355007", &[Soybeans]),                   // Soya bean
    ("714035009", &[Soybeans]),                   // Allergy to soya
    ("256326004", &[Celery]),                     // Celery
    ("51905005", &[Mustard]),                     // Mustard
    ("260167008", &[Sesame]),                     // Sesame seed
    ("710179004", &[Lupin]),                      // Lupine seed
    ("716186003", &[]),                           // No known allergy
    ("429625007", &[]),                           // No known food allergy
];

/// What an order of a diet asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Means {
    /// Every dish must fit the diet.
    Diet(Diet),
    /// These must be in no dish.
    Without(&'static [Allergen]),
    /// Foods of these levels.
    Foods(i32),
    /// Nothing at all.
    NilByMouth,
    /// What everybody eats.
    Anything,
}

const DIETS: [(&str, &str, Means); 21] = [
    (HL7_DIET, "vegetarian", Means::Diet(Diet::Vegetarian)),
    (HL7_DIET, "vegan", Means::Diet(Diet::Vegan)),
    (HL7_DIET, "halal", Means::Diet(Diet::Halal)),
    (HL7_DIET, "kosher", Means::Diet(Diet::Kosher)),
    (HL7_DIET, "gluten-free", Means::Diet(Diet::GlutenFree)),
    (HL7_DIET, "dairy-free", Means::Without(&[Milk])),
    (HL7_DIET, "nut-free", Means::Without(&[Nuts, Peanuts])),
    (SNOMED, "765021002", Means::Diet(Diet::Vegetarian)), // Vegetarian diet
    (SNOMED, "1255165006", Means::Diet(Diet::Vegan)),     // Vegan diet
    (SNOMED, "1255164005", Means::Diet(Diet::Halal)),     // Halal diet
    (SNOMED, "765025006", Means::Diet(Diet::Kosher)),     // Kosher diet
    (SNOMED, "160671006", Means::Diet(Diet::GlutenFree)), // Gluten-free diet
    (SNOMED, "437651000124104", Means::Diet(Diet::GlutenFree)), // Gluten free diet
    (SNOMED, "425458000", Means::Diet(Diet::LactoseFree)), // Lactose-free diet
    (SNOMED, "386619000", Means::Diet(Diet::LowSalt)),    // Low sodium diet
    (SNOMED, "16208003", Means::Diet(Diet::LowFat)),      // Low fat diet
    (SNOMED, "160670007", Means::Diet(Diet::Diabetic)),   // Diabetic diet
    (SNOMED, "404919001", Means::Without(&[Wheat])),      // Wheat-free diet
    (SNOMED, "226211001", Means::Foods(1 << 4)),          // Pureed diet
    (SNOMED, "182923009", Means::NilByMouth),             // Nil by mouth
    (SNOMED, "36823005", Means::Anything),                // Normal diet
];

const ALL_FOODS: i32 = 0b1111_1000;
const ALL_DRINKS: i32 = 0b1_1111;

const TEXTURES: [(&str, i32); 11] = [
    ("1237444002", 1 << 3),      // IDDSI 3, which is liquidised as a food
    ("1237447009", 1 << 4),      // IDDSI 4, pureed
    ("1237448004", 1 << 5),      // IDDSI 5, minced and moist
    ("1237449007", 1 << 6),      // IDDSI 6, soft and bite-sized
    ("1237450007", 1 << 6),      // IDDSI 7, easy to chew
    ("1237451006", ALL_FOODS),   // IDDSI 7, regular
    ("228055009", 1 << 3),       // Liquidized food
    ("441761000124103", 1 << 5), // Minced food
    ("441881000124103", 1 << 5), // Ground food
    ("228059003", 1 << 6),       // Soft food
    ("439091000124107", 1 << 6), // Easy to chew food
];

const FLUIDS: [(&str, i32); 9] = [
    ("1231508001", ALL_DRINKS),      // IDDSI 0, thin
    ("1237441005", 1 << 1),          // IDDSI 1, slightly thick
    ("1237442003", 1 << 2),          // IDDSI 2, mildly thick
    ("1237444002", 1 << 3),          // IDDSI 3, moderately thick
    ("1237446000", 1 << 4),          // IDDSI 4, extremely thick
    ("439081000124109", ALL_DRINKS), // Thin liquid
    ("439021000124105", 1 << 2),     // Nectar thick liquid
    ("439031000124108", 1 << 3),     // Honey thick liquid
    ("439041000124103", 1 << 4),     // Spoon thick liquid
];

/// What somebody is allergic to who has this code.
pub fn allergens(system: &str, code: &str) -> Option<&'static [Allergen]> {
    let found = ALLERGENS.iter().find(|(known, _)| *known == code);
    found.filter(|_| system == SNOMED).map(|(_, means)| *means)
}

/// What a type of diet, a preference or an exclusion asks for.
pub fn diet(system: &str, code: &str) -> Option<Means> {
    let found = DIETS
        .iter()
        .find(|(of, known, _)| *of == system && *known == code);
    found.map(|(_, _, means)| *means)
}

/// The levels of foods of a texture.
pub fn texture(system: &str, code: &str) -> Option<i32> {
    let found = TEXTURES.iter().find(|(known, _)| *known == code);
    found
        .filter(|_| system == SNOMED)
        .map(|(_, levels)| *levels)
}

/// The levels of drinks of a consistency.
pub fn fluid(system: &str, code: &str) -> Option<i32> {
    let found = FLUIDS.iter().find(|(known, _)| *known == code);
    found
        .filter(|_| system == SNOMED)
        .map(|(_, levels)| *levels)
}
