//! What patients may eat, from FHIR: applied wholly or not at all, and told field by field.

use entity::{
    hospital, patient, patient_allergy,
    vocabulary::{Allergen, BitSet, Criticality, Diet},
};
use sea_orm::{EntityTrait, IntoActiveModel, QueryOrder};
use serde_json::{Value, json};
use thali::{
    app::App,
    command::import::{
        fhir, hospitals,
        report::{Count, Kind, Summary},
    },
    db::Meter,
};
use uuid::Uuid;

use crate::{
    database::{numbers, on_both, texts, today},
    files::problems,
};

const SNOMED: &str = "http://snomed.info/sct";

/// A hospital with the patients 4711 and 4712.
async fn fill(app: &App) {
    let list = "OrganisationCode,OrganisationName,Slug\nA1,Aspen House,aspen\n";
    hospitals::import(app, "list.csv", list.as_bytes(), true)
        .await
        .unwrap();
    let reader = app.db.reader(&Meter::new("test"));
    let hospital = hospital::Entity::find()
        .one(&reader)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(hospital.slug, "aspen");
    let db = app.db.begin(&Meter::new("test")).await.unwrap();
    for code in ["4711", "4712"] {
        let row = patient::Model {
            id: Uuid::now_v7(),
            hospital_id: hospital.id,
            ward_id: None,
            bed: None,
            code: code.to_owned(),
            diets: 0,
            food_levels: None,
            drink_levels: None,
            nil_by_mouth_from: None,
            nil_by_mouth_until: None,
            admitted_at: today(),
            discharged_at: None,
            updated_at: today(),
            version: 1,
        };
        let insert = patient::Entity::insert(row.into_active_model());
        insert.exec_without_returning(&db).await.unwrap();
    }
    db.commit().await.unwrap();
}

async fn import(app: &App, file: &Value) -> (Summary, Vec<String>) {
    read(app, file.to_string()).await
}

async fn read(app: &App, file: String) -> (Summary, Vec<String>) {
    let (summary, notes) = fhir::import(app, "aspen", "f.json", file.as_bytes())
        .await
        .unwrap();
    (summary, notes.iter().map(ToString::to_string).collect())
}

async fn patients(app: &App) -> Vec<patient::Model> {
    let reader = app.db.reader(&Meter::new("test"));
    let rows = patient::Entity::find().order_by_asc(patient::Column::Code);
    rows.all(&reader).await.unwrap()
}

async fn allergies(app: &App) -> Vec<(Allergen, Criticality)> {
    let reader = app.db.reader(&Meter::new("test"));
    let rows = patient_allergy::Entity::find().order_by_asc(patient_allergy::Column::Allergen);
    let rows = rows.all(&reader).await.unwrap().into_iter();
    rows.map(|row| (row.allergen, row.criticality)).collect()
}

fn concept(code: &str) -> Value {
    json!({ "coding": [
        { "system": "http://example.org/our-own", "code": "X" },
        { "system": SNOMED, "code": code, "display": "so" },
    ] })
}

fn allergy(code: &str) -> Value {
    json!({
        "resourceType": "AllergyIntolerance", "id": format!("a{code}"),
        "clinicalStatus": { "coding": [{ "code": "active" }] },
        "category": ["food"], "criticality": "high", "code": concept(code),
        "patient": { "identifier": { "value": "4711" } },
    })
}

fn order(diet: Value) -> Value {
    json!({
        "resourceType": "NutritionOrder", "id": "n1", "status": "active", "intent": "order",
        "subject": { "identifier": { "value": "4711" } }, "dateTime": "2026-11-20",
        "oralDiet": diet,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_be_honoured_is_recorded_once() {
    on_both(|app| async move {
        fill(&app).await;
        let mut nutrition = order(json!({
            "type": [concept("386619000"), concept("160670007")],
            "texture": [{ "modifier": concept("1237448004") }],
            "fluidConsistencyType": [concept("439021000124105")],
            "instruction": "Sits up to eat.",
        }));
        nutrition["excludeFoodModifier"] = json!([concept("227493005")]);
        nutrition["subject"] = json!({ "reference": "Patient/p1" });
        let bundle = json!({ "resourceType": "Bundle", "entry": [
            { "resource": { "resourceType": "Patient", "id": "p1", "identifier": [{ "value": "4711" }] } },
            { "resource": nutrition },
            { "resource": allergy("227493005") },
            { "resource": allergy("735029006") },
        ] });
        for round in 0..2 {
            let (summary, notes) = import(&app, &bundle).await;
            assert_eq!(problems(&summary), [""; 0]);
            assert_eq!(notes, [
                "f.json: NutritionOrder/n1: oralDiet.instruction: \"Sits up to eat.\": is for people to read"
            ]);
            let (new, same) = if round == 0 { (3, 0) } else { (0, 3) };
            let counted = Count { new, unchanged: same, ..Count::default() };
            assert_eq!(summary.counted(Kind::Allergies), counted);
            let rows = patients(&app).await;
            assert_eq!(rows[0].diets, Diet::bits([Diet::LowSalt, Diet::Diabetic]));
            assert_eq!((rows[0].food_levels, rows[0].drink_levels), (Some(1 << 5), Some(1 << 2)));
            assert_eq!((rows[0].version, rows[1].version), (4, 1));
            let high = |allergen| (allergen, Criticality::High);
            let known = [Allergen::Crustaceans, Allergen::Cashews, Allergen::Molluscs].map(high);
            assert_eq!(allergies(&app).await, known);
        }
        assert_eq!(numbers(&app, "SELECT COUNT(*) FROM audit_entry").await, [3]);
        let told = texts(&app, "SELECT name FROM outbox WHERE name <> 'DataImported' ORDER BY id").await;
        let recorded = "PatientAllergyRecorded";
        assert_eq!(told, [recorded, recorded, "PatientDietRecorded"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_honoured_refuses_all_of_its_resource() {
    on_both(|app| async move {
        fill(&app).await;
        let mut nutrition = order(json!({
            "type": [concept("386619000"), concept("999")],
            "nutrient": [{ "amount": { "value": 2, "unit": "g" } }],
            "texture": [{ "modifier": concept("228049004"), "foodType": concept("28647000") }],
            "fluidConsistencyType": [concept("439021000124105"), concept("439031000124108")],
        }));
        nutrition["excludeFoodModifier"] = json!([concept("227493005")]);
        nutrition["enteralFormula"] = json!({});
        let mut stranger = allergy("91935009");
        stranger["patient"] = json!({ "identifier": { "value": "nobody" } });
        let file = json!([nutrition, allergy("12345"), stranger, allergy("91930004")]);
        let (summary, _) = import(&app, &file).await;
        let told = problems(&summary).join("\n");
        for line in [
            "f.json: AllergyIntolerance/a12345: code: \"http://example.org/our-own|X, http://snomed.info/sct|12345 so\": is no allergen that is known here: RECORD IT BY HAND",
            "f.json: AllergyIntolerance/a91935009: subject: \"nobody\": is no patient of the hospital, or more than one",
            "oralDiet.type[1]: ",
            "oralDiet.nutrient: ",
            "oralDiet.texture[0].modifier: ",
            "oralDiet.texture[0].foodType: ",
            "oralDiet.fluidConsistencyType[1]: ",
            "enteralFormula: ",
            "excludeFoodModifier: \"Cashews\": ",
        ] {
            assert!(told.contains(line), "{line} is not in\n{told}");
        }
        assert_eq!((summary.records, summary.refused_records), (4, 3));
        let rows = patients(&app).await;
        // What is good beside it is applied.
        assert_eq!((rows[0].diets, rows[0].drink_levels, rows[0].version), (0, None, 2));
        assert_eq!(allergies(&app).await, [(Allergen::Eggs, Criticality::High)]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_in_force_changes_nothing_and_is_told() {
    on_both(|app| async move {
        fill(&app).await;
        let (summary, _) = import(&app, &allergy("3718001")).await;
        assert_eq!(problems(&summary), [""; 0]);
        let mut resolved = allergy("3718001");
        resolved["clinicalStatus"] = json!({ "coding": [{ "code": "resolved" }] });
        let mut less = allergy("3718001");
        less["criticality"] = json!("low");
        let mut drug = allergy("387406002");
        drug["category"] = json!(["medication"]);
        let mut draft = order(json!({ "type": [concept("182923009")] }));
        draft["status"] = json!("draft");
        let lines = [resolved, less, drug, draft].map(|resource| resource.to_string());
        let (summary, notes) = read(&app, lines.join("\n")).await;
        assert_eq!(problems(&summary), [""; 0]);
        assert_eq!(notes.len(), 3, "{notes:#?}");
        assert_eq!(allergies(&app).await, [(Allergen::Milk, Criticality::High)]);
        assert_eq!(patients(&app).await[0].version, 2);

        // Two orders in force contradict each other, whatever they say.
        let two = json!([
            order(json!({})),
            order(json!({ "type": [concept("182923009")] }))
        ]);
        let (summary, _) = import(&app, &two).await;
        assert_eq!(summary.refused_records, 2, "{:#?}", summary.problems);
        let fasting = order(json!({ "type": [concept("182923009")] }));
        let (summary, _) = import(&app, &fasting).await;
        assert_eq!(problems(&summary), [""; 0]);
        let from = patients(&app).await[0].nil_by_mouth_from;
        assert_eq!(from, Some("2026-11-20T00:00:00Z".parse().unwrap()));
    })
    .await;
}
