rule report:
    input:
        tables=all_tables,
        sets=set_tables,
        scales=scale_files(),
    output:
        page=report(
            "results/{sample}/report/report.html",
            caption="../report/page.rst",
            category="{sample}",
            subcategory="Report",
            labels={"what": "the whole report"},
        ),
        word="results/{sample}/report/report.docx",
        contents="results/{sample}/report/contents.csv",
        tables=report(
            directory("results/{sample}/report/tables"),
            patterns=["{table}.csv"],
            caption="../report/tables.rst",
            category="{sample}",
            subcategory="Tables",
            labels={"what": "{table}"},
        ),
        figures=report(
            directory("results/{sample}/report/figures"),
            patterns=["{stage}/{figure}.svg"],
            caption="../report/figures.rst",
            category="{sample}",
            subcategory="Figures",
            labels={"what": "{figure}", "stage": "{stage}"},
        ),
    log:
        "results/{sample}/logs/report.log",
    wildcard_constraints:
        sample=names(STUDY.parts),
    params:
        settings=settings("report"),
        code=code("report"),
    script:
        "../scripts/report.py"


rule overview:
    input:
        every_table(),
    output:
        page=report(
            OVERVIEW,
            caption="../report/overview.rst",
            category="Overview",
            labels={"what": "every sample and set"},
        ),
    log:
        "results/logs/overview.log",
    params:
        settings=[STUDY.digest("report", part) for part in STUDY.parts],
        code=code("overview"),
    script:
        "../scripts/overview.py"
