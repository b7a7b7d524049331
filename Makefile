# Two commands are enough: `make demo` and `make test`. Both install what they need into $(VENV).
#   make PYTHON=/path/to/python ...   chooses the interpreter
#   make VENV=folder ...              uses another virtual environment
#   make PYTEST_ARGS="-k name" unit   passes arguments to pytest
#   make WORKERS=1 unit               runs one test after the other

SHELL := /bin/bash
VENV ?= .venv
PYTHON ?=
PYTEST_ARGS ?=
# test files side by side; a file is never split, so that what it prepares is prepared once
WORKERS ?= 2
BIN := $(VENV)/bin
export PYTHON
# no look for a newer pyright at every run
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test setup system-for-tests lint types layers check other-python unit-taichi unit format clean

help: ## Show this list
	@grep -hE "^[a-z-]+:.*## " $(firstword $(MAKEFILE_LIST)) | sed -E "s/:.*## /\t/" | expand -t 16

demo: setup ## Render the bundled scene with both blenders, compare and time them
	@.ci/system-packages runtime || echo "Trying without them."
	$(BIN)/rowsplat demo

test: system-for-tests check other-python unit-taichi unit ## Everything that continuous integration runs

check: lint types layers ## Style, types and layers, without running the code

setup: ## Create the virtual environment and install rowsplat into it
	@.ci/setup $(VENV)

# In CI a missing driver is an error; elsewhere the tests that need it skip and say so.
system-for-tests:
	@.ci/system-packages test || test -z "$$CI"

lint: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: setup
	$(BIN)/pyright --pythonpath $(BIN)/python

layers: setup
	$(BIN)/lint-imports --no-logo

other-python: setup ## Install and import the wheel on another Python
	@.ci/other-python $(VENV)

unit-taichi: setup ## The tests of the compiled kernels on Taichi; those left out run both languages themselves
	ROWSPLAT_KERNEL_LANGUAGE=taichi $(BIN)/pytest -n $(WORKERS) --dist loadfile tests/kernels tests/render -m "not gpu_api" --ignore tests/kernels/reference --ignore-glob '$(CURDIR)/tests/*/test_languages_*.py' --ignore-glob '$(CURDIR)/tests/render/omni_recon/[!b]*' $(PYTEST_ARGS)

unit: setup ## All tests, on Quadrants
	ROWSPLAT_KERNEL_LANGUAGE=quadrants $(BIN)/pytest -n $(WORKERS) --dist loadfile $(PYTEST_ARGS)

format: setup ## Format and sort imports
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean: ## Remove caches and build folders, not the virtual environment
	rm -rf build dist ./*.egg-info .pytest_cache .ruff_cache .import_linter_cache .hypothesis
