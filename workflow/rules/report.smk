rule report:
    input:
        tables=all_tables,
        sets=set_tables,
        scales=scale_files(),
    output:
        report="results/{sample}/report/report.html",
    log:
        "results/{sample}/logs/report.log",
    wildcard_constraints:
        sample=names(STUDY.parts),
    params:
        settings=settings("report"),
        code=code("report"),
    script:
        "../scripts/report.py"
