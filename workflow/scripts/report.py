from practicework.errors import plain_errors

with plain_errors(snakemake.log[0]):
    from practicework import report, tables
    from practicework.study import load_study, study_tables

    study, sample = load_study(), snakemake.wildcards.sample
    results = {name: tables.read(name, tables.path(sample, name)) for name in study_tables(study, sample)}
    report.write(study, sample, results, snakemake.output.report)
