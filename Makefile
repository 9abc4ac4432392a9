# Two commands on a bare machine with Python 3.11, 3.12 or 3.13:
#     make demo     the exercise county, in the browser        (ARGS="--port 8000" and the like go to `twofront demo`)
#     make test     everything that can be tested here          (ARGS="tests/core" and the like go to pytest)
# Everything lands in this folder (.tools, .venv, node_modules) and in the caches of uv and npm; `make clean` removes it.
# Each package comes by a lock with hashes. The loop of the day is in the justfile.

SHELL = /bin/sh
.SUFFIXES:
.DELETE_ON_ERROR:
.PHONY: help setup runtime demo test wheel browser clean

# Without written bytecode every process would compile Django and more again at its start.
unexport PYTHONDONTWRITEBYTECODE
export UV_PYTHON_DOWNLOADS = never
export PIP_USER = 0
export PIP_REQUIRE_VIRTUALENV = 0
export PIP_ROOT_USER_ACTION = ignore
export PIP_DISABLE_PIP_VERSION_CHECK = 1

# Where HOME cannot be written, the caches of uv and npm and whatever else wants a home lie in this folder.
ifneq ($(shell test -n "$$HOME" && mkdir -p "$$HOME" 2>/dev/null && test -w "$$HOME" && echo yes),yes)
export HOME = $(CURDIR)/.tools/home
endif

# The machine's own certificates where it keeps some: an office behind an inspecting proxy has put its own among them.
CERTIFICATES = $(firstword $(wildcard /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem))
ifneq ($(CERTIFICATES),)
export SSL_CERT_FILE ?= $(CERTIFICATES)
export PIP_CERT ?= $(CERTIFICATES)
export NODE_EXTRA_CA_CERTS ?= $(CERTIFICATES)
endif

ARGS =
UV = .tools/bin/uv
BIN = .venv/bin
# The first Python of the right version; -I keeps what the caller's environment says out of the question.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -I -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null && echo $$p && break; done)
WEB = $(shell find twofront/web -name dist -prune -o -type f '(' -name '*.ts' -o -name '*.css' -o -name '*.svg' -o -name '*.json' ')' -print)
CATALOGUES = $(patsubst %.po,%.mo,$(shell find twofront -name '*.po'))

help:
	@sed -n 's/^# \{0,1\}//p; /^$$/q' Makefile

setup: .venv/dev.stamp $(BIN)/twofront .venv/loops.stamp twofront/web/dist/manifest.json $(CATALOGUES)

runtime: .venv/runtime.stamp $(BIN)/twofront twofront/web/dist/manifest.json $(CATALOGUES)

demo: runtime
	@exec $(BIN)/twofront demo $(ARGS)

test: setup browser
	@exec $(BIN)/python -m pytest -n 2 $(ARGS)

wheel: setup
	$(UV) build --no-build-isolation --python $(BIN)/python --out-dir dist .

# uv, by pip and its hash; where Python has no pip, one that is already on the machine.
$(UV): requirements-uv.lock
	@test -n "$(PYTHON)" || { echo 'make: no Python 3.11, 3.12 or 3.13 found; install one (Debian: apt-get install python3 python3-pip)' >&2; exit 2; }
	@if $(PYTHON) -m pip --version >/dev/null 2>&1; then \
	    echo 'bringing uv (25 MB)'; \
	    $(PYTHON) -m pip install --quiet --no-cache-dir --upgrade --require-hashes --target .tools -r requirements-uv.lock; \
	elif command -v uv >/dev/null; then \
	    mkdir -p .tools/bin && ln -sf "$$(command -v uv)" $(UV); \
	else \
	    echo 'make: this Python has no pip, and there is no uv; install one (Debian: apt-get install python3-pip)' >&2; exit 2; \
	fi
	@touch $(UV)

$(BIN)/python: | $(UV)
	@$(UV) venv --quiet --clear --no-project --python $(PYTHON) .venv

# What `make setup` installed holds all that the demonstration needs, so the smaller lock never takes anything away.
.venv/runtime.stamp: requirements.lock | $(BIN)/python
	@if test .venv/dev.stamp -nt requirements-dev.lock && test .venv/dev.stamp -nt requirements.lock; then :; else \
	    sed -n 's/^# \(download: .*\)/\1/p' requirements.lock; \
	    $(UV) pip sync --python $(BIN)/python --require-hashes requirements.lock; \
	fi
	@touch $@

.venv/dev.stamp: requirements-dev.lock requirements.lock | $(BIN)/python
	@sed -n 's/^# \(download: .*\)/\1/p' requirements-dev.lock; \
	    $(UV) pip sync --python $(BIN)/python --require-hashes requirements-dev.lock
	@touch $@

# The package itself is read from this tree: a relative line in the environment, and a script that no space in a path breaks.
$(BIN)/twofront: tools/twofront.in | $(BIN)/python
	@printf '../../../..\n' > "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/twofront.pth"
	@cp tools/twofront.in $@ && chmod 755 $@

# A drawing of one village by METIS, one by trees and two exactly compiles the loops of the grids, and leaves the bytecode of what they import.
.venv/loops.stamp: twofront/core/gridding/kernels.py twofront/core/gridding/trees.py twofront/core/gridding/exact.py twofront/core/gridding/graph.py .venv/dev.stamp | $(BIN)/twofront
	@echo 'compiling the loops of the grids'
	@rm -f twofront/core/gridding/__pycache__/*.nb[ci]  # numba sees no change of a loop in another file
	@$(BIN)/python -c 'print("id,village,households,x_m,y_m"); [print(f"{i},{(i > 63) + (i > 83) + (i > 91)},{1 if i < 64 else 10},{i % 8},{i // 8}") for i in range(98)]' > .venv/loops.csv
	@$(BIN)/twofront grids draw .venv/loops.csv --min 20 --max 40 --out .venv/loops.grids.csv >/dev/null
	@touch $@

twofront/web/dist/manifest.json: package.json package-lock.json tools/assets.sh tools/node.sh $(WEB) | $(UV) $(BIN)/python
	@sh tools/assets.sh
	@touch $@

%.mo: %.po | .venv/runtime.stamp
	@$(BIN)/pybabel --quiet compile --input-file=$< --output-file=$@

# Chromium for the tests in the browser. Without it they are skipped, and each says so.
browser:
	@for b in chromium chromium-browser google-chrome; do command -v $$b >/dev/null && exit 0; done; \
	if test "$$(id -u)" = 0 && command -v apt-get >/dev/null; then \
	    echo 'installing chromium and fonts-noto-cjk (170 MB)'; \
	    (apt-get update -qq; DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk) >/dev/null \
	        && exit 0; \
	fi; \
	echo 'not run here: the tests in the browser (no Chromium; as root: apt-get install chromium fonts-noto-cjk)'

clean:
	rm -rf dist twofront/web/dist node_modules .venv .tools .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find twofront tests demo bench -name __pycache__ -prune -exec rm -rf {} +
	find twofront -name '*.mo' -delete
