"""A Qualtrics export with texts whose order the file does not contain, and a reverse-keyed item. Invented."""

import csv
import io
import json

import numpy as np

LABELS = ("Rather cold", "Lukewarm", "Warm", "Burning")
"""From the lowest to the highest; no usual order of answers."""

AGREE = ("Strongly disagree", "Disagree", "Neutral", "Agree", "Strongly agree")
N = 90


def export() -> str:
    """The file: three scales of three items, the last item of `zeal` reverse-keyed, and age."""
    rng = np.random.default_rng(12)
    x, w = rng.normal(size=(2, N))
    y = 0.5 * x + 0.2 * w + 0.35 * x * w + rng.normal(0, 0.7, N)
    columns: dict[str, list[str]] = {}
    for name, trait, labels in (("zeal", y, LABELS), ("use", x, AGREE), ("help", w, AGREE)):
        for place in (1, 2, 3):
            own = trait + rng.normal(0, 0.6, N)
            own = -own if (name, place) == ("zeal", 3) else own
            shares = (0.15, 0.45, 0.8) if labels is LABELS else (0.08, 0.25, 0.5, 0.85)
            ranks = np.digitize(own, np.quantile(own, shares if (name, place) != ("zeal", 3) else (0.2, 0.55, 0.85)))
            columns[f"{name}_{place}"] = [labels[rank] for rank in ranks]
    columns["age"] = [str(one) for one in rng.integers(22, 60, N)]
    standard = ["StartDate", "EndDate", "Status", "IPAddress", "Progress", "Finished", "RecordedDate", "ResponseId"]
    texts = {f"zeal_{place}": f"How do you feel about the tool? - Feeling {place}" for place in (1, 2, 3)}
    texts |= {f"use_{place}": f"How useful is it? - Use {place}" for place in (1, 2, 3)}
    texts |= {f"help_{place}": f"How are you supported? - Support {place}" for place in (1, 2, 3)} | {"age": "How old are you?"}
    ids = {f"{name}_{place}": f"QID{at}_{place}" for at, name in enumerate(("zeal", "use", "help"), 1) for place in (1, 2, 3)}
    head = [*standard, *columns]
    rows = [head, [*standard, *texts.values()]]
    rows.append([json.dumps({"ImportId": one}) for one in (*standard, *ids.values(), "QID4_TEXT")])
    for row in range(N):
        known = ["2026-01-01 10:00:00", "2026-01-01 10:05:00", "IP Address", f"192.0.2.{row % 250}", "100", "True"]
        rows.append([*known, "2026-01-01 10:05:00", f"R_{row}", *(cells[row] for cells in columns.values())])
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()
