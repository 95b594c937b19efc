# make demo   build, run the demo's agents, send them a request
# make test   build everything and pass all tests
# make bench  measure against a C floor, side by side
# make help   the rest

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help valgrind tools python-tools monitor-tools peers-tools build demo test chaos test-faults replacements reloads simulate bench bench-quick bench-recovery bench-neighbours bench-peers bench-check bench-instructions bench-growth bench-idle bench-endurance bench-start format lint clean

RELEASE := .build/release
AGENTS := ManagerAgent UppercaseAgent ReverseAgent StatsAgent EchoC
PYTHON_FOLDER := .build/python
PROMETHEUS_FOLDER := .build/prometheus
PROMETHEUS := $(PROMETHEUS_FOLDER)/usr/bin/prometheus
# So many tests at once: they wait for processes, and all of them together would wait for each other.
WIDTH := --experimental-maximum-parallelization-width 12
HEAVY := ReloadsUnderLoadTests|LateHostsTests|ChaosTests|PlannedReplacementTests|RedisFaultTests|SimulationTests|ThirdPartyTests
BENCHMARK := python3 Tests/Benchmarks/bench.py --host $(RELEASE)/agenthost --agents-dir agents.d
# Runs tests, with these arguments; what failed is said once more at the end.
define run_tests
	log=$$(mktemp); status=0; swift test --skip-build $(1) 2>&1 | tee "$$log" || status=$$?; \
	[ "$$status" = 0 ] || { printf '\n== what failed\n'; \
	  grep -A 12 '✘.*recorded an issue' "$$log" | cut -c 1-400 || echo "no test says so: see where the run broke off"; }; \
	rm -f "$$log"; exit "$$status"
endef
step = @printf '\n== %s\n' "$(1)"

help: ## This list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

tools: ## Install libhiredis-dev, libyaml-dev and redis-server where they are missing (Debian, Ubuntu)
	@command -v swift >/dev/null || { echo "Swift 6.3 or later is needed: https://www.swift.org/install" >&2; exit 1; }
	@missing=""; \
	[ -e /usr/include/hiredis/read.h ] || missing="$$missing libhiredis-dev"; \
	[ -e /usr/include/yaml.h ] || missing="$$missing libyaml-dev"; \
	command -v redis-server >/dev/null || missing="$$missing redis-server"; \
	if [ -n "$$missing" ]; then $(call install,$$missing); fi

python-tools: tools
	@missing=""; \
	python3 -c 'import venv, ensurepip' 2>/dev/null || missing="$$missing python3 python3-venv"; \
	command -v redis-cli >/dev/null || missing="$$missing redis-tools"; \
	if [ -n "$$missing" ]; then $(call install,$$missing); fi
	@[ -x $(PYTHON_FOLDER)/bin/python ] || { echo "making a Python environment in $(PYTHON_FOLDER)"; \
	  python3 -m venv $(PYTHON_FOLDER); }
	@$(PYTHON_FOLDER)/bin/python -c 'import jsonschema, redis, ruamel.yaml' 2>/dev/null || { echo "installing what the tests need into it"; \
	  $(PYTHON_FOLDER)/bin/python -m pip install --quiet --disable-pip-version-check -r Tests/PythonReference/requirements.txt; }

# Of the newest Python that is found, since ardiq needs 3.12 (PEERS_PYTHON=… names another); what needs a newer one is
# left out. Two environments, since arq and taskiq-redis need different versions of redis-py.
peers-tools: tools
	@missing=""; \
	python3 -c 'import venv, ensurepip' 2>/dev/null || missing="$$missing python3 python3-venv"; \
	command -v redis-cli >/dev/null || missing="$$missing redis-tools"; \
	if [ -n "$$missing" ]; then $(call install,$$missing); fi
	@shopt -s nullglob; \
	for python in $(PEERS_PYTHON) python3.13 python3.12 "$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/3.1{3,2}.*/bin/python3 python3; do \
	  "$$python" -c 'import venv, ensurepip' 2>/dev/null && break; \
	done; \
	for name in peers peers-arq; do \
	  requirements=Tests/Benchmarks/peers/requirements$${name#peers}.txt; \
	  wanted=$$("$$python" --version; cat "$$requirements"); \
	  [ "$$wanted" != "$$(cat ".build/$$name/made-of" 2>/dev/null)" ] || continue; \
	  echo "making a Python environment in .build/$$name"; \
	  "$$python" -m venv --clear ".build/$$name"; \
	  ".build/$$name/bin/python" -m pip install --quiet --disable-pip-version-check -r "$$requirements"; \
	  echo "$$wanted" > ".build/$$name/made-of"; \
	done

# Not installed, which would start a server: its programs alone are taken out of the package.
monitor-tools: tools
	@[ -x $(PROMETHEUS) ] || { echo "downloading Prometheus for the tests"; \
	  mkdir -p $(dir $(PROMETHEUS)) $(PROMETHEUS_FOLDER)/package; \
	  cd $(PROMETHEUS_FOLDER)/package; apt-get download -qq prometheus 2>/dev/null || { \
	    root=""; [ "$$(id -u)" = 0 ] || root=sudo; $$root apt-get update -qq; apt-get download -qq prometheus; }; \
	  dpkg -x prometheus_*.deb ..; rm prometheus_*.deb; }

# Installs packages, saying so; as root or by sudo.
define install
	echo "installing with apt-get:$(1)"; \
	root=""; [ "$$(id -u)" = 0 ] || root=sudo; \
	$$root apt-get update -qq; \
	DEBIAN_FRONTEND=noninteractive $$root apt-get install -y -qq --no-install-recommends $(1) >/dev/null
endef

build: tools ## Build the release; copy the demo's agents into agents.d
	$(call step,building the release (the first time takes a few minutes))
	@swift build -c release
	@cp $(AGENTS:%=$(RELEASE)/lib%.so) agents.d/

demo: build ## Run the demo's agents and send them "Hello, world!"
	$(call step,running the host)
	@folder=$$(mktemp -d /tmp/agenthost-demo.XXXXXX); host=""; \
	finish() { [ -z "$$host" ] || { kill "$$host" 2>/dev/null && wait "$$host"; } || true; rm -rf "$$folder"; }; \
	trap finish EXIT; \
	export AGENTHOST_DATA_DIR="$$folder/data" LOG_DIR="$$folder/logs" AGENTHOST_LOG_FORMAT=text; \
	$(RELEASE)/agenthost run --agents-dir agents.d 2>"$$folder/log" & host=$$!; \
	for _ in $$(seq 300); do \
	  grep -q ' ready$$' "$$folder/log" && break; \
	  kill -0 "$$host" 2>/dev/null || break; sleep 0.1; \
	done; \
	grep -q ' ready$$' "$$folder/log" || { cat "$$folder/log" >&2; echo "the host did not become ready" >&2; exit 1; }; \
	grep -E 'serves|private' "$$folder/log" | sed 's/^[^ ]* //'; \
	printf '\n$$ agenthost send --trace "Hello, world!"\n'; \
	$(RELEASE)/agenthost send --trace "Hello, world!"; \
	printf '\n== stopping the host\n'; \
	kill "$$host"; wait "$$host"; host=""

test: build python-tools monitor-tools ## Build and run all tests, the integration tests also with the release's plugins
	$(call step,building the tests)
	@swift build --build-tests
	$(call step,running the tests)
	@export AGENTHOST_PYTHON=$(CURDIR)/$(PYTHON_FOLDER)/bin/python AGENTHOST_PROMETHEUS=$(CURDIR)/$(dir $(PROMETHEUS)); \
	$(call run_tests,$(WIDTH) --skip '$(HEAVY)')
	$(call step,running the tests that need the machine to themselves)
	@export AGENTHOST_HEAVY_TESTS=1; $(call run_tests,--no-parallel --filter '$(HEAVY)')
	$(call step,running the integration tests with the release)
	@export AGENTHOST_PYTHON=$(CURDIR)/$(PYTHON_FOLDER)/bin/python AGENTHOST_PROMETHEUS=$(CURDIR)/$(dir $(PROMETHEUS)) AGENTHOST_TEST_BUILD=$(CURDIR)/$(RELEASE); \
	$(call run_tests,$(WIDTH) --filter IntegrationTests)
	$(call step,a short benchmark)
	@$(BENCHMARK) --quick

chaos: build python-tools ## Kill workers, hosts and connections at random for three minutes, under load
	@swift build --build-tests
	@AGENTHOST_HEAVY_TESTS=1 AGENTHOST_CHAOS_SECONDS=$${AGENTHOST_CHAOS_SECONDS:-180} \
	  swift test --skip-build --filter ChaosTests

test-faults: build python-tools ## All that Redis can do to a host, under load
	@swift build --build-tests
	@AGENTHOST_HEAVY_TESTS=1 swift test --skip-build --no-parallel --filter RedisFaultTests

replacements: build python-tools ## Replace the worker 200 times in a row, under load, with the release
	@swift build --build-tests
	@AGENTHOST_HEAVY_TESTS=1 AGENTHOST_REPLACEMENTS=$${AGENTHOST_REPLACEMENTS:-200} \
	  AGENTHOST_TEST_BUILD=$(CURDIR)/$(RELEASE) swift test --skip-build --filter PlannedReplacementTests

reloads: build python-tools ## Exchange an agent's code 100 times in a row, under load, with the release
	@swift build --build-tests
	@AGENTHOST_HEAVY_TESTS=1 AGENTHOST_RELOADS=$${AGENTHOST_RELOADS:-100} \
	  AGENTHOST_TEST_BUILD=$(CURDIR)/$(RELEASE) swift test --skip-build --filter ReloadsUnderLoadTests

bench: build valgrind ## Measure requests/s and latency against the C floor, and what it costs to be observed
	$(call step,measuring (about six minutes))
	@$(BENCHMARK)
	$(call step,counting the instructions of statistics and traces (about six minutes))
	@python3 Tests/Benchmarks/instructions.py --host $(RELEASE)/agenthost --agents-dir agents.d --observation

bench-quick: build ## The same in twenty seconds
	@$(BENCHMARK) --quick

bench-recovery: build ## Measure how long a host is without a worker when one has died; two minutes
	@python3 Tests/Benchmarks/recovery.py --host $(RELEASE)/agenthost --agents-dir agents.d

bench-neighbours: build ## Measure what agents that spin, block or eat memory cost the demo beside them; three minutes
	@python3 Tests/Benchmarks/neighbours.py --host $(RELEASE)/agenthost

bench-growth: build ## Measure how throughput and cost grow with roles, agents, payloads, traces and hosts; fifteen minutes
	@python3 Tests/Benchmarks/growth.py --host $(RELEASE)/agenthost --agents-dir agents.d

bench-idle: build ## Measure what a host costs that has nothing to do: processors and memory; two minutes
	@python3 Tests/Benchmarks/idle.py --host $(RELEASE)/agenthost --agents-dir agents.d

bench-endurance: build ## See whether the worker's memory grows over a million requests; five minutes
	@python3 Tests/Benchmarks/endurance.py --host $(RELEASE)/agenthost --agents-dir agents.d

bench-start: build ## Measure the time from a host's start to the result of a request that waits; ten seconds
	@python3 Tests/Benchmarks/start.py --host $(RELEASE)/agenthost --agents-dir agents.d

bench-peers: build peers-tools ## Measure against ardiq, Celery, Dramatiq, taskiq, arq and the specification in Python; a quarter of an hour
	@python3 Tests/Benchmarks/peers.py --host $(RELEASE)/agenthost --agents-dir agents.d

valgrind:
	@missing=""; \
	command -v valgrind >/dev/null || missing="$$missing valgrind"; \
	command -v objcopy >/dev/null || missing="$$missing binutils"; \
	if [ -n "$$missing" ]; then $(call install,$$missing); fi

bench-instructions: build valgrind ## Count the instructions of a request, by valgrind; five minutes
	@python3 Tests/Benchmarks/instructions.py --host $(RELEASE)/agenthost --agents-dir agents.d

bench-check: build valgrind ## Check that a request, and an idle second, cost no more than thresholds.json says; three minutes
	@python3 Tests/Benchmarks/check.py --host $(RELEASE)/agenthost --agents-dir agents.d

# With optimization, and in a folder of its own: the tests need to see what the release hides.
SIMULATE := -c release -Xswiftc -enable-testing --scratch-path .build/simulation

simulate: tools ## Simulate delivery by 10,000 seeds; AGENTHOST_SIMULATION_SEED=n replays one
	$(call step,building the simulator (the first time takes ten minutes))
	@swift build --build-tests $(SIMULATE)
	$(call step,simulating)
	@AGENTHOST_SIMULATION_SEEDS=$${AGENTHOST_SIMULATION_SEEDS:-10000} \
	  swift test --skip-build $(SIMULATE) --filter SimulationTests.SimulationTests

format: ## Bring all Swift into the project's form
	@swift format -i -r --configuration .swift-format Sources Plugins Tests Package.swift

lint: ## Check the form without changing anything
	@swift format lint -s -r --configuration .swift-format Sources Plugins Tests Package.swift

clean: ## Remove what was built
	@rm -rf .build Tests/{Benchmarks,ThirdPartyAgent}/.build Tests/ThirdPartyC/build Tests/ThirdPartyRust/target \
	  $(AGENTS:%=agents.d/lib%.so)
