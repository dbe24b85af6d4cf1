rule ingest:
    input:
        raw=raw,
    output:
        outputs("ingest"),
    log:
        "results/{sample}/logs/ingest.log",
    params:
        settings=settings("ingest"),
        code=code("ingest"),
    script:
        "../scripts/ingest.py"
