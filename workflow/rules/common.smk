"""Shared by all rules: the study, the names of its tables, and the fingerprints that trigger reruns."""

import os
import re
import shlex
import sys
import threading
from pathlib import Path

WORKFLOW = Path(workflow.basedir) / "workflow"
sys.path.insert(0, str(WORKFLOW))
# Jobs import the library next to this file, not one installed from another clone, and nothing from the study.
os.environ["PYTHONPATH"] = str(WORKFLOW)
os.environ["PYTHONSAFEPATH"] = "1"

# Snakemake 9 passes this path to a shell unquoted, so no job would start if the path contained a space.
sys.executable = shlex.quote(sys.executable)

# semopy orders its parameters by sets, and the last digits of its results depend on that order.
os.environ["PYTHONHASHSEED"] = "0"

from practicework import tables, workers
from practicework.errors import StudyError
from practicework.study import files, load_study, pipeline
from practicework.study.chunks import chunks
from practicework.study.undecided import check_decided
from practicework.tables.provenance import code_digest

if config:
    sys.exit(
        "Error: options --config and --configfile are not supported; edit config/config.yaml in the study folder (-d)."
    )
try:
    STUDY = load_study()
    check_decided(STUDY)
    files.check_places(STUDY.folder)
except StudyError as error:
    sys.exit(f"Error: {error}")

PARTS = {part.name: part for part in pipeline.parts(STUDY)}
CHUNKS = chunks(STUDY)
CHUNKED = {part.name for chunk in CHUNKS.values() for part in chunk}
OVERVIEW = "results/overview.html"


def products(part, *stages):
    """Return the results of stages for a part (default: all but the report): tables, or folders if a chunk makes them."""
    stages = stages or [stage for stage in part.stages if stage != "report"]
    if part.name in CHUNKED:
        return [f"results/{part.name}/{stage}" for stage in stages]
    return [tables.path(part.name, name) for name in part.tables(*stages)]


def targets():
    """Return what a run makes: the reports, the results of samples without one, and the overview of several parts."""
    found = []
    for name, part in PARTS.items():
        reported = "report" in part.stages
        page = [f"results/{name}/report" + ("" if name in CHUNKED else "/report.html")]
        found += page if reported else products(part)
    return [*found, OVERVIEW] if len(PARTS) > 1 else found


def runs_for(stage):
    """Return the wildcard pattern of the parts (samples and sets of codings) for which a stage is a job of its own."""
    found = [
        name
        for name, part in PARTS.items()
        if stage in part.stages and name not in CHUNKED
    ]
    return "|".join(map(re.escape, found)) or "(?!)"


def inputs(stage):
    """Return an input function for the tables and files that a stage reads for a part."""

    def of(wildcards):
        part, spec = PARTS[wildcards.sample], pipeline.STAGES[stage]
        others = [
            file
            for name, read in spec.others(part).items()
            for file in products(
                PARTS[name], *dict.fromkeys(one.split("/")[0] for one in read)
            )
        ]
        own = [tables.path(part.name, name) for name in spec.reads(part)]
        return [*own, *others, *spec.files(part)]

    return of


def outputs(stage):
    """Return the files of a stage's tables, with the part as wildcard."""
    found = next((part for part in PARTS.values() if stage in part.stages), None)
    return (
        [f"results/{{sample}}/{name}.csv" for name in found.tables(stage)]
        if found
        else []
    )


def set_tables(wildcards):
    """Return the tables of all sets of codings, which the report of a sample summarises."""
    reported = PARTS[wildcards.sample]
    sets = [part for part in PARTS.values() if part.is_set and reported.is_sample]
    return [file for part in sets for file in products(part)]


def every_result():
    """Return the results of all parts."""
    return [file for part in PARTS.values() for file in products(part)]


def chunk_inputs(samples):
    """Return the files that the samples of a chunk are computed from, and the tables of the sets that reports summarise."""
    found = [
        file
        for part in samples
        for stage in part.stages
        for file in pipeline.STAGES[stage].files(part)
    ]
    sets = [part for part in PARTS.values() if part.is_set]
    return [*dict.fromkeys(found), *(file for part in sets for file in products(part))]


def report_outputs():
    """Return the files of a report in the formats of the study, which Snakemake's own report shows."""
    shown = {
        "page": ("page.rst", "Report", "the whole report", None),
        "tables": ("tables.rst", "Tables", "{table}", "{table}.csv"),
        "figures": ("figures.rst", "Figures", "{figure}", "{stage}/{figure}.svg"),
    }
    found = {}
    for what, name in STUDY.config.report.files.items():
        file = f"results/{{sample}}/report/{name}"
        if what in shown:
            caption, subcategory, label, pattern = shown[what]
            file = report(
                directory(file) if pattern else file,
                patterns=[pattern] if pattern else [],
                caption=f"../report/{caption}",
                category="{sample}",
                subcategory=subcategory,
                labels={"what": label}
                | ({"stage": "{stage}"} if what == "figures" else {}),
            )
        found[what] = file
    return found


def settings(stage):
    """Return a params function for the fingerprint of the config that a stage reads."""
    return lambda wildcards: PARTS[wildcards.sample].digest(stage)


def code(*stages):
    """Return a fingerprint of the source files that the job of some stages runs."""
    starts = [file for stage in stages for file in pipeline.sources(WORKFLOW, stage)]
    return code_digest(*starts)


def end_at_once():
    """Cancel the timers of Snakemake's job rate limiter, which delay the end of a run by a second."""
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.cancel()


def tell_errors(log):
    """Print the messages of mistakes in the study from the logs of failed jobs at the end, where they are seen."""
    logs = [log] if isinstance(log, str) else log  # Snakemake 9 gives a list of files
    text = "".join(Path(file).read_text(errors="replace") for file in logs)
    failed = re.findall(r"^ +log: (.+?) \(check log file", text, re.M)
    found = [
        line
        for file in failed
        if Path(file).is_file()
        for line in re.findall(r"^ERROR (.+)$", Path(file).read_text(), re.M)
    ]
    for sentence in dict.fromkeys([*found, *unfitted()]):
        print(f"Error: {sentence}", file=sys.stderr)


def unfitted():
    """Return why models could not be fitted."""
    return [sentence for part in PARTS.values() for sentence in pipeline.unfitted(part)]


def tell_unfitted():
    """Print why models could not be fitted, and end with an error although everything else was computed."""
    if found := unfitted():
        sys.exit("\n".join(f"Error: {sentence}" for sentence in found))


onstart:
    if workflow.local_exec:  # the jobs of a cluster run on other machines
        workers.start(WORKFLOW / "scripts", pipeline.modules(STUDY))


onsuccess:
    end_at_once()
    tell_unfitted()


onerror:
    tell_errors(log)


for unused in STUDY.unused_raw_files:
    print(
        f"Note: {unused} is not named in config/config.yaml and is not used.",
        file=sys.stderr,
    )
