//! Search: what people type finds what they mean, on both databases; what nobody means does no
//! harm.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};
use thali::text::words;

use crate::{
    app::TestApp,
    data::{Data, Size},
    on_both,
    property::holds,
};

/// The names that a search of dishes finds, each once, in the order in which it ranks them.
async fn found(app: &TestApp, search: &str) -> Vec<String> {
    let query =
        "query ($search: String) { dishes(search: $search, first: 100) { nodes { name } } }";
    let data = app.data(query, json!({ "search": search })).await;
    let mut names: Vec<String> = Vec::new();
    for node in data["dishes"]["nodes"].as_array().unwrap() {
        let name = node["name"].as_str().unwrap().to_owned();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

on_both! {
    async fn finds_words_their_beginnings_and_misspellings(app: TestApp) {
        Data::fill(&app, Size::times(2)).await;
        let lentil: &[&str] = &["Red lentil soup"];
        let chicken: &[&str] = &["Chicken curry"];
        let noodles: &[&str] = &["Käsespätzle"];
        let pasta: &[&str] = &["Spaghetti bolognese"];
        for (search, expected) in [
            ("lentil", lentil),
            ("LENT", lentil),
            ("soup red", lentil),
            ("  red,  (soup)!  ", lentil),
            ("lentl", lentil),
            ("lentil suop", lentil),
            ("chiken", chicken),
            ("chickn cury", chicken),
            ("kasespatzle", noodles),
            ("KÄSESPÄTZLE", noodles),
            ("käsespätzel", noodles),
            ("swabian noodles", noodles),
            ("spagetti", pasta),
            ("spagheti bolognaise", pasta),
            ("Crème", &["Crème brûlée"]),
            ("creme brulee", &["Crème brûlée"]),
            ("cheese", &["Käsespätzle", "Macaroni/cheese bake"]),
            // The name begins with it, then a description has it.
            ("elan", &["Élan vital muesli"]),
            ("oats", &["apple crumble", "Élan vital muesli"]),
        ] {
            let names = found(&app, search).await;
            let names: BTreeSet<&str> = names.iter().map(|name| name.split(" No. ").next().unwrap()).collect();
            assert_eq!(names, expected.iter().copied().collect(), "{search}");
        }
    }
}

on_both! {
    async fn ranks_the_name_before_its_beginning_before_the_rest(app: TestApp) {
        use crate::data::{meals, places};
        let mut data = Data::default();
        let kitchen = data.id();
        data.kitchens.push(places::kitchen(kitchen, "k", "K", None));
        for (name, description) in [
            ("Bean stew", Some("A soup in all but name.")),
            ("Soup of the day", None),
            ("Soup", None),
            ("Tomato soup", None),
            ("Mushroom soup", None),
            ("Soupçon of lemon", None),
        ] {
            let id = data.id();
            data.dishes.push(meals::dish(id, kitchen, name, description));
        }
        data.write(&app).await;
        let names = found(&app, "soup").await;
        assert_eq!(
            names,
            ["Soup", "Soup of the day", "Soupçon of lemon", "Mushroom soup", "Tomato soup", "Bean stew"]
        );
    }
}

on_both! {
    async fn finds_every_dish_by_every_word_of_it(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let mut missed = Vec::new();
        for dish in data.dishes.iter().take(data.dishes.len()) {
            let text = format!("{} {}", dish.name, dish.description.clone().unwrap_or_default());
            for word in words(&text).split(' ') {
                if !found(&app, word).await.contains(&dish.name) {
                    missed.push((word.to_owned(), dish.name.clone()));
                }
            }
        }
        assert_eq!(missed, []);
    }
}

on_both! {
    async fn finds_nothing_where_nothing_is_like_it(app: TestApp) {
        Data::fill(&app, Size::ONE).await;
        for nonsense in ["xqzwv", "zzzzzz", "qq", "lentilophobia xylophone quartz", "0000000"] {
            assert_eq!(found(&app, nonsense).await, Vec::<String>::new(), "{nonsense}");
        }
    }
}

on_both! {
    async fn finds_hospitals_by_name_city_postcode_and_code(app: TestApp) {
        let mut data = Data::make(Size::ONE);
        for hospital in &mut data.hospitals {
            let parts = [Some(&hospital.name), hospital.city.as_ref(), hospital.postcode.as_ref(), Some(&hospital.code)];
            let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
            hospital.search_text = words(&parts.join(" "));
        }
        data.write(&app).await;
        for search in ["riverside", "rivreside", "general hosp", "london", "se1 0vm", "DEMO1", "riverside general hospital"] {
            let query = "query ($search: String) { hospitals(search: $search) { nodes { code } } }";
            let answer = app.data(query, json!({ "search": search })).await;
            assert_eq!(answer["hospitals"]["nodes"][0]["code"], "DEMO1", "{search}");
        }
    }
}

/// Runs a search of everything that can be searched; there must be no error.
async fn is_harmless(app: &TestApp, text: &str) {
    let query = "query ($text: String!) {
        dishes(search: $text, first: 3) { totalCount nodes { id } edges { cursor } }
        hospitals(search: $text, first: 3) { totalCount nodes { id } edges { cursor } }
        hospital(by: { slug: $text }) { id }
        byCode: hospital(by: { code: $text }) { id }
        menu(hospital: { slug: $text }, date: \"2026-11-23\", meal: LUNCH) { id }
    }";
    let answer = app.execute(query, json!({ "text": text })).await;
    if text.chars().count() > 200 {
        let error = &answer["errors"][0];
        assert_eq!(error["extensions"]["code"], "BAD_USER_INPUT");
        assert!(
            error["message"]
                .as_str()
                .unwrap()
                .contains("more than 200 characters")
        );
        return;
    }
    assert_eq!(answer.get("errors"), None, "{text:?}: {answer:#}");
    let cursor = answer["data"]["dishes"]["edges"][0]["cursor"].clone();
    if cursor.is_string() {
        let query = "query ($text: String!, $after: String) {
            dishes(search: $text, after: $after) { nodes { id } }
        }";
        app.data(query, json!({ "text": text, "after": cursor }))
            .await;
    }
}

on_both! {
    async fn is_not_harmed_by_any_text(app: TestApp) {
        Data::fill(&app, Size::ONE).await;
        for text in [
            "", " ", "'", "\"", "\\", "%", "_", "*", "soup*", "\"soup", "soup'", "''; DROP TABLE dish; --",
            "NEAR", "OR", "AND", "NOT", "soup OR", "NEAR(soup chicken, 2)", "name:soup", "soup & !chicken",
            "soup:*", "<->", "(", ")", "soup -chicken", "^soup", "{soup}", "🍲", "🍲 soup", "汤", "सूप", "ß", "İ",
            "½", "²", "①", "\u{0}", "so\u{0}up", "\u{feff}soup", "\u{202e}puos", "a", "ab", "1", "1e5", "0x1F",
            "-1", "soup/chicken", "http://example.org/soup?x=1", "me@example.org", "\u{1F469}\u{200D}\u{1F373}",
        ] {
            is_harmless(&app, text).await;
        }
        is_harmless(&app, &"soup ".repeat(5_000)).await;
        is_harmless(&app, &"s".repeat(20_000)).await;
        holds(100, any::<String>(), async |text| is_harmless(&app, &text).await);
    }
}

on_both! {
    async fn without_words_is_a_list_of_everything(app: TestApp) {
        Data::fill(&app, Size::ONE).await;
        let query = "query ($search: String) { dishes(search: $search) { totalCount } }";
        let all = app.data(query, json!({ "search": Value::Null })).await;
        for nothing in ["", "   ", "!?", "🍲"] {
            assert_eq!(app.data(query, json!({ "search": nothing })).await, all, "{nothing:?}");
        }
    }
}
