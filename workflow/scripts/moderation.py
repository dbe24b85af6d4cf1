from practicework.errors import plain_errors

with plain_errors(snakemake.log[0]):
    from practicework import moderation, tables
    from practicework.seeds import generator
    from practicework.study import load_study

    study, sample = load_study(), snakemake.wildcards.sample
    scores = tables.read("scoring/scores", snakemake.input.scores)
    alphas = tables.read("reliability/scales", snakemake.input.reliability) if snakemake.input.reliability else None
    reliabilities = study.reliabilities(alphas)
    ledger = tables.read("screening/ledger", snakemake.input.ledger) if snakemake.input.ledger else None
    settings, categories, results = study.config.moderation, study.config.categories, {}
    for name, model in study.models.items():
        rng = generator(study.bootstrap_seed, "moderation", sample, name)
        found = moderation.analyse(scores, name, model, settings, rng, categories=categories, reliabilities=reliabilities)
        if ledger is not None:
            flagged = ledger.loc[ledger["flagged"], "respondent"]
            found["screening"] = moderation.without_flagged(scores, flagged, name, model, settings, categories=categories)
        results |= {f"moderation/{name}/{table}": frame for table, frame in found.items()}
    tables.write(results, sample)
