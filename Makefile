# The interface to everything that is done here. `make help` lists the targets.

SHELL := /bin/bash
.DEFAULT_GOAL := help
export DEVICE ?= cpu

# Linked with Swift's own libraries in them, programs start faster. Tests can't be linked like that, so the programs are built
# by name.
PROGRAMS := TorchBridge peft-pipeline peft-worker
TOOLS := conformance-tool tokenize-lines
release = for product in $(1); do \
	swift build -c release --static-swift-stdlib --quiet --product $$product || exit 1; done

.PHONY: help
help: ## What can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-17s %s\n", $$1, $$2}'

.PHONY: setup
setup: ## Set up what the build needs: Debian packages, LibTorch, the model (DEVICE=cuda for a GPU)
	@scripts/setup.sh

.PHONY: build
build: setup ## Build the programs, optimised, in .build/release
	@$(call release,$(PROGRAMS))

.PHONY: tools
tools: build
	@$(call release,$(TOOLS))

.PHONY: run
run: build ## Run pipelines/sentiment.yaml from data to a merged model
	@.build/release/peft-pipeline run pipelines/sentiment.yaml

.PHONY: test
test: setup ## Run the tests
	@swift build --build-tests --quiet && swift test --skip-build

.PHONY: crash
crash: build ## Kill the programs at every point of a run and at random moments, and look at what is left
	@swift build --build-tests --quiet && KILL_POINTS=all swift test --skip-build --filter EndToEndTests.KillTests

.PHONY: fuzz
fuzz: setup ## Try every reader of files with 200,000 damaged ones each (INPUTS, SEED)
	@$(call release,TorchBridge fuzz)
	@.build/release/fuzz all --inputs $(or $(INPUTS),200000) --seed $(or $(SEED),1)

.PHONY: reference
reference: setup ## Build the environment of the reference libraries, in .deps/reference
	@scripts/python-environment.sh reference "transformers, PEFT and PyTorch (about 5 GB)"

.PHONY: conformance
conformance: tools reference ## Compare every architecture and method with transformers and PEFT
	@.deps/reference/bin/python scripts/reference/conformance.py --json .deps/conformance.json
	@.deps/reference/bin/python scripts/reference/pipeline_conformance.py --json .deps/pipeline-conformance.json

.PHONY: conformance-fast
conformance-fast: setup reference ## The same for two architectures, with the programs that `make test` built
	@swift build --product conformance-tool --quiet
	@.deps/reference/bin/python scripts/reference/conformance.py --fast --tool .build/debug/conformance-tool

.PHONY: quality
quality: build reference ## Compare what is learned on SST-2 with PEFT and Trainer (DATA=folder with train.tsv and dev.tsv)
	@.deps/reference/bin/python scripts/reference/quality.py --data "$(DATA)"

.PHONY: tokenizers
tokenizers: tools reference ## Compare tokenizers with Hugging Face's, row by row, and their speed
	@.deps/reference/bin/python scripts/reference/tokenizers_conformance.py
	@.deps/reference/bin/python scripts/reference/tokenizers_conformance.py --time

.PHONY: report-pictures
report-pictures: build ## Run the pipelines and take pictures of their reports, for docs/pictures (NAMES="sentiment …"; needs Chromium)
	@scripts/report_pictures.py $(NAMES)

.PHONY: bench-runner
bench-runner: build ## Measure the runner against DVC and Snakemake
	@scripts/python-environment.sh bench "DVC and Snakemake"
	@.deps/bench/bin/python scripts/bench/runner.py

.PHONY: bench-peer
bench-peer: build reference ## Measure training, evaluation and a whole job against PEFT and Trainer (DATA=folder with train.tsv and dev.tsv)
	@.deps/reference/bin/python scripts/bench/peer.py --data "$(DATA)" --device $(DEVICE)

.PHONY: bench-cost
bench-cost: build ## Measure how the cost of a training grows with rows, length, rank, layers and threads (DATA=folder with train.tsv, PICTURES=folder)
	@scripts/python-environment.sh bench "DVC, Snakemake and Matplotlib"
	@.deps/bench/bin/python scripts/bench/cost.py --data "$(DATA)" $(if $(PICTURES),--pictures "$(PICTURES)")

.PHONY: breakdown
breakdown: build reference ## Sample where the time of a training goes, ours and the peer's (DATA=folder with train.tsv and dev.tsv; needs perf)
	@.deps/reference/bin/python scripts/bench/breakdown.py --data "$(DATA)"

.PHONY: bench-language
bench-language: build reference ## Measure the training of a language model of 124 million random weights against PEFT and Trainer
	@.deps/reference/bin/python scripts/bench/language.py --device $(DEVICE)

.PHONY: lint
lint: ## Check format, and that modules import only what stands above them
	@swift format lint --strict --recursive Sources Tests Package.swift
	@swift package dump-package | scripts/check-layers.py

.PHONY: format
format: ## Format all Swift sources
	@swift format --in-place --recursive Sources Tests Package.swift

.PHONY: clean
clean: ## Remove what was built; what `make setup` brought stays
	@rm -rf .build
