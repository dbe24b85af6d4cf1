from practicework.errors import plain_errors

with plain_errors(snakemake.log[0]):
    from practicework import replication, tables
    from practicework.study import load_study

    study, sample = load_study(), snakemake.wildcards.sample
    published = study.config.replication[sample]
    results = {claim.table: tables.read(claim.table, tables.path(sample, claim.table)) for claim in published.claims}
    tables.write({"replication/ledger": replication.ledger(published, results)}, sample)
