"""A page in the browser on which a study is set up, confirmed, run and read; it calls the library and computes nothing.

The study folder is the only truth: pages edit the files that a person would, and show each change before it is written.
"""

from pathlib import Path

from practicework.errors import StudyError


def run(folder: Path, *, browser: bool = True) -> int:
    """Open the page of a folder, and serve it until its last tab is closed or the program is interrupted.

    Raises
    ------
    StudyError
        If the libraries of the page are not installed, or the folder cannot be used.
    """
    try:
        from practicework.page import server
    except ModuleNotFoundError as error:
        if error.name not in ("starlette", "uvicorn", "multipart", "python_multipart"):
            raise
        raise StudyError("The page needs further libraries; install them with: pip install 'practicework[page]'") from None
    return server.serve(folder, browser=browser)
