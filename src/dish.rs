//! Dishes: what kitchens cook, with everything that decides who may eat it.

use async_graphql::{Context, Enum, ID, MergedObject, Object, SimpleObject};
use entity::{
    dish,
    vocabulary::{Additive, Allergen, BitSet, Diet, DishCategory, Ingredient, Presence},
};
use serde::{Deserialize, Serialize};

mod create_dish;
mod describe;
mod edges;
mod filter;
mod hold;
mod list;
mod query;
mod update_dish;

pub use create_dish::CreateDish;
pub use edges::DishById;
pub use filter::DishFilter;
pub use list::{DishOrder, Dishes};
pub use query::DishQuery;
pub use update_dish::UpdateDish;

use crate::{
    app::App,
    error::{Error, Result},
    graph::{Ctx, Listed, Plain, Row, Writes, id::Kind, scalar::Url},
    kitchen::{Kitchen, KitchenById},
};

/// The changes of dishes.
#[derive(Default, MergedObject)]
pub struct DishMutation(CreateDish, UpdateDish);

impl DishMutation {
    pub fn new(app: &App) -> Self {
        Self(
            CreateDish::new(Writes::new(app)),
            UpdateDish::new(Writes::new(app)),
        )
    }
}

/// An allergen of a dish.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct DishAllergen {
    /// The allergen: one of the 14 groups, or a species of cereal or nut.
    allergen: Allergen,
    /// The group of the allergen: itself, unless it is a species.
    group: Allergen,
    /// Whether the dish contains it or may contain traces.
    presence: Presence,
}

/// The scale on which a texture is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum TextureScale {
    /// Foods, IDDSI levels 3 (liquidised) to 7 (regular).
    Food,
    /// Drinks, IDDSI levels 0 (thin) to 4 (extremely thick).
    Drink,
}

/// How thick or soft a dish is, on the scale of the International Dysphagia Diet
/// Standardisation Initiative (IDDSI, 2019).
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct Texture {
    /// The scale: foods and drinks have separate ones.
    scale: TextureScale,
    /// The level on that scale.
    level: i16,
    /// The name of the level, such as Minced & moist.
    label: &'static str,
}

/// What a portion contains.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct Nutrition {
    /// The portion in grams; null where it is not known.
    portion_g: Option<f64>,
    /// Energy in kilocalories; null where it is not known.
    energy_kcal: Option<f64>,
    /// Protein in grams; null where it is not known.
    protein_g: Option<f64>,
    /// Carbohydrate in grams; null where it is not known.
    carbohydrate_g: Option<f64>,
    /// Fat in grams; null where it is not known.
    fat_g: Option<f64>,
    /// Salt in grams; null where it is not known.
    salt_g: Option<f64>,
}

/// A picture of a dish.
#[derive(Clone, Debug, SimpleObject)]
pub struct Photo {
    /// Where to get it.
    url: Url,
    /// The width in pixels.
    width: i32,
    /// The height in pixels.
    height: i32,
}

/// A dish, as its kitchen cooks it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Dish(pub dish::Model);

/// A dish, as its kitchen cooks it.
#[Object]
impl Dish {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        Kind::Dish.id(self.0.id)
    }

    /// Goes up with each change. Who changes it names the version that was seen.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// The name, unique in its kitchen.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// A sentence about it; null where nobody wrote one.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// What kind of dish it is.
    async fn category(&self) -> DishCategory {
        self.0.category
    }

    /// The kitchen that cooks it.
    async fn kitchen(&self, ctx: &Context<'_>) -> Result<Row<Kitchen>> {
        let kitchen = ctx.load(KitchenById, self.0.kitchen_id).await?;
        kitchen.ok_or_else(|| Error::internal(anyhow::anyhow!("a dish without its kitchen")))
    }

    /// Whether its kitchen has declared its allergens. Where it has not, `allergens` is empty
    /// because nothing is known: never show that as free from anything.
    async fn allergens_declared(&self) -> bool {
        self.0.allergens_declared
    }

    /// Its allergens, in the order of the vocabulary. An empty list says that there are none only
    /// where `allergensDeclared` is true.
    async fn allergens(&self, ctx: &Context<'_>) -> Result<Listed<Vec<Plain<DishAllergen>>>> {
        let allergens = ctx.load(edges::AllergensOfDish, self.0.id).await?;
        let allergen = |row: &entity::dish_allergen::Model| {
            Plain(DishAllergen {
                allergen: row.allergen,
                group: row.allergen.group(),
                presence: row.presence,
            })
        };
        Ok(Listed(allergens.iter().map(allergen).collect()))
    }

    /// The diets it fits.
    async fn diets(&self) -> Vec<Diet> {
        Diet::of(self.0.diets)
    }

    /// The additives that must be declared.
    async fn additives(&self) -> Vec<Additive> {
        Additive::of(self.0.additives)
    }

    /// Ingredients declared for reasons of faith, conviction or taste.
    async fn ingredients(&self) -> Vec<Ingredient> {
        Ingredient::of(self.0.ingredients)
    }

    /// How thick or soft it is; null where that was not measured.
    async fn texture(&self) -> Option<Plain<Texture>> {
        let food = [
            "Liquidised",
            "Pureed",
            "Minced & moist",
            "Soft & bite-sized",
            "Regular",
        ];
        let drink = [
            "Thin",
            "Slightly thick",
            "Mildly thick",
            "Moderately thick",
            "Extremely thick",
        ];
        let (scale, level, label) = match (self.0.food_texture, self.0.drink_thickness) {
            (Some(level), _) => (TextureScale::Food, level, food.get(level as usize - 3)),
            (None, Some(level)) => (TextureScale::Drink, level, drink.get(level as usize)),
            (None, None) => return None,
        };
        Some(Plain(Texture {
            scale,
            level,
            label: label?,
        }))
    }

    /// What a portion contains; null where nothing is known.
    async fn nutrition(&self) -> Option<Plain<Nutrition>> {
        let dish = &self.0;
        let known = dish
            .energy_kcal
            .or(dish.protein_g)
            .or(dish.carbohydrate_g)
            .or(dish.fat_g);
        known.or(dish.salt_g)?;
        Some(Plain(Nutrition {
            portion_g: dish.portion_g,
            energy_kcal: dish.energy_kcal,
            protein_g: dish.protein_g,
            carbohydrate_g: dish.carbohydrate_g,
            fat_g: dish.fat_g,
            salt_g: dish.salt_g,
        }))
    }

    /// A picture of it; null where there is none.
    async fn photo(&self) -> Option<Plain<Photo>> {
        Some(Plain(Photo {
            url: Url(self.0.photo_url.clone()?),
            width: self.0.photo_width?,
            height: self.0.photo_height?,
        }))
    }
}
