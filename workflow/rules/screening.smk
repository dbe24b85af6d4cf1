rule screening:
    input:
        inputs("screening"),
    output:
        outputs("screening"),
    log:
        "results/{sample}/logs/screening.log",
    wildcard_constraints:
        sample=runs_for("screening"),
    params:
        settings=settings("screening"),
        code=code("screening"),
    script:
        "../scripts/stage.py"
