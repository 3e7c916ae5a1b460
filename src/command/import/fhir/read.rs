//! What a resource says, as far as it can be honoured; and what cannot, field by field.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use entity::vocabulary::{Allergen, BitSet, Criticality, Diet};
use serde_json::Value;

use super::{
    codes::{self, Means},
    resources::Resources,
};

/// What a field says that is not honoured: its path, its value, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unheard {
    pub path: String,
    pub value: String,
    pub why: &'static str,
}

/// What was read of a resource. It is applied only where nothing is refused.
#[derive(Debug)]
pub struct Heard<T> {
    pub wants: T,
    pub refused: Vec<Unheard>,
    /// What is for people to read, and was for no kitchen to honour before either.
    pub noted: Vec<Unheard>,
}

/// What a patient may eat by an order.
#[derive(Debug, Default, PartialEq)]
pub struct Order {
    pub diets: i32,
    pub foods: Option<i32>,
    pub drinks: Option<i32>,
    pub nil_by_mouth_from: Option<DateTime<Utc>>,
    /// What must be in no dish: honoured where the patient is recorded as allergic to it.
    pub without: BTreeSet<Allergen>,
}

/// What a patient is allergic to; nothing where it is not in force, or not of food.
#[derive(Debug, Default, PartialEq)]
pub struct Allergy {
    pub allergens: Vec<Allergen>,
    pub criticality: Option<Criticality>,
}

/// Fields that say who, when and where, and nothing of what may be eaten.
const AROUND: [&str; 24] = [
    "resourceType",
    "id",
    "meta",
    "language",
    "text",
    "identifier",
    "instantiatesCanonical",
    "instantiatesUri",
    "instantiates",
    "basedOn",
    "groupIdentifier",
    "status",
    "intent",
    "priority",
    "subject",
    "patient",
    "encounter",
    "supportingInformation",
    "dateTime",
    "orderer",
    "performer",
    "_dateTime",
    "_status",
    "_intent",
];

impl<T> Heard<T> {
    fn new(wants: T) -> Self {
        Self {
            wants,
            refused: Vec::new(),
            noted: Vec::new(),
        }
    }

    fn refuse(&mut self, path: impl Into<String>, value: &Value, why: &'static str) {
        self.refused.push(Unheard {
            path: path.into(),
            value: shown(value),
            why,
        });
    }

    fn note(&mut self, path: impl Into<String>, value: &Value, why: &'static str) {
        self.noted.push(Unheard {
            path: path.into(),
            value: shown(value),
            why,
        });
    }
}

/// A value as it is reported: a coding by its system and code.
fn shown(value: &Value) -> String {
    let coding = |coding: &Value| {
        let part = |name: &str| coding[name].as_str().unwrap_or_default().to_owned();
        format!("{}|{} {}", part("system"), part("code"), part("display"))
            .trim()
            .to_owned()
    };
    match value["coding"].as_array() {
        Some(codings) => codings.iter().map(coding).collect::<Vec<_>>().join(", "),
        None => value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned),
    }
}

/// The list at `value`, with the paths of its items.
fn items<'a>(value: &'a Value, path: &str) -> Vec<(String, &'a Value)> {
    let items = value.as_array().into_iter().flatten().enumerate();
    items
        .map(|(index, item)| (format!("{path}[{index}]"), item))
        .collect()
}

/// What the codings of a concept mean, as far as they are known.
fn meanings<T>(concept: &Value, means: impl Fn(&str, &str) -> Option<T>) -> Vec<T> {
    let codings = concept["coding"].as_array().into_iter().flatten();
    let known =
        codings.filter_map(|coding| means(coding["system"].as_str()?, coding["code"].as_str()?));
    known.collect()
}

/// A moment, or the beginning of a day.
fn moment(value: &Value) -> Option<DateTime<Utc>> {
    let text = value.as_str()?;
    let moment = DateTime::parse_from_rfc3339(text).map(|moment| moment.to_utc());
    let day = || text.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0);
    moment.ok().or_else(|| day().map(|day| day.and_utc()))
}

impl Order {
    pub fn read(order: &Value, resources: &Resources, now: DateTime<Utc>) -> Heard<Self> {
        let mut heard = Heard::new(Self::default());
        for (name, value) in order.as_object().into_iter().flatten() {
            match name.as_str() {
                "oralDiet" => heard.oral_diet(value, moment(&order["dateTime"]).unwrap_or(now)),
                "foodPreferenceModifier" | "excludeFoodModifier" => {
                    for (path, concept) in items(value, name) {
                        heard.asks(path, concept, now);
                    }
                }
                "allergyIntolerance" => {
                    for (path, reference) in items(value, name) {
                        if !resources.has(reference) {
                            heard.refuse(path, reference, "the file does not have this allergy");
                        }
                    }
                }
                "note" => heard.note("note", value, "is for people to read"),
                "outsideFoodAllowed" => heard.note(name, value, "is not for the kitchen"),
                known if AROUND.contains(&known) => {}
                other => heard.refuse(other, value, "cannot be honoured here"),
            }
        }
        if order.get("oralDiet").is_none() {
            heard.refuse(
                "oralDiet",
                &Value::Null,
                "only orders of food to be eaten are honoured",
            );
        }
        heard
    }
}

impl Heard<Order> {
    fn oral_diet(&mut self, diet: &Value, from: DateTime<Utc>) {
        for (name, value) in diet.as_object().into_iter().flatten() {
            let path = format!("oralDiet.{name}");
            match name.as_str() {
                "type" => {
                    for (path, concept) in items(value, &path) {
                        self.asks(path, concept, from);
                    }
                }
                "texture" => {
                    for (path, texture) in items(value, &path) {
                        if texture.get("foodType").is_some() {
                            let why = "a texture of some foods only cannot be honoured";
                            self.refuse(format!("{path}.foodType"), &texture["foodType"], why);
                        }
                        let levels = meanings(&texture["modifier"], codes::texture);
                        let path = format!("{path}.modifier");
                        self.foods(path, &texture["modifier"], &levels);
                    }
                }
                "fluidConsistencyType" => {
                    for (path, concept) in items(value, &path) {
                        let levels = meanings(concept, codes::fluid);
                        if levels.is_empty() {
                            self.refuse(&path, concept, "is no consistency that is known here");
                        }
                        for level in levels {
                            let both = self.wants.drinks.map_or(level, |known| known & level);
                            self.wants.drinks = Some(both);
                            if both == 0 {
                                self.refuse(&path, concept, "leaves no level with the others");
                            }
                        }
                    }
                }
                "schedule" => self.note(path, value, "meals are served at the hospital's times"),
                "instruction" => self.note(path, value, "is for people to read"),
                _ => self.refuse(path, value, "cannot be honoured here"),
            }
        }
        // All levels are no restriction.
        self.wants.foods = self.wants.foods.filter(|levels| *levels != 0b1111_1000);
        self.wants.drinks = self.wants.drinks.filter(|levels| *levels != 0b1_1111);
    }

    fn foods(&mut self, path: String, concept: &Value, levels: &[i32]) {
        if levels.is_empty() {
            self.refuse(&path, concept, "is no texture that is known here");
        }
        for level in levels {
            let both = self.wants.foods.map_or(*level, |known| known & level);
            self.wants.foods = Some(both);
            if both == 0 {
                self.refuse(&path, concept, "leaves no level with the others");
            }
        }
    }

    /// A type of diet, a preference or an exclusion.
    fn asks(&mut self, path: String, concept: &Value, from: DateTime<Utc>) {
        let of_allergens = |system: &str, code: &str| {
            let allergens = codes::allergens(system, code);
            allergens
                .filter(|allergens| !allergens.is_empty())
                .map(Means::Without)
        };
        let means = meanings(concept, |system, code| {
            codes::diet(system, code).or_else(|| of_allergens(system, code))
        });
        if means.is_empty() {
            self.refuse(
                &path,
                concept,
                "is no diet and no allergen that is known here",
            );
        }
        for means in means {
            match means {
                Means::Diet(diet) => self.wants.diets |= Diet::bit(diet),
                Means::Without(allergens) => self.wants.without.extend(allergens),
                Means::Foods(levels) => self.foods(path.clone(), concept, &[levels]),
                Means::NilByMouth => self.wants.nil_by_mouth_from = Some(from),
                Means::Anything => {}
            }
        }
    }
}

impl Allergy {
    pub fn read(allergy: &Value) -> Heard<Self> {
        let mut heard = Heard::new(Self::default());
        let status = |name: &str| {
            let codings = allergy[name]["coding"].as_array().into_iter().flatten();
            let mut codes = codings.filter_map(|coding| coding["code"].as_str());
            codes.next().unwrap_or_default().to_owned()
        };
        for (name, over) in [
            ("clinicalStatus", &["inactive", "resolved"][..]),
            ("verificationStatus", &["refuted", "entered-in-error"]),
        ] {
            if over.contains(&status(name).as_str()) {
                let why = "not in force: what was recorded stays until it is taken back";
                heard.note(name, &allergy[name], why);
                return heard;
            }
        }
        if allergy.get("modifierExtension").is_some() || allergy.get("implicitRules").is_some() {
            let why = "changes the meaning in a way that is not known here";
            heard.refuse("modifierExtension", &allergy["modifierExtension"], why);
        }
        let categories = allergy["category"].as_array().into_iter().flatten();
        let categories: Vec<&Value> = categories.collect();
        let known = meanings(&allergy["code"], codes::allergens);
        if known.is_empty() && !categories.is_empty() && categories.iter().all(|it| **it != "food")
        {
            heard.note("category", &allergy["category"], "is no allergy to food");
            return heard;
        }
        if known.is_empty() {
            let why = "is no allergen that is known here: RECORD IT BY HAND";
            heard.refuse("code", &allergy["code"], why);
        }
        let allergens: BTreeSet<Allergen> = known.into_iter().flatten().copied().collect();
        heard.wants.allergens = allergens.into_iter().collect();
        heard.wants.criticality = Some(match allergy["criticality"].as_str() {
            Some("low") => Criticality::Low,
            Some("high") => Criticality::High,
            // What is not known counts as bad.
            _ => Criticality::UnableToAssess,
        });
        heard
    }
}
