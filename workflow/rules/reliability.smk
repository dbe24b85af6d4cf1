rule reliability:
    input:
        responses="results/{sample}/ingest/responses.csv",
        ledger=ledger(),
        scales=scale_files(),
    output:
        outputs("reliability"),
    log:
        "results/{sample}/logs/reliability.log",
    params:
        settings=settings("reliability"),
        code=code("reliability"),
    script:
        "../scripts/reliability.py"
