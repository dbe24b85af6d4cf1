from practicework.errors import plain_errors

with plain_errors(snakemake.log[0]):
    from practicework.report import overview
    from practicework.study import load_study, study_results

    study = load_study()
    overview.write(study, {part: study_results(study, part) for part in study.parts}, snakemake.output.page)
