# Every command of the project. `make` alone lists them.

CARGO ?= cargo
SHELL := bash
.SHELLFLAGS := -euo pipefail -c

DENY := CARGO='$(CARGO)' scripts/tool cargo-deny 0.20.2 --locked --workspace check --hide-inclusion-graph
MACHETE := CARGO='$(CARGO)' scripts/tool cargo-machete 0.9.2

.PHONY: help run test check advisories schema bench-loaders clean-data

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## build quickly and serve; ARGS='…' for more arguments
	$(CARGO) run --profile quick -- serve $(ARGS)

test: ## all tests, with a PostgreSQL and a Redis found or started; ARGS='…' to choose
	scripts/with-services $(CARGO) test --workspace --locked $(ARGS)

check: ## all that must hold before a commit, apart from the tests
	scripts/check-tidy
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings
	$(CARGO) run --quiet --locked -- schema | diff -u schema.graphql -
	$(MACHETE)
	$(DENY) bans licenses sources

advisories: ## known vulnerabilities in dependencies; fetches a database over the network
	$(DENY) advisories

schema: ## write schema.graphql from the code
	@mkdir -p target
	$(CARGO) run --quiet --locked -- schema > target/schema.graphql
	mv target/schema.graphql schema.graphql

bench-loaders: ## what batching costs, alone and in a nested query
	scripts/with-services bench/loaders.sh

clean-data: ## remove what a server without settings has stored
	rm -rf thali-data
