//! Who gives and takes roles, and who sees them.

use entity::{audit_entry, vocabulary::Role};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use thali::{auth::Place, db::Meter, graph::id::Kind};
use uuid::Uuid;

use crate::{
    app::TestApp,
    data::{Data, Size},
    on_both,
    orders::admit,
    people::person,
};

const GRANT: &str = "mutation ($input: GrantRoleInput!) {
    grantRole(input: $input) {
        membership { id role hospital { id } kitchen { id } createdAt }
        problems { __typename path }
    }
}";
const REVOKE: &str = "mutation ($input: RevokeRoleInput!) {
    revokeRole(input: $input) { problems { __typename path } }
}";
const MEMBERSHIPS: &str = "{ viewer { memberships { totalCount nodes { id role } } } }";

fn role(account: Uuid, role: &str, key: &str) -> Value {
    json!({
        "email": format!("{account}@example.org"), "role": role, "reason": "New on the ward",
        "idempotencyKey": key,
    })
}

fn at(hospital: Uuid, mut input: Value) -> Value {
    input["hospital"] = Kind::Hospital.id(hospital).0.into();
    input
}

fn in_kitchen(kitchen: Uuid, mut input: Value) -> Value {
    input["kitchen"] = Kind::Kitchen.id(kitchen).0.into();
    input
}

/// The types of the problems, or the code of the error.
fn outcome(answer: &Value) -> Vec<String> {
    if let Some(code) = answer["errors"][0]["extensions"]["code"].as_str() {
        return vec![code.to_owned()];
    }
    let mut payloads = answer["data"].as_object().unwrap().values();
    let problems = payloads.next().unwrap()["problems"].as_array().unwrap();
    let types = problems.iter().map(|problem| &problem["__typename"]);
    types
        .map(|name| name.as_str().unwrap().to_owned())
        .collect()
}

async fn audited(app: &TestApp) -> Vec<audit_entry::Model> {
    let db = app.app.db.reader(&Meter::new("test"));
    audit_entry::Entity::find().all(&db).await.unwrap()
}

on_both! {
    async fn a_manager_decides_who_is_what_at_the_own_hospital_only(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let (own, other) = (data.hospitals[0].id, data.hospitals[1].id);
        let manager = person(&app, &[(Role::HospitalManager, Place::Hospital(own))]).await;
        let somebody = person(&app, &[]).await;
        let grant = async |who: Uuid, input: Value| {
            app.execute_as(who, GRANT, json!({ "input": input })).await
        };
        for (key, name) in ["NURSE", "DIETITIAN", "VISITOR", "HOSPITAL_MANAGER"].iter().enumerate() {
            let sent = at(own, role(somebody, name, &format!("k{key}")));
            let answer = grant(manager, sent).await;
            assert_eq!(outcome(&answer), Vec::<String>::new(), "{answer:#}");
            assert_eq!(answer["data"]["grantRole"]["membership"]["role"], *name);
        }
        let kitchen = data.kitchens[0].id;
        for (key, sent) in [
            at(other, role(somebody, "NURSE", "")),
            in_kitchen(kitchen, role(somebody, "KITCHEN", "")),
            role(somebody, "ADMINISTRATOR", ""),
            at(other, role(Uuid::nil(), "NURSE", "")),
        ].into_iter().enumerate() {
            let mut sent = sent;
            sent["idempotencyKey"] = format!("f{key}").into();
            assert_eq!(outcome(&grant(manager, sent).await), ["FORBIDDEN"]);
        }
        let nurse = person(&app, &[(Role::Nurse, Place::Hospital(own))]).await;
        let sent = at(own, role(nurse, "HOSPITAL_MANAGER", "n1"));
        assert_eq!(outcome(&grant(nurse, sent).await), ["FORBIDDEN"]);
        let listed = app.execute_as(somebody, MEMBERSHIPS, json!({})).await;
        assert_eq!(listed["data"]["viewer"]["memberships"]["totalCount"], 4);
        let entries = audited(&app).await;
        assert_eq!(entries.len(), 4);
        for entry in entries {
            assert_eq!(entry.account_id, Some(manager));
            assert_eq!(entry.role, Role::HospitalManager);
            assert_eq!((entry.subject_id, entry.action.as_str()), (somebody, "GRANT_ROLE"));
            assert_eq!(entry.reason, "New on the ward");
            assert!(entry.details.ends_with(&format!("at hospital {own}")), "{}", entry.details);
        }
    }
}

on_both! {
    async fn what_is_granted_counts_at_once_and_what_is_revoked_no_longer(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let own = data.hospitals[0].id;
        let manager = person(&app, &[]).await;
        let nurse = person(&app, &[]).await;
        let sent = || json!({ "input": at(own, role(manager, "HOSPITAL_MANAGER", "k1")) });
        let first = app.execute_as_administrator(GRANT, sent()).await;
        let again = app.execute_as_administrator(GRANT, sent()).await;
        assert_eq!(first["data"], again["data"]);
        let mut anew = sent();
        anew["input"]["idempotencyKey"] = "k2".into();
        let anew = app.execute_as_administrator(GRANT, anew).await;
        assert_eq!(first["data"], anew["data"]);
        assert_eq!(audited(&app).await.len(), 1);
        let make_nurse = |key: &str| json!({ "input": at(own, role(nurse, "NURSE", key)) });
        let answer = app.execute_as(manager, GRANT, make_nurse("n1")).await;
        assert_eq!(outcome(&answer), Vec::<String>::new());
        let revoke = |key: &str| json!({ "input": at(own, role(manager, "HOSPITAL_MANAGER", key)) });
        let revoked = app.execute_as_administrator(REVOKE, revoke("r1")).await;
        assert_eq!(outcome(&revoked), Vec::<String>::new());
        assert_eq!(outcome(&app.execute_as(manager, REVOKE, make_nurse("n2")).await), ["FORBIDDEN"]);
        let nothing = app.execute_as_administrator(REVOKE, revoke("r2")).await;
        assert_eq!(outcome(&nothing), ["NotFound"]);
    }
}

on_both! {
    async fn those_who_care_for_a_patient_say_whose_account_is_theirs(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let (own, other) = (data.hospitals[0].id, data.hospitals[1].id);
        let patient = admit(&app, own, None, "4").await;
        let nurse = person(&app, &[(Role::Nurse, Place::Hospital(own))]).await;
        let manager = person(&app, &[(Role::HospitalManager, Place::Hospital(own))]).await;
        let stranger = person(&app, &[(Role::Dietitian, Place::Hospital(other))]).await;
        let somebody = person(&app, &[]).await;
        let sent = |key: &str| {
            let mut input = role(somebody, "PATIENT", key);
            input["patient"] = Kind::Patient.id(patient).0.into();
            json!({ "input": input })
        };
        let seen = async || {
            let query = "query ($patient: ID!) {
                node(id: $patient) { ... on Patient { id } }
                viewer { memberships { nodes { role patient { id } hospital { id } } } }
            }";
            let variables = json!({ "patient": Kind::Patient.id(patient).0 });
            app.execute_as(somebody, query, variables).await["data"].clone()
        };
        // Whom they may not see is not there, nor is told whether there is an account; a manager
        // sees no patients.
        for (key, (who, told)) in [(stranger, "NotFound"), (manager, "FORBIDDEN"), (somebody, "FORBIDDEN")].into_iter().enumerate() {
            let of_account = sent(&format!("f{key}"));
            let mut of_nobody = sent(&format!("g{key}"));
            of_nobody["input"]["email"] = "nobody@example.org".into();
            for sent in [of_account, of_nobody] {
                let answer = app.execute_as(who, GRANT, sent).await;
                assert_eq!(outcome(&answer), [told], "{answer:#}");
            }
        }
        assert_eq!(seen().await["node"], Value::Null);
        for key in ["k1", "k2"] {
            let answer = app.execute_as(nurse, GRANT, sent(key)).await;
            assert_eq!(outcome(&answer), Vec::<String>::new());
            let membership = &answer["data"]["grantRole"]["membership"];
            assert_eq!(membership["role"], "PATIENT", "{answer:#}");
        }
        let id = Kind::Patient.id(patient).0;
        assert_eq!(seen().await, json!({
            "node": { "id": id },
            "viewer": { "memberships": { "nodes": [
                { "role": "PATIENT", "patient": { "id": id }, "hospital": { "id": Kind::Hospital.id(own).0 } },
            ] } },
        }));
        // The patient decides nothing about themselves.
        assert_eq!(outcome(&app.execute_as(somebody, REVOKE, sent("f9")).await), ["FORBIDDEN"]);
        let [entry] = audited(&app).await.try_into().unwrap();
        assert_eq!((entry.account_id, entry.role), (Some(nurse), Role::Nurse));
        assert!(entry.details.contains(&patient.to_string()), "{}", entry.details);
        assert_eq!(outcome(&app.execute_as(nurse, REVOKE, sent("r1")).await), Vec::<String>::new());
        assert_eq!(seen().await["node"], Value::Null);
    }
}

on_both! {
    async fn what_does_not_fit_is_told_at_once(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let (hospital, kitchen) = (data.hospitals[0].id, data.kitchens[0].id);
        let somebody = person(&app, &[]).await;
        for (key, (sent, problems)) in [
            (at(hospital, role(somebody, "KITCHEN", "")), &["InvalidValue"][..]),
            (at(hospital, role(somebody, "PATIENT", "")), &["InvalidValue"]),
            (in_kitchen(kitchen, role(somebody, "NURSE", "")), &["InvalidValue"]),
            (role(somebody, "NURSE", ""), &["InvalidValue"]),
            (in_kitchen(kitchen, at(hospital, role(somebody, "KITCHEN", ""))), &["InvalidValue"]),
            (at(Uuid::nil(), role(Uuid::nil(), "NURSE", "")), &["NotFound", "NotFound"]),
            (in_kitchen(Uuid::nil(), role(somebody, "KITCHEN", "")), &["NotFound"]),
        ].into_iter().enumerate() {
            let mut sent = sent;
            sent["idempotencyKey"] = format!("k{key}").into();
            let answer = app.execute_as_administrator(GRANT, json!({ "input": sent })).await;
            assert_eq!(outcome(&answer), problems, "{answer:#}");
        }
        let mut sent = role(somebody, "ADMINISTRATOR", "r");
        sent["reason"] = " ".into();
        let answer = app.execute_as_administrator(GRANT, json!({ "input": sent })).await;
        assert_eq!(outcome(&answer), ["InvalidValue"]);
        assert_eq!(audited(&app).await.len(), 0);
    }
}

on_both! {
    async fn who_may_not_see_somebody_sees_nobody(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let (own, other) = (data.hospitals[0].id, data.hospitals[1].id);
        let nurse = person(&app, &[(Role::Nurse, Place::Hospital(own))]).await;
        let colleague = person(&app, &[(Role::Nurse, Place::Hospital(own))]).await;
        let manager = person(&app, &[(Role::HospitalManager, Place::Hospital(own))]).await;
        let stranger = person(&app, &[(Role::HospitalManager, Place::Hospital(other))]).await;
        let listed = app.execute_as(nurse, MEMBERSHIPS, json!({})).await;
        let membership = listed["data"]["viewer"]["memberships"]["nodes"][0]["id"].clone();
        let account = Kind::Account.id(nurse).0;
        let query = "query ($account: ID!, $membership: ID!) {
            account: node(id: $account) { id } membership: node(id: $membership) { id }
        }";
        let variables = json!({ "account": account, "membership": membership });
        let seen = async |who: Uuid| {
            let answer = app.execute_as(who, query, variables.clone()).await;
            let is_there = |name: &str| !answer["data"][name].is_null();
            (is_there("account"), is_there("membership"))
        };
        assert_eq!(seen(nurse).await, (true, true));
        assert_eq!(seen(colleague).await, (false, false));
        assert_eq!(seen(manager).await, (false, true));
        assert_eq!(seen(stranger).await, (false, false));
        let administrator = app.execute_as_administrator(query, variables.clone()).await;
        assert!(!administrator["data"]["account"].is_null());
        let nobody = app.execute(query, variables).await;
        assert_eq!(nobody["data"], json!({ "account": null, "membership": null }));
    }
}
