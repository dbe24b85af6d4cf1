# practicework: from a raw survey export to a report. `snakemake` runs the study in this folder,
# `snakemake -s path/to/this/Snakefile -d my-study` the one in another.
from snakemake.utils import min_version

min_version("9.11")


report: "workflow/report/workflow.rst"


# Functions and the validated study (not by `configfile:`, which can run code); then the stages, in pipeline order.
include: "workflow/rules/common.smk"
include: "workflow/rules/ingest.smk"
include: "workflow/rules/screening.smk"
include: "workflow/rules/scoring.smk"
include: "workflow/rules/reliability.smk"
include: "workflow/rules/dimensionality.smk"
include: "workflow/rules/moderation.smk"
include: "workflow/rules/multiverse.smk"
include: "workflow/rules/process.smk"
include: "workflow/rules/categorical.smk"
include: "workflow/rules/multiple_response.smk"
include: "workflow/rules/profiles.smk"
include: "workflow/rules/coding.smk"
include: "workflow/rules/synthesis.smk"
include: "workflow/rules/development.smk"
include: "workflow/rules/replication.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/chunk.smk"


rule all:
    default_target: True
    input:
        targets(),
