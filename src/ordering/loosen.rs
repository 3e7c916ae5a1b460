//! Whether somebody may eat more than before: who says so has to say why.

use chrono::{DateTime, Utc};

use super::rules::{ALL_DRINKS, ALL_FOODS, Eater};

impl Eater {
    /// Whether anything is allowed from `now` on that was not before.
    pub fn loosens(&self, before: &Self, now: DateTime<Utc>) -> bool {
        let is_allergy_less = |(allergen, criticality): &(_, entity::vocabulary::Criticality)| {
            let now = self.allergies.iter().find(|(named, _)| named == allergen);
            now.is_none_or(|(_, now)| criticality.is_high() && !now.is_high())
        };
        let levels = |of: Option<i32>, all: i32| of.unwrap_or(all);
        let more = |now: i32, before: i32| now & !before != 0;
        before.allergies.iter().any(is_allergy_less)
            || more(before.diets, self.diets)
            || more(
                levels(self.food_levels, ALL_FOODS),
                levels(before.food_levels, ALL_FOODS),
            )
            || more(
                levels(self.drink_levels, ALL_DRINKS),
                levels(before.drink_levels, ALL_DRINKS),
            )
            || self.eats_sooner(before, now)
    }

    /// Whether there is a moment from `now` on at which nothing could be eaten, and now can.
    fn eats_sooner(&self, before: &Self, now: DateTime<Utc>) -> bool {
        let is_over = |until: Option<DateTime<Utc>>| until.is_some_and(|until| until <= now);
        let Some(was) = before.nil_by_mouth.filter(|was| !is_over(was.until)) else {
            return false;
        };
        let Some(is) = self.nil_by_mouth else {
            return true;
        };
        let begins_later = is.from > was.from.max(now);
        let ends_sooner = match (is.until, was.until) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(is), Some(was)) => is < was,
        };
        begins_later || ends_sooner
    }
}

#[cfg(test)]
mod tests {
    use entity::vocabulary::{Allergen, BitSet, Criticality, Diet};

    use super::*;
    use crate::ordering::rules::NilByMouth;

    fn at(hour: u32) -> DateTime<Utc> {
        format!("2026-11-23T{hour:02}:00:00Z").parse().unwrap()
    }

    fn eater(change: impl FnOnce(&mut Eater)) -> Eater {
        let mut eater = Eater {
            allergies: vec![(Allergen::Milk, Criticality::UnableToAssess)],
            diets: Diet::bits([Diet::Halal, Diet::Renal]),
            food_levels: Some(0b0011_0000),
            drink_levels: Some(0b0_0110),
            nil_by_mouth: Some(NilByMouth {
                from: at(8),
                until: Some(at(12)),
            }),
        };
        change(&mut eater);
        eater
    }

    #[test]
    fn only_what_allows_more_loosens() {
        let nil = |from, until: Option<u32>| {
            move |eater: &mut Eater| {
                let until = until.map(at);
                eater.nil_by_mouth = Some(NilByMouth {
                    from: at(from),
                    until,
                });
            }
        };
        let before = eater(|_| {});
        let loosens = |after: Eater| after.loosens(&before, at(10));
        assert!(!loosens(before.clone()));
        assert!(!loosens(eater(|e| e
            .allergies
            .push((Allergen::Fish, Criticality::Low)))));
        assert!(!loosens(eater(|e| e.allergies[0].1 = Criticality::High)));
        assert!(!loosens(eater(
            |e| e.diets = Diet::bits([Diet::Halal, Diet::Renal, Diet::Vegan])
        )));
        assert!(!loosens(eater(|e| e.food_levels = Some(0b0001_0000))));
        assert!(!loosens(eater(nil(8, None))));
        assert!(!loosens(eater(nil(10, Some(12)))), "what is past is past");

        assert!(loosens(eater(|e| e.allergies.clear())));
        assert!(loosens(eater(|e| e.allergies[0].1 = Criticality::Low)));
        assert!(loosens(eater(
            |e| e.diets = Diet::bits([Diet::Halal, Diet::Vegan])
        )));
        assert!(loosens(eater(|e| e.food_levels = None)));
        assert!(loosens(eater(|e| e.drink_levels = Some(0b0_1000))));
        assert!(loosens(eater(|e| e.nil_by_mouth = None)));
        assert!(loosens(eater(nil(8, Some(11)))));
        assert!(loosens(eater(nil(11, Some(12)))));
        assert!(
            !eater(|e| e.nil_by_mouth = None).loosens(&before, at(12)),
            "it is over"
        );
    }
}
