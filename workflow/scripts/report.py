from pathlib import Path

from practicework.errors import plain_errors

with plain_errors(snakemake.log[0]):
    from practicework import report
    from practicework.study import load_study, study_results

    study, sample = load_study(), snakemake.wildcards.sample
    sets = {name: study_results(study, name) for name in study.config.coding} if sample in study.config.samples else {}
    report.write(study, sample, study_results(study, sample), Path(snakemake.output.page).parent, sets)
