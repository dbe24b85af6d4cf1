rule scoring:
    input:
        responses="results/{sample}/ingest/responses.csv",
        ledger=ledger(),
        scales=scale_files(),
    output:
        outputs("scoring"),
    log:
        "results/{sample}/logs/scoring.log",
    params:
        settings=settings("scoring"),
        code=code("scoring"),
    script:
        "../scripts/scoring.py"
