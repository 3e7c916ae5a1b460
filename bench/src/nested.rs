//! The nested query in interleaved rounds: by hand, Thali, and other builds of it.

use std::{collections::BTreeSet, process::ExitCode, time::Duration};

use anyhow::ensure;
use hyper::Method;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::{
    by_hand,
    database::{Scratch, in_one_form},
    load::{self, Call},
    process::{Server, free_address},
    side::{Bound, CONNECTIONS, Figures, Plan, Side, judge, print},
};

/// What Thali must reach of the page by hand.
const BOUND: f64 = 0.5;
/// It is the loaders that are measured.
const NOTHING_CACHED: &[(&str, &str)] = &[("THALI_CACHE", "off"), ("THALI_RESPONSE_CACHE", "0")];

pub async fn run(thali: &str, others: &[&str]) -> anyhow::Result<ExitCode> {
    let plan = Plan::read()?;
    let scratch = Scratch::create().await?;
    let measured = measure(&scratch, thali, others, &plan).await;
    scratch.drop().await?;
    let sides = measured?;
    print(&sides);
    let (by_hand, thali) = (&sides[0], &sides[1]);
    let lines = [
        (
            "nested-throughput-of-by-hand",
            thali.ratio(by_hand, |round| round.per_second),
        ),
        (
            "nested-cpu-of-by-hand",
            1.0 / thali.ratio(by_hand, Figures::cpu),
        ),
    ];
    Ok(judge(&lines, Bound::AtLeast(BOUND)))
}

async fn measure(
    scratch: &Scratch,
    thali: &str,
    others: &[&str],
    plan: &Plan,
) -> anyhow::Result<Vec<Side>> {
    let mut sides = vec![by_hand_side(scratch).await?];
    for program in [thali].iter().chain(others) {
        let name = program.rsplit('/').next().unwrap_or(program);
        let body = json!({
            "query": include_str!("nested.graphql"),
            "variables": { "slug": "bench" },
        });
        sides.push(Side::thali(name, program, scratch, NOTHING_CACHED, body).await?);
    }
    let expected = sides[0].data().await?;
    for side in &sides[1..] {
        let found = side.data().await?;
        ensure!(found == expected, "{} answers something else", side.name);
    }
    println!(
        "{} fields in an answer, the same from all",
        fields(&expected)
    );
    // Other builds may be of another day.
    for side in &sides[..2] {
        same_statements(scratch, side, plan).await?;
    }
    for side in &sides[2..] {
        load::round(&side.call, CONNECTIONS, plan.warm_up()).await?;
    }
    plan.run(&mut sides, scratch).await?;
    Ok(sides)
}

async fn by_hand_side(scratch: &Scratch) -> anyhow::Result<Side> {
    let address = free_address()?;
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["by-hand", &address.to_string(), &scratch.url]);
    let call = Call {
        address,
        method: Method::GET,
        path: "/hospitals/bench/from/2026-11-23".to_owned(),
        body: Vec::new().into(),
        token: None,
    };
    let server = Server::start(address, command).await?;
    Ok(Side::new("by hand", server, call))
}

/// How many fields an answer shows.
fn fields(value: &Value) -> usize {
    match value {
        Value::Object(object) => object.values().map(|value| 1 + fields(value)).sum(),
        Value::Array(list) => list.iter().map(fields).sum(),
        _ => 0,
    }
}

/// Warms a side up, and sees on the database's server that it runs the statements by hand.
async fn same_statements(scratch: &Scratch, side: &Side, plan: &Plan) -> anyhow::Result<()> {
    let expected: BTreeSet<String> = by_hand::STATEMENTS.map(in_one_form).into();
    let mut found = BTreeSet::new();
    let warm_up = load::round(&side.call, CONNECTIONS, plan.warm_up());
    tokio::pin!(warm_up);
    loop {
        tokio::select! {
            warm = &mut warm_up => break drop(warm?),
            () = tokio::time::sleep(Duration::from_millis(5)) => {
                found.extend(scratch.statements().await?);
            }
        };
    }
    for statement in &expected {
        ensure!(
            found.contains(statement),
            "{} does not run this statement; bench/src/by_hand has Thali's own, bring it up to \
             date:\n{statement}\nit ran:\n{found:#?}",
            side.name
        );
    }
    Ok(())
}
