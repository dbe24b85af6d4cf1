from practicework.errors import plain_errors

with plain_errors(snakemake.log[0]):
    from practicework import moderation, tables
    from practicework.seeds import generator
    from practicework.study import load_study

    study, sample = load_study(), snakemake.wildcards.sample
    scores = tables.read("scoring/scores", snakemake.input.scores)
    settings, results = study.config.moderation, {}
    ledger = tables.read("screening/ledger", snakemake.input.ledger) if snakemake.input.ledger else None
    for name, model in study.models.items():
        rng = generator(study.bootstrap_seed, "moderation", sample, name)
        for table, frame in moderation.analyse(scores, name, model, settings, rng).items():
            results[f"moderation/{name}/{table}"] = frame
        if ledger is not None:
            flagged = ledger.loc[ledger["flagged"], "respondent"]
            results[f"moderation/{name}/screening"] = moderation.without_flagged(scores, flagged, name, model, settings)
    tables.write(results, sample)
