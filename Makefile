# ManyHands. `make help` says what can be done; Go and make are all it takes.
#
# Variables: ARGS (for run), PKG (which packages to test), TEST_TIMEOUT,
# FUZZTIME, BENCHTIME, VERSION, and for add-message KEY, TEXT, OTHER, FROM.

SHELL := /bin/sh
.DEFAULT_GOAL := help

PKG          ?= ./...
FUZZTIME     ?= 60s
BENCHTIME    ?= 1s
TEST_TIMEOUT ?= 20m
IMAGE        ?= manyhands
GOLANGCI     := v2.15.0

code     := adapters bots core migrations
build    := build
lint     := $(build)/tools/golangci-lint-$(GOLANGCI)/golangci-lint
postgres := $(build)/withpostgres

# The version: what git says, where there is git and a history to ask.
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo development)

# No stamp by Go itself: it fails where the folder belongs to another user, or
# where there is a history but no git.
GO := go
flags := -buildvcs=false

.PHONY: help run demo build test lint fmt bench fuzz browser image docs add-message clean go

help: ## list what can be made
	@echo "ManyHands: make TARGET, where TARGET is one of"
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1\t\2/p' Makefile | \
		while IFS='	' read -r name what; do printf '  %-13s %s\n' "$$name" "$$what"; done

run: build ## build and start the bot, with the web chat at http://127.0.0.1:8080 (ARGS="--addr ...")
	@exec ./$(build)/manyhands serve $(ARGS)

demo: build ## the same with invented workers and grievances, on a database that is thrown away
	@exec ./$(build)/manyhands serve --demo $(ARGS)

build: go ## build the program into ./build/manyhands: one static file
	@mkdir -p $(build)
	@echo "building ./$(build)/manyhands (the first time takes a minute or two)"
	@CGO_ENABLED=0 $(GO) build $(flags) -trimpath -ldflags "-s -w -X main.version=$(VERSION)" \
		-o $(build)/manyhands ./bots/manyhands

# Is there a Go, and is it new enough? A Go from 1.21 on, unless told otherwise
# (GOTOOLCHAIN=local), fetches the one that go.mod names by itself.
go:
	@need=$$(sed -n 's/^go //p' go.mod); \
	advice="Get it from https://go.dev/dl/ (unpack it, and put its bin folder into PATH), then run make again."; \
	command -v $(GO) >/dev/null || { \
		echo "ManyHands is built with Go $$need or newer, and there is no Go here. $$advice" >&2; exit 1; }; \
	have=$$($(GO) env GOVERSION 2>/dev/null | sed 's/^go//; s/[^0-9.].*//'); \
	[ -n "$$have" ] || have=$$(cd / && $(GO) version 2>/dev/null | sed 's/^go version go//; s/[^0-9.].*//'); \
	oldest=$$(printf '%s\n' "$$need" "$$have" | sort -t. -k1,1n -k2,2n -k3,3n | head -n 1); \
	[ -n "$$have" ] && [ "$$oldest" = "$$need" ] || { \
		echo "ManyHands is built with Go $$need or newer; this is $${have:-a Go that does not tell its version}. $$advice" >&2; exit 1; }

# With the race detector where C can be compiled (it needs cgo), asked of the
# compiler itself: one without the headers of the C library is no use.
test: go $(postgres) ## run all tests, on SQLite and on a real PostgreSQL (PKG=./core/...)
	@cc=$$($(GO) env CC); \
	if printf '#include <stdlib.h>\nint main(void) { return 0; }\n' | $${cc:-cc} -x c - -o $(build)/cc-probe 2>/dev/null; \
	then race=-race cgo=1; \
	else race= cgo=0; echo "no C compiler here: the tests run without the race detector"; \
	fi; \
	rm -f $(build)/cc-probe; \
	CGO_ENABLED=$$cgo ./$(postgres) -- $(GO) test $(flags) -shuffle=on $$race -timeout $(TEST_TIMEOUT) $(PKG) || exit; \
	case "$$race $(PKG)" in "-race ./...") \
		echo "every conversation on every network and database, without the race detector:"; \
		CGO_ENABLED=0 ./$(postgres) -- $(GO) test $(flags) -shuffle=on -timeout $(TEST_TIMEOUT) -run '^TestTranscripts$$' ./bots/manyhands;; \
	esac

$(postgres): go FORCE
	@mkdir -p $(build)
	@CGO_ENABLED=0 $(GO) build $(flags) -o $@ ./adapters/database/postgrestest/cmd/withpostgres
FORCE:

lint: go $(lint) ## gofmt, go vet, golangci-lint
	@bad=$$(gofmt -l $(code)); \
	[ -z "$$bad" ] || { echo "not formatted (make fmt): $$bad" >&2; exit 1; }
	@$(GO) vet $(flags) ./...
	@$(lint) run ./...

fmt: go $(lint) ## format the code
	@$(lint) fmt ./...

$(lint):
	@echo "building golangci-lint $(GOLANGCI), once (two or three minutes)"
	@mkdir -p $(@D)
	@cd $(@D) && GOFLAGS= GOBIN="$(CURDIR)/$(@D)" CGO_ENABLED=0 $(GO) install \
		github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI)

bench: go $(postgres) ## run the benchmarks (PKG=..., BENCHTIME=1x)
	@CGO_ENABLED=0 ./$(postgres) -- $(GO) test $(flags) -run '^$$' -bench . -benchmem \
		-benchtime $(BENCHTIME) -timeout $(TEST_TIMEOUT) $(PKG)

fuzz: go ## run each fuzz target for FUZZTIME=60s
	@grep -ro --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' $(code) | sort | while IFS=: read -r file func; do \
		target=$${func#func }; dir=$$(dirname "$$file"); echo "$$target in $$dir, $(FUZZTIME)"; \
		CGO_ENABLED=0 $(GO) test $(flags) -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) "./$$dir" </dev/null || exit 1; \
	done

# Only the tests that need a browser: the others of those packages have been run.
browser: go $(postgres) ## run the tests in a real browser (Debian's chromium)
	@files=$$(grep -rl --include='*_test.go' '^//go:build browser' $(code) | sort); \
	[ -n "$$files" ] || { echo "no browser tests"; exit 0; }; \
	command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || { \
		echo "the browser tests need chromium (Debian, Ubuntu: apt-get install chromium)" >&2; exit 1; }; \
	tests=$$(sed -n 's/^func \(Test[A-Za-z0-9_]*\)(.*/\1/p' $$files | sort -u | paste -sd '|' -); \
	CGO_ENABLED=0 ./$(postgres) -- $(GO) test $(flags) -count=1 -tags browser -timeout $(TEST_TIMEOUT) \
		-run "^($$tests)\$$" $$(for f in $$files; do echo "./$$(dirname "$$f")"; done | sort -u)

image: ## build the container image (needs a Docker engine)
	docker build --build-arg VERSION=$(VERSION) -t $(IMAGE) .

docs: ## write the documents' tables anew from the program
	@UPDATE_DOCS=1 $(GO) test $(flags) -count=1 -run 'Counted|Indexed' ./bots/manyhands >/dev/null

# Key and text travel by the environment, so that no quote in them is lost.
add-message: export KEY := $(value KEY)
add-message: export TEXT := $(value TEXT)
add-message: export OTHER := $(value OTHER)
add-message: export FROM := $(value FROM)
add-message: go ## add a message to every catalogue: KEY=case.taken TEXT="..." [OTHER="plural"], or FROM=FILE
	@if [ -n "$$FROM" ]; then set -- -from "$$FROM"; \
	elif [ -n "$$KEY" ] && [ -n "$$TEXT" ]; then set -- "$$KEY" "$$TEXT"; [ -z "$$OTHER" ] || set -- "$$@" "$$OTHER"; \
	else echo 'usage: make add-message KEY=case.taken TEXT="The case was taken."  (or FROM=FILE)' >&2; exit 2; fi; \
	CGO_ENABLED=0 $(GO) run $(flags) ./bots/locale/addmessage "$$@"

clean: ## remove what was built (not your data)
	rm -rf $(build)
