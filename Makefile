# `make train` and `make test` are all that a fresh machine needs, with Python >= 3.11.
# Every target works in .venv, which is made from the pyproject.toml files.

PYTHON ?= python3
OLDEST_PYTHON ?= python3.11
BIN := .venv/bin
STAMP := .venv/.installed
PLUGINS := $(sort $(wildcard plugins/zoo-plugin-*))
PROJECTS := . $(addprefix ./,$(PLUGINS))
CODE := zoo_core cli/zoo_cli $(wildcard $(addsuffix /src,$(PLUGINS))) benchmarks tools
# those that need MNIST belong to make results
BENCHMARKS := $(filter-out benchmarks/autoencoders.py benchmarks/results.py benchmarks/seeds.py benchmarks/translations.py,$(sort $(wildcard benchmarks/*.py)))

# the theme's notice about its successor says nothing about this site
export NO_MKDOCS_2_WARNING := 1

# one thread a process: two test processes share two cores, and the numbers are the same everywhere
ONE_THREAD := OMP_NUM_THREADS=1
empty :=
space := $(empty) $(empty)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install train test test-all test-oldest check lint types site-check bench results docs dist clean

help:
	@echo 'make train     train dcgan with wgan-gp on the embedded digits; writes digits.png'
	@echo 'make test      the tests, on two processes'
	@echo 'make test-all  the tests with the slow ones'
	@echo 'make test-oldest  the tests on the oldest supported versions of everything'
	@echo 'make check     lint, types, docs and wheels: what CI runs after make test'
	@echo 'make bench     run every benchmark, shortly'
	@echo 'make results   write docs/results.md from the benchmarks'
	@echo 'make docs      write what is generated from the code, and build the site into site/'
	@echo 'make dist      build all wheels into dist/ and check each alone'
	@echo 'make clean     remove what was built; .venv and runs/ stay'

install: $(STAMP)

$(STAMP): pyproject.toml $(addsuffix /pyproject.toml,$(PLUGINS))
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install $(addprefix -e ,$(PROJECTS)) --group test --group check --group docs
	@touch $@

# the first run is runs/first; a later one gets the next free name
train: $(STAMP)
	@run=runs/first; number=2; \
	while [ -e "$$run" ]; do run="runs/first-$$number"; number=$$((number + 1)); done; \
	set -x; \
	$(BIN)/zoo train --gen dcgan --loss wgan-gp --run "$$run" && \
	$(BIN)/zoo sample "$$run" --out digits.png

test: $(STAMP)
	$(ONE_THREAD) $(BIN)/python -m pytest -n 2

test-all: $(STAMP)
	$(ONE_THREAD) $(BIN)/python -m pytest -n 2 -m "not gpu and not network"

# the tests on the oldest supported versions of everything together, the oldest Python included
OLDEST := .venv-oldest
$(OLDEST)/.installed: pyproject.toml $(addsuffix /pyproject.toml,$(PLUGINS)) tools/oldest.py
	$(OLDEST_PYTHON) -m venv $(OLDEST)
	$(OLDEST)/bin/python tools/oldest.py > $(OLDEST)/oldest.txt
	$(OLDEST)/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	$(OLDEST)/bin/python -m pip install -c $(OLDEST)/oldest.txt $(addprefix -e ,$(PROJECTS)) --group test
	@touch $@

test-oldest: $(OLDEST)/.installed
	$(ONE_THREAD) $(OLDEST)/bin/python -m pytest -n 2

check: lint types site-check dist

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	MYPYPATH=$(subst $(space),:,cli $(addsuffix /src,$(PLUGINS))) $(BIN)/mypy --strict $(CODE)

site-check: $(STAMP)
	$(BIN)/python tools/make_first_party.py --check
	$(BIN)/python tools/make_reference.py --check
	$(BIN)/python tools/make_comparison.py --check
	$(ONE_THREAD) $(BIN)/python tools/make_matrix.py --check
	$(BIN)/mkdocs build --strict --quiet --site-dir build/site

bench: $(STAMP)
	@set -e; for program in $(BENCHMARKS); do \
		echo "== $$program"; $(BIN)/python "$$program" --quick; \
	done

results: $(STAMP)
	$(BIN)/python benchmarks/translations.py
	$(BIN)/python benchmarks/autoencoders.py
	$(BIN)/python benchmarks/seeds.py
	$(BIN)/python benchmarks/overtraining.py
	$(BIN)/python benchmarks/results.py
	$(BIN)/python tools/make_matrix.py

docs: $(STAMP)
	$(BIN)/python tools/make_first_party.py
	$(BIN)/python tools/make_reference.py
	$(BIN)/python tools/make_comparison.py
	$(ONE_THREAD) $(BIN)/python tools/make_matrix.py
	$(BIN)/mkdocs build --strict

dist: $(STAMP)
	$(ONE_THREAD) $(BIN)/python tools/check_wheels.py

clean:
	rm -rf build dist site .mypy_cache .pytest_cache .ruff_cache
	find . -path ./.venv -prune -o -name __pycache__ -type d -exec rm -rf {} +
