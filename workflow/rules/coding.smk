rule coding:
    input:
        inputs("coding"),
    output:
        outputs("coding"),
    log:
        "results/{sample}/logs/coding.log",
    wildcard_constraints:
        sample=runs_for("coding"),
    params:
        settings=settings("coding"),
        code=code("coding"),
    script:
        "../scripts/stage.py"
