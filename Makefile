SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

SOURCES := Package.swift Libraries Services Tests
SCRIPTS := deploy/dev/*.sh deploy/check/*.sh deploy/grafana/*.sh deploy/healthcheck.sh .ci/run
# No server, no process. What takes seconds of its own, as simulations and whole seasons do, is left to `make test`.
UNIT := ^(BasketballTests|UpstreamTests|BoostingTests|ModelsTests|BarrierTests\.BarrierTests)[./]
SLOW := PointsReferenceTests|PointsEvaluationTests|PointsLeakTests|ModelArtefactTests|SeasonScoresTests

# A shell that sourced .run/env carries the addresses of a development stack. They end with it and are no settings.
unexport $(STACK_OWNED) STACK_OWNED

.PHONY: help
help: ## This list
	@awk -F ' *## *' '/^[a-z-]+:.*## /{sub(/:.*/, "", $$1); printf "%-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo 'Examples:'
	@echo '  make demo              from nothing to published predictions, then all ended'
	@echo '  make up PHASES=1-2     only scrapers, raw and their orchestrator'
	@echo '  make up FRESH=1        with an empty database'
	@echo '  TIPOFF_KAFKA_BROKERS=localhost:9092 make test    against that broker'

.PHONY: setup
setup: ## Install what a build needs and the machine lacks (apt, as root)
	@deploy/dev/setup.sh

.PHONY: setup-tests
setup-tests:
	@deploy/dev/setup.sh --tests

.PHONY: build
build: setup ## Debug build with tests
	swift build --build-tests

.PHONY: release
release: setup ## Release build
	swift build -c release

.PHONY: test
test: setup-tests ## Every test, on a private cluster and the embedded broker; builds release too
	swift build --build-tests
	swift build -c release
	@deploy/dev/test.sh

.PHONY: test-unit
test-unit: ## The quick tests of the pure targets
	swift build --build-tests
	swift test --skip-build --filter '$(UNIT)' --skip '$(SLOW)'

.PHONY: coverage
coverage: setup-tests ## Line coverage: HTML in .run/coverage, total last
	@deploy/dev/coverage.sh

.PHONY: lint
lint: ## Format and shell checks
	@deploy/dev/setup.sh --lint
	swift format lint --strict --parallel --recursive $(SOURCES)
	@if command -v shellcheck >/dev/null; then shellcheck -x $(SCRIPTS) && echo 'shellcheck: ok'; \
	else echo 'shellcheck is not installed: scripts not checked'; fi

.PHONY: fmt
fmt: ## Format the Swift sources
	swift format --in-place --parallel --recursive $(SOURCES)

.PHONY: bench
bench: release ## Benchmarks against their references; writes .run/bench.json
	@deploy/dev/setup.sh --bench
	@deploy/dev/bench.sh

.PHONY: demo
demo: ## One slate from scraped files to published predictions, then everything ended
	@deploy/dev/demo.sh

.PHONY: day
day: ## The slate's day: a full batch at 11:00, an injury at 14:00, line-up changes at 18:00, each beside a full batch
	@deploy/dev/day.sh

.PHONY: seasons
seasons: ## Four seasons through phases 1 to 4, undisturbed and with two services killed: time, rate, memory, digest
	@deploy/dev/seasons.sh

.PHONY: up
up: ## The same stack, left running (PHASES=1-2 a part of it, FRESH=1 empty)
	@FRESH='$(FRESH)' deploy/dev/up.sh $(PHASES)

.PHONY: restart
restart: ## Start one service of that stack anew (SERVICE=raw), as tipoff status tells
	@deploy/dev/restart.sh '$(SERVICE)'

.PHONY: down
down: ## End what up left running
	@deploy/dev/down.sh

.PHONY: check-deploy
check-deploy: ## Compose file, manifests, Prometheus rules and Grafana dashboards
	@deploy/check/check.sh

.PHONY: check-api
check-api: ## The API against its OpenAPI document, with schemathesis
	@deploy/check/api.sh

.PHONY: clean
clean: down ## End the stack; remove builds, data and logs
	@deploy/dev/clean.sh
