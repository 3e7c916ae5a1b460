//! What the labels of the public canteen data mean here.
//!
//! Every label is in a table, also those that mean nothing to us. One that is not there is
//! an error: it may be an allergen that we would lose.

use std::collections::BTreeMap;

use entity::vocabulary::{Additive, Allergen, BitSet, Diet, Ingredient, Presence};

use Additive as A;
use Allergen as G;
use Ingredient as I;
use Means::{Additive as Adds, Allergen as Has, Cereal, Diet as Fits, Ingredient as Of, Nothing};

/// What labels say of a dish.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Whether anybody said what is in it, if only that nothing is. Without, no allergen means
    /// that none is known.
    pub declared: bool,
    pub allergens: BTreeMap<Allergen, Presence>,
    /// Nothing when the source has no words for diets.
    pub diets: Option<i32>,
    pub additives: i32,
    pub ingredients: i32,
}

#[derive(Clone, Copy, Debug)]
enum Means {
    Allergen(Allergen),
    /// Some cereal; whether with gluten is for the other labels to say.
    Cereal,
    Additive(Additive),
    Ingredient(Ingredient),
    Diet(Diet),
    /// A mark of origin.
    Nothing,
}

/// The labels of `enums/labels.json`, and the spellings that are met in menus.
#[rustfmt::skip]
const LABELS: &[(&str, Means)] = &[
    ("GLUTEN", Has(G::Gluten)), ("WHEAT", Has(G::Wheat)), ("RYE", Has(G::Rye)),
    ("BARLEY", Has(G::Barley)), ("OAT", Has(G::Oats)), ("SPELT", Has(G::Spelt)),
    ("HYBRIDS", Has(G::HybridCereals)), ("CEREAL", Cereal),
    ("SHELLFISH", Has(G::Crustaceans)), ("CHICKEN_EGGS", Has(G::Eggs)), ("FISH", Has(G::Fish)),
    ("PEANUTS", Has(G::Peanuts)), ("SOY", Has(G::Soybeans)), ("MILK", Has(G::Milk)),
    ("LACTOSE", Has(G::Milk)), ("SHELL_FRUITS", Has(G::Nuts)), ("ALMONDS", Has(G::Almonds)),
    ("HAZELNUTS", Has(G::Hazelnuts)), ("WALNUTS", Has(G::Walnuts)),
    ("CASHEWS", Has(G::Cashews)), ("PECAN", Has(G::Pecans)),
    ("PISTACHIOS", Has(G::Pistachios)), ("MACADAMIA", Has(G::Macadamias)),
    ("CELERY", Has(G::Celery)), ("MUSTARD", Has(G::Mustard)), ("SESAME", Has(G::Sesame)),
    ("SULPHURS", Has(G::Sulphites)), ("SULFITES", Has(G::Sulphites)), ("LUPIN", Has(G::Lupin)),
    ("MOLLUSCS", Has(G::Molluscs)),
    ("DYESTUFF", Adds(A::Colour)), ("PRESERVATIVES", Adds(A::Preservative)),
    ("ANTIOXIDANTS", Adds(A::Antioxidant)), ("FLAVOR_ENHANCER", Adds(A::FlavourEnhancer)),
    ("BLACKENED", Adds(A::Blackened)), ("WAXED", Adds(A::Waxed)),
    ("PHOSPHATES", Adds(A::Phosphate)), ("PHOSPATES", Adds(A::Phosphate)),
    ("SWEETENERS", Adds(A::Sweetener)), ("PHENYLALANINE", Adds(A::Phenylalanine)),
    ("COCOA_CONTAINING_GREASE", Adds(A::CocoaFatCoating)),
    ("GELATIN", Of(I::Gelatin)), ("ALCOHOL", Of(I::Alcohol)), ("GARLIC", Of(I::Garlic)),
    ("MEAT", Of(I::Meat)), ("PORK", Of(I::Pork)), ("BEEF", Of(I::Beef)), ("VEAL", Of(I::Veal)),
    ("LAMB", Of(I::Lamb)), ("WILD_MEAT", Of(I::Game)), ("POULTRY", Of(I::Poultry)),
    ("VEGAN", Fits(Diet::Vegan)), ("VEGETARIAN", Fits(Diet::Vegetarian)),
    ("BAVARIA", Nothing), ("MSC", Nothing),
];

/// The abbreviations of the older `ingredients` lists. `ScP` stands for pecans and for
/// pistachios: only the group is certain.
#[rustfmt::skip]
const ABBREVIATIONS: &[(&str, Means)] = &[
    ("Gl", Has(G::Gluten)), ("GlW", Has(G::Wheat)), ("GlR", Has(G::Rye)),
    ("GlG", Has(G::Barley)), ("GlH", Has(G::Oats)), ("GlD", Has(G::Spelt)),
    ("GlHy", Has(G::HybridCereals)), ("Kr", Has(G::Crustaceans)), ("Ei", Has(G::Eggs)),
    ("Fi", Has(G::Fish)), ("En", Has(G::Peanuts)), ("So", Has(G::Soybeans)),
    ("Mi", Has(G::Milk)), ("La", Has(G::Milk)), ("Sc", Has(G::Nuts)), ("ScM", Has(G::Almonds)),
    ("ScH", Has(G::Hazelnuts)), ("ScW", Has(G::Walnuts)), ("ScC", Has(G::Cashews)),
    ("ScP", Has(G::Nuts)), ("ScMa", Has(G::Macadamias)), ("Sl", Has(G::Celery)),
    ("Sf", Has(G::Mustard)), ("Se", Has(G::Sesame)), ("Sw", Has(G::Sulphites)),
    ("5", Has(G::Sulphites)), ("Lu", Has(G::Lupin)), ("Wt", Has(G::Molluscs)),
    ("1", Adds(A::Colour)), ("2", Adds(A::Preservative)), ("3", Adds(A::Antioxidant)),
    ("4", Adds(A::FlavourEnhancer)), ("6", Adds(A::Blackened)), ("7", Adds(A::Waxed)),
    ("8", Adds(A::Phosphate)), ("9", Adds(A::Sweetener)), ("10", Adds(A::Phenylalanine)),
    ("11", Adds(A::Sweetener)), ("13", Adds(A::CocoaFatCoating)),
    ("14", Of(I::Gelatin)), ("99", Of(I::Alcohol)), ("Kn", Of(I::Garlic)), ("S", Of(I::Pork)),
    ("R", Of(I::Beef)), ("K", Of(I::Veal)), ("L", Of(I::Lamb)), ("W", Of(I::Game)),
    ("G", Of(I::Poultry)), ("Gf", Of(I::Poultry)), ("GQB", Nothing), ("MSC", Nothing),
];

impl Facts {
    /// Reads `labels`: what they do not say is not so.
    pub fn of_labels(labels: &[String]) -> Result<Self, String> {
        let mut facts = Self::read(LABELS, "labels", labels)?;
        facts.diets.get_or_insert(0);
        facts.settle();
        Ok(facts)
    }

    /// Reads an older `ingredients` list, which has no words for diets.
    pub fn of_ingredients(abbreviations: &[String]) -> Result<Self, String> {
        Self::read(ABBREVIATIONS, "ingredients", abbreviations)
    }

    fn read(table: &[(&str, Means)], field: &str, words: &[String]) -> Result<Self, String> {
        let mut facts = Self {
            declared: true,
            ..Self::default()
        };
        let mut cereal = false;
        for word in words {
            let word = word.trim();
            let entry = table.iter().find(|(known, _)| *known == word);
            let (_, means) = entry.ok_or_else(|| format!("{field}: \"{word}\" is not known"))?;
            match *means {
                Means::Allergen(allergen) => facts.add(allergen, Presence::Contains),
                Means::Cereal => cereal = true,
                Means::Additive(additive) => facts.additives |= additive.bit(),
                Means::Ingredient(ingredient) => facts.add_ingredient(ingredient),
                Means::Diet(diet) => facts.add_diets(diet.bit()),
                Means::Nothing => {}
            }
        }
        // A cereal that nobody says is free of gluten may be wheat: someone with coeliac
        // disease must be warned.
        if cereal {
            facts.add(Allergen::Gluten, Presence::MayContain);
        }
        Ok(facts)
    }

    /// Adds an allergen and the group to which it belongs. Certainty wins over possibility.
    pub fn add(&mut self, allergen: Allergen, presence: Presence) {
        for allergen in [allergen.group(), allergen] {
            let known = self.allergens.entry(allergen).or_insert(presence);
            *known = presence.min(*known);
        }
    }

    /// Adds diets, and those that follow from them.
    pub fn add_diets(&mut self, diets: i32) {
        let mut diets = diets | self.diets.unwrap_or_default();
        if diets & Diet::Vegan.bit() != 0 {
            diets |= Diet::Vegetarian.bit();
        }
        self.diets = Some(diets);
    }

    fn add_ingredient(&mut self, ingredient: Ingredient) {
        self.ingredients |= ingredient.bit();
        if self.ingredients & MEATS != 0 {
            self.ingredients |= I::Meat.bit();
        }
    }

    /// Takes in what another source says of the same dish. The safe reading: everything that
    /// any of them declares is in it, and it fits a diet only if all that know of diets say so.
    pub fn merge(&mut self, other: &Self) {
        for (allergen, presence) in &other.allergens {
            self.add(*allergen, *presence);
        }
        self.declared |= other.declared;
        self.additives |= other.additives;
        self.ingredients |= other.ingredients;
        self.diets = match (self.diets, other.diets) {
            (Some(ours), Some(theirs)) => Some(ours & theirs),
            (ours, theirs) => ours.or(theirs),
        };
        self.settle();
    }

    /// Drops the diets that the contents contradict: the public data calls some dishes with
    /// milk vegan.
    pub fn settle(&mut self) {
        let has = |allergen| self.allergens.get(&allergen) == Some(&Presence::Contains);
        let of_animals = [G::Fish, G::Crustaceans, G::Molluscs].into_iter().any(has)
            || self.ingredients & (MEATS | I::Gelatin.bit()) != 0;
        let mut wrong = 0;
        if of_animals || has(G::Milk) || has(G::Eggs) {
            wrong |= Diet::Vegan.bit();
        }
        if of_animals {
            wrong |= Diet::Vegetarian.bit();
        }
        self.diets = self.diets.map(|diets| diets & !wrong);
    }
}

/// The bits of meat and its kinds.
const MEATS: i32 = {
    let kinds = [
        I::Meat,
        I::Pork,
        I::Beef,
        I::Veal,
        I::Lamb,
        I::Game,
        I::Poultry,
    ];
    let (mut bits, mut next) = (0, 0);
    while next < kinds.len() {
        bits |= 1 << kinds[next] as i32;
        next += 1;
    }
    bits
};

#[cfg(test)]
mod tests;
