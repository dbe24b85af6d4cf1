from practicework.errors import plain_errors

with plain_errors(snakemake.log[0]):
    from practicework import scoring, tables
    from practicework.study import load_study

    study = load_study()
    responses = tables.read("ingest/responses", snakemake.input.responses)
    responses = tables.kept(responses, snakemake.input.ledger)
    scored = scoring.score_all(responses, list(study.scales.values()), study.variables, study.config.categories)
    tables.write(scored.tables(), snakemake.wildcards.sample)
