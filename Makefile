# Two commands: `make demo` to see it work, `make test` to run everything CI runs.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help env demo test unit lint bench docs lock clean

help:
	@echo 'make demo    the simulated hospital, one quarterly inspection, its report'
	@echo 'make test    everything CI runs'
	@echo 'make unit    unit tests only        make lint   linters and types only'
	@echo 'make bench   measure; writes docs/benchmarks.md'
	@echo 'make lock    write requirements.lock anew from pyproject.toml'

env:
	@sh scripts/bootstrap.sh

demo: env
	@sh scripts/demo.sh

test: env
	@sh scripts/test.sh

unit: env
	.venv/bin/pytest -q tests/unit

lint: env
	@sh scripts/lint.sh

bench: env
	.venv/bin/python bench/run.py

docs: env
	.venv/bin/python scripts/generate_docs.py

lock: env
	.venv/bin/uv pip compile -q --universal --python-version 3.12 --generate-hashes --extra dev --no-header \
	  pyproject.toml -o requirements.lock

clean:
	rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache
