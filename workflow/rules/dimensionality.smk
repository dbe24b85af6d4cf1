rule dimensionality:
    input:
        inputs("dimensionality"),
    output:
        outputs("dimensionality"),
    log:
        "results/{sample}/logs/dimensionality.log",
    wildcard_constraints:
        sample=runs_for("dimensionality"),
    params:
        settings=settings("dimensionality"),
        code=code("dimensionality"),
    script:
        "../scripts/stage.py"
