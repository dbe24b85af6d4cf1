rule report:
    input:
        inputs("report"),
        sets=set_tables,
    output:
        page=report(
            "results/{sample}/report/report.html",
            caption="../report/page.rst",
            category="{sample}",
            subcategory="Report",
            labels={"what": "the whole report"},
        ),
        manuscript="results/{sample}/report/manuscript.docx",
        supplement="results/{sample}/report/supplement.docx",
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
        sample=runs_for("report"),
    # The report of an only sample is the last job, when the other cores are idle.
    threads: lambda wildcards: 2 if [wildcards.sample] == [*STUDY.config.samples] else 1
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
        settings=[part.digest("report") for part in PARTS.values()],
        code=code("overview"),
    script:
        "../scripts/overview.py"
