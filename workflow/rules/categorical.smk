rule categorical:
    input:
        inputs("categorical"),
    output:
        outputs("categorical"),
    log:
        "results/{sample}/logs/categorical.log",
    wildcard_constraints:
        sample=runs_for("categorical"),
    params:
        settings=settings("categorical"),
        code=code("categorical"),
    script:
        "../scripts/stage.py"
