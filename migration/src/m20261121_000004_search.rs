//! Search of dishes and hospitals: whole words first, letter triples for typing errors.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::dialect::run;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Postgres {
            return run(manager, POSTGRES).await;
        }
        for table in ["dish", "hospital"] {
            run(manager, &SQLITE.replace("{table}", table)).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Postgres {
            return run(
                manager,
                "DROP INDEX dish_words; DROP INDEX dish_triples; 
                 DROP INDEX hospital_words; DROP INDEX hospital_triples;",
            )
            .await;
        }
        for table in ["dish", "hospital"] {
            let down = "DROP TRIGGER {table}_search_insert; DROP TRIGGER {table}_search_update;
                        DROP TRIGGER {table}_search_delete;
                        DROP TABLE {table}_words; DROP TABLE {table}_triples;";
            run(manager, &down.replace("{table}", table)).await?;
        }
        Ok(())
    }
}

// 'simple': names come in many languages, and stemming one spoils the others.
const POSTGRES: &str = r#"
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX dish_words ON dish USING gin (to_tsvector('simple', search_text));
CREATE INDEX dish_triples ON dish USING gin (search_text gin_trgm_ops);
CREATE INDEX hospital_words ON hospital USING gin (to_tsvector('simple', search_text));
CREATE INDEX hospital_triples ON hospital USING gin (search_text gin_trgm_ops);
"#;

const SQLITE: &str = r#"
CREATE VIRTUAL TABLE {table}_words USING fts5(
    search_text, content='{table}', content_rowid='rownum', tokenize='unicode61');
CREATE VIRTUAL TABLE {table}_triples USING fts5(
    search_text, content='{table}', content_rowid='rownum', tokenize='trigram');
CREATE TRIGGER {table}_search_insert AFTER INSERT ON {table} BEGIN
    INSERT INTO {table}_words (rowid, search_text) VALUES (new.rownum, new.search_text);
    INSERT INTO {table}_triples (rowid, search_text) VALUES (new.rownum, new.search_text);
END;
CREATE TRIGGER {table}_search_delete AFTER DELETE ON {table} BEGIN
    INSERT INTO {table}_words ({table}_words, rowid, search_text)
        VALUES ('delete', old.rownum, old.search_text);
    INSERT INTO {table}_triples ({table}_triples, rowid, search_text)
        VALUES ('delete', old.rownum, old.search_text);
END;
CREATE TRIGGER {table}_search_update AFTER UPDATE OF search_text ON {table} BEGIN
    INSERT INTO {table}_words ({table}_words, rowid, search_text)
        VALUES ('delete', old.rownum, old.search_text);
    INSERT INTO {table}_triples ({table}_triples, rowid, search_text)
        VALUES ('delete', old.rownum, old.search_text);
    INSERT INTO {table}_words (rowid, search_text) VALUES (new.rownum, new.search_text);
    INSERT INTO {table}_triples (rowid, search_text) VALUES (new.rownum, new.search_text);
END;
"#;
