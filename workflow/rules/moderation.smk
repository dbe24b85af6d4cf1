rule moderation:
    input:
        scores="results/{sample}/scoring/scores.csv",
        reliability=reliability(),
        ledger=ledger(),
    output:
        outputs("moderation"),
    log:
        "results/{sample}/logs/moderation.log",
    params:
        settings=settings("moderation"),
        code=code("moderation"),
    script:
        "../scripts/moderation.py"
