# The course in one word each. Without make (Windows), see "Without make" in README.md: every line here has a plain twin.
.DEFAULT_GOAL := help
.PHONY: lab test notebooks lint format serve client requirements clean help

PYTHON := .venv/bin/python
UV := $(PYTHON) -m uv
# An environment whose Python is gone, or that was moved or copied here, is made anew.
STALE := $(shell test ! -e .venv || { test -x $(PYTHON) && test "$$(cat .venv/made-in)" = "$$(pwd -P)"; } || rm -rf .venv)
AUTH_PORT ?= 9000
API_PORT ?= 3001

# In a container one is often root, and JupyterLab wants to be told that this is meant.
AS_ROOT = $(if $(filter 0,$(shell id -u)),--allow-root)

lab: .venv/learner ## open JupyterLab on lesson 00
	$(PYTHON) -m jupyterlab --LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb --LabApp.news_url=None $(AS_ROOT)

test: .venv/developer ## run every test, nbval on every notebook among them
	$(PYTHON) tools/install_browser.py
	$(PYTHON) tools/install_issuers.py
	$(PYTHON) -m pytest -n 2 --dist loadfile --nbval notebooks tests

notebooks: .venv/developer ## run all notebooks on fresh kernels and store their outputs (ONLY="00 02": those)
	$(PYTHON) tools/run_notebooks.py $(ONLY)

lint: .venv/developer ## check code and notebooks with ruff
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .

format: .venv/developer ## let ruff mend what it can
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

serve: .venv/learner ## both servers in the foreground (AUTH_PORT=9000 API_PORT=3001)
	$(PYTHON) -m helpers.serve --auth-port $(AUTH_PORT) --api-port $(API_PORT)

client: .venv/learner ## get a token, call the API, print the todos
	$(PYTHON) -m helpers.client

COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --no-annotate --custom-compile-command "make requirements"
requirements: .venv/developer ## compile the pinned files from the .in files (UPGRADE=--upgrade: newest releases)
	$(COMPILE) $(UPGRADE) requirements.in --output-file requirements.txt
	$(COMPILE) $(UPGRADE) requirements-dev.in --output-file requirements-dev.txt

clean: ## remove the environment and the caches; .env and progress stay
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis tests/interop/.glewlwyd tests/interop/oidc_provider/node_modules
	find . -name __pycache__ -prune -exec rm -rf {} +

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do printf '%-19s%s\n' "$$name" "$$text"; done

# The environment. Each file below is empty and says when it was last brought up to date. pip knows a mirror that uv was
# not told of, so it gets a try when uv fails.
.venv/learner: requirements.txt pyproject.toml | $(PYTHON)
	$(UV) pip install --compile-bytecode --python $(PYTHON) -r requirements.txt || $(PYTHON) -m pip install -r requirements.txt
	@touch $@

.venv/developer: requirements-dev.txt pyproject.toml | $(PYTHON)
	$(UV) pip install --compile-bytecode --python $(PYTHON) -r requirements-dev.txt || $(PYTHON) -m pip install -r requirements-dev.txt
	@touch $@ .venv/learner

$(PYTHON):
	sh tools/make_environment.sh .venv $(shell grep "^uv==" requirements-dev.txt)
