rule dimensionality:
    input:
        responses="results/{sample}/ingest/responses.csv",
        ledger=ledger(),
        scales=scale_files(),
    output:
        outputs("dimensionality"),
    log:
        "results/{sample}/logs/dimensionality.log",
    params:
        settings=settings("dimensionality"),
        code=code("dimensionality"),
    script:
        "../scripts/dimensionality.py"
