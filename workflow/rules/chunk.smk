# In studies of many samples, one job analyses several of them from the first stage to the report.
for chunk, samples in CHUNKS.items():

    rule:
        name:
            chunk
        input:
            chunk_inputs(samples),
        output:
            [
                directory(f"results/{part.name}/{stage}")
                for part in samples
                for stage in part.stages
            ],
        log:
            f"results/logs/{chunk}.log",
        resources:
            runtime=10 * len(samples),
            mem_mb=3000,
        params:
            settings=[part.digest(stage) for part in samples for stage in part.stages],
            code=code(*{stage: None for part in samples for stage in part.stages}),
        script:
            "../scripts/chunk.py"
