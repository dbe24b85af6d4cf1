rule replication:
    input:
        claimed_tables,
        scales=scale_files(),
    output:
        outputs("replication"),
    log:
        "results/{sample}/logs/replication.log",
    params:
        settings=settings("replication"),
        code=code("replication"),
    script:
        "../scripts/replication.py"
