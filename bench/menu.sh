#!/usr/bin/env bash
#
# What a menu costs that is answered from memory: beside its bare bytes, with live prices, and
# with every cache off. Run it as `make bench-menu`, which provides the PostgreSQL.
#
# BENCH_ROUNDS and BENCH_SECONDS say how long it is measured.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

cargo=${CARGO:-cargo}
target=${CARGO_TARGET_DIR:-target}

"$cargo" build --release --workspace --locked --bins
"$target/release/thali-bench" menu "$target/release/thali"
