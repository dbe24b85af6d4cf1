"""A study as data: configuration, scales, codebooks, published claims, and the pipeline that follows from them."""

from practicework.study.loading import load_config, load_study
from practicework.study.study import CONFIG, RAW, Study

__all__ = ["CONFIG", "RAW", "Study", "load_config", "load_study"]
