rule profiles:
    input:
        scores="results/{sample}/scoring/scores.csv",
        reliability="results/{sample}/reliability/scales.csv",
        scales=scale_files(),
    output:
        outputs("profiles"),
    log:
        "results/{sample}/logs/profiles.log",
    params:
        settings=settings("profiles"),
        code=code("profiles"),
    script:
        "../scripts/profiles.py"
