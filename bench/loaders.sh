#!/usr/bin/env bash
#
# What batching costs: alone, beside other loaders, and in a nested query beside the same page
# written by hand. Run it as `make bench-loaders`, which provides the PostgreSQL.
#
# BENCH_ROUNDS and BENCH_SECONDS say how long the nested query is measured.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

cargo=${CARGO:-cargo}
target=${CARGO_TARGET_DIR:-target}
status=0

# In one go, so that all have the same builds of what they share.
"$cargo" build --release --workspace --locked --bins --bench loaders
"$cargo" bench --workspace --locked --bench loaders || status=1
"$target/release/thali-bench" nested "$target/release/thali" || status=1
exit "$status"
