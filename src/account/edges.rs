//! The edges that lead to accounts.

use entity::account;
use sea_orm::{
    ConnectionTrait,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use super::{Account, viewer::Viewer};
use crate::{
    error::Result,
    graph::{
        Reads, Row,
        fetch::{models, one_each, select},
    },
    load::Edge,
    sql::is_any_of,
};

/// An account, for its person and for administrators.
#[derive(Clone, PartialEq)]
pub struct AccountById;

impl Edge for AccountById {
    type Key = Uuid;
    type Value = Option<Row<Account>>;
    type Source = Reads;

    async fn load(&self, keys: &[Uuid], reads: &Reads) -> Result<Vec<Result<Self::Value>>> {
        let scope = reads.scope().await?;
        let id = || Expr::col(("account", "id"));
        let mut query = select::<account::Entity>(&[]);
        query.and_where(is_any_of(id(), keys, reads.backend()));
        if !scope.is_administrator() {
            let Some(own) = scope.account() else {
                return Ok(keys.iter().map(|_| Ok(None)).collect());
            };
            query.and_where(id().eq(own));
        }
        let rows = models::<account::Model>(&reads.conn.query_all(&query).await?)?;
        let accounts = rows.into_iter().map(|row| Row::new(Account(row)));
        Ok(one_each(keys, accounts, |account| account.0.id))
    }
}

/// Who asks; nobody for who has no account. Who sent what is not good any more is told so.
#[derive(Clone, PartialEq)]
pub struct Oneself;

impl Edge for Oneself {
    type Key = ();
    type Value = Option<Row<Viewer>>;
    type Source = Reads;

    async fn load(&self, keys: &[()], reads: &Reads) -> Result<Vec<Result<Self::Value>>> {
        let scope = reads.scope().await?;
        if scope.viewer() != crate::auth::Viewer::Anonymous {
            scope.viewer().known()?;
        }
        let Some(own) = scope.account() else {
            return Ok(keys.iter().map(|()| Ok(None)).collect());
        };
        let mut query = select::<account::Entity>(&[]);
        query.and_where(Expr::col(("account", "id")).eq(own));
        let rows = models::<account::Model>(&reads.conn.query_all(&query).await?)?;
        let viewer = rows.into_iter().next().map(Viewer::new).map(Row::new);
        Ok(keys.iter().map(|()| Ok(viewer.clone())).collect())
    }
}
