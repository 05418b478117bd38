SWIFT ?= swift
# The tests that start programs. They run last and few at a time, because the programs need the cores.
PROGRAM_TESTS := RetailRunTests|SkeinCLITests|SkeinKafkaTests|StompBrokerTests|StoreProgramTests
# What is built beside the default: the adapters of brokers, which need more than the core does.
TRAITS ?= --traits Kafka,ActiveMQ
FORMATTED := $(wildcard Sources Tests Examples Benchmarks) Package.swift

.DEFAULT_GOAL := help
SEEDS ?= 1000
.PHONY: help bootstrap demo demo-kafka demo-activemq torture test simulate mutants build lint format docs-check bench clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: bootstrap ## Build the retail example and the command line, then play the demo
	$(SWIFT) build $(TRAITS) --product retail
	$(SWIFT) build $(TRAITS) --product retail-world
	$(SWIFT) build $(TRAITS) --product skein
	Scripts/demo

demo-kafka: bootstrap ## Play the demo in eight processes over Kafka: librdkafka's mock, or SKEIN_KAFKA=HOST:PORT
	$(SWIFT) build $(TRAITS) --product retail
	$(SWIFT) build $(TRAITS) --product retail-world
	$(SWIFT) build $(TRAITS) --product skein
	$(SWIFT) build $(TRAITS) --product KafkaMock
	Scripts/demo-apart kafka

demo-activemq: bootstrap ## Play the demo in eight processes over ActiveMQ, which is killed too
	$(SWIFT) build $(TRAITS) --product retail
	$(SWIFT) build $(TRAITS) --product retail-world
	$(SWIFT) build $(TRAITS) --product skein
	Scripts/demo-apart activemq

torture: bootstrap ## Make signals, disks, files and limits fail under the example, with an audit after each; some minutes
	$(SWIFT) build $(TRAITS) --product retail
	$(SWIFT) build $(TRAITS) --product retail-world
	$(SWIFT) build $(TRAITS) --product skein
	@command -v python3 >/dev/null && command -v cc >/dev/null || \
		{ echo "torture: python3 and a C compiler are needed; install them (Debian: python3 gcc)" >&2; exit 69; }
	Scripts/torture $(TORTURE)

test: bootstrap ## Build and run all tests, those that start programs last, then lint
	$(SWIFT) build $(TRAITS) --build-tests
	$(SWIFT) test $(TRAITS) --skip-build --skip '^($(PROGRAM_TESTS))\.'
	$(SWIFT) test $(TRAITS) --skip-build --filter '^($(PROGRAM_TESTS))\.'
	$(MAKE) --no-print-directory lint

simulate: bootstrap ## Look for broken invariants in many seeds (SEEDS=10000) or in one (SEED=4711)
	$(SWIFT) build $(TRAITS) --product Simulate
	@Scripts/simulate $(if $(SEED),--seed $(SEED),--seeds $(SEEDS))

mutants: bootstrap ## Break the runtime on purpose, and check that the simulation notices
	Scripts/mutants

build: bootstrap ## Build everything in debug
	$(SWIFT) build $(TRAITS)

lint: ## Check the format of all sources
	$(SWIFT) format lint --strict --parallel --recursive $(FORMATTED)

format: ## Rewrite all sources in the project's format
	$(SWIFT) format --in-place --parallel --recursive $(FORMATTED)

docs-check: ## Compile the documentation; unresolved links are errors
	Scripts/docs-check

bench: bootstrap ## Run the benchmarks in release, some minutes; over Kafka's mock, or SKEIN_KAFKA=HOST:PORT
	$(SWIFT) build $(TRAITS) --product KafkaMock
	$(SWIFT) package --package-path Benchmarks --scratch-path Benchmarks/.build-release --disable-sandbox benchmark

clean: ## Remove everything that was built
	$(SWIFT) package clean
	rm -rf Benchmarks/.build-release

bootstrap:
	@Scripts/bootstrap
