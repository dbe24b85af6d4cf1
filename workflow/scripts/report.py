from pathlib import Path

from practicework.errors import plain_errors

with plain_errors(snakemake.log[0]):
    from practicework import report, tables
    from practicework.study import load_study, study_tables

    study, sample = load_study(), snakemake.wildcards.sample

    def results(part):
        return {name: tables.read(name, tables.path(part, name)) for name in study_tables(study, part)}

    sets = {name: results(name) for name in study.config.coding} if sample in study.config.samples else {}
    report.write(study, sample, results(sample), Path(snakemake.output.page).parent, sets)
