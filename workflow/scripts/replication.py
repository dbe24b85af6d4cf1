from practicework.errors import plain_errors

with plain_errors(snakemake.log[0]):
    from practicework import replication, tables
    from practicework.study import load_study

    study, sample = load_study(), snakemake.wildcards.sample
    config, published = study.config, study.config.replication[sample]
    results = {claim.table: tables.read(claim.table, tables.path(sample, claim.table)) for claim in published.claims}
    center = config.moderation.center if config.moderation else "mean"
    models = study.models if sample in config.samples else {}
    metric = replication.metric(published, models, study.scales, center, config.categories)
    tables.write({"replication/ledger": replication.ledger(published, results), "replication/metric": metric}, sample)
