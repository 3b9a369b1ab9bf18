# SPDX-License-Identifier: AGPL-3.0-or-later

STATICCHECK   = honnef.co/go/tools/cmd/staticcheck@v0.8.2
WORKFLOWCHECK = go.temporal.io/sdk/contrib/tools/workflowcheck@v0.6.0

.DEFAULT_GOAL := help

.PHONY: help run cluster build assets servers browser screenshots promtool test check bench chaos clean

help: ## show this help
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## bring the whole system up, with sample families, and say where to look
	@exec ./bin/ricongiungi up

cluster: build ## the same as a city runs it: Temporal's services apart, two APIs, two workers
	@exec ./bin/ricongiungi cluster --data .data/cluster

build: assets ## build the program into bin/
	@go build -o bin/ricongiungi ./cmd/ricongiungi

# What npm installs for the pages, copied to where the program embeds it.
assets: console/assets/dist/console.css

console/assets/dist/console.css: console/assets/package-lock.json console/assets/build.mjs $(wildcard console/assets/src/*)
	@console/browser/install.sh nodejs npm
	@cd console/assets && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && node build.mjs

servers: # before the tests, whose waits are meant for servers that start, not for one that is being built
	@go run ./cmd/ricongiungi prepare

browser: console/browser/node_modules/.package-lock.json # Debian's Chromium and the script that drives it
	@console/browser/install.sh chromium fonts-noto-core fonts-noto-cjk

console/browser/node_modules/.package-lock.json: console/browser/package-lock.json
	@console/browser/install.sh nodejs npm
	@cd console/browser && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error

promtool: # Prometheus' own checker of metrics and alert rules
	@console/browser/install.sh prometheus

test: assets check servers browser promtool ## prove everything, with real PostgreSQL and real Temporal (installs and builds what it needs)
	go test -race -timeout 45m ./...
	cd deploy/check && go vet ./... && go test ./...

screenshots: browser ## take the pictures of the README from the system that make run has up
	@node console/browser/screenshots.mjs "$${RICONGIUNGI_URL:-http://127.0.0.1:8080}" docs/pictures

check: ## formatting, vet, staticcheck, workflow determinism
	@unformatted="$$(gofmt -l $$(git ls-files --cached --others --exclude-standard '*.go'))"; \
	if [ -n "$$unformatted" ]; then echo "not formatted with gofmt:"; echo "$$unformatted"; exit 1; fi
	go vet ./...
	go run $(STATICCHECK) ./...
	go run $(WORKFLOWCHECK) ./workflows

bench: ## ratios against the bare engine, the bare insert and the bare select
	go test -run '^$$' -bench . -benchtime 1x -timeout 30m -v ./bench

chaos: servers ## kill, cut, starve and overload the whole system at work, and hold every answer against the log (half an hour)
	go test -count=1 -timeout 90m -v ./chaos -args -kills 100 -spell 1m

clean: ## remove what was built; data under .data stays
	rm -rf bin
