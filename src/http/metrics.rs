//! `/metrics`: what the process does, as Prometheus reads it. Numbers of the whole, and nothing
//! of anybody. `docs/operations/metrics.md` lists them.

use std::time::Instant;

use async_graphql::{ServerError, parser::types::OperationType};
use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use prometheus::{
    GaugeVec, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, Opts, Registry, TEXT_FORMAT,
    TextEncoder,
};

use super::{Http, answer::Problem};
use crate::{
    app::App,
    cache::{Cache, HotKind, Layer},
    db::{Db, PoolFacts},
    schema::Answer,
};

/// What is counted while it happens.
pub struct Metrics {
    registry: Registry,
    operations: IntCounterVec,
    seconds: HistogramVec,
}

/// An operation that runs; counted when it is dropped.
pub struct Running<'a> {
    metrics: &'a Metrics,
    begun: Instant,
    kind: Option<OperationType>,
    outcome: &'static str,
}

const BUCKETS: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

impl Metrics {
    pub fn new() -> prometheus::Result<Self> {
        let registry = Registry::new();
        let operations = Opts::new(
            "thali_operations_total",
            "GraphQL operations by what became of them.",
        );
        let operations = IntCounterVec::new(operations, &["kind", "outcome"])?;
        registry.register(Box::new(operations.clone()))?;
        let seconds = HistogramOpts::new(
            "thali_operation_duration_seconds",
            "Time of GraphQL operations that ran.",
        );
        let seconds = HistogramVec::new(seconds.buckets(BUCKETS.to_vec()), &["kind"])?;
        registry.register(Box::new(seconds.clone()))?;
        Ok(Self {
            registry,
            operations,
            seconds,
        })
    }

    pub fn begin(&self) -> Running<'_> {
        Running {
            metrics: self,
            begun: Instant::now(),
            kind: None,
            outcome: "given_up",
        }
    }

    fn text(&self, app: &App) -> prometheus::Result<String> {
        let mut families = self.registry.gather();
        // What is looked up when somebody asks: a function for each mechanism.
        let now = Registry::new();
        tell_of_database(&app.db, &now)?;
        tell_of_cache(&app.cache, &now)?;
        let astray = "Rows of orders in the default partitions, of each at most 1000.";
        let astray = gauge(&now, "thali_orders_astray", astray, &[])?;
        let rows = app.months.astray() as f64;
        astray.with_label_values::<&str>(&[]).set(rows);
        families.extend(now.gather());
        TextEncoder::new().encode_to_string(&families)
    }
}

impl Running<'_> {
    pub fn end(mut self, answered: &Result<Answer, Problem>) {
        (self.kind, self.outcome) = match answered {
            Ok(answer) => (answer.kind, outcome(answer)),
            Err(_) => (None, "refused"),
        };
    }

    /// The answer was there.
    pub fn end_kept(mut self) {
        (self.kind, self.outcome) = (Some(OperationType::Query), "kept");
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let kind = match self.kind {
            Some(OperationType::Query) => "query",
            Some(OperationType::Mutation) => "mutation",
            Some(OperationType::Subscription) => "subscription",
            None => "unknown",
        };
        let counted = self
            .metrics
            .operations
            .with_label_values(&[kind, self.outcome]);
        counted.inc();
        if !matches!(self.outcome, "refused" | "kept") {
            let seconds = self.metrics.seconds.with_label_values(&[kind]);
            seconds.observe(self.begun.elapsed().as_secs_f64());
        }
    }
}

fn outcome(answer: &Answer) -> &'static str {
    let has = |code: &str| {
        let is_it = |error: &ServerError| {
            let extensions = error.extensions.as_ref();
            extensions.and_then(|extensions| extensions.get("code")) == Some(&code.into())
        };
        answer.response.errors.iter().any(is_it)
    };
    match answer.refusal {
        Some(_) => "refused",
        None if answer.response.errors.is_empty() => "ok",
        None if has("INTERNAL") => "internal",
        None if has("UNAVAILABLE") => "unavailable",
        None => "errors",
    }
}

/// A gauge that is filled once.
fn gauge(now: &Registry, name: &str, help: &str, labels: &[&str]) -> prometheus::Result<GaugeVec> {
    let gauge = GaugeVec::new(Opts::new(name, help), labels)?;
    now.register(Box::new(gauge.clone()))?;
    Ok(gauge)
}

fn tell_of_cache(cache: &Cache, now: &Registry) -> prometheus::Result<()> {
    let facts = cache.facts();
    let answers = Opts::new("thali_cache_answers_total", "Answers by kind and layer.");
    let answers = IntCounterVec::new(answers, &["kind", "layer"])?;
    now.register(Box::new(answers.clone()))?;
    for kind in HotKind::ALL {
        for layer in Layer::ALL {
            let answers = answers.with_label_values(&[kind.name(), layer.name()]);
            answers.inc_by(facts.found(kind, layer));
        }
    }
    let count = |name: &str, help: &str, since_start: u64| {
        let counter = IntCounter::new(name, help)?;
        counter.inc_by(since_start);
        now.register(Box::new(counter))
    };
    let evicted = "Answers for which memory had no room, or that were too old.";
    count("thali_cache_evictions_total", evicted, cache.evictions())?;
    let changes = "Tags that were invalidated.";
    count("thali_cache_invalidations_total", changes, facts.changes())?;
    let stale = "Answers given though too old, because none could be loaded.";
    count("thali_cache_stale_total", stale, facts.stale())?;
    let tell = |name: &str, help: &str, value: u64| {
        let gauge = gauge(now, name, help, &[])?;
        gauge.with_label_values::<&str>(&[]).set(value as f64);
        prometheus::Result::Ok(())
    };
    let (entries, bytes) = cache.size();
    tell("thali_cache_entries", "Answers in memory, nearly.", entries)?;
    tell(
        "thali_cache_bytes",
        "Bytes of the answers in memory, nearly.",
        bytes,
    )?;
    let believed = "Whether what Redis has is believed.";
    tell(
        "thali_cache_redis_believed",
        believed,
        cache.is_sharing().into(),
    )
}

fn tell_of_database(db: &Db, now: &Registry) -> prometheus::Result<()> {
    let connections = "Connections of a pool that are open.";
    let connections = gauge(
        now,
        "thali_db_connections",
        connections,
        &["server", "state"],
    )?;
    let most = "Connections that a pool may open.";
    let most = gauge(now, "thali_db_connections_max", most, &["server"])?;
    let waiting = "Those who wait for a connection of a pool.";
    let waiting = gauge(now, "thali_db_waiting", waiting, &["server"])?;
    let tell_of_pool = |server: &str, pool: PoolFacts| {
        let state = |state| connections.with_label_values(&[server, state]);
        state("in_use").set(pool.in_use.into());
        state("idle").set(pool.idle.into());
        most.with_label_values(&[server]).set(pool.max.into());
        waiting
            .with_label_values(&[server])
            .set(pool.waiting.into());
    };
    tell_of_pool("primary", db.primary_pool());

    let healthy = "Whether reads go to a replica.";
    let healthy = gauge(now, "thali_replica_healthy", healthy, &["server"])?;
    let bytes = "Bytes of the primary's log that a replica has not replayed.";
    let bytes = gauge(now, "thali_replica_lag_bytes", bytes, &["server"])?;
    let seconds = "For how long a replica has lacked the first of them.";
    let seconds = gauge(now, "thali_replica_lag_seconds", seconds, &["server"])?;
    let position = "Position up to which a replica has replayed the log, in bytes.";
    let position = gauge(now, "thali_replica_position_bytes", position, &["server"])?;
    for replica in db.replicas() {
        let server = format!("replica-{}", replica.number);
        let server = server.as_str();
        tell_of_pool(server, replica.pool);
        let set = |gauge: &GaugeVec, value| gauge.with_label_values(&[server]).set(value);
        set(&healthy, f64::from(u8::from(replica.is_healthy)));
        set(&bytes, replica.lag_bytes as f64);
        set(&seconds, replica.lag.as_secs_f64());
        set(&position, replica.replayed.bytes() as f64);
    }
    Ok(())
}

pub async fn page(State(http): State<Http>) -> Response {
    match http.metrics.text(http.engine.app()) {
        Ok(text) => {
            let media = HeaderValue::from_static(TEXT_FORMAT);
            let fresh = HeaderValue::from_static("no-store");
            let headers = [
                (header::CONTENT_TYPE, media),
                (header::CACHE_CONTROL, fresh),
            ];
            (headers, text).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "metrics cannot be told");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
