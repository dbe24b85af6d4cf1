"""What the rules share: the study, the names of its tables, and the fingerprints that trigger reruns."""

import os
import re
import shlex
import sys
import threading
from pathlib import Path

WORKFLOW = Path(workflow.basedir) / "workflow"
sys.path.insert(0, str(WORKFLOW))
# Jobs, too, run the library beside this file, and not one that is installed from another clone.
os.environ["PYTHONPATH"] = os.pathsep.join(
    filter(None, [str(WORKFLOW), os.environ.get("PYTHONPATH")])
)

# Snakemake 9 hands this path to a shell as it is: in a folder with a space in its path no job would start.
sys.executable = shlex.quote(sys.executable)

# semopy orders its parameters by sets, and with them the last digits of what it ends at.
os.environ["PYTHONHASHSEED"] = "0"

from practicework import tables
from practicework.errors import StudyError
from practicework.provenance import code_digest
from practicework.study import load_study, study_tables

if config:
    sys.exit(
        "Error: options --config and --configfile are not used; edit config/config.yaml of the study folder (-d)."
    )
try:
    STUDY = load_study()
except StudyError as error:
    sys.exit(f"Error: {error}")

OVERVIEW = "results/overview.html"
REPORTS = [f"results/{part}/report/report.html" for part in STUDY.parts]
REPORTS += [OVERVIEW] if len(STUDY.parts) > 1 else []


def names(known):
    """A wildcard's pattern: one of these names, or nothing."""
    return "|".join(map(re.escape, known)) or "(?!)"


# The rules that run for sets of codings, too, say so themselves.
wildcard_constraints:
    sample=names(STUDY.config.samples),


def outputs(stage):
    """The files of a stage's tables, one per model where its name has one, with the sample as wildcard."""
    names = [
        name
        for name, contract in tables.CONTRACTS.items()
        if name.startswith(f"{stage}/")
        if STUDY.has(contract.needs)
    ]
    return [
        f"results/{{sample}}/{name.format(model=model)}.csv"
        for name in names
        for model in (STUDY.models if "{model}" in name else [""])
    ]


def ledger():
    """The screening's ledger, as an input of the stages that compute with the kept respondents; none where it does not run."""
    return "results/{sample}/screening/ledger.csv" if STUDY.config.screening else []


def reliability():
    """The scales' reliabilities, as an input of the stages that allow for measurement error; none without scales."""
    return "results/{sample}/reliability/scales.csv" if STUDY.scales else []


def all_tables(wildcards):
    """Every table of the stages that run for a sample."""
    return [
        tables.path(wildcards.sample, name)
        for name in study_tables(STUDY, wildcards.sample)
    ]


def claimed_tables(wildcards):
    """The tables that the published claims about a sample name."""
    claims = STUDY.config.replication[wildcards.sample].claims
    return sorted({str(tables.path(wildcards.sample, claim.table)) for claim in claims})


def coding_files(wildcards):
    """Every file of a set of codings."""
    return STUDY.config.coding[wildcards.sample].files


def set_tables(wildcards):
    """The tables of all sets of codings, which a sample's report sums up."""
    if wildcards.sample in STUDY.config.coding:
        return []
    return [
        tables.path(name, table)
        for name in STUDY.config.coding
        for table in study_tables(STUDY, name)
    ]


def every_table():
    """The tables of every sample and set."""
    return [
        tables.path(part, name)
        for part in STUDY.parts
        for name in study_tables(STUDY, part)
    ]


def raw(wildcards):
    """A sample's file, relative to the study folder."""
    return STUDY.config.samples[wildcards.sample].file


def scale_files():
    """The scales of the study, as inputs: editing one reruns what is computed from it."""
    return [f"scales/{scale}.yaml" for scale in STUDY.scales]


def settings(stage):
    """A params function: a fingerprint of the part of the config that a stage reads."""
    return lambda wildcards: STUDY.digest(stage, wildcards.sample)


def code(stage):
    """A fingerprint of the source files that a stage's job runs."""
    return code_digest(WORKFLOW / "scripts" / f"{stage}.py")


def end_at_once():
    """Cancel the timers of Snakemake's job rate limiter, for which a finished run would wait another second."""
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.cancel()


def tell_errors(log):
    """Repeat the sentence of a mistake in the study at the end, where it is seen: it stands in the failed job's log."""
    files = [log] if isinstance(log, str) else log  # Snakemake 9 gives a list of files
    text = "".join(Path(file).read_text(errors="replace") for file in files)
    failed = re.findall(r"^ +log: (.+?) \(check log file", text, re.M)
    found = [
        line
        for file in failed
        if Path(file).is_file()
        for line in re.findall(r"^ERROR (.+)$", Path(file).read_text(), re.M)
    ]
    for sentence in dict.fromkeys(found):
        print(f"Error: {sentence}", file=sys.stderr)


for unused in STUDY.unused_raw_files():
    print(
        f"Note: {unused} is named by nothing in config/config.yaml and is not used.",
        file=sys.stderr,
    )
