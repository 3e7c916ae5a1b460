use super::*;

const ONE: Uuid = Uuid::from_u128(1);
const TWO: Uuid = Uuid::from_u128(2);

fn all() -> Vec<Event> {
    let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
    let published = |owner| Event::MenuPublished {
        menu: ONE,
        owner,
        date: day,
        meal: Meal::Lunch,
        version: 2,
    };
    vec![
        Event::MenuItemPriceChanged {
            menu: ONE,
            menu_item: TWO,
            audience: Audience::Staff,
            version: 3,
        },
        Event::MenuItemPortionsChanged {
            menu: ONE,
            menu_item: TWO,
            version: 1,
        },
        Event::DishCreated {
            dish: ONE,
            kitchen: TWO,
        },
        Event::DishUpdated {
            dish: ONE,
            kitchen: TWO,
            version: 2,
        },
        published(MenuOwner::Kitchen { id: TWO }),
        published(MenuOwner::Hospital {
            id: TWO,
            slug: "riverside-general".to_owned(),
            code: "5MV02".to_owned(),
        }),
        Event::PatientAdmitted {
            patient: ONE,
            version: 1,
        },
        Event::PatientDietRecorded {
            patient: ONE,
            version: 2,
        },
        Event::PatientAllergyRecorded {
            patient: ONE,
            version: 3,
        },
        Event::PatientAllergyRemoved {
            patient: ONE,
            version: 4,
        },
        Event::PatientMoved {
            patient: ONE,
            version: 5,
        },
        Event::PatientDischarged {
            patient: ONE,
            version: 6,
        },
        Event::OrderPlaced {
            order: ONE,
            hospital: TWO,
            kitchen: TWO,
        },
        Event::OrderStatusChanged {
            order: ONE,
            hospital: TWO,
            kitchen: TWO,
            status: OrderStatus::Accepted,
            version: 2,
        },
        Event::OrderOverridden {
            order: ONE,
            hospital: TWO,
            kitchen: TWO,
            version: 3,
        },
        Event::OrderFlagged {
            order: ONE,
            hospital: TWO,
            kitchen: TWO,
            version: 2,
        },
        Event::OrderMoved {
            order: ONE,
            hospital: TWO,
            kitchen: TWO,
            version: 3,
        },
        Event::DataImported {},
    ]
}

#[test]
fn what_is_told_is_read_again() {
    for event in all() {
        let (name, payload) = event.told().unwrap();
        assert_eq!(Event::read(&name, &payload), event, "{name} {payload}");
    }
}

#[test]
fn what_is_told_stays_as_it_is() {
    let told: Vec<_> = all()
        .iter()
        .map(|event| {
            let (name, payload) = event.told().unwrap();
            format!("{} {name} {payload}", event.topic())
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    menu:00000000-0000-0000-0000-000000000001 MenuItemPriceChanged {"audience":"STAFF","menu":"00000000-0000-0000-0000-000000000001","menuItem":"00000000-0000-0000-0000-000000000002","version":3}
    menu:00000000-0000-0000-0000-000000000001 MenuItemPortionsChanged {"menu":"00000000-0000-0000-0000-000000000001","menuItem":"00000000-0000-0000-0000-000000000002","version":1}
    dish:00000000-0000-0000-0000-000000000001 DishCreated {"dish":"00000000-0000-0000-0000-000000000001","kitchen":"00000000-0000-0000-0000-000000000002"}
    dish:00000000-0000-0000-0000-000000000001 DishUpdated {"dish":"00000000-0000-0000-0000-000000000001","kitchen":"00000000-0000-0000-0000-000000000002","version":2}
    menu:00000000-0000-0000-0000-000000000001 MenuPublished {"date":"2026-11-23","meal":"LUNCH","menu":"00000000-0000-0000-0000-000000000001","owner":{"kitchen":{"id":"00000000-0000-0000-0000-000000000002"}},"version":2}
    menu:00000000-0000-0000-0000-000000000001 MenuPublished {"date":"2026-11-23","meal":"LUNCH","menu":"00000000-0000-0000-0000-000000000001","owner":{"hospital":{"code":"5MV02","id":"00000000-0000-0000-0000-000000000002","slug":"riverside-general"}},"version":2}
    patient:00000000-0000-0000-0000-000000000001 PatientAdmitted {"patient":"00000000-0000-0000-0000-000000000001","version":1}
    patient:00000000-0000-0000-0000-000000000001 PatientDietRecorded {"patient":"00000000-0000-0000-0000-000000000001","version":2}
    patient:00000000-0000-0000-0000-000000000001 PatientAllergyRecorded {"patient":"00000000-0000-0000-0000-000000000001","version":3}
    patient:00000000-0000-0000-0000-000000000001 PatientAllergyRemoved {"patient":"00000000-0000-0000-0000-000000000001","version":4}
    patient:00000000-0000-0000-0000-000000000001 PatientMoved {"patient":"00000000-0000-0000-0000-000000000001","version":5}
    patient:00000000-0000-0000-0000-000000000001 PatientDischarged {"patient":"00000000-0000-0000-0000-000000000001","version":6}
    order:00000000-0000-0000-0000-000000000001 OrderPlaced {"hospital":"00000000-0000-0000-0000-000000000002","kitchen":"00000000-0000-0000-0000-000000000002","order":"00000000-0000-0000-0000-000000000001"}
    order:00000000-0000-0000-0000-000000000001 OrderStatusChanged {"hospital":"00000000-0000-0000-0000-000000000002","kitchen":"00000000-0000-0000-0000-000000000002","order":"00000000-0000-0000-0000-000000000001","status":"ACCEPTED","version":2}
    order:00000000-0000-0000-0000-000000000001 OrderOverridden {"hospital":"00000000-0000-0000-0000-000000000002","kitchen":"00000000-0000-0000-0000-000000000002","order":"00000000-0000-0000-0000-000000000001","version":3}
    order:00000000-0000-0000-0000-000000000001 OrderFlagged {"hospital":"00000000-0000-0000-0000-000000000002","kitchen":"00000000-0000-0000-0000-000000000002","order":"00000000-0000-0000-0000-000000000001","version":2}
    order:00000000-0000-0000-0000-000000000001 OrderMoved {"hospital":"00000000-0000-0000-0000-000000000002","kitchen":"00000000-0000-0000-0000-000000000002","order":"00000000-0000-0000-0000-000000000001","version":3}
    data DataImported {}
    "#);
}

#[test]
fn what_is_not_known_may_have_changed_everything() {
    for (name, payload) in [
        ("TrayDelivered", "{}"),
        ("DishUpdated", r#"{"dish": 7}"#),
        ("MenuItemPortionsChanged", "no JSON"),
        ("Unknown", "{}"),
    ] {
        let event = Event::read(name, payload);
        assert_eq!(event, Event::Unknown, "{name} {payload}");
        assert_eq!(event.tags(), [Tag::Everything]);
    }
}

#[test]
fn more_may_be_told_than_is_known_here() {
    let payload = json!({ "dish": ONE, "kitchen": TWO, "version": 2, "by": "a newer process" });
    let event = Event::read("DishUpdated", &payload.to_string());
    assert!(
        matches!(event, Event::DishUpdated { version: 2, .. }),
        "{event:?}"
    );
}

#[test]
fn what_is_live_makes_no_cached_value_old() {
    for event in all() {
        let name = event.told().unwrap().0;
        let is_live = ["MenuItem", "Patient", "Order"]
            .iter()
            .any(|live| name.starts_with(live));
        assert_eq!(event.tags().is_empty(), is_live, "{event:?}");
    }
}
