//! Lists of hospitals that are less than perfect.

use thali::{
    app::App,
    command::import::{
        hospitals,
        report::{Count, Kind, Summary},
    },
};

use crate::{
    database::{assert_same, dump, on_both, rows_of, texts, today},
    files::problems,
};

const HEADER: &str =
    "OrganisationCode,OrganisationName,City,Latitude,Longitude,TimeZone,Currency,Wards,Colour";

async fn import(app: &App, rows: &[&str], strict: bool) -> Summary {
    let file = format!("{HEADER}\n{}\n", rows.join("\n"));
    hospitals::import(app, "list.csv", file.as_bytes(), strict)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_record_is_reported_with_its_place_and_the_rest_goes_in() {
    on_both(|app| async move {
        let rows = [
            "A1,Aspen House,Bath,51.38,-2.36,,,Renal:12|Stroke:8,red",
            "A2,,Bath,,,,,,",
            "A3,Cedar House,Bath,151.38,-2.36,,,,",
            "A4,Birch House",
            "A1,Another House,Bath,51.38,-2.36,,,,",
            "A5,Elm House,Ulm,48.4,9.98,Europe/Berlin,EUR,,",
        ];
        let bad = [
            "list.csv:3: OrganisationName: is empty",
            "list.csv:4: Latitude: \"151.38\" is not within -90 to 90",
            "list.csv:5: fields: 2, but the header has 9",
            "list.csv:6: OrganisationCode: \"A1\" says something else list.csv:2",
        ];
        let refused = import(&app, &rows, true).await;
        assert_eq!(
            (problems(&refused).as_slice(), refused.refused),
            (&bad.map(String::from)[..], 1)
        );
        assert_eq!(rows_of(&app, "hospital").await, 0);
        let taken = import(&app, &rows, false).await;
        assert_eq!(problems(&taken), bad);
        assert_eq!(
            texts(
                &app,
                "SELECT code || ' ' || time_zone || ' ' || currency FROM hospital ORDER BY code"
            )
            .await,
            ["A1 Europe/London GBP", "A5 Europe/Berlin EUR"]
        );
        assert_eq!(
            texts(&app, "SELECT name || ' ' || beds FROM ward ORDER BY name").await,
            ["Renal 12", "Stroke 8"]
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_record_changes_its_row_and_keeps_the_slug() {
    on_both(|app| async move {
        let rows = ["A1,Aspen House,Bath,,,,,Renal:12,", "A2,Birch House,Bath,,,,,,"];
        import(&app, &rows, true).await;
        let before = dump(&app).await;
        app.clock.set(today() + chrono::Duration::days(1));
        import(&app, &rows, true).await;
        assert_same(&before, &dump(&app).await);
        let rows = ["A1,Aspen Hall,Bath,,,,,Renal:14,", "A2,Birch House,Bath,,,,,,"];
        let summary = import(&app, &rows, true).await;
        let changed = Count { changed: 1, ..Count::default() };
        assert_eq!(summary.counted(Kind::Wards), changed);
        assert_eq!(summary.counted(Kind::Hospitals), Count { unchanged: 1, ..changed });
        let moved = "SELECT name || ' ' || slug || ' ' || search_text FROM hospital WHERE updated_at > created_at";
        assert_eq!(texts(&app, moved).await, ["Aspen Hall aspen-house-a1 aspen hall bath a1"]);
    })
    .await;
}
