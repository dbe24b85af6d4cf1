rule multiple_response:
    input:
        inputs("multiple_response"),
    output:
        outputs("multiple_response"),
    log:
        "results/{sample}/logs/multiple_response.log",
    wildcard_constraints:
        sample=runs_for("multiple_response"),
    params:
        settings=settings("multiple_response"),
        code=code("multiple_response"),
    script:
        "../scripts/stage.py"
