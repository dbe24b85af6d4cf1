"""RO-Crate metadata of a package: description of each file, authors, licence and software."""

import json
from importlib.metadata import metadata
from pathlib import Path

from practicework.commands.package.archive import CHECKSUMS, files

METADATA, VERSION = "ro-crate-metadata.json", "1.3"

FORMATS = {
    ".csv": "text/csv",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".html": "text/html",
    ".json": "application/json",
    ".md": "text/markdown",
    ".png": "image/png",
    ".py": "text/x-python",
    ".qdpx": "application/zip",
    ".sav": "application/x-spss-sav",
    ".svg": "image/svg+xml",
    ".tex": "application/x-tex",
    ".toml": "application/toml",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xml": "application/xml",
    ".yaml": "application/yaml",
}


LANGUAGES = {"Python": "https://www.python.org/", "Snakemake": "https://snakemake.github.io/"}


def write(folder: Path, facts: dict, descriptions: dict[str, str]) -> None:
    """Write the metadata of a package's files.

    Parameters
    ----------
    folder : Path
        The package, complete except for this file.
    facts : dict
        `title`, `description`, `citation` (of CITATION.cff), `software` (pairs of name and version).
    descriptions : dict of str to str
        By file, its description.
    """
    from rocrate.model.contextentity import ContextEntity
    from rocrate.rocrate import ROCrate

    crate, citation = ROCrate(version=VERSION), facts["citation"]
    crate.name, crate.description = facts["title"], facts["description"]
    crate.datePublished = str(citation["date-released"])
    spdx = {"@type": "CreativeWork", "name": citation["license"], "description": f"The licence {citation['license']}."}
    crate.license = crate.add(ContextEntity(crate, f"https://spdx.org/licenses/{citation['license']}", spdx))
    authors = [
        crate.add(ContextEntity(crate, author.get("orcid", f"#author-{number}"), _author(author)))
        for number, author in enumerate(citation["authors"], 1)
    ]
    crate.root_dataset["author"] = authors if len(authors) > 1 else authors[0]
    crate.root_dataset["softwareRequirements"] = [
        crate.add(ContextEntity(crate, f"#{name}-{version}", _software(name, version, url)))
        for name, version in facts["software"]
        if (url := _homepage(name))
    ]
    versions = {name.capitalize(): version for name, version in facts["software"]}
    languages = {
        name: crate.add(
            ContextEntity(crate, f"#{name}", {"@type": "ComputerLanguage", "name": name, "url": url, "version": versions[name]})
        )
        for name, url in LANGUAGES.items()
    }
    for name in files(folder):
        about = {"name": name, "description": descriptions[name], "encodingFormat": FORMATS.get(Path(name).suffix, "text/plain")}
        if language := _language(name):
            about |= {"@type": ["File", "SoftwareSourceCode"], "programmingLanguage": languages[language]}
        if name != CHECKSUMS:  # written last
            about |= {"contentSize": str((folder / name).stat().st_size)}
        crate.add_file(folder / name, dest_path=name, properties=about)
    crate.root_dataset["mainEntity"] = crate.get("Snakefile")
    text = json.dumps(crate.metadata.generate(), indent=2, ensure_ascii=False)
    (folder / METADATA).write_text(text + "\n", encoding="utf-8")


def check(folder: Path) -> list[str]:
    """List the problems of a package's metadata: unlisted or missing files, and missing properties."""
    graph = {entity["@id"]: entity for entity in json.loads((folder / METADATA).read_text(encoding="utf-8"))["@graph"]}
    root = graph.get("./", {})
    listed = {part["@id"] for part in root.get("hasPart", [])}
    there = {name for name in files(folder) if name != METADATA}
    wrong = [f"{name} is not listed" for name in sorted(there - listed)]
    wrong += [f"{name} is listed but missing" for name in sorted(listed - there)]
    wrong += [
        f"the package has no {key}" for key in ("name", "description", "datePublished", "license", "author") if not root.get(key)
    ]
    return wrong + [
        f"{name} has no {key}"
        for name in sorted(listed & graph.keys())
        for key in ("name", "description")
        if not graph[name].get(key)
    ]


def _language(name: str) -> str | None:
    """The programming language of a file."""
    return "Snakemake" if name == "Snakefile" or name.endswith(".smk") else "Python" if name.endswith(".py") else None


def _software(name: str, version: str, url: str) -> dict:
    return {"@type": "SoftwareApplication", "name": name, "softwareVersion": version, "version": version, "url": url}


def _homepage(name: str) -> str | None:
    """The homepage stated in a library's metadata."""
    if name in LANGUAGES:
        return LANGUAGES[name]
    try:
        facts = metadata(name)
    except ModuleNotFoundError:
        return None
    links = dict(link.lower().split(", ", 1) for link in facts.get_all("Project-URL", []))
    found = [links.get(label) for label in ("homepage", "home", "repository", "source", "source code", "documentation")]
    return next(filter(None, [*found, facts.get("Home-page")]), None)


def _author(author: dict) -> dict:
    """A person or an organisation of CITATION.cff."""
    if "family-names" not in author:
        return {"@type": "Organization", "name": author["name"]}
    given, family = author.get("given-names", ""), author["family-names"]
    more = {"affiliation": author["affiliation"]} if "affiliation" in author else {}
    return {"@type": "Person", "name": f"{given} {family}".strip(), "givenName": given, "familyName": family} | more
