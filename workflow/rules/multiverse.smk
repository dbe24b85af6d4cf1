rule multiverse:
    input:
        inputs("multiverse"),
    output:
        outputs("multiverse"),
    log:
        "results/{sample}/logs/multiverse.log",
    wildcard_constraints:
        sample=runs_for("multiverse"),
    params:
        settings=settings("multiverse"),
        code=code("multiverse"),
    script:
        "../scripts/stage.py"
