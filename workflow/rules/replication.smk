rule replication:
    input:
        tables_of("ingest", "scoring", "reliability", "moderation", "profiles"),
    output:
        outputs("replication"),
    log:
        "results/{sample}/logs/replication.log",
    params:
        settings=settings("replication"),
        code=code("replication"),
    script:
        "../scripts/replication.py"
