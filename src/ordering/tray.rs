//! What is to be on a tray: as it was sent, and what is wrong with that alone.

use std::collections::{BTreeMap, btree_map::Entry};

use async_graphql::{Enum, ID, InputObject};
use entity::vocabulary::{Allergen, Diet};
use uuid::Uuid;

use crate::{
    carts::{MOST_LINES, MOST_PORTIONS},
    error::Result,
    graph::{Problem, id::Kind},
};

const LONGEST_REASON: usize = 500;

/// A line of an order that is to be placed.
#[derive(InputObject)]
pub struct NewOrderLine {
    /// The menu item: of the same menu and the same kitchen as those of the other lines.
    menu_item: ID,
    /// How many portions, 1 to 20.
    #[graphql(default = 1)]
    quantity: i32,
    /// What a portion costs as you showed it, in minor units of its currency: where it costs
    /// something else now, the order is not placed. Left out where nobody was shown a price.
    unit_price_minor: Option<i64>,
}

/// With what of a patient a dish can be in conflict, and be ordered all the same. Who may eat
/// nothing at all is to be allowed to first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ConflictKind {
    /// With an allergy.
    Allergen,
    /// With a diet.
    Diet,
    /// With the textures of foods that can be swallowed safely.
    Texture,
    /// With the thickness of drinks that can be swallowed safely.
    Fluid,
}

/// That a dish is to be ordered in spite of a conflict with what the patient may eat, by somebody
/// who may decide that.
#[derive(InputObject)]
pub struct NewOverride {
    /// The menu item.
    menu_item: ID,
    /// With what it is in conflict.
    conflict: ConflictKind,
    /// The allergen, where the conflict is with an allergy.
    allergen: Option<Allergen>,
    /// The diet, where the conflict is with a diet.
    diet: Option<Diet>,
    /// Why it may be eaten all the same, 1 to 500 characters: kept with who decided it.
    reason: String,
}

/// A tray as it was sent.
pub struct Tray {
    pub patient: Option<Uuid>,
    pub lines: Vec<Line>,
    /// What all of it costs, as it was shown.
    pub total: Option<i64>,
    pub overrides: Vec<Override>,
    /// Where it stands in the input.
    at: Vec<String>,
}

pub struct Line {
    pub item: Uuid,
    pub quantity: i32,
    /// What a portion costs, as it was shown.
    pub unit_price: Option<i64>,
}

pub struct Override {
    pub item: Uuid,
    pub conflict: ConflictKind,
    pub allergen: Option<Allergen>,
    pub diet: Option<Diet>,
    pub reason: String,
}

impl Tray {
    pub fn read(
        at: Vec<String>,
        patient: Option<&ID>,
        lines: &[NewOrderLine],
        total: Option<i64>,
        overrides: &[NewOverride],
    ) -> Result<Self> {
        let lines = lines.iter().map(|line| {
            Ok(Line {
                item: Kind::MenuItem.read(&line.menu_item)?,
                quantity: line.quantity,
                unit_price: line.unit_price_minor,
            })
        });
        let overrides = overrides.iter().map(|new| {
            Ok(Override {
                item: Kind::MenuItem.read(&new.menu_item)?,
                conflict: new.conflict,
                allergen: new.allergen,
                diet: new.diet,
                reason: new.reason.trim().to_owned(),
            })
        });
        Ok(Self {
            patient: patient.map(|id| Kind::Patient.read(id)).transpose()?,
            lines: lines.collect::<Result<_>>()?,
            total,
            overrides: overrides.collect::<Result<_>>()?,
            at,
        })
    }

    /// These lines, of an input that has nothing around them.
    pub fn of(patient: Option<Uuid>, lines: Vec<Line>) -> Self {
        Self {
            patient,
            lines,
            total: None,
            overrides: Vec::new(),
            at: Vec::new(),
        }
    }

    /// The path in the input of what is below the tray.
    pub fn path(&self, below: &[&str]) -> Vec<String> {
        let below = below.iter().map(|name| (*name).to_owned());
        self.at.iter().cloned().chain(below).collect()
    }

    /// A problem with a value that is below the tray.
    pub fn invalid(&self, below: &[&str], value: impl ToString, allowed: &str) -> Problem {
        let path = self.path(below);
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        Problem::invalid(&path, value, allowed)
    }

    /// What is wrong with it whatever is on the menu.
    pub fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if !(1..=MOST_LINES).contains(&self.lines.len()) {
            let allowed = format!("1 to {MOST_LINES} lines");
            problems.push(self.invalid(&["lines"], self.lines.len(), &allowed));
        }
        for (number, line) in self.lines.iter().enumerate() {
            if !(1..=MOST_PORTIONS).contains(&line.quantity) {
                let path = ["lines", &number.to_string(), "quantity"];
                let allowed = format!("1 to {MOST_PORTIONS} portions");
                problems.push(self.invalid(&path, line.quantity, &allowed));
            }
        }
        if self.overrides.len() > MOST_LINES {
            let allowed = format!("at most {MOST_LINES}");
            problems.push(self.invalid(&["overrides"], self.overrides.len(), &allowed));
        }
        for (number, given) in self.overrides.iter().enumerate() {
            let path = ["overrides", &number.to_string(), "reason"];
            problems.extend(
                check_reason(&given.reason)
                    .map(|allowed| self.invalid(&path, &given.reason, &allowed)),
            );
        }
        problems
    }

    /// How many portions of each item it takes, summed over the lines, with the first line and in
    /// the order of those.
    pub fn portions(&self) -> Vec<(Uuid, (i32, usize))> {
        let mut portions = BTreeMap::new();
        for (number, line) in self.lines.iter().enumerate() {
            match portions.entry(line.item) {
                Entry::Vacant(first) => {
                    first.insert((line.quantity, number));
                }
                Entry::Occupied(mut more) => more.get_mut().0 += line.quantity,
            }
        }
        let mut portions: Vec<_> = portions.into_iter().collect();
        portions.sort_by_key(|(_, (_, first))| *first);
        portions
    }
}

/// What a reason must be, where it is not.
pub fn check_reason(reason: &str) -> Option<String> {
    let length = reason.trim().chars().count();
    let is_said = (1..=LONGEST_REASON).contains(&length) && !reason.contains('\0');
    (!is_said).then(|| format!("a reason of 1 to {LONGEST_REASON} characters"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(item: u128, quantity: i32) -> Line {
        Line {
            item: Uuid::from_u128(item),
            quantity,
            unit_price: None,
        }
    }

    fn tray(lines: Vec<Line>) -> Tray {
        Tray {
            patient: None,
            lines,
            total: None,
            overrides: Vec::new(),
            at: vec!["orders".to_owned(), "3".to_owned()],
        }
    }

    #[test]
    fn portions_are_summed_over_lines() {
        let tray = tray(vec![line(7, 2), line(5, 1), line(7, 3)]);
        assert_eq!(
            tray.portions(),
            [(Uuid::from_u128(7), (5, 0)), (Uuid::from_u128(5), (1, 1))]
        );
    }

    #[test]
    fn everything_that_is_wrong_with_a_tray_is_told() {
        assert!(tray(vec![line(7, 1), line(7, 20)]).check().is_empty());
        assert_eq!(
            tray(vec![line(7, 0), line(7, 21), line(7, -1)])
                .check()
                .len(),
            3
        );
        for lines in [0, MOST_LINES + 1] {
            let tray = tray((0..lines).map(|_| line(7, 1)).collect());
            let problems = tray.check();
            let [Problem::InvalidValue(problem)] = problems.as_slice() else {
                panic!("{lines} lines")
            };
            assert_eq!(problem.path, ["orders", "3", "lines"]);
        }
    }

    #[test]
    fn a_reason_is_said() {
        assert_eq!(check_reason("Tolerated since May."), None);
        for reason in ["", "  ", "a\0b", &"x".repeat(LONGEST_REASON + 1)] {
            assert!(check_reason(reason).is_some(), "{reason:?}");
        }
    }
}
