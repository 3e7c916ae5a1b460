//! When an order can be placed: slots, the cut-off and late trays, in the hospital's time.

use serde_json::json;

use super::{Lunch, only, place, problems, recount, run_sql};
use crate::on_both;

on_both! {
    async fn after_the_cut_off_it_is_a_late_tray_for_as_long_as_there_is_one(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        for (now, slot, expected) in [
            ("2026-11-16T05:59:59Z", "11:30", Err("OrderingClosed slot")),
            ("2026-11-16T06:00:00Z", "11:30", Ok(false)),
            ("2026-11-23T10:29:59Z", "11:00", Ok(false)),
            ("2026-11-23T10:30:00Z", "11:00", Ok(true)),
            ("2026-11-23T11:00:00Z", "11:00", Err("CutoffPassed slot")),
            ("2026-11-23T11:29:59Z", "11:30", Ok(true)),
            ("2026-11-23T11:30:00Z", "12:00", Err("OrderingClosed slot")),
            ("2026-11-23T09:00:00Z", "12:30", Err("InvalidValue slot")),
        ] {
            app.app.clock.set(now.parse().unwrap());
            let mut input = lunch.order(&[0], &format!("{now}-{slot}"));
            input["slot"] = json!(format!("2026-11-23T{slot}:00Z"));
            let payload = place(&app, lunch.nurse, &input).await;
            match expected {
                Ok(is_late) => assert_eq!(payload["order"]["isLate"], is_late, "{now} {payload:#}"),
                Err(problem) => assert_eq!(problems(&payload), [problem], "{now}"),
            }
            let problem = &payload["problems"][0];
            if expected == Err("CutoffPassed slot") {
                assert_eq!(problem["lateSlots"], json!(["2026-11-23T11:30:00Z", "2026-11-23T12:00:00Z"]));
            }
            if now == "2026-11-16T05:59:59Z" {
                assert_eq!(problem["opensAt"], "2026-11-16T06:00:00Z");
            }
        }
        assert_eq!(recount(&app, &lunch.data).await, 4);
    }
}

// The hospital is in Berlin now: its slots are an hour earlier than those of London.
on_both! {
    async fn the_clock_that_counts_is_the_hospitals(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        run_sql(&app, "UPDATE hospital SET time_zone = 'Europe/Berlin'").await;
        app.app.clock.set("2026-11-23T09:30:00Z".parse().unwrap());
        let mut input = lunch.order(&[0], "k1");
        input["slot"] = json!("2026-11-23T11:00:00Z");
        let payload = place(&app, lunch.nurse, &input).await;
        assert_eq!(payload["order"]["isLate"], true, "{payload:#}");
        assert_eq!(only(&app).await.delivery_at, "2026-11-23T11:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap());
    }
}

on_both! {
    async fn a_full_slot_names_those_with_room(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        run_sql(&app, "UPDATE delivery_slot SET capacity = 2").await;
        for key in ["k1", "k2"] {
            assert_eq!(problems(&place(&app, lunch.nurse, &lunch.order(&[0], key)).await), [""; 0]);
        }
        let payload = place(&app, lunch.nurse, &lunch.order(&[0], "k3")).await;
        assert_eq!(problems(&payload), ["SlotFull slot"]);
        let open = json!(["2026-11-23T11:00:00Z", "2026-11-23T12:00:00Z"]);
        assert_eq!(payload["problems"][0]["openSlots"], open);
        assert_eq!(recount(&app, &lunch.data).await, 2);
    }
}
