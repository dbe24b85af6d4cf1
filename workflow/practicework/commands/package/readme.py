"""Fill a package's README, after the template of the Social Science Data Editors, from the study and its rerun."""

import ast
import re
import sys
import tomllib
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import jinja2

from practicework.commands.package.data import Dataset
from practicework.commands.verification import Verification, numbers
from practicework.commands.verification.numbers import SAME
from practicework.commands.verification.runs import DATA
from practicework.commands.verification.summary import duration, machine
from practicework.commands.verification.summary import verdict as in_words
from practicework.errors import StudyError
from practicework.study import RAW, Study
from practicework.study.documents import read_yaml
from practicework.study.pipeline import STAGES, parts
from practicework.tables import contract
from practicework.tables.contracts import CONTRACTS

TEMPLATES = Path(__file__).parent / "templates"
SHOWN = 20
"""Number of differences listed in the README; a file contains all of them."""

KNOWN = {
    "README.md": "What this package is, and how to run it.",
    "LICENSE": "The licence of the program.",
    "CITATION.cff": "How to cite this package.",
    "Makefile": "Sets up the software and runs the study: make, make verify.",
    "Snakefile": "The pipeline with its stages in order.",
    "pyproject.toml": "The program's dependencies.",
    "requirements.lock": "The version of every dependency, with checksums.",
    "SECURITY.md": "What a study can do, and what leaves it.",
    "checksums.txt": "SHA-256 sums of all other files: sha256sum -c checksums.txt.",
    "codebook.csv": "Every variable with its meaning and values.",
    "codebook.html": "The codebook as a web page.",
    "config/config.yaml": "The study: samples, scales, models, published claims.",
    "config/README.md": "Description of every config key.",
    "data/raw/README.md": "Sources of the data.",
    "results/overview.html": "All samples and sets on one page.",
    "results/differences.csv": "Numbers of this package's run that differ from those of the study.",
}


@dataclass(frozen=True)
class Stage:
    """A stage of the pipeline, for the description of programs."""

    name: str
    about: str
    rule: str
    script: str
    module: str


def software(code: Path) -> list[tuple[str, str]]:
    """The program and its dependencies, with the versions used."""
    project = tomllib.loads((code / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = [re.match(r"[\w.-]+", one)[0] for one in project["dependencies"]]
    python = ".".join(map(str, sys.version_info[:3]))
    return [(project["name"], project["version"]), ("Python", python), *((name, version(name)) for name in names)]


def citation(folder: Path) -> dict:
    """Read a CITATION.cff.

    Raises
    ------
    StudyError
        If the file is invalid or lacks a field that a package's metadata require.
    """
    found = read_yaml(folder / "CITATION.cff", "CITATION.cff")
    for key, example in (
        ("authors", "a list of people"),
        ("title", "a text"),
        ("license", "MIT"),
        ("date-released", "2026-01-31"),
    ):
        if not found.get(key):
            raise StudyError(f"CITATION.cff has no '{key}'; add it ({example}), because data archives require it.")
    for author in found["authors"]:
        if not isinstance(author, dict) or not ("family-names" in author or "name" in author):
            raise StudyError("CITATION.cff has an author without 'family-names' (person) or 'name' (organisation); add one.")
    return found


def stages(study: Study, code: Path) -> list[Stage]:
    """The stages that run for at least one part of the study, in order."""
    runs = {stage for part in parts(study) for stage in part.stages}
    found = []
    for stage in (one for one in STAGES if one in runs):
        module = Path("workflow/practicework") / ("report" if stage == "report" else f"stages/{stage}")
        module = module / "__init__.py" if (code / module).is_dir() else module.with_suffix(".py")
        script = "report" if stage == "report" else "stage"
        where = (f"workflow/rules/{stage}.smk", f"workflow/scripts/{script}.py", module.as_posix())
        found.append(Stage(stage, _first_line(code / module), *where))
    return found


def _first_line(file: Path) -> str:
    """The first line of a module's documentation."""
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return text.split("\n")[0]


def randomness(code: Path) -> list[str]:
    """File and line of each generator derived from the seed."""
    return [
        f"{path.relative_to(code).as_posix()}:{number}"
        for path in sorted((code / "workflow").rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(r"(?<!def )\b(?:generator|rng)\(", line)
    ]


def shown(folder: Path, study: Study) -> list[dict[str, str]]:
    """Every table and figure of the reports: its part, number, title, rule and file."""
    rows = []
    for part in study.part_names:
        results = folder / "results" / part
        for entry in numbers.contents(results).to_dict("records"):
            places = {"table": f"tables/{entry['name']}.csv", "figure": f"figures/{entry['stage']}/{entry['name']}.svg"}
            rows.append(entry | {"part": part, "file": f"results/{part}/report/{places[entry['kind']]}"})
    return rows


def references(study: Study, cited: dict) -> list[str]:
    """The sources of scales, codebooks and published values, and what CITATION.cff refers to."""
    sources = [one.source for one in [*study.scales.values(), *study.codebooks.values()] if one.source]
    found = [f"{one.citation}{f' doi:{one.doi}' if one.doi else ''}" for one in sources]
    found += [one.source for one in (study.config.replication or {}).values()]
    for one in cited.get("references", ()):
        names = ", ".join(f"{who.get('family-names', who.get('name', ''))}" for who in one.get("authors", ()))
        where = ", ".join(str(one[key]) for key in ("journal", "volume") if key in one)
        doi = f" doi:{one['doi']}" if "doi" in one else ""
        found.append(f"{names} ({one.get('year', 'n.d.')}). {one['title']}.{f' {where}.' if where else ''}{doi}")
    return sorted(dict.fromkeys(found))


def memory() -> str:
    """The peak memory of the largest child process, in words; empty if the system does not report it."""
    try:
        import resource
    except ImportError:  # Windows
        return ""
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return f"{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / unit:.0f} MB"


def render(folder: Path, study: Study, datasets: list[Dataset], verification: Verification) -> str:
    """Render the README of a package whose code, data and results are in `folder`."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True, autoescape=False,
    )  # fmt: skip
    environment.filters["cell"] = lambda text: " ".join(str(text).replace("|", "\\|").split())
    table, cited = verification.table(), citation(folder)
    apart = table[(table["against"] == "expectation") & (table["verdict"] != SAME)]
    return environment.get_template("README.md").render(
        study=study, config=study.config, datasets=datasets, citation=cited, machine=machine(), memory=memory(),
        seconds=duration(verification.seconds), software=software(folder), stages=stages(study, folder),
        randomness=randomness(folder), shown=shown(folder, study), references=references(study, cited),
        verdict=in_words(verification), differences=apart.head(SHOWN).to_dict("records"), different=len(apart),
        claims={part: (len(one), int((one["verdict"] == numbers.AGREES).sum())) for part, one in verification.claims.items()},
        terms=study.config.licence or _terms(folder),
        apart={part: kind for part, kind in verification.basis.items() if kind != DATA},
    )  # fmt: skip


def _terms(folder: Path) -> str:
    """The terms of use of the data if the config does not state them."""
    told = "the terms in `data/raw/README.md`" if (folder / RAW / "README.md").is_file() else "terms set by their authors"
    return f"{told} (the licence of the program does not cover them)"


def descriptions(folder: Path, study: Study, datasets: list[Dataset], names: list[str]) -> dict[str, str]:
    """Describe each file of a package."""
    known = KNOWN | {one.file: f"Data of {one.part}: {one.source}; {one.note}." for one in datasets}
    for entry in shown(folder, study):
        about = f"{entry['kind'].capitalize()} {entry['number']} of {entry['part']}: {entry['title']}."
        known |= {str(Path(entry["file"]).with_suffix(suffix)): about for suffix in (".csv", ".tex", ".svg", ".png")}
    known |= {
        f"scales/{name}.yaml": f"The scale {scale.label}: items, response range, scoring." for name, scale in study.scales.items()
    }
    return {name: known.get(name) or _describe(folder / name, Path(name)) for name in names}


def _describe(file: Path, name: Path) -> str:
    """Describe a file by its location or its own first line."""
    if name.parts[:2] == ("config", "expected"):
        return f"Expected numbers of {name.stem}, for make verify."
    if name.parts[0] == "results" and len(name.parts) > 2:
        table = "/".join(name.parts[2:]).removesuffix(".csv")
        if name.suffix == ".csv" and (
            table in CONTRACTS or (table.count("/") == 2 and table.startswith(("moderation/", "process/")))
        ):
            return f"{contract(table).about} Part: {name.parts[1]}."
        return f"Part of the report of {name.parts[1]}."
    if name.suffix == ".py":
        return _first_line(file) or "Part of the program."
    return {"docs": "Documentation.", "profiles": "Snakemake settings."}.get(name.parts[0], "Part of the program.")
