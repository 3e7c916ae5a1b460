//! `createDish`: a kitchen has a dish that it had not.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::{Context, ID, InputObject, Object};
use entity::{
    dish, dish_allergen,
    vocabulary::{BitSet, Diet, DishCategory},
};
use sea_orm::{EntityTrait, IntoActiveModel};
use uuid::Uuid;

use super::{
    Dish, DishById,
    describe::{Described, NewDishAllergen, NewNutrition, NewTexture},
    hold::{COOKS, WHO_MAY, check_name, hold_kitchen},
};
use crate::{
    auth::Place,
    error::Result,
    event::Event,
    graph::{Begun, Changed, Plain, Problem, Writes, id::Kind, payload},
};

/// A dish that a kitchen cooks from now on.
#[derive(InputObject)]
pub struct CreateDishInput {
    /// The kitchen that cooks it.
    kitchen: ID,
    /// The name, unique in its kitchen: 1 to 200 characters.
    name: String,
    /// A sentence about it, of up to 2000 characters.
    description: Option<String>,
    /// What kind of dish it is.
    category: DishCategory,
    /// Whether `allergens` are all that there are. With false nothing is known of its allergens,
    /// and nobody is told that it is free from anything.
    allergens_declared: bool,
    /// Its allergens.
    #[graphql(default)]
    allergens: Vec<NewDishAllergen>,
    /// The diets it fits.
    #[graphql(default)]
    diets: BTreeSet<Diet>,
    /// How thick or soft it is; null or left out where that was not measured.
    texture: Option<NewTexture>,
    /// What a portion contains; null or left out where nothing is known.
    nutrition: Option<NewNutrition>,
    /// A key that you make for this change, 1 to 255 visible ASCII characters. Send the change
    /// again with it when you do not know whether it arrived: it is made once.
    idempotency_key: String,
}

payload! {
    CreateDishPayload {
        /// The new dish; null where there are problems.
        dish: Dish by DishById,
        /// Why the dish was not created: all that is to be mended. Empty where it was.
        problems,
    }
}

#[derive(Default)]
pub struct CreateDish(Writes);

impl CreateDish {
    pub fn new(writes: Writes) -> Self {
        Self(writes)
    }
}

#[Object]
impl CreateDish {
    /// Creates a dish. For the people of its kitchen, and for administrators.
    async fn create_dish(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The dish.")] input: CreateDishInput,
    ) -> Result<Option<Plain<CreateDishPayload>>> {
        let changed = create_dish(&self.0, ctx, input).await?;
        Ok(Some(Plain(CreateDishPayload(changed))))
    }
}

async fn create_dish(
    writes: &Writes,
    ctx: &Context<'_>,
    input: CreateDishInput,
) -> Result<Changed> {
    let kitchen = Kind::Kitchen.read(&input.kitchen)?;
    let id = Uuid::now_v7();
    let key = &input.idempotency_key;
    let mut write = match writes.begin(ctx, "createDish", key, &input, id).await? {
        Begun::First(write) => write,
        Begun::Again(changed) => return Ok(changed),
    };
    let place = Place::Kitchen(kitchen);
    write.scope.check(&COOKS, place, WHO_MAY)?;
    let mut row = dish::Model {
        id,
        kitchen_id: kitchen,
        name: String::new(),
        name_key: String::new(),
        search_text: String::new(),
        description: None,
        category: input.category,
        allergens_declared: input.allergens_declared,
        diets: Diet::bits(input.diets.iter().copied()),
        additives: 0,
        ingredients: 0,
        food_texture: None,
        drink_thickness: None,
        portion_g: None,
        energy_kcal: None,
        protein_g: None,
        carbohydrate_g: None,
        fat_g: None,
        salt_g: None,
        photo_url: None,
        photo_width: None,
        photo_height: None,
        created_at: write.now,
        updated_at: write.now,
        version: 1,
    };
    let mut described = Described {
        row: &mut row,
        allergens: BTreeMap::new(),
        problems: &mut write.problems,
    };
    described.name(&input.name);
    described.description(input.description.as_deref());
    described.allergens(&input.allergens);
    described.texture(input.texture);
    described.nutrition(input.nutrition);
    let allergens = described.end();
    match hold_kitchen(&write, kitchen).await? {
        true => check_name(&mut write, &row).await?,
        false => {
            let problem = Problem::not_found(&["kitchen"], &input.kitchen);
            write.problems.push(problem);
        }
    }
    if write.problems.is_empty() {
        dish::Entity::insert(row.into_active_model())
            .exec_without_returning(&write.conn)
            .await?;
        let allergens = allergens
            .into_iter()
            .map(IntoActiveModel::into_active_model);
        dish_allergen::Entity::insert_many(allergens)
            .exec_without_returning(&write.conn)
            .await?;
        let event = Event::DishCreated { dish: id, kitchen };
        write.record(event).await?;
    }
    write.end(id).await
}
