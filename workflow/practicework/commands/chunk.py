"""The job of a chunk: all stages and reports of several samples in one process."""

import logging
from collections.abc import Sequence
from importlib import import_module

from practicework.errors import StudyError
from practicework.study import pipeline
from practicework.study.pipeline import Part


def run(samples: Sequence[Part]) -> None:
    """Run the samples stage by stage, so that mistakes in the data are found before anything else is computed.

    Raises
    ------
    StudyError
        If a stage finds a mistake. It has then run for all samples, and the mistakes of the others are logged.
    """
    for name in pipeline.STAGES:
        mistakes = []
        for part in samples:
            if name not in part.stages:
                continue
            try:
                if name == "report":
                    import_module("practicework.report").run(part)
                else:
                    pipeline.run(part.study, name, part.name, import_module(f"practicework.stages.{name}").compute)
            except StudyError as mistake:
                mistakes.append(mistake)
        for mistake in mistakes[:-1]:
            logging.error("%s", mistake)
        if mistakes:
            raise mistakes[-1]
