rule ingest:
    input:
        inputs("ingest"),
    output:
        outputs("ingest"),
    log:
        "results/{sample}/logs/ingest.log",
    wildcard_constraints:
        sample=runs_for("ingest"),
    params:
        settings=settings("ingest"),
        code=code("ingest"),
    script:
        "../scripts/stage.py"
