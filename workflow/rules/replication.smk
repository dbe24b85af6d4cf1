rule replication:
    input:
        claimed_tables,
        scales=scale_files(),
    output:
        outputs("replication"),
    log:
        "results/{sample}/logs/replication.log",
    wildcard_constraints:
        sample=names(STUDY.parts),
    params:
        settings=settings("replication"),
        code=code("replication"),
    script:
        "../scripts/replication.py"
