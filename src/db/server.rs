//! What the server allows, held against what the settings ask of it. Asked once, at the start.

use std::time::Duration;

use futures_util::future::join_all;
use sea_orm::{DbBackend, DbErr, FromQueryResult, SqlxError, Statement};

use super::{
    Db,
    pool::{JIT, PLANS, Pool},
    unprepared::query_error,
};
use crate::{config::Config, search::LEAST_LIKENESS};

// `numbackends` is for everyone to see, other than the rows of `pg_stat_activity`.
const ASK: &str = "SELECT current_setting('max_connections')::int AS max_connections,
    current_setting('superuser_reserved_connections')::int
        + coalesce(current_setting('reserved_connections', true), '0')::int AS reserved,
    (SELECT sum(numbackends) FROM pg_stat_database)::int AS in_use,
    (SELECT setting::bigint FROM pg_settings WHERE name = 'statement_timeout') AS statement_timeout,
    current_setting('pg_trgm.word_similarity_threshold', true) AS likeness,
    current_setting('plan_cache_mode') AS plans, current_setting('jit') AS jit";

#[derive(Clone, Debug, FromQueryResult)]
struct Server {
    max_connections: i32,
    /// Connections that the server keeps for its administrators.
    reserved: i32,
    /// Connections of everyone, the one that asks among them.
    in_use: i32,
    /// In milliseconds.
    statement_timeout: i64,
    likeness: Option<String>,
    plans: String,
    jit: String,
}

impl Db {
    /// Logs how each pool compares with what its server has left, and warns of what cannot work.
    /// To be called before the pools have opened a second connection.
    pub async fn check_server(&self, config: &Config) -> Result<(), DbErr> {
        if self.backend() != DbBackend::Postgres {
            return Ok(());
        }
        // The watch of replicas has a connection of its own to each server.
        let connections = config.db_pool + u32::from(!self.replicas.is_empty());
        let server = ask(&self.primary).await?;
        server.check("primary", &self.primary, connections, config);
        let asked = self.replicas.all.iter().map(|replica| async {
            let name = format!("replica {}", replica.number);
            match ask(&replica.pool).await {
                Ok(server) => server.check(&name, &replica.pool, connections, config),
                Err(error) => tracing::warn!(
                    server = name,
                    %error,
                    "does not answer; reads go to it as soon as it does"
                ),
            }
        });
        join_all(asked).await;
        Ok(())
    }
}

async fn ask(pool: &Pool) -> Result<Server, DbErr> {
    let ask = Statement::from_string(DbBackend::Postgres, ASK);
    let mut connection = pool.acquire().await?;
    let rows = pool.fetch_all(&mut connection, ask).await;
    let row = rows.map_err(query_error)?.pop();
    let row = row.ok_or_else(|| query_error(SqlxError::RowNotFound))?;
    Server::from_query_result(&row.into(), "")
}

impl Server {
    fn check(&self, server: &str, pool: &Pool, connections: u32, config: &Config) {
        if pool.unprepared.is_some() {
            tracing::info!(
                server,
                pool = connections,
                "connections go to a pooler, in transaction mode"
            );
        } else {
            let Self {
                max_connections,
                reserved,
                ..
            } = self;
            let left = self.left();
            tracing::info!(
                server,
                pool = connections,
                max_connections,
                reserved,
                left,
                "connections"
            );
            if i64::from(connections) > i64::from(left) {
                tracing::warn!(
                    "THALI_DB_POOL: up to {connections} connections may be opened, but of the \
                     {server} server's max_connections = {max_connections} only {left} are left; \
                     lower THALI_DB_POOL, or put PgBouncer between (deploy/pgbouncer.ini)"
                );
            }
        }
        let lost = self.lost(config.db_statement_timeout, pool.unprepared.is_none());
        if !lost.is_empty() {
            tracing::warn!(
                "a pooler drops the settings of connections to the {server}: set {} for the \
                 database (deploy/pgbouncer.ini says how)",
                lost.join(", ")
            );
        }
    }

    /// What the pool may take: all that is neither reserved nor somebody else's.
    fn left(&self) -> i32 {
        let others = self.in_use - 1;
        self.max_connections - self.reserved - others
    }

    /// The settings of the connection that do not hold.
    fn lost(&self, statement_timeout: Duration, is_prepared: bool) -> Vec<String> {
        let mut lost = Vec::new();
        let wanted = statement_timeout.as_millis();
        if u128::try_from(self.statement_timeout) != Ok(wanted) {
            lost.push(format!("statement_timeout = {wanted}"));
        }
        let likeness = self.likeness.as_deref().and_then(|text| text.parse().ok());
        if likeness != Some(LEAST_LIKENESS) {
            let name = "pg_trgm.word_similarity_threshold";
            lost.push(format!("{name} = {LEAST_LIKENESS}"));
        }
        let (name, plans) = PLANS;
        if is_prepared && self.plans != plans {
            lost.push(format!("{name} = {plans}"));
        }
        let (name, jit) = JIT;
        if self.jit != jit {
            lost.push(format!("{name} = {jit}"));
        }
        lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVER: Server = Server {
        max_connections: 100,
        reserved: 3,
        in_use: 11,
        statement_timeout: 10_000,
        likeness: None,
        plans: String::new(),
        jit: String::new(),
    };

    #[test]
    fn what_is_left_is_neither_reserved_nor_in_use_by_others() {
        assert_eq!(SERVER.left(), 87);
    }

    #[test]
    fn a_setting_that_does_not_hold_is_named() {
        let lost = |server: &Server| server.lost(Duration::from_secs(10), true);
        let likeness = "pg_trgm.word_similarity_threshold = 0.4";
        let (plans, jit) = ("plan_cache_mode = force_generic_plan", "jit = off");
        assert_eq!(lost(&SERVER), [likeness, plans, jit]);
        let mut server = SERVER.clone();
        server.likeness = Some("0.6".to_owned());
        assert_eq!(lost(&server), [likeness, plans, jit]);
        server.likeness = Some("0.4".to_owned());
        server.plans = "auto".to_owned();
        assert_eq!(lost(&server), [plans, jit]);
        server.jit = "off".to_owned();
        assert_eq!(lost(&server), [plans]);
        let unprepared = server.lost(Duration::from_secs(10), false);
        assert!(
            unprepared.is_empty(),
            "what is planned each time knows the values"
        );
        server.plans = "force_generic_plan".to_owned();
        assert!(lost(&server).is_empty());
        server.statement_timeout = 0;
        assert_eq!(lost(&server), ["statement_timeout = 10000"]);
    }
}
