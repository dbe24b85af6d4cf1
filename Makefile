# make          set up, run the published study, print the paths of its reports
# make verify   set up, rerun the study, compare every number with the expected one
# make test     set up, run the tests
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# .venv is created here; an environment given with make VENV=... is used unchanged.
READY := $(if $(filter file,$(origin VENV)),.venv/ready)
# Use the library in this folder, not one installed in the environment.
CLI := PYTHONPATH=workflow $(BIN)/python -P -m practicework.commands.cli

.PHONY: study verify package test test-fast test-browser test-latex test-slurm fuzz golden snapshots lint lock schemas messages synthetic benchmark performance coverage synthesis process multiverse-size development recovery calibration clean
study: $(READY)
	@$(CLI) run

verify: $(READY)
	@$(CLI) verify

# Code, data, results and README as a folder and a zip, for OSF or Zenodo.
package: $(READY)
	@$(CLI) package

test: $(READY)
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile

# All tests but those marked slow, in about two minutes.
test-fast: $(READY)
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile -m "not slow"

# Tests that open the report in a browser require Chromium; `make test` skips them if it is not installed.
test-browser: $(READY)
	@$(BIN)/python -c "import shutil, sys; sys.exit(not (shutil.which('chromium') or shutil.which('chromium-browser') or shutil.which('google-chrome')) and 'Chromium is not installed. On Debian or Ubuntu: sudo apt-get install chromium')"
	@$(BIN)/python -m pytest tests/report/test_report_browser.py tests/commands/test_exporters.py -k "browser"

# Likewise for a cluster: a study on a real Slurm of one node, which the test starts on this machine.
test-slurm: $(READY)
	@command -v slurmctld slurmd munged >/dev/null || { echo "Slurm is not installed. On Debian or Ubuntu: sudo apt-get install slurm-wlm munge"; exit 1; }
	@[ "$$(id -u)" = 0 ] || { echo "Slurm's daemon has to be started by root: sudo make test-slurm"; exit 1; }
	@[ ! -e /etc/slurm/slurm.conf ] || { echo "This machine belongs to a cluster (/etc/slurm/slurm.conf exists); use one that does not."; exit 1; }
	@SLURM_TEST=1 $(BIN)/python -m pytest tests/workflow/test_slurm.py

# Likewise for the LaTeX tables, which require LaTeX with threeparttable.
test-latex: $(READY)
	@kpsewhich threeparttable.sty >/dev/null || { echo "LaTeX is not installed. On Debian or Ubuntu: sudo apt-get install texlive-latex-extra"; exit 1; }
	@$(BIN)/python -m pytest tests/report/test_report_outputs.py -k latex

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or newer is required; specify it with: make PYTHON=python3.12')"
	@echo "Setting up .venv. This takes one to two minutes and is done only once."
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# R's values, computed again. They must not change; the scripts list the packages that they require.
golden:
	@command -v Rscript >/dev/null || { echo "R is not installed. On Debian or Ubuntu: sudo apt-get install r-base-core"; exit 1; }
	@failed=; for script in $$(ls tests/golden/*/*.R | grep -v '_lavaan.R\|_psych.R'); do \
		(cd $$(dirname $$script) && Rscript $$(basename $$script) >/dev/null 2>&1) || failed="$$failed $$script"; done; \
	if [ "$$failed" ]; then echo "These scripts failed; their first lines list the packages that they require:$$failed"; fi; \
	git diff --stat --exit-code tests/golden && [ -z "$$failed" ]

# The approved text of every published report; review the difference before you commit it.
snapshots: $(READY)
	@SNAPSHOTS=write $(BIN)/python -m pytest -q tests/report/test_snapshots.py

# Thousands of mutated exports and configs, about ten minutes; the test suite runs a few hundred.
fuzz: $(READY)
	@FUZZ_CASES=$(or $(CASES),5000) $(BIN)/python -m pytest -n 2 tests/test_fuzz*.py

lint: $(READY)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check workflow tests benchmarks && $(BIN)/snakefmt --check Snakefile workflow/rules && PYTHONPATH=workflow $(BIN)/lint-imports --no-cache

# For maintainers: new pins from pyproject.toml (needs uv), the editor's schemas, the synthetic sample.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --extra test --extra cluster --extra page pyproject.toml -o requirements.lock
schemas: $(READY)
	$(CLI) schemas
# The messages of the report, for a translation in workflow/practicework/report/locale/<language>/LC_MESSAGES/.
messages: $(READY)
	$(BIN)/pybabel -q extract -F babel.cfg -k _ -k say -k count:1,2 -o messages.pot workflow/practicework/report
synthetic: $(READY)
	@PYTHONPATH=workflow $(BIN)/python data/schmitt2021_synthetic.py

# Whole runs against R, a large sample and many samples, half an hour; the tables are docs/performance.md.
performance: $(READY)
	@command -v Rscript >/dev/null || { echo "R is not installed. On Debian or Ubuntu: sudo apt-get install r-base-core"; exit 1; }
	@$(BIN)/python benchmarks/whole_study.py

benchmark: $(READY)
	@$(BIN)/python benchmarks/bootstrap_kernel.py
	@$(BIN)/python benchmarks/measurement.py
	@$(BIN)/python benchmarks/large_export.py

# Coverage of the interaction's intervals, about ten minutes; the table is in docs/methods.md.
coverage: $(READY)
	@$(BIN)/python benchmarks/coverage.py

# Coverage of pooled and prediction intervals, rates of the criteria of replication (docs/methods.md), and times.
synthesis: $(READY)
	@$(BIN)/python benchmarks/synthesis.py

# Coverage of the index of moderated mediation, and the time of process models beside R (docs/methods.md).
process: $(READY)
	@$(BIN)/python benchmarks/process.py

# Type I error of the joint tests of a multiverse (docs/methods.md).
multiverse-size: $(READY)
	@$(BIN)/python benchmarks/multiverse.py

# How often a pilot finds bad items and the right structure (docs/methods.md).
development: $(READY)
	@$(BIN)/python benchmarks/development.py

# How often latent profile analysis recovers three true types (used by the report), and the calibration of certainty.
recovery: $(READY)
	@$(BIN)/python benchmarks/profile_recovery.py
calibration: $(READY)
	@$(BIN)/python benchmarks/profile_calibration.py

clean:
	rm -rf .venv .snakemake results
