# The commands of this repository. `make` without a target lists them.
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
NODE := node --import tsx --import ./tools/function-names.ts
# P names one plugin, T is a pattern of test names; the test runner reads both.
# P limits the compilation only for `make build`: the tests of one plugin also need the modules of the others.
export P T ONLY PORT LISTEN ENGINE ENVOY MINUTES SEED PROVIDER API_KEY REGISTRY TAG LAYOUT REF SOURCE

.PHONY: wrk nginx help setup build watch test unit host envoy-test test-oldest clients fuzz lint format bench validate validate-all demo demo-failover run from-wasmplugin check-config prices func-e image push verify-image docs clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: node_modules/.stamp .venv/.stamp ## Install the Node and Python packages, including Envoy

build: setup ## Compile plugins to build/<plugin>.wasm (P=ai-proxy, PROVIDERS=qwen,openai, PROTOCOLS=chat,messages, FEATURES=failover, TARGET=debug, poisoned or higress)
	@$(NODE) tools/build.ts --plugin "$(if $(filter build,$(MAKECMDGOALS)),$(P))" --target "$(or $(TARGET),release)"

watch: setup ## Compile again on every save (P=ai-proxy)
	@$(NODE) tools/build.ts --plugin "$(P)" --target "$(or $(TARGET),release)" --watch

test: setup ## Build, then run every ring: unit, host, envoy, oldest, clients, agents, browser, prometheus, lint
	@$(NODE) tools/test.ts

unit: setup ## Test the pure parts in AssemblyScript and Node (T=pattern)
	@$(NODE) tools/test.ts unit

host: build ## Test the compiled plugins on the Node host (P=ai-proxy, T=pattern)
	@$(NODE) tools/test.ts host

envoy-test: build ## Test the compiled plugins in a real Envoy (P=ai-proxy, T=pattern, ENVOY=1.38.0 for another version)
	@$(NODE) tools/test.ts envoy

test-oldest: build ## Test them in the oldest Envoy that is supported, of envoy/OLDEST_VERSION (P=ai-proxy, T=pattern)
	@$(NODE) tools/test.ts oldest

clients: build ## Test with the official SDKs, against the mock providers and through the gateway
	@$(NODE) tools/test.ts clients

.PHONY: agents-test agents
agents-test: build ## Let Claude Code and Codex do a task through the gateway (of make agents)
	@$(NODE) tools/test.ts agents

agents: ## Install Claude Code and Codex into .tools, for make agents-test
	@tools/agents.sh

.PHONY: browser chromium
browser: build ## Test the chat page of examples/playground in a headless Chromium (CHROMIUM_PATH, PATH, or of make chromium)
	@$(NODE) tools/test.ts browser

chromium: ## Unpack Debian's Chromium into .tools, for make browser
	@tools/chromium.sh

.PHONY: metrics prometheus
metrics: build ## Test the dashboard and the alert rules of examples/observability with Prometheus (PROMETHEUS_PATH, PATH, or of make prometheus)
	@$(NODE) tools/test.ts prometheus

prometheus: ## Unpack Debian's Prometheus into .tools, for make metrics
	@tools/prometheus.sh

.PHONY: chroma
chroma: ## Install Chroma's server into .tools (90 MB), for the test of ai-cache with a real vector store
	@tools/chroma.sh

fuzz: build ## Attack ai-proxy with random traffic (MINUTES=5, SEED=1 to repeat)
	@$(NODE) tests/fuzz/run.ts

lint: build ## Check format, types, import directions, file sizes, schemas, documents and Envoy files
	@$(NODE) tools/test.ts lint

format: setup ## Format the sources
	@$(NODE) tools/format.ts

docs: setup ## Write the generated tables of the README files
	@$(NODE) tools/docs.ts

.PHONY: imports
imports: build ## Print the host functions that each module imports, from the binaries, and write docs/host-functions.md
	@$(NODE) tools/imports.ts

bench: build wrk ## Measure Envoy's CPU with and without the plugins (ONLY=chat-1k)
	@$(NODE) tests/bench/run.ts

wrk nginx:
	@tools/load.sh

validate: build ## Let Envoy validate every yaml in envoy/ and examples/
	@$(NODE) tools/validate.ts

validate-all: build ## The same with the oldest Envoy, 1.38.2 and the newest
	@$(NODE) tools/validate.ts --all

demo: build ## Stream a chat through Envoy and a mock provider, show refused requests and the messages on both sides
	@$(NODE) tools/demo.ts

demo-failover: build ## Let a model server fail in five ways, and another one answer its chats, through examples/model-failover
	@$(NODE) tools/demo-failover.ts

run: build ## Run the gateway on LISTEN=127.0.0.1 and PORT=8080 (PROVIDER=groq API_KEY=…; DASHSCOPE_API_KEY, OPENAI_API_KEY, REDIS_URL, … : see README; ENGINE=docker)
	@$(NODE) tools/run.ts

from-wasmplugin: setup ## Print the envoy.yaml filter entries of Higress WasmPlugins (FILE=wasmplugin.yaml)
	@$(NODE) tools/wasmplugin/main.ts "$(FILE)"

check-config: setup ## Check the plugins' configurations in envoy.yaml files or WasmPlugins (FILE=envoy.yaml, several with spaces)
	@$(NODE) tools/build.ts --target release > /dev/null && $(NODE) tools/check-config/main.ts "$(FILE)"

prices: setup ## Print a CSV table of prices as the option of ai-token-ratelimit (FILE=table.csv; examples/prices without it)
	@$(NODE) tools/prices/main.ts "$(FILE)"

.PHONY: explain
explain: setup ## Print what a gateway does with a request, without Envoy: route, configurations, requests to providers (FILE=envoy.yaml REQUEST=request.json)
	@$(NODE) tools/build.ts --target release > /dev/null && $(NODE) tools/explain/main.ts "$(FILE)" "$(REQUEST)"

func-e: build ## Install func-e with Go into .tools and send one chat through it (make run ENGINE=func-e keeps running)
	@$(NODE) tools/func-e.ts

# The Higress build has only the modules that differ: the others are those of the release.
image: build ## Write each plugin's OCI image to build/images (P=ai-proxy, LAYOUT=compat, artifact or higress; TARGET=higress)
	@$(NODE) tools/build.ts --target release > /dev/null
	@$(NODE) tools/image.ts image

push: build ## Push the images with crane, which Go installs into .tools (REGISTRY=host/path, P=, TAG=, LAYOUT=, SOURCE=, TARGET=higress)
	@$(NODE) tools/build.ts --target release > /dev/null
	@$(NODE) tools/image.ts push

verify-image: build ## Pull an image, check its digests and compare it with the one that is built here (REF=host/path/plugin:tag, TARGET=higress)
	@$(NODE) tools/build.ts --target release > /dev/null
	@$(NODE) tools/image.ts verify-image

clean: ## Remove the build output; installed packages stay
	@rm -rf build tests/.tmp

node_modules/.stamp: package-lock.json
	@tools/check-machine.sh
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

.venv/.stamp: requirements.txt
	@tools/check-machine.sh
	@test -x .venv/bin/python || python3 -m venv .venv
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@
