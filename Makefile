# Two commands do all the set-up: `make samples` runs the main job, `make test` passes the tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
AS_OF := 2026-10-30
SAMPLES := flight-delays support-assistant
WORKERS ?= 2

.PHONY: samples test test-all coverage lint examples schema lock sbom audit clean help

help:
	@echo "make samples   run both sample projects and say where their documents are"
	@echo "make test      run the fast tests (after set-up at most five minutes)"
	@echo "make test-all  run all tests, the slow ones included"
	@echo "make coverage  branch coverage of the fast tests"
	@echo "make lint      ruff, mypy and the notebooks"
	@echo "make examples  make reports/examples anew"
	@echo "make lock      resolve the dependencies anew"
	@echo "make sbom      write build/sbom.cdx.json, what a run is made of"
	@echo "make audit     ask whether a locked package has a known hole (needs a network)"

$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 14) else "gatebook needs Python 3.11, 3.12 or 3.13; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 " )'
	@echo "Setting up .venv from requirements-dev.lock (once; one to five minutes) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --progress-bar off --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
	@echo "Ready."

# A copy is run, so that the checkout stays as it is.
samples: $(READY)
	@rm -rf build/samples && mkdir -p build/samples
	@for name in $(SAMPLES); do cp -R data/samples/$$name build/samples/$$name; done
	@echo "Running both samples as of $(AS_OF), the day of the committed examples ..."
	@$(BIN)/gatebook run $(addprefix build/samples/,$(SAMPLES)) --as-of $(AS_OF) --out reports

test: $(READY)
	@$(BIN)/python -m pytest -q -n $(WORKERS) -m "not slow"

test-all: $(READY)
	@$(BIN)/python -m pytest -q -n $(WORKERS)

# Branch coverage of the fast tests in one process; what a notebook kernel or a child process runs is not counted.
coverage: $(READY)
	@$(BIN)/python -m pip install --quiet coverage
	@$(BIN)/python -m coverage run --branch --source=src/gatebook -m pytest -q -n0 -m "not slow"
	@$(BIN)/python -m coverage report --show-missing --skip-covered

lint: $(READY)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/nbstripout --verify --keep-id notebooks/*.ipynb

examples: $(READY)
	@$(BIN)/python data/samples/make_examples.py --as-of $(AS_OF)

schema: $(READY)
	@$(BIN)/python -c 'import json, pathlib, gatebook.record as r; pathlib.Path("src/gatebook/record/decision.schema.json").write_text(json.dumps(r.json_schema(), indent=1, sort_keys=True) + "\n")'

# The lock carries hashes and no index address.
lock: $(READY)
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header pyproject.toml --extra dev -o requirements-dev.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header pyproject.toml -c requirements-dev.lock -o requirements.lock

sbom: $(READY)
	@mkdir -p build && $(BIN)/python .ci/sbom.py > build/sbom.cdx.json && echo build/sbom.cdx.json

# pip-audit lives in an environment of its own, so that it cannot change what it looks at.
audit:
	@test -x build/audit/bin/pip-audit || ($(PYTHON) -m venv build/audit && build/audit/bin/python -m pip install --quiet pip-audit)
	@build/audit/bin/pip-audit --strict --require-hashes --disable-pip --progress-spinner off -r requirements-dev.lock

clean:
	@rm -rf build dist .pytest_cache .mypy_cache .ruff_cache
