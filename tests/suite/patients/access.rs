//! Who sees a patient, by every way there is, and who changes one.

use entity::vocabulary::Role;
use serde_json::{Value, json};
use thali::{auth::Place, graph::id::Kind};
use uuid::Uuid;

use super::{Ward, add_patient, answer, events, patient, problems, row_of};
use crate::{
    on_both,
    people::{person, person_in_bed},
};

const WAYS: &str = "query ($patient: ID!, $ward: ID!, $hospital: ID!, $item: ID!) {
    node(id: $patient) { id ... on Patient { bed allergies { allergen } } }
    nodes(ids: [$patient]) { id }
    ward: node(id: $ward) { ... on Ward { patients { totalCount nodes { id } } } }
    hospital(by: { id: $hospital }) { patients { totalCount edges { node { id } } } }
    code: hospital(by: { id: $hospital }) { patients(filter: { code: \"4711\" }) { nodes { id } } }
    checkMeal(input: { patient: $patient, items: [{ menuItem: $item }] }) {
        isSafe problems { __typename path }
    }
    item: node(id: $item) { ... on MenuItem { safeFor(patient: $patient) { problems { __typename } } } }
}";

impl Ward {
    fn variables(&self, patient: Uuid) -> Value {
        let is_its = |item: &&entity::menu_item::Model| {
            let mut menus = self.data.menus.iter();
            menus.any(|menu| {
                menu.id == item.menu_id
                    && menu.published_at.is_some()
                    && menu.hospital_id == Some(self.hospital)
            })
        };
        let item = self.data.items.iter().find(is_its).unwrap().id;
        json!({
            "patient": Kind::Patient.id(patient).0,
            "ward": Kind::Ward.id(self.data.wards[0].id).0,
            "hospital": Kind::Hospital.id(self.hospital).0,
            "item": Kind::MenuItem.id(item).0,
        })
    }
}

/// How a patient is seen: by their id, in lists, by their code, and by checks.
fn seen(answer: &Value) -> [bool; 4] {
    assert_eq!(answer.get("errors"), None, "{answer:#}");
    let data = &answer["data"];
    let by_id = !data["node"].is_null();
    assert_eq!(!data["nodes"][0].is_null(), by_id);
    let on_ward = data["ward"]["patients"]["nodes"] != json!([]);
    assert_eq!(
        data["ward"]["patients"]["totalCount"],
        i32::from(on_ward),
        "{data:#}"
    );
    let listed = data["hospital"]["patients"]["edges"] != json!([]);
    assert_eq!(
        data["hospital"]["patients"]["totalCount"],
        i32::from(listed)
    );
    assert_eq!(on_ward, listed, "{data:#}");
    let by_code = data["code"]["patients"]["nodes"] != json!([]);
    let check = &data["checkMeal"];
    let item = &data["item"]["safeFor"];
    let unknown = json!([{ "__typename": "NotFound", "path": ["patient"] }]);
    let checked = check["problems"] != unknown;
    assert_eq!(
        checked,
        item["problems"] != json!([{ "__typename": "NotFound" }])
    );
    assert!(checked || check["isSafe"] == false);
    [by_id, listed, by_code, checked]
}

on_both! {
    async fn those_who_care_for_them_and_they_themselves(app: TestApp) {
        let ward = Ward::fill(&app).await;
        let (here, there) = (ward.hospital, ward.data.hospitals[1].id);
        let other = Uuid::now_v7();
        let mut row = patient(other, &ward.data, "4712");
        (row.hospital_id, row.ward_id, row.bed) = (there, None, None);
        add_patient(&app, row).await;
        let kitchen = Place::Kitchen(ward.data.kitchens[0].id);
        let (at_here, at_there) = (Place::Hospital(here), Place::Hospital(there));
        let variables = ward.variables(ward.patient);
        let all = [true; 4];
        let none = [false; 4];
        for (roles, expected) in [
            (&[(Role::Nurse, at_here)][..], all),
            (&[(Role::Dietitian, at_here)], all),
            (&[(Role::HospitalManager, at_here)], none),
            (&[(Role::Visitor, at_here)], none),
            (&[(Role::Kitchen, kitchen)], none),
            (&[(Role::Nurse, at_there), (Role::Dietitian, at_there)], none),
            (&[(Role::Nurse, at_there), (Role::Visitor, at_here)], none),
            (&[], none),
        ] {
            let account = person(&app, roles).await;
            let answer = app.execute_as(account, WAYS, variables.clone()).await;
            assert_eq!(seen(&answer), expected, "{roles:?} {answer:#}");
        }
        let themselves = person_in_bed(&app, here, ward.patient).await;
        let answer = app.execute_as(themselves, WAYS, variables.clone()).await;
        assert_eq!(seen(&answer), [true, false, false, true], "{answer:#}");
        let another = person_in_bed(&app, there, other).await;
        let answer = app.execute_as(another, WAYS, variables.clone()).await;
        assert_eq!(seen(&answer), none);
        assert_eq!(seen(&app.execute_as_administrator(WAYS, variables.clone()).await), all);

        // For who may not see them there is no statement that could tell, and no other answer.
        let hidden = app.execute(WAYS, variables).await;
        assert_eq!(seen(&hidden), none);
        let nobody = app.execute(WAYS, ward.variables(Uuid::nil())).await;
        assert_eq!(
            hidden["extensions"]["trace"]["sqlStatements"],
            nobody["extensions"]["trace"]["sqlStatements"]
        );
    }
}

on_both! {
    async fn only_those_who_care_for_them_change_them(app: TestApp) {
        let ward = Ward::fill(&app).await;
        let (here, there) = (Place::Hospital(ward.hospital), Place::Hospital(ward.data.hospitals[1].id));
        let input = |key: usize| json!({
            "patient": ward.id(), "allergen": "MILK", "expectedVersion": 1, "idempotencyKey": format!("k{key}"),
        });
        for (number, roles) in [
            &[(Role::HospitalManager, here)][..],
            &[(Role::Visitor, here)],
            &[(Role::Nurse, there), (Role::Dietitian, there)],
            &[],
        ]
        .iter()
        .enumerate()
        {
            let account = person(&app, roles).await;
            let answer = answer(&app, account, "recordAllergy", &input(number)).await;
            let payload = &answer["data"]["recordAllergy"];
            assert_eq!(problems(payload), [("NotFound", "patient".to_owned())], "{answer:#}");
        }
        let themselves = person_in_bed(&app, ward.hospital, ward.patient).await;
        let refused = answer(&app, themselves, "recordAllergy", &input(9)).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "{refused:#}");
        assert_eq!(row_of(&app, ward.patient).await.version, 1);
        assert_eq!(events(&app).await, [""; 0]);
        let admit = json!({
            "hospital": Kind::Hospital.id(ward.data.hospitals[1].id).0, "code": "1", "idempotencyKey": "k10",
        });
        let refused = answer(&app, ward.nurse, "admitPatient", &admit).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "{refused:#}");
    }
}
