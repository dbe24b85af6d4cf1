"""A study: configuration, scales, codebooks, published claims, and the pipeline derived from them."""

from practicework.study.loading import load_config, load_study
from practicework.study.study import CONFIG, RAW, Study

__all__ = ["CONFIG", "RAW", "Study", "load_config", "load_study"]
