"""The one kind of error that a user of a study can mend, and how it reaches the screen."""

import logging
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path


class StudyError(Exception):
    """A mistake in a study, as one plain sentence: which file, row or field, and how to mend it."""

    def __init__(self, sentence: str) -> None:
        """One line, whatever a quoted cell or key holds: line breaks and control characters become blanks."""
        super().__init__(" ".join("".join(mark if mark.isprintable() else " " for mark in sentence).split()))


class NotComputable(Exception):
    """A statistic that these data do not bear; its text is the reason, for a note beside the empty cell."""


def did_you_mean(name: object, known: object) -> str:
    """`" (did you mean 'x'?)"` where a known name is close, else an empty string."""
    close = get_close_matches(str(name), [str(one) for one in known], n=1)
    return f" (did you mean '{close[0]}'?)" if close else ""


@contextmanager
def plain_errors(log: str) -> Iterator[None]:
    """Run a job's body: its log takes warnings and errors, the screen takes a StudyError's sentence.

    Anything else that is raised is a defect of the program and keeps its traceback.
    """
    path = Path(log)
    path.parent.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(filename=path, filemode="w", level=logging.INFO, format="%(levelname)s %(message)s", force=True)
    warnings.simplefilter("ignore", FutureWarning)  # of libraries; nothing that a user could act on
    logging.captureWarnings(True)
    try:
        yield
    except StudyError as error:
        logging.error("%s", error)
        sys.exit(f"Error: {error}")
    except Exception:
        logging.exception("This is a defect of the program")
        raise
