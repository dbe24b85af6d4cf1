"""Errors that users can fix, and how they are reported."""

import logging
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path

BUG = "This is a bug in practicework"
"""The first line of the log of a job that failed by no mistake in the study."""


class StudyError(Exception):
    """A mistake in a study; the message names the file, row or field and how to fix it."""

    def __init__(self, sentence: str) -> None:
        """Reduce the message to one line: line breaks and control characters become spaces."""
        super().__init__(" ".join("".join(mark if mark.isprintable() else " " for mark in sentence).split()))


class NotComputable(Exception):
    """Raised when a statistic cannot be computed; the message becomes the row's `note`."""


def did_you_mean(name: object, known: object) -> str:
    """Return `" (did you mean 'x'?)"` if a known name is similar, otherwise an empty string."""
    close = get_close_matches(str(name), [str(one) for one in known], n=1)
    return f" (did you mean '{close[0]}'?)" if close else ""


@contextmanager
def plain_errors(log: str) -> Iterator[None]:
    """Run a job, log its warnings and errors, and print the message of a StudyError.

    Any other exception is a bug and keeps its traceback.
    """
    path = Path(log)
    path.parent.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(filename=path, filemode="w", level=logging.INFO, format="%(levelname)s %(message)s", force=True)
    warnings.simplefilter("ignore", FutureWarning)  # from libraries; users cannot act on them
    logging.captureWarnings(True)
    try:
        yield
    except StudyError as error:
        logging.error("%s", error)
        sys.exit(f"Error: {error}")
    except Exception:
        logging.exception(BUG)
        raise
