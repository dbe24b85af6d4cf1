rule process:
    input:
        inputs("process"),
    output:
        outputs("process"),
    log:
        "results/{sample}/logs/process.log",
    wildcard_constraints:
        sample=runs_for("process"),
    params:
        settings=settings("process"),
        code=code("process"),
    script:
        "../scripts/stage.py"
