from practicework.errors import plain_errors

with plain_errors(snakemake.log[0]):
    from practicework import moderation, tables
    from practicework.seeds import generator
    from practicework.study import load_study

    study, sample = load_study(), snakemake.wildcards.sample
    scores = tables.read("scoring/scores", snakemake.input.scores)
    settings, results = study.config.moderation, {}
    for name, model in study.models.items():
        rng = generator(study.bootstrap_seed, "moderation", sample, name)
        for table, frame in moderation.analyse(scores, name, model, settings, rng).items():
            results[f"moderation/{name}/{table}"] = frame
    tables.write(results, sample)
