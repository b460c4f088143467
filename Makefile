# Longshore: `make help` lists what can be made.
.DEFAULT_GOAL := help
.PHONY: help deps build demo test test-deploy simulate fuzz torture check docs format lint bench bench-smoke bench-readers stack clean

SWIFT ?= swift
LONGSHORE := .build/release/longshore
SOURCES := Package.swift Sources Tests
SEEDS ?= 0..<10000
TEXTS ?= 1000000

# Warnings are errors for those who work on Longshore, not for those who only build it.
STRICT := -Xswiftc -warnings-as-errors
# What is simulated is optimised, with the tests' view of its insides, and built beside what `make test` uses.
OPTIMISED := --configuration release -Xswiftc -enable-testing --scratch-path .build/simulate

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

deps: ## Install the Debian packages that are missing (root or sudo)
	@sh deploy/install-packages.sh

build: deps ## Build the release binary, .build/release/longshore
	$(SWIFT) build --configuration release --product longshore --static-swift-stdlib

demo: build ## Load twelve months of calls and the invoices on a local stack, from nothing, and show them in a browser
	$(LONGSHORE) up
	$(LONGSHORE) generate callcenter --seed 7 --months 12 --calls 100000 --bad 0.5% --output pipelines/callcenter/data
	$(LONGSHORE) generate invoices --seed 7 --rows 5000 --bad 1% --output pipelines/invoices/data
	$(LONGSHORE) load pipelines/callcenter --periods 2024-01..2024-12 --workers 4
	$(LONGSHORE) load pipelines/invoices
	$(LONGSHORE) load pipelines/callcenter --periods 2024-06
	$(LONGSHORE) status
	$(LONGSHORE) periods
	@printf '%s\n' '' 'What to look at next:' \
		'  $(LONGSHORE) rejects list callcenter                        the rows that were refused, and why' \
		'  $(LONGSHORE) status 1                                       what the first load did, task by task' \
		'  eval "$$($(LONGSHORE) up --export)"; psql "$$LONGSHORE_POSTGRES_URL" -c "table callcenter.mart_digital_adoption limit 20"' \
		'  $(LONGSHORE) load pipelines/callcenter --periods 2024-06    the same month again: replaced, not added' \
		'  $(LONGSHORE) console                                        all of it in a browser, with dashboards' \
		'  $(LONGSHORE) down                                           stop the stack; its data stays'
	@[ ! -t 1 ] || { echo; $(LONGSHORE) console --listen 127.0.0.1:0; }

# Two lanes, each with servers of its own: whole programs, which wait for servers most of the time, and the rest. Within a
# lane one test at a time: many start processes, or keep the pool busy on purpose, and on two cores they would take each
# other's heartbeats.
PROGRAMS := 'EndToEndTests|TortureTests'

test: deps ## Run every test, and tell at the end what failed; the servers they share are stopped
	@mkdir -p .build; sh deploy/install-browser.sh .build/browser > .build/browser.log 2>&1 & browser=$$!; \
	$(SWIFT) build $(STRICT) --build-tests || exit 1; \
	wait $$browser; cat .build/browser.log
	@rm -f .build/tests.failed; \
	lane() { \
		{ LONGSHORE_TEST_STACK=$$PWD/.build/test-stack-$$1 .build/debug/longshorePackageTests.xctest \
			--testing-library swift-testing --no-parallel $$2 $(PROGRAMS) 2>&1 \
			|| touch .build/tests.failed; } | tee .build/tests-$$1.log; \
		.build/debug/longshore down --purge --stack .build/test-stack-$$1 || touch .build/tests.failed; \
	}; \
	lane programs --filter & lane modules --skip & \
	{ $(MAKE) --no-print-directory bench-smoke > .build/tests-bench.log 2>&1 || { cat .build/tests-bench.log; touch .build/tests.failed; }; } & \
	wait; tail -n 1 .build/tests-bench.log; \
	grep -h ' Test run with ' .build/tests-programs.log .build/tests-modules.log; \
	if [ -e .build/tests.failed ]; then \
		grep -h -A 3 ' recorded an issue ' .build/tests-programs.log .build/tests-modules.log | tail -n 20; \
		exit 1; \
	fi

simulate: deps ## Run the fleet in virtual time with 10,000 seeds of faults, or with SEEDS=4711
	LONGSHORE_SIMULATION=1 $(SWIFT) build $(OPTIMISED) --build-tests
	LONGSHORE_SIMULATION=1 LONGSHORE_SEEDS='$(SEEDS)' $(SWIFT) test $(OPTIMISED) --skip-build --filter FleetSimulationTests

fuzz: deps ## Hand a million hostile texts to everything that quotes, escapes or parses, or TEXTS=20000
	$(SWIFT) build $(STRICT) --build-tests
	LONGSHORE_FUZZ='$(TEXTS)' $(SWIFT) test --skip-build --no-parallel --filter Hostile

torture: build ## Load while processes, servers and the network fail: SEED=7 replays, MINUTES=30 bounds
	$(LONGSHORE) torture $(if $(SEED),--seed $(SEED)) $(if $(MINUTES),--minutes $(MINUTES))

test-deploy: ## Run docker-compose.yml in podman, kill, scale and update it; says what is missing where it cannot
	@if python3 deploy/test/run.py --can-run; then \
		$(MAKE) --no-print-directory build \
		&& strip -o .build/longshore-stripped $(LONGSHORE) \
		&& python3 deploy/test/run.py --longshore .build/longshore-stripped --bases .build/deploy-bases $(STAGES); \
	fi

check: lint test ## What CI runs: format, a build with warnings as errors, every test

docs: ## Run the examples of the documentation (of one page: PAGE=docs/facts.md) and write what they print
	$(SWIFT) build $(STRICT) --build-tests
	LONGSHORE_DOCS=update LONGSHORE_PAGE=$(PAGE) $(SWIFT) test --skip-build --no-parallel --filter DocumentationTests

format: ## Format the sources in place
	$(SWIFT) format --in-place --recursive --parallel $(SOURCES)

lint: ## Fail on sources that are not formatted, or break a rule of .swift-format
	$(SWIFT) format lint --strict --recursive --parallel $(SOURCES)

BENCH := PYTHONPATH=Benchmarks python3

bench: build ## Measure Longshore beside COPY, SQL and other loaders, and write docs/benchmarks.md: SCALE=1, ONLY=star, REPETITIONS=5
	$(BENCH) -m bench.environment .build/bench/peers
	LONGSHORE=$(LONGSHORE) $(BENCH) -m bench $(if $(SCALE),--scale $(SCALE)) $(if $(REPETITIONS),--repetitions $(REPETITIONS)) $(if $(ONLY),--only $(ONLY))

bench-smoke: ## Run the benchmark with few rows, and look at the rows only; of the other loaders those that are installed
	@[ -x .build/debug/longshore ] || $(SWIFT) build --product longshore
	LONGSHORE=.build/debug/longshore $(BENCH) -m bench --smoke

bench-readers: deps ## Read the same rows as CSV, JSON lines and in fixed width, as ratios
	LONGSHORE_SIMULATION=1 $(SWIFT) build $(OPTIMISED) --build-tests
	LONGSHORE_BENCH=1 LONGSHORE_SIMULATION=1 $(SWIFT) test $(OPTIMISED) --skip-build --filter ReaderRates

stack: build ## Start the local stack and show where it is
	$(LONGSHORE) up

clean: ## Stop the local stack, and remove its data, the demo's and everything built
	@for stack in .longshore .build/test-stack .build/test-stack-programs .build/test-stack-modules \
		.build/bench/stack .build/bench-smoke/stack; do \
		for longshore in .build/release/longshore .build/debug/longshore; do \
			[ ! -d $$stack ] || [ ! -x $$longshore ] || $$longshore down --purge --stack $$stack || exit 1; \
		done; \
	done
	rm -rf .longshore .build pipelines/*/data
