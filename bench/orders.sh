#!/usr/bin/env bash
#
# What it costs to place orders, beside pgbench with the same statements, and to turn the pages of
# a hospital's orders. Run it as `make bench-orders`, which provides the PostgreSQL.
#
# SCALE=full turns pages of ten million orders, which takes half an hour to make and 25 GB;
# BENCH_MANY_ORDERS names a database that has them already. BENCH_ROUNDS, BENCH_ORDERS (for a round)
# and BENCH_SECONDS say how long it is measured.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

cargo=${CARGO:-cargo}
target=${CARGO_TARGET_DIR:-target}
status=0

export PATH="$POSTGRES_BIN:$PATH" # pgbench comes with the server
"$cargo" build --release --workspace --locked --bins
"$target/release/thali-bench" place "$target/release/thali" || status=1
"$target/release/thali-bench" pages "$target/release/thali" || status=1
exit "$status"
