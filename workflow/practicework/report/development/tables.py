"""Tables of a development."""

from __future__ import annotations

from collections.abc import Sequence

from practicework.report.context import Context
from practicework.report.messages import _
from practicework.report.steps import Step
from practicework.report.table import Table, heading, integer, interval, number, p, share, text, unit


def index_words(index: str) -> str:
    """Return an index of content validity in words."""
    return {
        "p_sa": _("substantive agreement (pSA)"),
        "c_sv": _("substantive validity (cSV)"),
        "htc": _("definitional correspondence (htc)"),
        "htd": _("definitional distinctiveness (htd)"),
        "s_cvi_ave": _("mean I-CVI (S-CVI/Ave)"),
        "s_cvi_ua": _("items on which all experts agree (S-CVI/UA)"),
    }[index]


def grouped(context: Context, rows: list[dict], key: str = "construct") -> list[dict]:
    """Return rows with a heading above those of each construct."""
    labels = {name: one.label for name, one in context.part.material.by_id.items()}
    found, before = [], None
    for row in rows:
        if row[key] != before:
            found.append(heading(labels.get(row[key], row[key])))
            before = row[key]
        found.append(row)
    return found


def _made(context: Context, key: str, title: str, columns: Sequence, rows: list[dict], note: str = "", row: object = "item"):
    if not rows:
        return None
    reasons = dict.fromkeys(one["note"] for one in rows if one.get("note") and key not in ("pool", "confirmation"))
    note = " ".join(filter(None, [note, *(f"{reason[:1].upper()}{reason[1:]}." for reason in reasons)]))
    return Table.of(f"development_{key}", title, columns, rows, context.note(note), row=row)


def progress(context: Context, found: list[Step]) -> Table:
    """Return the table of the ten steps."""
    rows = [{"key": f"step_{one.number}", "name": f"{one.number}. {one.name}", "done": _("done") if one.done else _("open"),
             "what": one.what or None, "next": None if one.done else one.next or None} for one in found]  # fmt: skip
    columns = [
        text("name", _("Step")),
        text("done", _("State")),
        text("what", _("What was done")),
        text("next", _("What is next")),
    ]
    note = _("Steps after MacKenzie, Podsakoff, and Podsakoff (2011).")
    return _made(context, "steps", _("Steps of the development"), columns, rows, note, row="key")


def pool(context: Context) -> Table | None:
    """Return the pool."""
    rows = grouped(context, context.rows("development/pool"))
    columns = [
        text("item", _("Item")),
        text("text", _("Wording")),
        text("facet", _("Facet"), lambda row: (row["facet"] or "").replace("_", " ") or None),
        text("reverse", _("Key"), lambda row: _("reverse") if row["reverse"] else ""),
        text("source", _("Source")),
    ]
    note = _("Source: set of codings, interview and concept, or a publication.")
    return _made(context, "pool", _("Pool of items"), columns, rows, note, row=lambda row: row.get("item"))


def coverage(context: Context) -> Table | None:
    """Return the coverage of facets and concepts."""
    rows = [row | {"kind_words": _("facet") if row["kind"] == "facet" else _("concept"),
                   "shown": row["label"] if row["kind"] == "concept" else row["name"].replace("_", " ")}
            for row in context.rows("development/coverage")]  # fmt: skip
    columns = [text("kind_words", _("Kind")), text("shown", _("Facet or concept")), integer("units", _("Units")),
               integer("items", _("Items")), text("listed", _("Names"))]  # fmt: skip
    note = _("Units: interviews that are coded with the concept. A concept without items is not represented in the pool.")
    return _made(context, "coverage", _("Items by facet and by concept of the interviews"), columns, rows, note,
                 row=lambda row: f"{row['kind']} {row['construct'] or row['set']} {row['name']}")  # fmt: skip


def scales(context: Context) -> Table | None:
    """Return content validity by construct."""
    bands = {"very strong": _("very strong"), "strong": _("strong"), "moderate": _("moderate"), "weak": _("weak"),
             "lack": _("lack")}  # fmt: skip
    rows = [row | {"words": index_words(row["index"]), "norm": bands.get(row["band"] or ""),
                   "key": f"{row['construct']} {row['index']}"} for row in context.rows("development/scales")]  # fmt: skip
    columns = [text("words", _("Index")), integer("items", _("Items")), unit("value", _("Mean")), text("norm", _("Norm"))]
    note = _("Norm: place among 112 published scales rated by naive judges (Colquitt et al., 2019); it does not hold for single "
             "items or for experts.")  # fmt: skip
    return _made(context, "scales", _("Content validity of the constructs"), columns, grouped(context, rows), note,
                 row=lambda row: row.get("key"))  # fmt: skip


def sorting(context: Context) -> Table | None:
    """Return the sorting task."""
    labels = {name: one.label for name, one in context.part.material.by_id.items()}
    rows = [row | {"other": labels.get(row["strongest_other"] or "")} for row in context.rows("development/sorting")]
    columns = [
        text("item", _("Item")), integer("n", _("Judges")), integer("hits", _("Hits")), unit("p_sa", "pSA"),
        interval("ci", "95% CI", "ci_low", "ci_high", of_unit=True), unit("c_sv", "cSV"), p("p_value", "p"),
        text("other", _("Strongest other")),
    ]  # fmt: skip
    note = _("pSA: share of judges who chose the item's construct, with Wilson's interval; cSV: difference from the strongest "
             "other construct; p: exact one-sided test of pSA > .50 (Howard & Melloy, 2016).")  # fmt: skip
    return _made(context, "sorting", _("Sorting task"), columns, grouped(context, rows), note, row=lambda row: row.get("item"))


def ratings(context: Context) -> Table | None:
    """Return the rating task."""
    worst: dict[str, dict] = {}
    for row in context.rows("development/ratings_contrasts"):
        if row["p_holm"] is not None and row["p_holm"] >= worst.get(row["item"], {"p_holm": -1})["p_holm"]:
            worst[row["item"]] = row
    labels = {name: one.label for name, one in context.part.material.by_id.items()}
    rows = [row | {"closest": labels.get(worst.get(row["item"], {}).get("other", "")),
                   "p_closest": worst.get(row["item"], {}).get("p_holm")}
            for row in context.rows("development/ratings")]  # fmt: skip
    columns = [
        text("item", _("Item")), integer("n", _("Judges")), number("mean_own", _("Own rating")), unit("htc", "htc"),
        unit("htd", "htd"), number("f", "F"), p("p_value", "p"), text("closest", _("Closest other")),
        p("p_closest", _("p (own > closest)")),
    ]  # fmt: skip
    note = _("htc: own rating / number of anchors; htd: mean difference between own and other definitions / (anchors − 1). F: "
             "repeated-measures ANOVA with Greenhouse and Geisser's correction; contrasts are one-sided with Holm's "
             "correction.")  # fmt: skip
    return _made(context, "ratings", _("Rating task"), columns, grouped(context, rows), note, row=lambda row: row.get("item"))


def experts(context: Context) -> Table | None:
    """Return the panel of experts."""
    columns = [
        text("item", _("Item")), integer("n", "n"), unit("i_cvi", "I-CVI"), unit("kappa", _("κ (modified)")), unit("v", "V"),
        interval("ci", _("95% CI of V"), "v_low", "v_high", of_unit=True), unit("cvr", "CVR"), p("cvr_p", _("p (CVR)")),
        number("clarity", _("Clarity")),
    ]  # fmt: skip
    note = _("I-CVI: share of experts with a relevance of 3 or 4; κ: corrected for chance (Polit et al., 2007); V: Aiken's V; "
             "CVR: Lawshe's ratio with its exact test (Ayre & Scally, 2014).")  # fmt: skip
    return _made(context, "experts", _("Panel of experts"), columns, context.rows("development/experts"), note)


def judges(context: Context) -> Table | None:
    """Return the judges."""
    words = {"sorting": _("sorting"), "ratings": _("rating"), "experts": _("experts")}
    rows = [row | {"words": words[row["task"]], "key": f"{row['task']} {row['judge']}"}
            for row in context.rows("development/judges")]  # fmt: skip
    columns = [text("words", _("Task")), text("judge", _("Judge")), integer("items", _("Items")),
               unit("agreement", _("Agreement")), unit("change", _("Change without"), 3)]  # fmt: skip
    note = _("Agreement: share of hits (sorting), correlation with the mean of the others (rating), share of 3 or 4 (experts). "
             "Change: largest change of a construct's mean without the judge.")  # fmt: skip
    return _made(context, "judges", _("Judges"), columns, rows, note, row="key")


def cognitive(context: Context) -> Table | None:
    """Return the cognitive pretest."""
    columns = [
        text("item", _("Item")), integer("participants", _("Participants")), integer("comprehension", _("Comprehension")),
        integer("retrieval", _("Retrieval")), integer("judgment", _("Judgment")), integer("response", _("Response")),
        integer("problems", _("Any problem")),
    ]  # fmt: skip
    every = context.rows("development/cognitive")
    rows = [row for row in every if row["problems"]] or every
    return _made(context, "cognitive", _("Cognitive pretest: participants with a problem"), columns, rows,
                 _("Items without problems are omitted.") if len(rows) < len(every) else "")  # fmt: skip


def pilot_items(context: Context) -> Table | None:
    """Return the items in the exploration."""
    columns = [
        text("item", _("Item")), number("mean", "M"), number("sd", "SD"), number("skewness", _("Skewness")),
        share("floor", _("Floor")), share("ceiling", _("Ceiling")), unit("item_rest_r", _("Item–rest r")),
        unit("loading", _("Loading")), unit("cross_loading", _("Cross-loading")), unit("communality", "h²"),
    ]  # fmt: skip
    rows = context.rows("development/pilot_items")
    note = _("n = {n} respondents of the exploration. Loadings: pattern loadings (minres, oblimin). Means are of the keyed "
             "answers.",
             n=f"{rows[0]['n']:,}") if rows else ""  # fmt: skip
    return _made(context, "pilot_items", _("Items in the exploration"), columns, grouped(context, rows), note,
                 row=lambda row: row.get("item"))  # fmt: skip


def subsets(context: Context) -> Table | None:
    """Return the Pareto front."""
    rows = [row | {"mark": _("chosen") if row["chosen"] else "", "key": f"{row['construct']}: {row['items']}"}
            for row in context.rows("development/subsets")]  # fmt: skip
    columns = [
        text("items", _("Items")), unit("omega", "ω"), unit("cfi", "CFI"), unit("rmsea", "RMSEA"),
        unit("r_full", _("r with all items")), unit("content", _("Content")), text("mark", ""),
    ]  # fmt: skip
    compared = sum({(row["construct"], row["length"]): row["compared"] for row in rows}.values())
    note = _("Of {n} subsets that contain every facet, those that no other subset of the same length exceeds in all criteria, "
             "and the chosen ones. Content: smallest htc (or pSA) of the items. Computed in the exploration only.",
             n=f"{compared:,}")  # fmt: skip
    return _made(context, "subsets", _("Candidates for short scales (Pareto front)"), columns, grouped(context, rows), note,
                 row=lambda row: row.get("key"))  # fmt: skip


def confirmation(context: Context) -> Table | None:
    """Return the confirmation."""
    labels = {name: one.label for name, one in context.part.material.by_id.items()} | {"all": _("All constructs")}
    rows = [row | {"words": labels[row["construct"]]} for row in context.rows("development/confirmation")]
    columns = [
        text("words", _("Construct")), integer("n", "n"), unit("alpha", "α"), unit("omega", "ω"), unit("ave", "AVE"),
        number("chisq", "χ²"), integer("df", "df"), p("p_value", "p"), unit("cfi", "CFI"), unit("rmsea", "RMSEA"),
        unit("srmr", "SRMR"), unit("htmt2", "HTMT2"),
    ]  # fmt: skip
    if any(row["icc"] is not None for row in rows):
        columns.append(unit("icc", "ICC(2,1)"))
    notes = " ".join(f"{row['words']}: {row['note']}." for row in rows if row["note"])
    note = _("In respondents who were not used to choose the items. HTMT2: largest with another construct. Maximum likelihood.")
    return _made(context, "confirmation", _("The chosen scales in other respondents"), columns, rows, f"{note} {notes}".strip(),
                 row="construct")  # fmt: skip


def graded(context: Context) -> Table | None:
    """Return the graded response model."""
    rows = []
    found = [row for row in context.rows("development/irt_items") if row["a"] is not None]
    for item in dict.fromkeys(row["item"] for row in found):
        own = [row for row in found if row["item"] == item]
        rows.append({"item": item, "construct": own[0]["construct"], "n": own[0]["n"], "a": own[0]["a"]}
                    | {f"b{row['threshold']}": row["b"] for row in own})  # fmt: skip
    most = max((row["threshold"] for row in found), default=0)
    rows = [{f"b{place}": None for place in range(1, most + 1)} | row for row in rows]
    columns = [text("item", _("Item")), number("a", "a"), *(number(f"b{place}", f"b{place}") for place in range(1, most + 1))]
    note = _("a: slope in logits per standard deviation of the trait; b: value of the trait at which this response or a higher "
             "one has a probability of .50. Marginal maximum likelihood in all respondents of the pilot.")  # fmt: skip
    return _made(context, "graded", _("Graded response model"), columns, grouped(context, rows), note,
                 row=lambda row: row.get("item"))  # fmt: skip


def nomological(context: Context) -> Table | None:
    """Return the declared relations."""
    words = {"positive": _("positive"), "negative": _("negative"), "none": _("none"), "higher": _("higher"), "lower": _("lower")}
    rows = [row | {"other": context.label(row["with"]), "kind_words": "r" if row["kind"] == "correlation" else "g",
                   "words": words[row["declared"]],
                   "verdict": None if row["agrees"] is None else _("yes") if row["agrees"] else _("no"),
                   "key": f"{row['construct']} {row['with']}"} for row in context.rows("development/nomological")]  # fmt: skip
    columns = [
        text("other", _("With")), text("kind_words", ""), text("words", _("Declared")), integer("n", "n"),
        number("estimate", _("Estimate")), interval("ci", "95% CI", "ci_low", "ci_high"), p("p_value", "p"),
        text("verdict", _("As declared")),
    ]  # fmt: skip
    note = _("r: correlation; g: Hedges' g of the group with the higher value. As declared: the interval lies on the declared "
             "side of zero or, for none, within ±.30.")  # fmt: skip
    return _made(context, "nomological", _("Relations with other variables"), columns, grouped(context, rows), note,
                 row=lambda row: row.get("key"))  # fmt: skip


def decisions(context: Context) -> Table | None:
    """Return criteria and decisions."""
    rows = context.rows("development/decisions")
    named = {"sorting": _("Sorting"), "ratings": _("Rating"), "experts": _("Experts"), "cognitive": _("Pretest"),
             "loading": _("Loading"), "cross_loading": _("Cross-loading")}  # fmt: skip
    used = [name for name in named if any(row[name] is not None for row in rows)]
    words = {"keep": _("keep"), "revise": _("revise"), "drop": _("drop"), None: None}
    columns = [
        text("item", _("Item")),
        *(text(name, named[name], lambda row, name=name: None if row[name] is None else _("flag") if row[name] else "")
          for name in used),
        text("decision", _("Decision"), lambda row: words[row["decision"]]), text("by", _("By")), text("why", _("Reason")),
        text("chosen", _("In the scale"), lambda row: _("yes") if row["chosen"] else ""),
    ]  # fmt: skip
    note = _("Flags state which criterion an item violates; people decide. A dash marks evidence that was not collected.")
    return _made(context, "decisions", _("Criteria and decisions by item"), columns, grouped(context, rows), note,
                 row=lambda row: row.get("item"))  # fmt: skip
