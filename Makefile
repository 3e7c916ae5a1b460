# Every command of the project. `make` alone lists them.

CARGO ?= cargo
SHELL := bash
.SHELLFLAGS := -euo pipefail -c

DENY := CARGO='$(CARGO)' scripts/tool cargo-deny 0.20.2 --locked --workspace check --hide-inclusion-graph
MACHETE := CARGO='$(CARGO)' scripts/tool cargo-machete 0.9.2

# The page that the server embeds, and what it is built from.
PLAYGROUND := playground/dist/page/index.html.gz
PLAYGROUND_SOURCES := $(shell find playground tests/operations \( -name node_modules -o -name dist \) -prune -o -type f -print)

.DELETE_ON_ERROR:
.PHONY: help run test cargo-test check advisories schema operations playground screenshots bench-pages bench-loaders bench-menu bench-orders clean-data

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## build quickly and serve; ARGS='…' for more arguments
	@if ! command -v npm >/dev/null; then \
	  echo 'Without npm there is no playground; install Node.js 20 or later with npm to have it.' >&2; \
	elif ! $(MAKE) --silent playground; then \
	  echo 'The playground cannot be built; going on without it.' >&2; \
	fi
	$(CARGO) run --profile quick -- serve $(ARGS)

test: ## all tests, with a PostgreSQL and a Redis found or started; ARGS='…' to choose
	scripts/with-services $(MAKE) --no-print-directory playground cargo-test

cargo-test:
	$(CARGO) test --workspace --locked $(ARGS)

check: ## all that must hold before a commit, apart from the tests
	scripts/check-tidy
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings
	$(CARGO) run --quiet --locked -- schema | diff -u schema.graphql -
	scripts/with-node scripts/check-schema
	$(MACHETE)
	$(DENY) bans licenses sources

advisories: ## known vulnerabilities in dependencies; fetches a database over the network
	$(DENY) advisories

schema: ## write schema.graphql from the code
	@mkdir -p target
	$(CARGO) run --quiet --locked -- schema > target/schema.graphql
	mv target/schema.graphql schema.graphql

operations: ## write target/operations.json, the list of the example operations by their ids
	scripts/with-node scripts/npm-ci tests/clients
	cd tests/clients && ../../scripts/with-node npx --no-install graphql-codegen --config codegen.yml
	@mkdir -p target
	cp tests/clients/src/generated/persisted-documents.json target/operations.json

playground: $(PLAYGROUND) ## build the page at /playground, if it is stale

$(PLAYGROUND): $(PLAYGROUND_SOURCES) playground/node_modules/.package-lock.json
	@echo 'Building the playground'
	cd playground && ../scripts/with-node npm run --silent build

playground/node_modules/.package-lock.json: playground/package-lock.json
	@echo 'Installing what the playground is built with'
	scripts/with-node scripts/npm-ci playground

screenshots: playground ## make the pictures of docs/images anew, from the running product
	$(CARGO) build --profile quick --locked
	scripts/with-node scripts/with-pages target/quick/thali screenshots.mjs $(CURDIR)/docs/images

bench-pages: playground ## how soon the pages can be used, from an empty cache
	$(CARGO) build --profile quick --locked
	scripts/with-node scripts/with-pages target/quick/thali bench.mjs

bench-loaders: ## what batching costs, alone and in a nested query
	scripts/with-services bench/loaders.sh

bench-menu: ## what a menu costs that is answered from memory, beside its bare bytes
	scripts/with-services bench/menu.sh

bench-orders: ## what an order costs beside pgbench, and a page of few and of many; SCALE=full: ten million
	scripts/with-services bench/orders.sh

clean-data: ## remove what a server without settings has stored
	rm -rf thali-data
