//! Refresh tokens: used once, and what becomes of one that comes again.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{is_known, sign_up};
use crate::{
    app::{TestApp, monday},
    on_both,
};

pub const REFRESH: &str = "mutation ($input: RefreshSessionInput!) {
    refreshSession(input: $input) {
        account { email }
        tokens { accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt }
        problems { code }
    }
}";

async fn refresh(app: &TestApp, token: &str) -> Result<Value, String> {
    let mut answer = app
        .execute(REFRESH, json!({ "input": { "refreshToken": token } }))
        .await;
    match answer.get("errors") {
        None => Ok(answer["data"]["refreshSession"]["tokens"].take()),
        Some(errors) => Err(errors[0]["extensions"]["code"].as_str().unwrap().to_owned()),
    }
}

/// The code of the answer to a refresh; empty where it was good.
pub async fn code(app: &TestApp, token: &str) -> String {
    refresh(app, token).await.err().unwrap_or_default()
}

fn token(tokens: &Value) -> &str {
    tokens["refreshToken"].as_str().unwrap()
}

on_both! {
    async fn a_session_goes_on_until_its_end(app: TestApp) {
        let mut tokens = sign_up(&app, "a@b.example").await;
        let end = tokens["refreshTokenExpiresAt"].clone();
        assert_eq!(end, "2026-12-23T09:00:00Z");
        for day in 1..30 {
            app.app.clock.set(monday() + TimeDelta::days(day));
            assert!(!is_known(&app, &tokens).await);
            tokens = refresh(&app, token(&tokens)).await.unwrap();
            assert_eq!(tokens["refreshTokenExpiresAt"], end);
            assert!(is_known(&app, &tokens).await);
        }
        app.app.clock.set(monday() + TimeDelta::days(30) - TimeDelta::minutes(1));
        tokens = refresh(&app, token(&tokens)).await.unwrap();
        assert_eq!(tokens["accessTokenExpiresAt"], end);
        app.app.clock.set(monday() + TimeDelta::days(30));
        assert_eq!(code(&app, token(&tokens)).await, "UNAUTHENTICATED");
    }
}

on_both! {
    async fn one_that_comes_again_ends_the_session(app: TestApp) {
        let first = sign_up(&app, "a@b.example").await;
        let other = sign_up(&app, "a@b.example").await;
        let second = refresh(&app, token(&first)).await.unwrap();
        assert!(is_known(&app, &second).await);
        app.app.clock.set(monday() + TimeDelta::seconds(31));
        assert_eq!(code(&app, token(&first)).await, "UNAUTHENTICATED");
        assert!(!is_known(&app, &second).await);
        assert_eq!(code(&app, token(&second)).await, "UNAUTHENTICATED");
        assert!(is_known(&app, &other).await);
    }
}

on_both! {
    async fn a_lost_answer_is_given_again_for_a_moment(app: TestApp) {
        let first = sign_up(&app, "a@b.example").await;
        let lost = refresh(&app, token(&first)).await.unwrap();
        app.app.clock.set(monday() + TimeDelta::seconds(30));
        let second = refresh(&app, token(&first)).await.unwrap();
        assert!(is_known(&app, &second).await);
        // Who has the answer that was lost is found out.
        app.app.clock.set(monday() + TimeDelta::seconds(120));
        assert_eq!(code(&app, token(&lost)).await, "UNAUTHENTICATED");
        assert!(!is_known(&app, &second).await);
    }
}

on_both! {
    async fn many_at_once_leave_one_session_with_one_way_on(app: TestApp) {
        let first = sign_up(&app, "a@b.example").await;
        let other = app.beside(|_| {}).await;
        let sends = (0..8).map(|at| refresh(if at % 2 == 0 { &app } else { &other }, token(&first)));
        let answers = futures_util::future::join_all(sends).await;
        let answers: Vec<Value> = answers.into_iter().map(Result::unwrap).collect();
        app.app.clock.set(monday() + TimeDelta::seconds(60));
        let good = {
            let mut good = 0;
            // Each that is used up ends the session: what is left of it is one at most.
            for tokens in &answers {
                good += usize::from(code(&app, token(tokens)).await.is_empty());
            }
            good
        };
        assert!(good <= 1, "{good}");
        assert!(!is_known(&app, &answers[0]).await);
    }
}

on_both! {
    async fn what_is_no_token_is_nobodys(app: TestApp) {
        sign_up(&app, "a@b.example").await;
        for wrong in ["", "nonsense", "\0"] {
            assert_eq!(code(&app, wrong).await, "UNAUTHENTICATED", "{wrong:?}");
        }
    }
}
