use super::*;

fn at(time: &str) -> DateTime<Utc> {
    format!("2026-11-23T{time}:00Z").parse().unwrap()
}

/// Ordered from 06:00, normally until 10:30, late until 11:45.
fn slots() -> Slots {
    let slot = |number, starts_at, taken| Slot {
        id: Uuid::from_u128(number),
        starts_at: at(starts_at),
        capacity: 10,
        taken,
    };
    Slots {
        date: "2026-11-23".parse().unwrap(),
        opening: at("06:00"),
        cut_off: at("10:30"),
        late_end: at("11:45"),
        slots: vec![
            slot(1, "11:00", 0),
            slot(2, "11:30", 10),
            slot(3, "12:00", 9),
        ],
    }
}

fn refused(wanted: &str, now: &str, trays: i32) -> Problem {
    *slots().choose(at(wanted), at(now), trays).unwrap_err()
}

#[test]
fn a_meal_is_ordered_from_its_opening_until_the_end_of_late_trays() {
    for (now, is_late) in [
        ("06:00", false),
        ("10:29", false),
        ("10:30", true),
        ("11:44", true),
    ] {
        let chosen = slots().choose(at("12:00"), at(now), 1);
        assert_eq!(chosen.unwrap().id, Uuid::from_u128(3), "{now}");
        assert_eq!(slots().is_late(at(now)), is_late, "{now}");
    }
    let Problem::OrderingClosed(early) = refused("12:00", "05:59", 1) else {
        panic!("before it opens")
    };
    assert_eq!(early.opens_at.map(|at| at.0), Some(at("06:00")));
    let Problem::OrderingClosed(late) = refused("12:00", "11:45", 1) else {
        panic!("after all")
    };
    assert!(late.opens_at.is_none());
}

#[test]
fn what_is_full_or_over_names_what_is_left() {
    let Problem::SlotFull(full) = refused("11:30", "10:00", 1) else {
        panic!("a full slot")
    };
    let open: Vec<_> = full.open_slots.iter().map(|slot| slot.0).collect();
    assert_eq!(open, [at("11:00"), at("12:00")]);
    let Problem::SlotFull(full) = refused("12:00", "10:00", 2) else {
        panic!("two trays where one fits")
    };
    assert_eq!(full.open_slots.len(), 1);
    let Problem::CutoffPassed(over) = refused("11:00", "11:00", 1) else {
        panic!("a slot that has begun")
    };
    let late: Vec<_> = over.late_slots.iter().map(|slot| slot.0).collect();
    assert_eq!(late, [at("12:00")]);
    assert!(matches!(
        refused("11:01", "10:00", 1),
        Problem::InvalidValue(_)
    ));
}

#[test]
fn whichever_slot_is_asked_what_is_closed_is_closed() {
    let told = |now: &str, slots: Slots| slots.check_any(at(now)).err().map(|told| *told);
    assert!(told("10:00", slots()).is_none());
    assert!(told("11:30", slots()).is_none());
    for now in ["05:59", "11:45"] {
        let told = told(now, slots());
        assert!(matches!(told, Some(Problem::OrderingClosed(_))), "{now}");
    }
    let mut full = slots();
    full.slots.iter_mut().for_each(|slot| slot.taken = 10);
    assert!(matches!(told("10:00", full), Some(Problem::SlotFull(_))));
    let mut over = slots();
    over.slots.truncate(2);
    assert!(matches!(
        told("11:30", over),
        Some(Problem::CutoffPassed(_))
    ));
}
