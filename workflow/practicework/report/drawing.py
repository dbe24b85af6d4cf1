"""Draw the figures of a report in several processes; the files are the same as those of one."""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from practicework.report.table import Drawing

FEWEST = 4
"""Figures from which a second process is worth its start."""


def draw(drawings: Sequence[Drawing], processes: int, *, images: bool = True) -> None:
    """Draw every figure as SVG, and as PNG if images are needed, and keep both in the `Drawing`.

    Parameters
    ----------
    drawings : sequence of Drawing
    processes : int
        Processes to use, this one included. Others than this one are forked, on Linux only.
    images : bool
    """
    names = ("svg", "png") if images else ("svg",)
    if processes < 2 or len(drawings) < FEWEST or sys.platform != "linux":
        return
    shares = [drawings[start::processes] for start in range(processes)]
    forks = [_fork(share, names) for share in shares[1:]]
    for one in shares[0]:
        _drawn(one, names)
    for share, (process, pipe) in zip(shares[1:], forks, strict=True):
        with os.fdopen(pipe, "rb") as file:
            content = file.read()
        _, status = os.waitpid(process, 0)
        if status == 0:  # otherwise the figures are drawn here when they are needed, and their error is raised
            for one, made in zip(share, pickle.loads(content), strict=True):
                vars(one).update(made)


def _drawn(one: Drawing, names: Sequence[str]) -> dict[str, str | bytes]:
    return {name: getattr(one, name) for name in names}


def _fork(share: Sequence[Drawing], names: Sequence[str]) -> tuple[int, int]:
    """Fork a process that draws some figures, and return its id and the end of a pipe with their files."""
    pipe, end = os.pipe()
    process = os.fork()
    if process:
        os.close(end)
        return process, pipe
    status = 1
    try:
        os.close(pipe)
        made = pickle.dumps([_drawn(one, names) for one in share])
        with os.fdopen(end, "wb") as file:
            file.write(made)
        status = 0
    finally:
        os._exit(status)
