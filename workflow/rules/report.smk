rule report:
    input:
        inputs("report"),
        sets=set_tables,
    output:
        **report_outputs(),
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
        every_result(),
    output:
        page=report(
            OVERVIEW,
            caption="../report/overview.rst",
            category="Overview",
            labels={"what": "every sample and set"},
        ),
    log:
        "results/logs/overview.log",
    localrule: True
    params:
        settings=[part.digest("report") for part in PARTS.values()],
        code=code("overview"),
    script:
        "../scripts/overview.py"
