rule development:
    input:
        inputs("development"),
    output:
        outputs("development"),
    log:
        "results/{sample}/logs/development.log",
    wildcard_constraints:
        sample=runs_for("development"),
    params:
        settings=settings("development"),
        code=code("development"),
    script:
        "../scripts/stage.py"
