rule coding:
    input:
        files=coding_files,
    output:
        outputs("coding"),
    log:
        "results/{sample}/logs/coding.log",
    wildcard_constraints:
        sample=names(STUDY.config.coding),
    params:
        settings=settings("coding"),
        code=code("coding"),
    script:
        "../scripts/coding.py"
