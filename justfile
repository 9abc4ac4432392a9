# The loop of the day. `.venv/bin/just` lists the recipes; `make setup` brings all they need.
set shell := ["bash", "-euo", "pipefail", "-c"]
export PATH := justfile_directory() / ".venv/bin:" + env("PATH")
export PYTHONDONTWRITEBYTECODE := ""

_list:
    @just --list --unsorted

# format, lint, types, layers and the tests of the core, in seconds
check: lint
    python -m pytest -q -n 2 -m "not slow" tests/core

# what no test runs: format, lint, types, layers, dependencies
lint:
    ruff format --check .
    ruff check .
    mypy
    lint-imports
    deptry .

# put the format right, and what the linter can
fix:
    ruff format .
    ruff check --fix .

# every test that can run here; words go to pytest
test *words:
    make test ARGS="{{ words }}"

# make the locks anew from pyproject.toml: hashes, no addresses; --upgrade takes the newest that fit
lock *words:
    python tools/lock.py {{ words }}
