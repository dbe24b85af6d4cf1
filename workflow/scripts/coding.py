from practicework.errors import plain_errors

with plain_errors(snakemake.log[0]):
    from practicework import coding, tables
    from practicework.study import load_study

    study, name = load_study(), snakemake.wildcards.sample
    spec = study.config.coding[name]
    evidence = coding.load(study.folder, name, spec, study.codebooks.get(name))
    tables.write(coding.analyse(evidence, name, spec, study.config.seed), name)
