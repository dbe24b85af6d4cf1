from practicework.errors import plain_errors

with plain_errors(snakemake.log[0]):
    from practicework import profiles, tables
    from practicework.seeds import generator
    from practicework.study import load_study

    study, sample = load_study(), snakemake.wildcards.sample
    scores = tables.read("scoring/scores", snakemake.input.scores)
    reliability = tables.read("reliability/scales", snakemake.input.reliability)
    rng = generator(study.config.seed, "profiles", sample)
    assigned = profiles.analyse(
        scores,
        reliability,
        study.scales,
        study.config.profiles,
        rng,
        others=study.variables,
        categories=study.config.categories,
    )
    tables.write(assigned.tables(), sample)
