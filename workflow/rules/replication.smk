rule replication:
    input:
        inputs("replication"),
    output:
        outputs("replication"),
    log:
        "results/{sample}/logs/replication.log",
    wildcard_constraints:
        sample=runs_for("replication"),
    params:
        settings=settings("replication"),
        code=code("replication"),
    script:
        "../scripts/stage.py"
