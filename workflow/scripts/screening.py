from practicework.errors import plain_errors

with plain_errors(snakemake.log[0]):
    from practicework import screening, tables
    from practicework.study import load_study

    study = load_study()
    names = ("responses", "quality", "left_out")
    frames = [tables.read(f"ingest/{name}", snakemake.input[name]) for name in names]
    screened = screening.screen(*frames, list(study.scales.values()), study.variables, study.config.screening)
    tables.write(screened.tables(), snakemake.wildcards.sample)
