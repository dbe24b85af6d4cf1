from practicework.errors import plain_errors

with plain_errors(snakemake.log[0]):
    from practicework import tables
    from practicework.report import overview
    from practicework.study import load_study, study_tables

    study = load_study()
    results = {
        part: {name: tables.read(name, tables.path(part, name)) for name in study_tables(study, part)} for part in study.parts
    }
    overview.write(study, results, snakemake.output.page)
