//! Which dishes to list: the filter of dishes and of menu items.

use std::collections::BTreeSet;

use async_graphql::InputObject;
use entity::vocabulary::{Allergen, BitSet, Diet, DishCategory, Presence};
use sea_orm::{
    ActiveEnum, Iterable,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};

use crate::error::{Error, Result};

// Sets, so that what is repeated makes no statement longer.
/// Which dishes to list. All conditions must hold.
#[derive(Clone, Debug, Default, PartialEq, InputObject)]
pub struct DishFilter {
    /// Only dishes of one of these categories.
    categories: Option<BTreeSet<DishCategory>>,
    /// Only dishes that fit all of these diets.
    diets: Option<BTreeSet<Diet>>,
    /// Only dishes free from all of these allergens. A species also leaves out dishes whose
    /// group is declared and not explained by species, because the species may be the one to
    /// avoid; wheat also leaves out spelt, and either the other; and dishes whose allergens nobody
    /// declared are always left out.
    free_from: Option<BTreeSet<Allergen>>,
    /// Whether traces are acceptable: with true, `freeFrom` leaves out only what a dish contains.
    #[graphql(default = false)]
    allow_traces: bool,
    /// Only foods whose IDDSI level is one of these, from 3 to 7; together with `drinkTextures`
    /// also those drinks.
    food_textures: Option<BTreeSet<i16>>,
    /// Only drinks whose IDDSI level is one of these, from 0 to 4; together with `foodTextures`
    /// also those foods.
    drink_textures: Option<BTreeSet<i16>>,
    /// Only dishes of at most so many kilocalories in a portion.
    max_energy_kcal: Option<f64>,
}

impl DishFilter {
    /// Adds the conditions to a select that has `dish` in its FROM.
    pub fn apply(&self, select: &mut SelectStatement) -> Result<()> {
        if let Some(categories) = &self.categories {
            let categories = categories.iter().map(|category| category.to_value());
            select.and_where(Expr::col(("dish", "category")).is_in(categories));
        }
        if let Some(diets) = &self.diets {
            let bits = Diet::bits(diets.iter().copied());
            select.and_where(Expr::col(("dish", "diets")).bit_and(bits).eq(bits));
        }
        if let Some(avoided) = self
            .free_from
            .as_ref()
            .filter(|avoided| !avoided.is_empty())
        {
            select.and_where(Expr::col(("dish", "allergens_declared")).eq(true));
            for allergen in avoided {
                select.and_where(self.may_have(*allergen).not());
            }
        }
        let food = self
            .food_textures
            .as_ref()
            .map(|levels| ("foodTextures", levels, 3..=7));
        let drink = self
            .drink_textures
            .as_ref()
            .map(|levels| ("drinkTextures", levels, 0..=4));
        for (name, levels, scale) in food.clone().into_iter().chain(drink.clone()) {
            if let Some(level) = levels.iter().find(|level| !scale.contains(*level)) {
                return Err(Error::bad_input(format!(
                    "`{name}` has {level}; levels are from {} to {}.",
                    scale.start(),
                    scale.end()
                )));
            }
        }
        let is_in = |column, levels: &BTreeSet<i16>| {
            Expr::col(("dish", column)).is_in(levels.iter().copied())
        };
        match (food, drink) {
            (Some((_, foods, _)), Some((_, drinks, _))) => {
                let either = is_in("food_texture", foods).or(is_in("drink_thickness", drinks));
                select.and_where(either);
            }
            (Some((_, foods, _)), None) => {
                select.and_where(is_in("food_texture", foods));
            }
            (None, Some((_, drinks, _))) => {
                select.and_where(is_in("drink_thickness", drinks));
            }
            (None, None) => {}
        }
        if let Some(most) = self.max_energy_kcal {
            select.and_where(Expr::col(("dish", "energy_kcal")).lte(most));
        }
        Ok(())
    }

    /// The dish has the allergen, or may have it; as the rules of `ordering` have it. A group is in
    /// a dish with any of its species. A species may be meant by its group, unless the group is
    /// explained by species that are in the dish as surely: traces of hazelnut do not explain nuts
    /// that it contains, nor does hazelnut that it contains explain traces of nuts.
    fn may_have(&self, allergen: Allergen) -> Expr {
        let group = allergen.group();
        let species = || Allergen::iter().filter(move |a| a.group() == group && *a != group);
        if allergen == group {
            return Expr::exists(self.rows(species().chain([group])));
        }
        let mut unexplained = self.rows([group]);
        let mut explaining = Query::select();
        explaining
            .expr(Expr::val(1))
            .from_as("dish_allergen", "species")
            .and_where(Expr::col(("species", "dish_id")).equals(("dish_allergen", "dish_id")))
            .and_where(Expr::col(("species", "allergen")).is_in(species().map(|a| a.to_value())))
            .and_where(Expr::col(("species", "presence")).equals(("dish_allergen", "presence")));
        unexplained.and_where(Expr::exists(explaining).not());
        let kin = allergen.kin().iter().copied();
        Expr::exists(self.rows(kin.chain([allergen]))).or(Expr::exists(unexplained))
    }

    /// The rows of the dish for one of `allergens`, traces only where they count.
    fn rows(&self, allergens: impl IntoIterator<Item = Allergen>) -> SelectStatement {
        let mut rows = Query::select();
        let allergens = allergens.into_iter().map(|allergen| allergen.to_value());
        rows.expr(Expr::val(1))
            .from("dish_allergen")
            .and_where(Expr::col(("dish_allergen", "dish_id")).equals(("dish", "id")))
            .and_where(Expr::col(("dish_allergen", "allergen")).is_in(allergens));
        if self.allow_traces {
            rows.and_where(
                Expr::col(("dish_allergen", "presence")).eq(Presence::Contains.to_value()),
            );
        }
        rows
    }
}
