rule moderation:
    input:
        inputs("moderation"),
    output:
        outputs("moderation"),
    log:
        "results/{sample}/logs/moderation.log",
    wildcard_constraints:
        sample=runs_for("moderation"),
    params:
        settings=settings("moderation"),
        code=code("moderation"),
    script:
        "../scripts/stage.py"
