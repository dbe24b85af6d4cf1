rule scoring:
    input:
        inputs("scoring"),
    output:
        outputs("scoring"),
    log:
        "results/{sample}/logs/scoring.log",
    wildcard_constraints:
        sample=runs_for("scoring"),
    params:
        settings=settings("scoring"),
        code=code("scoring"),
    script:
        "../scripts/stage.py"
