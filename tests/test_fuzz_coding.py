"""Sets of codings, whatever their files hold: tables that keep their contracts, or one clear sentence."""

import random

import yaml
from coding_files import CONFIG, FILES
from fuzzing import fuzz, mutate, sentence
from hypothesis import given
from hypothesis import strategies as st

from practicework import tables
from practicework.errors import StudyError
from practicework.numerics.seeds import streams
from practicework.stages import coding
from practicework.study import load_study


@fuzz
@given(seed=st.integers(0, 2**32), file=st.sampled_from(sorted(FILES)))
def test_coding_tables_with_a_few_other_bytes(tmp_path, seed, file):
    (tmp_path / "config").mkdir(exist_ok=True)
    (tmp_path / "data/raw").mkdir(parents=True, exist_ok=True)
    (tmp_path / "config/config.yaml").write_text(yaml.safe_dump(CONFIG))
    for name, text in FILES.items():
        content = text.encode()
        (tmp_path / "data/raw" / name).write_bytes(mutate(content, random.Random(seed)) if name == file else content)
    try:
        study = load_study(tmp_path)
        spec = study.config.coding["talks"].model_copy(update={"permutations": 100, "resamples": 100})
        evidence = coding.load(tmp_path, "talks", spec, study.codebooks["talks"])
        found = coding.analyse(evidence, "talks", spec, streams(1, "coding", "talks"))
    except StudyError as error:
        sentence(error)
        return
    for name, table in found.items():
        tables.schema(name).validate(table)
