rule reliability:
    input:
        inputs("reliability"),
    output:
        outputs("reliability"),
    log:
        "results/{sample}/logs/reliability.log",
    wildcard_constraints:
        sample=runs_for("reliability"),
    params:
        settings=settings("reliability"),
        code=code("reliability"),
    script:
        "../scripts/stage.py"
