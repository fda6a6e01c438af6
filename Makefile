# setup · check · unit · test · bench · demo: the commands to know. Everything they need is installed by them.
UV_VERSION := 0.13.9
TOOLS := .tools
UV := $(TOOLS)/bin/uv
BIN := .venv/bin
# Certificates as the machine has them, so that a company's own authority is known to uv too.
export UV_SYSTEM_CERTS := 1

.PHONY: setup check test unit bench demo demo-kubernetes format docs pictures mutants

setup: .venv/.done

$(UV):
	python3 -m venv $(TOOLS)
	$(TOOLS)/bin/pip install -q uv==$(UV_VERSION)

.venv/.done: $(UV) pyproject.toml deploy/demo/playground/pyproject.toml uv.lock
	$(UV) sync --locked -q --compile-bytecode
	@touch $@

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.slack.types

test: setup
	$(BIN)/python -m tests.services
	$(BIN)/pytest

unit: setup
	PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -q -n auto -m "unit and not slow"

bench: setup
	$(BIN)/python -m tests.services
	$(BIN)/python -m tests.bench

pictures: setup
	$(BIN)/python -m tests.services
	$(BIN)/python -m deploy.demo.pictures

mutants: setup
	$(BIN)/python -m tests.services
	$(BIN)/python -m tests.mutants

demo: setup
	$(BIN)/python -m deploy.demo

demo-kubernetes: setup
	$(BIN)/python -m deploy.demo kubernetes

docs: setup
	$(BIN)/python -m bot reference > docs/verbs.md
	$(BIN)/python -m bot reference --pasted > docs/pasted.md
	$(BIN)/python -m tests.words
	$(BIN)/python -m tests.trace
