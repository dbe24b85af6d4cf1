"""Questions with several answers as parts of a questionnaire: yes or no for each option, or boxes to tick."""

from practicework.study import Study
from practicework.study.multiple import Joined, Multiple
from practicework.study.scale import Item, Response, Scale, Scoring, Source

WHY = (
    "Yes or no for each option: respondents endorse more options and think longer about them than if they tick all that apply, "
    "in all 16 comparisons of Smyth et al. (2006)."
)
TICK = (
    "Tick all that apply, as declared. An empty box is a no only if another option or “none of these” is ticked. Respondents "
    "endorse fewer options than with yes or no for each (Smyth et al., 2006)."
)
CITATION = (
    "Smyth, J. D., Dillman, D. A., Christian, L. M., & Stern, M. J. (2006). Comparing check-all and forced-choice question "
    "formats in web surveys. Public Opinion Quarterly, 70(1), 66–77."
)


class Asked(Scale):
    """A question with several answers for one part of its second dimension, in the form of a scale; an option is an item."""

    tick: bool = False


def parts(study: Study | None) -> list[Scale]:
    """Return the questions with several answers of a study, one for each part, in the form of scales; none without a study."""
    found = []
    for name, one in study.config.multiple.items() if study else ():
        for part in one.parts:
            found.append(_part(name, one, part))
    return found


def _part(name: str, one: Multiple, part: str) -> Asked:
    tag, ids = names(name, one, part)
    question = one.question or one.label
    tick = one.form == "tick_all"
    how = "Please tick all that apply." if tick else "Please answer yes or no in each row."
    texts = {option: one.text(option) for option in one.options}
    if tick:
        texts["none"] = "None of these"
        ids["none"] = f"{tag}_none"
    stage = f" {one.by_label}: {one.part_text(part)}." if part else ""
    note = TICK if tick else WHY
    if one.form is None and not one.unticked:
        note += f" Declare 'form: forced_choice' under 'multiple.{name}', so that a row of no's is read as answers."
    return Asked.model_construct(
        id=tag,
        label=f"{one.label}: {one.part_text(part)}" if part else one.label,
        status="draft",
        instruction=f"{question}{'' if question.endswith(('?', '.', ':')) else '.'}{stage} {how}",
        note=note,
        source=Source(citation=CITATION, doi="10.1093/poq/nfj007"),
        response=Response(min=0, max=1, labels={1: ("Yes",), 0: ("No",)}),
        items=tuple(
            Item.model_construct(id=ids[option], text=one.text(option), reverse=False, columns=()) for option in one.options
        ),
        scoring=Scoring(),
        tick=tick,
    )


def names(name: str, one: Multiple, part: str) -> tuple[str, dict[str, str]]:
    """Return the tag of a part and the column of each option: as the config names them, else made of the question's names."""
    stem = "_".join(filter(None, (name, part)))
    pattern = (
        f"{stem}_{{option}}" if one.columns is None or isinstance(one.columns, Joined) else one.columns.replace("{by}", part)
    )
    if not pattern.endswith("_{option}"):
        return stem, {option: pattern.replace("{option}", option) for option in one.options}
    return pattern.removesuffix("_{option}"), {option: pattern.replace("{option}", option) for option in one.options}
