rule profiles:
    input:
        inputs("profiles"),
    output:
        outputs("profiles"),
    log:
        "results/{sample}/logs/profiles.log",
    wildcard_constraints:
        sample=runs_for("profiles"),
    params:
        settings=settings("profiles"),
        code=code("profiles"),
    script:
        "../scripts/stage.py"
