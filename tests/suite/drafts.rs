//! A menu that is not published is found by no way into the graph.

use entity::menu;
use serde_json::{Value, json};
use thali::graph::id::Kind;

use crate::{
    data::{Data, Size, today},
    on_both,
};

on_both! {
    async fn are_found_by_no_way(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let riverside = data.hospitals[0].id;
        let is_it = |menu: &&menu::Model| menu.hospital_id == Some(riverside) && menu.published_at.is_none();
        let draft = data.menus.iter().find(is_it).unwrap();
        assert_eq!(draft.date, today(), "the draft of the test has moved");
        let item = data.items.iter().find(|item| item.menu_id == draft.id).unwrap();
        let ids = [
            Kind::Menu.id(draft.id),
            Kind::MenuSection.id(item.section_id),
            Kind::MenuItem.id(item.id),
        ];
        let query = "query ($ids: [ID!]!, $id: ID!, $day: Date!) {
            nodes(ids: $ids) { id }
            node(id: $id) { id }
            menu(hospital: { slug: \"riverside-general\" }, date: $day, meal: DINNER) { id }
            byId: menu(hospital: { id: \"HOSPITAL\" }, date: $day, meal: DINNER) { id }
            hospital(by: { slug: \"riverside-general\" }) {
                toCome: menus(meal: DINNER, to: $day) { totalCount nodes { id } }
                menus(from: $day, to: $day, meal: DINNER) { totalCount nodes { id } }
            }
        }";
        let query = query.replace("HOSPITAL", &Kind::Hospital.id(riverside).0);
        let variables = json!({ "ids": ids.map(|id| id.0), "id": Kind::Menu.id(draft.id).0, "day": today() });
        let none = json!({ "totalCount": 0, "nodes": [] });
        assert_eq!(
            app.data(&query, variables).await,
            json!({
                "nodes": [null, null, null],
                "node": null,
                "menu": null,
                "byId": null,
                "hospital": { "toCome": none, "menus": none },
            })
        );
    }
}

on_both! {
    async fn are_not_counted_among_the_menus_of_a_kitchen(app: TestApp) {
        let data = Data::fill(&app, Size::times(3)).await;
        let kitchen = data.kitchens[0].id;
        let its = data.menus.iter().filter(|menu| menu.kitchen_id == Some(kitchen));
        let published = its.clone().filter(|menu| menu.published_at.is_some()).count();
        assert!(published < its.count());
        let query = "query ($id: ID!) { node(id: $id) { ... on Kitchen { menus { totalCount } } } }";
        let answer: Value = app.data(query, json!({ "id": Kind::Kitchen.id(kitchen).0 })).await;
        assert_eq!(answer["node"]["menus"]["totalCount"], published);
    }
}
