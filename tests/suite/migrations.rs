//! The migrations go up and down, and what they make is what the entities say.

use std::collections::{BTreeMap, BTreeSet};

use migration::{Migrator, MigratorTrait};
use sea_orm::{
    ColumnTrait, ColumnType, ConnectionTrait, DbBackend, EntityTrait, IdenStatic, Iterable,
    Statement,
};

use crate::{app::TestApp, on_both};

/// What a database says of its schema, a line for each thing in it.
async fn dump(app: &TestApp) -> BTreeSet<String> {
    let postgres = [
        "SELECT 'column ' || concat_ws(' ', table_name, column_name, data_type, is_nullable,
             column_default, collation_name)
         FROM information_schema.columns WHERE table_schema = 'public'",
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid))
         FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 0",
    ];
    let sqlite = ["SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_master"];
    let db = app.app.db.for_migration();
    let queries: &[&str] = match db.get_database_backend() {
        DbBackend::Postgres => &postgres,
        _ => &sqlite,
    };
    let mut lines = BTreeSet::new();
    for query in queries {
        let statement = Statement::from_string(db.get_database_backend(), *query);
        for row in db.query_all_raw(statement).await.unwrap() {
            lines.insert(row.try_get_by_index::<String>(0).unwrap());
        }
    }
    lines.retain(|line| !line.contains("seaql_migrations"));
    lines
}

on_both! {
    async fn up_down_and_up_again_make_the_same_schema(app: TestApp) {
        let db = app.app.db.for_migration();
        let first = dump(&app).await;
        assert!(first.len() > 40);
        Migrator::down(db, None).await.unwrap();
        let none = dump(&app).await;
        assert_eq!(none, BTreeSet::new(), "left behind");
        Migrator::up(db, None).await.unwrap();
        assert_eq!(dump(&app).await, first);
        // And one at a time.
        for _ in Migrator::migrations() {
            Migrator::down(db, Some(1)).await.unwrap();
        }
        assert_eq!(dump(&app).await, BTreeSet::new(), "left behind");
    }
}

/// (type, may it be NULL) of each column, by `table.column`.
type Columns = BTreeMap<String, (String, bool)>;

/// What PostgreSQL and SQLite call the type of a column.
fn type_name(ty: &ColumnType, backend: DbBackend) -> &'static str {
    let (postgres, sqlite) = match ty {
        ColumnType::Uuid => ("uuid", "blob"),
        ColumnType::String(_) | ColumnType::Text => ("text", "text"),
        ColumnType::Boolean => ("boolean", "boolean"),
        ColumnType::SmallInteger => ("smallint", "integer"),
        ColumnType::Integer => ("integer", "integer"),
        ColumnType::BigInteger => ("bigint", "integer"),
        ColumnType::Double => ("double precision", "real"),
        ColumnType::Date => ("date", "text"),
        ColumnType::Time => ("time without time zone", "text"),
        ColumnType::TimestampWithTimeZone => ("timestamp with time zone", "text"),
        other => panic!("a column of type {other:?}: say here what the databases call it"),
    };
    match backend {
        DbBackend::Postgres => postgres,
        _ => sqlite,
    }
}

fn add<E: EntityTrait>(columns: &mut Columns, backend: DbBackend) {
    for column in E::Column::iter() {
        let definition = column.def();
        let name = format!("{}.{}", E::default().table_name(), column.as_str());
        let ty = type_name(definition.get_column_type(), backend).to_owned();
        columns.insert(name, (ty, definition.is_null()));
    }
}

fn of_entities(backend: DbBackend) -> Columns {
    let mut columns = Columns::new();
    macro_rules! entities {
        ($($name:ident)*) => { $(add::<entity::$name::Entity>(&mut columns, backend);)* };
    }
    entities! {
        account audit_entry availability delivery_slot dish dish_allergen hold hold_line hospital idempotency_key
        kitchen kitchen_hospital kitchen_hours meal_window membership menu menu_item
        menu_item_price menu_section order order_event order_line order_number order_tally outbox
        patient patient_allergy portion_tally refresh_token session slot_load token_key ward ward_order
    }
    columns
}

async fn of_database(app: &TestApp) -> Columns {
    let db = app.app.db.for_migration();
    let backend = db.get_database_backend();
    let query = match backend {
        DbBackend::Postgres => {
            "SELECT table_name || '.' || column_name AS name, data_type AS type,
                    is_nullable = 'YES' AS may_be_null
             FROM information_schema.columns
             JOIN pg_class ON oid = format('%I.%I', table_schema, table_name)::regclass
             WHERE table_schema = 'public' AND NOT relispartition"
        }
        _ => {
            "SELECT t.name || '.' || c.name AS name, c.type AS type,
                    c.\"notnull\" = 0 AS may_be_null
             FROM pragma_table_list AS t, pragma_table_info(t.name) AS c
             WHERE t.type = 'table' AND t.schema = 'main' AND t.name NOT LIKE 'sqlite_%'"
        }
    };
    let mut columns = Columns::new();
    for row in db
        .query_all_raw(Statement::from_string(backend, query))
        .await
        .unwrap()
    {
        let name: String = row.try_get("", "name").unwrap();
        let ty: String = row.try_get("", "type").unwrap();
        columns.insert(
            name,
            (ty.to_lowercase(), row.try_get("", "may_be_null").unwrap()),
        );
    }
    // The list of migrations belongs to the library. `rownum` is what SQLite's full-text
    // tables point to; nothing else reads it.
    columns.retain(|name, _| !name.starts_with("seaql_migrations.") && !name.ends_with(".rownum"));
    columns
}

on_both! {
    async fn make_the_columns_of_the_entities_and_no_others(app: TestApp) {
        let backend = app.app.db.backend();
        assert_eq!(of_database(&app).await, of_entities(backend));
    }
}

on_both! {
    async fn refuse_rows_that_make_no_sense(app: TestApp) {
        use entity::{availability, dish, menu, menu_item};
        use sea_orm::{IntoActiveModel, ActiveModelTrait};
        use thali::db::Meter;
        use crate::data::{Data, Size};

        let data = Data::fill(&app, Size::ONE).await;
        let mut wrong = Vec::new();
        let db = app.app.db.reader(&Meter::new("test"));
        let mut both = data.menus[0].clone();
        (both.id, both.kitchen_id) = (uuid::Uuid::now_v7(), Some(data.kitchens[0].id));
        wrong.push(menu::Entity::insert(both.into_active_model().reset_all()).exec(&db).await.err());
        let mut twice = data.items[0].clone();
        twice.id = uuid::Uuid::now_v7();
        wrong.push(menu_item::Entity::insert(twice.into_active_model().reset_all()).exec(&db).await.err());
        let mut lost = data.items[0].clone();
        (lost.id, lost.dish_id) = (uuid::Uuid::now_v7(), uuid::Uuid::now_v7());
        wrong.push(menu_item::Entity::insert(lost.into_active_model().reset_all()).exec(&db).await.err());
        let mut two_scales = data.dishes[0].clone();
        (two_scales.food_texture, two_scales.drink_thickness) = (Some(4), Some(2));
        wrong.push(two_scales.into_active_model().reset_all().update(&db).await.err());
        let mut nameless = data.dishes[0].clone();
        nameless.name = String::new();
        wrong.push(nameless.into_active_model().reset_all().update(&db).await.err());
        let mut oversold = data.availability[0].clone();
        (oversold.portions, oversold.reserved) = (Some(3), 4);
        wrong.push(oversold.into_active_model().reset_all().update(&db).await.err());
        assert!(wrong.iter().all(Option::is_some), "{wrong:#?}");
        // A dish that is on a menu stays.
        let gone = dish::Entity::delete_by_id(data.items[0].dish_id).exec(&db).await;
        assert!(gone.is_err());
        let items = availability::Entity::find_by_id(data.items[0].id);
        assert!(items.one(&db).await.unwrap().is_some());
    }
}
