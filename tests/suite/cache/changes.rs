//! Nothing is served that changed.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::Duration,
};

use futures_util::future::join_all;
use serde_json::json;
use thali::{cache::Tag, config::Switch};

use super::{name_of, rename};
use crate::{
    data::{Data, Size},
    on_both,
};

on_both! {
    async fn what_changed_is_read_anew(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let app = app.beside(|config| config.cache = Switch(true)).await;
        let (one, other) = (data.dishes[0].id, data.dishes[1].id);
        name_of(&app, one).await;
        name_of(&app, other).await;
        rename(&app, one, "New").await;
        app.app.cache.invalidate(&[Tag::Dish(one)]).await;
        assert_eq!(name_of(&app, one).await, (json!("New"), 1));
        assert_eq!(name_of(&app, one).await, (json!("New"), 0));
        assert_eq!(name_of(&app, other).await.1, 0, "the other did not change");
        app.app.cache.lose_bus();
        assert_eq!(name_of(&app, other).await.1, 1, "it may have changed, unheard");
    }
}

on_both! {
    async fn readers_that_race_a_writer_never_see_the_old_after_it_was_told(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let app = app.beside(|config| config.cache = Switch(true)).await;
        let dish = data.dishes[0].id;
        rename(&app, dish, "0").await;
        let (told, done) = (AtomicU64::new(0), AtomicBool::new(false));
        let write = async {
            for round in 1..=150u64 {
                rename(&app, dish, &round.to_string()).await;
                app.app.cache.invalidate(&[Tag::Dish(dish)]).await;
                told.store(round, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(round % 4)).await;
            }
            done.store(true, Ordering::SeqCst);
        };
        let read = async || {
            let (mut loaded, mut kept) = (0, 0);
            while !done.load(Ordering::SeqCst) {
                let at_least = told.load(Ordering::SeqCst);
                let (name, statements) = name_of(&app, dish).await;
                let seen: u64 = name.as_str().unwrap().parse().unwrap();
                assert!(seen >= at_least, "{seen} was seen after {at_least} was told");
                loaded += statements;
                kept += u64::from(statements == 0);
            }
            (loaded, kept)
        };
        let (counts, ()) = tokio::join!(join_all((0..8).map(|_| read())), write);
        let (loaded, kept) = counts.iter().fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
        assert!(loaded > 50 && kept > 50, "{loaded} loaded, {kept} kept");
        assert_eq!(name_of(&app, dish).await.0, "150");
    }
}
