//! Many rows in few statements.

use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait, Insert, IntoActiveModel, Iterable,
    ModelTrait,
};

/// Values in one statement. SQLite takes 32,766 and PostgreSQL 65,535, but a message to
/// PostgreSQL that does not fit one TLS record of 16 KiB waits 40 ms for an acknowledgement
/// (sqlx leaves Nagle's algorithm on), and full statements of one text are prepared once.
const VALUES: usize = 1_000;

/// Ids in one statement.
pub const IDS: usize = 1_000;

/// Inserts all `rows`.
pub async fn insert<E, C>(db: &C, rows: Vec<E::Model>) -> Result<(), DbErr>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<<E as EntityTrait>::ActiveModel>,
    C: ConnectionTrait,
{
    let most = VALUES / E::Column::iter().count();
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let chunk: Vec<E::Model> = rows.by_ref().take(most).collect();
        Insert::<E::ActiveModel>::many(chunk)
            .exec_without_returning(db)
            .await?;
    }
    Ok(())
}

/// Writes every column of a row that is there.
pub async fn update<E, C>(db: &C, row: E::Model) -> Result<(), DbErr>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<<E as EntityTrait>::ActiveModel> + ModelTrait<Entity = E>,
    <E as EntityTrait>::ActiveModel: ActiveModelTrait<Entity = E> + Send,
    C: ConnectionTrait,
{
    E::update(row.into_active_model().reset_all())
        .exec(db)
        .await
        .map(|_| ())
}
