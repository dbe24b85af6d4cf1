rule screening:
    input:
        responses="results/{sample}/ingest/responses.csv",
        quality="results/{sample}/ingest/quality.csv",
        left_out="results/{sample}/ingest/left_out.csv",
        scales=scale_files(),
    output:
        outputs("screening"),
    log:
        "results/{sample}/logs/screening.log",
    params:
        settings=settings("screening"),
        code=code("screening"),
    script:
        "../scripts/screening.py"
