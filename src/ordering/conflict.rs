//! What the rules say against a meal, as problems that an app can show and act on.

use async_graphql::{InputType, resolver_utils::EnumType};
use chrono::{DateTime, Utc};
use entity::vocabulary::{Presence, Role};
use uuid::Uuid;

use super::{
    rules::{Conflict, Eater, conflicts},
    sections::Sections,
};
use crate::graph::{
    Problem,
    id::Kind,
    problem::{
        AllergenConflict, DietConflict, FluidConflict, NilByMouth, ProblemCode, TextureConflict,
    },
    scalar,
};

/// Everything that speaks against `eater` eating a menu item that is brought at `at`, as problems
/// of the input at `path`; each with what can be had instead. Nothing for an item that `sections`
/// does not have.
pub fn problems(
    sections: &Sections,
    eater: &Eater,
    at: DateTime<Utc>,
    (path, item): (&[String], Uuid),
) -> Vec<Problem> {
    let Some(plate) = sections.plate(item) else {
        return Vec::new();
    };
    let found = conflicts(eater, plate, at);
    if found.is_empty() {
        return Vec::new();
    }
    let substitutes = sections.substitutes(item, eater, at);
    let problem = |conflict| problem(&conflict, path, item, &substitutes);
    found.into_iter().map(problem).collect()
}

/// One of them, as a problem of the menu item `item`.
pub fn problem(conflict: &Conflict, path: &[String], item: Uuid, substitutes: &[Uuid]) -> Problem {
    let field = path.join(".");
    let path = path.to_vec();
    let menu_item = Kind::MenuItem.id(item);
    let item = menu_item.as_str();
    let severity = conflict.severity();
    let overridable_by = conflict.overridable_by().to_vec();
    let substitutes = substitutes.iter().map(|id| Kind::MenuItem.id(*id));
    let substitutes = substitutes.collect();
    let who = who(&overridable_by);
    match *conflict {
        Conflict::Allergen {
            allergen,
            presence,
            criticality,
        } => {
            let has = match presence {
                Some(Presence::Contains) => "contains",
                Some(Presence::MayContain) => "may contain",
                None => "whose allergens were not declared, may contain",
            };
            let allergen_name = word(&allergen);
            Problem::AllergenConflict(AllergenConflict {
                code: ProblemCode::AllergenConflict,
                message: format!("`{field}` is \"{item}\", which {has} {allergen_name}. {who}"),
                path,
                allergen,
                presence,
                criticality,
                menu_item,
                severity,
                overridable_by,
                substitutes,
            })
        }
        Conflict::Diet(diet) => Problem::DietConflict(DietConflict {
            code: ProblemCode::DietConflict,
            message: format!(
                "`{field}` is \"{item}\", which is not {}. {who}",
                word(&diet)
            ),
            path,
            diet,
            menu_item,
            severity,
            overridable_by,
            substitutes,
        }),
        Conflict::Texture { level, allowed } => Problem::TextureConflict(TextureConflict {
            code: ProblemCode::TextureConflict,
            message: format!(
                "`{field}` is \"{item}\", a food of {}; {} can be swallowed safely. {who}",
                of_level(level),
                listed(allowed)
            ),
            path,
            level,
            allowed_levels: levels(allowed),
            menu_item,
            severity,
            overridable_by,
            substitutes,
        }),
        Conflict::Fluid { level, allowed } => Problem::FluidConflict(FluidConflict {
            code: ProblemCode::FluidConflict,
            message: format!(
                "`{field}` is \"{item}\", which has a liquid of {}; {} can be swallowed safely. \
                 {who}",
                of_level(level),
                listed(allowed)
            ),
            path,
            level,
            allowed_levels: levels(allowed),
            menu_item,
            severity,
            overridable_by,
            substitutes,
        }),
        Conflict::NilByMouth(span) => Problem::NilByMouth(NilByMouth {
            code: ProblemCode::NilByMouth,
            message: format!(
                "`{field}` is \"{item}\"; nothing may be eaten or drunk when it would be. {who}"
            ),
            path,
            from: scalar::DateTime(span.from),
            until: span.until.map(scalar::DateTime),
            menu_item,
            severity,
            overridable_by,
            substitutes,
        }),
    }
}

/// The IDDSI levels of a set of them.
pub fn levels(bits: i32) -> Vec<i16> {
    (0..8).filter(|level| bits & (1 << level) != 0).collect()
}

fn listed(bits: i32) -> String {
    let levels = levels(bits).into_iter().map(|level| level.to_string());
    match levels.collect::<Vec<_>>().as_slice() {
        [] => "none".to_owned(),
        levels => format!("IDDSI {}", levels.join(", ")),
    }
}

fn of_level(level: Option<i16>) -> String {
    level.map_or("unknown level".to_owned(), |level| format!("IDDSI {level}"))
}

fn who(may: &[Role]) -> String {
    let names: Vec<String> = may.iter().map(word).collect();
    match names.as_slice() {
        [] => "Nobody may override it.".to_owned(),
        names => format!("Overridable by: {}.", names.join(", ")),
    }
}

/// A value of a vocabulary, as the schema names it.
fn word<T: EnumType + InputType>(value: &T) -> String {
    value.to_value().to_string()
}
