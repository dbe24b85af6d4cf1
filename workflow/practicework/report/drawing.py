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


def draw(drawings: Sequence[Drawing], processes: int) -> None:
    """Draw every figure as SVG and PNG, and keep both in the `Drawing`.

    Parameters
    ----------
    drawings : sequence of Drawing
    processes : int
        Processes to use, this one included. Others than this one are forked, on Linux only.
    """
    if processes < 2 or len(drawings) < FEWEST or sys.platform != "linux":
        return
    shares = [drawings[start::processes] for start in range(processes)]
    forks = [_fork(share) for share in shares[1:]]
    for one in shares[0]:
        _ = one.svg, one.png
    for share, (process, pipe) in zip(shares[1:], forks, strict=True):
        with os.fdopen(pipe, "rb") as file:
            content = file.read()
        _, status = os.waitpid(process, 0)
        if status == 0:  # otherwise the figures are drawn here when they are needed, and their error is raised
            for one, (svg, png) in zip(share, pickle.loads(content), strict=True):
                vars(one).update(svg=svg, png=png)


def _fork(share: Sequence[Drawing]) -> tuple[int, int]:
    """Fork a process that draws some figures, and return its id and the end of a pipe with their files."""
    pipe, end = os.pipe()
    process = os.fork()
    if process:
        os.close(end)
        return process, pipe
    status = 1
    try:
        os.close(pipe)
        made = pickle.dumps([(one.svg, one.png) for one in share])
        with os.fdopen(end, "wb") as file:
            file.write(made)
        status = 0
    finally:
        os._exit(status)
