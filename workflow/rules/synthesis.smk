rule synthesis:
    input:
        inputs("synthesis"),
    output:
        outputs("synthesis"),
    log:
        "results/{sample}/logs/synthesis.log",
    wildcard_constraints:
        sample=runs_for("synthesis"),
    params:
        settings=settings("synthesis"),
        code=code("synthesis"),
    script:
        "../scripts/stage.py"
