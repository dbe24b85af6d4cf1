rule report:
    input:
        tables=tables_of(*STAGES),
        scales=scale_files(),
    output:
        report="results/{sample}/report/report.html",
    log:
        "results/{sample}/logs/report.log",
    params:
        settings=settings("report"),
        code=code("report"),
    script:
        "../scripts/report.py"
