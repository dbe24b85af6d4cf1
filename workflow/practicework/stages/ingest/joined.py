"""Options that are joined in one cell: their separator, and the options of a cell."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from practicework.study.multiple import SEPARATORS
from practicework.study.scale import normalized
from practicework.tables.files.numbers import plain


def parsed(cell: str, separator: str, texts: Mapping[str, str]) -> Iterator[str | None]:
    """Yield the options of a cell, an empty name for "none", and None for other texts; texts may contain the separator.

    Parameters
    ----------
    cell, separator : str
    texts : mapping of str to str
        The option of each text, in lower case.
    """
    tokens = cell.split(separator)
    at = 0
    while at < len(tokens):
        if not tokens[at].strip():
            at += 1
            continue
        for end in range(len(tokens), at, -1):
            text = normalized(separator.join(tokens[at:end]))
            if text in texts or normalized(plain(text)) in texts:
                yield texts.get(text, texts.get(normalized(plain(text))))
                at = end
                break
        else:
            yield None
            at += 1


def separated(counts: Counter, texts: Mapping[str, str]) -> str:
    """Return the separator by which cells have the most options and the fewest other texts; of several, the first."""
    known, unknown = Counter(), Counter()
    for one in SEPARATORS:
        for cell, n in counts.items():
            found = [*parsed(cell, one, texts)]
            unknown[one] += n * found.count(None)
            known[one] += n * (len(found) - found.count(None))
    return min(SEPARATORS, key=lambda one: (-known[one], unknown[one], SEPARATORS.index(one)))


def unfit(cell: str, separator: str, texts: Mapping[str, str]) -> bool:
    """Return whether a piece of a cell consists of several options, so that the separator is another one."""
    forms = sorted(map(re.escape, texts), key=len, reverse=True)
    option = re.compile(rf"(?<!\w)(?:{'|'.join(forms)})(?!\w)")
    pieces = map(normalized, cell.split(separator))
    return any(len(option.findall(piece)) > 1 and not re.search(r"\w", option.sub("", piece)) for piece in pieces)
