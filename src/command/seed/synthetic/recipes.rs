//! What synthetic dishes are made of: bases, what goes with them, and textures.
//!
//! Nutrition is for what one portion holds of a part; the figures are rounded ones from
//! USDA FoodData Central, near enough for data that only has to look right.

use entity::vocabulary::{
    Allergen::{self, *},
    DishCategory, Ingredient,
};

/// A part of a dish.
#[derive(Clone, Copy)]
pub struct Part {
    pub name: &'static str,
    pub grams: f64,
    pub kcal: f64,
    pub protein: f64,
    pub carbohydrate: f64,
    pub fat: f64,
    pub salt: f64,
    pub allergens: &'static [Allergen],
    pub meat: Option<Ingredient>,
}

/// How many dishes of a category a kitchen has, and what they are made of.
pub struct Recipes {
    pub category: DishCategory,
    pub dishes: usize,
    pub bases: &'static [Part],
    pub with: &'static [Part],
    /// Cents.
    pub price: (i32, i32),
}

type Amounts = [f64; 6];

const fn part(name: &'static str, amounts: Amounts, allergens: &'static [Allergen]) -> Part {
    let [grams, kcal, protein, carbohydrate, fat, salt] = amounts;
    Part {
        name,
        grams,
        kcal,
        protein,
        carbohydrate,
        fat,
        salt,
        allergens,
        meat: None,
    }
}

const fn meat(name: &'static str, amounts: Amounts, kind: Ingredient) -> Part {
    Part {
        meat: Some(kind),
        ..part(name, amounts, &[])
    }
}

/// (prefix, IDDSI level) of foods; most are eaten as they are.
pub const TEXTURES: [(&str, i16); 4] = [("", 7), ("Soft ", 6), ("Minced ", 5), ("Puréed ", 4)];

/// (prefix, IDDSI level) of drinks.
pub const THICKNESSES: [(&str, i16); 4] = [
    ("", 0),
    ("Slightly thick ", 1),
    ("Mildly thick ", 2),
    ("Moderately thick ", 3),
];

// Grams, kcal, protein, carbohydrate, fat, salt.
#[rustfmt::skip]
pub const RECIPES: [Recipes; 8] = [
    Recipes { category: DishCategory::Breakfast, dishes: 22, price: (180, 420), bases: &[
        part("porridge", [200.0, 150.0, 5.5, 25.0, 3.0, 0.2], &[Gluten, Oats]),
        part("rice pudding", [200.0, 210.0, 6.0, 36.0, 5.0, 0.2], &[Milk]),
        part("scrambled eggs", [120.0, 180.0, 12.0, 2.0, 13.0, 0.5], &[Eggs, Milk]),
        part("wheat pancakes", [120.0, 270.0, 8.0, 34.0, 11.0, 0.8], &[Gluten, Wheat, Eggs, Milk]),
        part("millet porridge", [200.0, 165.0, 4.5, 32.0, 2.0, 0.1], &[]),
    ], with: &[
        part("with stewed apple", [80.0, 45.0, 0.2, 11.0, 0.1, 0.0], &[]),
        part("with banana", [80.0, 70.0, 0.9, 18.0, 0.3, 0.0], &[]),
        part("with yoghurt", [80.0, 50.0, 3.0, 4.0, 2.5, 0.1], &[Milk]),
        part("with almond butter", [20.0, 123.0, 4.2, 3.8, 11.0, 0.0], &[Nuts, Almonds]),
        part("with berries", [80.0, 38.0, 0.6, 9.0, 0.3, 0.0], &[]),
    ] },
    Recipes { category: DishCategory::Soup, dishes: 16, price: (160, 320), bases: &[
        part("tomato soup", [250.0, 75.0, 2.0, 16.0, 0.8, 0.7], &[Celery]),
        part("lentil soup", [250.0, 140.0, 9.0, 24.0, 1.0, 0.6], &[Celery]),
        part("pumpkin soup", [250.0, 90.0, 2.0, 18.0, 1.5, 0.5], &[]),
        part("pea soup", [250.0, 130.0, 8.0, 23.0, 1.0, 0.6], &[]),
        meat("chicken broth", [250.0, 60.0, 7.0, 3.0, 2.0, 0.9], Ingredient::Poultry),
    ], with: &[
        part("with herbs", [5.0, 2.0, 0.1, 0.3, 0.0, 0.0], &[]),
        part("with cream", [20.0, 60.0, 0.5, 0.7, 6.2, 0.0], &[Milk]),
        part("with noodles", [60.0, 95.0, 3.2, 19.0, 0.6, 0.0], &[Gluten, Wheat, Eggs]),
        part("with barley", [60.0, 74.0, 1.4, 17.0, 0.3, 0.0], &[Gluten, Barley]),
    ] },
    Recipes { category: DishCategory::Main, dishes: 48, price: (420, 980), bases: &[
        meat("roast chicken", [130.0, 215.0, 35.0, 0.0, 8.0, 0.6], Ingredient::Poultry),
        meat("braised beef", [130.0, 260.0, 34.0, 1.0, 13.0, 0.6], Ingredient::Beef),
        meat("lamb stew", [180.0, 290.0, 28.0, 9.0, 16.0, 0.7], Ingredient::Lamb),
        meat("pork loin", [130.0, 240.0, 33.0, 0.0, 11.0, 0.6], Ingredient::Pork),
        part("poached cod", [140.0, 120.0, 26.0, 0.0, 1.2, 0.4], &[Fish]),
        part("baked salmon", [130.0, 265.0, 29.0, 0.0, 16.0, 0.3], &[Fish]),
        part("prawn curry", [220.0, 230.0, 24.0, 9.0, 11.0, 0.9], &[Crustaceans]),
        part("tofu stir-fry", [200.0, 210.0, 18.0, 10.0, 12.0, 0.8], &[Soybeans]),
        part("chickpea curry", [220.0, 260.0, 12.0, 36.0, 8.0, 0.6], &[]),
        part("paneer masala", [200.0, 330.0, 17.0, 12.0, 24.0, 0.8], &[Milk]),
        part("vegetable lasagne", [250.0, 310.0, 14.0, 36.0, 12.0, 0.9], &[Gluten, Wheat, Milk, Eggs]),
        part("bean stew", [220.0, 225.0, 13.0, 36.0, 3.0, 0.5], &[]),
    ], with: &[
        part("with leeks", [60.0, 30.0, 0.8, 6.0, 0.2, 0.1], &[]),
        part("with tomato sauce", [60.0, 30.0, 0.9, 5.0, 0.6, 0.3], &[]),
        part("with mustard sauce", [50.0, 75.0, 1.5, 4.0, 6.0, 0.5], &[Mustard, Milk]),
        part("with sesame", [10.0, 57.0, 1.8, 2.3, 5.0, 0.0], &[Sesame]),
        part("with peanut sauce", [40.0, 130.0, 5.0, 6.0, 10.0, 0.4], &[Peanuts, Soybeans]),
        part("with spinach", [80.0, 20.0, 2.3, 3.0, 0.3, 0.1], &[]),
    ] },
    Recipes { category: DishCategory::Side, dishes: 24, price: (110, 240), bases: &[
        part("basmati rice", [150.0, 195.0, 4.0, 42.0, 0.5, 0.1], &[]),
        part("boiled potatoes", [160.0, 138.0, 3.0, 32.0, 0.2, 0.2], &[]),
        part("mashed potatoes", [180.0, 190.0, 3.6, 29.0, 7.0, 0.5], &[Milk]),
        part("pasta", [160.0, 250.0, 9.0, 49.0, 1.5, 0.1], &[Gluten, Wheat]),
        part("carrots", [120.0, 42.0, 0.9, 10.0, 0.2, 0.1], &[]),
        part("green beans", [120.0, 42.0, 2.3, 9.5, 0.3, 0.0], &[]),
    ], with: &[
        part("with parsley", [5.0, 2.0, 0.1, 0.3, 0.0, 0.0], &[]),
        part("with butter", [10.0, 72.0, 0.1, 0.0, 8.1, 0.1], &[Milk]),
        part("with olive oil", [8.0, 71.0, 0.0, 0.0, 8.0, 0.0], &[]),
    ] },
    Recipes { category: DishCategory::Salad, dishes: 10, price: (150, 340), bases: &[
        part("green salad", [100.0, 18.0, 1.4, 3.0, 0.2, 0.1], &[]),
        part("beetroot salad", [120.0, 52.0, 1.9, 11.0, 0.2, 0.2], &[Sulphites]),
        part("quinoa salad", [150.0, 180.0, 6.6, 32.0, 2.9, 0.1], &[]),
    ], with: &[
        part("with vinaigrette", [20.0, 85.0, 0.0, 1.0, 9.0, 0.3], &[Mustard, Sulphites]),
        part("with feta", [30.0, 80.0, 4.3, 1.2, 6.4, 0.8], &[Milk]),
        part("with lemon", [10.0, 3.0, 0.0, 0.7, 0.0, 0.0], &[]),
        part("with walnuts", [15.0, 98.0, 2.3, 2.1, 9.8, 0.0], &[Nuts, Walnuts]),
    ] },
    Recipes { category: DishCategory::Dessert, dishes: 16, price: (120, 280), bases: &[
        part("fruit compote", [120.0, 75.0, 0.4, 19.0, 0.1, 0.0], &[]),
        part("vanilla custard", [120.0, 125.0, 4.5, 18.0, 4.0, 0.2], &[Milk, Eggs]),
        part("apple crumble", [130.0, 280.0, 3.0, 45.0, 10.0, 0.2], &[Gluten, Wheat, Milk]),
        part("coconut sorbet", [100.0, 140.0, 1.0, 22.0, 5.5, 0.0], &[]),
    ], with: &[
        part("with cinnamon", [1.0, 2.0, 0.0, 0.8, 0.0, 0.0], &[]),
        part("with raspberries", [50.0, 26.0, 0.6, 6.0, 0.3, 0.0], &[]),
        part("with hazelnuts", [10.0, 63.0, 1.5, 1.7, 6.1, 0.0], &[Nuts, Hazelnuts]),
        part("with whipped cream", [20.0, 68.0, 0.4, 0.6, 7.2, 0.0], &[Milk]),
    ] },
    Recipes { category: DishCategory::Snack, dishes: 6, price: (90, 210), bases: &[
        part("oatcakes", [30.0, 130.0, 3.0, 19.0, 5.0, 0.4], &[Gluten, Oats]),
        part("rice cakes", [20.0, 77.0, 1.6, 16.0, 0.6, 0.1], &[]),
    ], with: &[
        part("with hummus", [40.0, 66.0, 3.2, 5.7, 3.8, 0.4], &[Sesame]),
        part("with cheese", [25.0, 100.0, 6.2, 0.3, 8.3, 0.4], &[Milk]),
        part("with grapes", [80.0, 55.0, 0.6, 14.0, 0.1, 0.0], &[]),
    ] },
    Recipes { category: DishCategory::Drink, dishes: 8, price: (60, 160), bases: &[
        part("apple juice", [200.0, 92.0, 0.2, 22.0, 0.2, 0.0], &[]),
        part("milk", [200.0, 122.0, 6.6, 9.6, 6.6, 0.2], &[Milk]),
        part("soya drink", [200.0, 80.0, 6.6, 4.0, 3.8, 0.2], &[Soybeans]),
    ], with: &[
        part("", [0.0, 0.0, 0.0, 0.0, 0.0, 0.0], &[]),
    ] },
];
