"""The addresses of the page, and what happens if something goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import jinja2
import yaml
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from practicework.commands import running
from practicework.errors import StudyError
from practicework.page import data, instruments, models, reading, scales, variables
from practicework.page.changes import Refused
from practicework.page.desk import Desk, inside
from practicework.page.uploads import LARGEST
from practicework.study import CONFIG
from practicework.study.editing import REMOVE, edited

HERE = Path(__file__).parent
FILES = {"page.css": "text/css", "page.js": "text/javascript"}

ODD = (ValueError, KeyError, IndexError, OverflowError, RecursionError, OSError, yaml.YAMLError)
"""What unusual files and folders can raise in code that edits or shows them; the study stays as it is."""

STEPS = (
    ("data", "Data"), ("scales", "Scales"), ("variables", "Variables"), ("models", "Models"), ("run", "Run"), ("read", "Read"),
    ("handover", "Hand over"),
)  # fmt: skip

VIEWS = {
    "/data": data.view,
    "/data/file": data.file_view,
    "/scales": scales.overview,
    "/scales/{scale}": scales.view,
    "/instruments": instruments.view,
    "/variables": variables.view,
    "/models": models.view,
    "/run": reading.run_view,
    "/read": reading.read_view,
    "/handover": reading.handover_view,
}
"""Pages: functions of the desk and the request that return a template and its variables."""

ACTIONS = {
    "/data/upload": data.upload,
    "/data/draft": data.draft,
    "/data/sample": data.add_sample,
    "/data/remove": data.remove_sample,
    "/scales/{scale}": scales.save,
    "/variables": variables.save,
    "/models": models.save,
    "/models/remove": models.remove,
    "/models/process": models.save_process,
    "/models/profiles": models.save_profiles,
    "/models/synthesis": models.save_synthesis,
    "/instruments": instruments.add,
    "/instruments/take": instruments.take,
    "/instruments/export": instruments.export,
    "/run": reading.start,
    "/run/cancel": reading.cancel,
    "/verify": reading.verify,
    "/expect": reading.expect,
    "/package": reading.package,
}
"""What forms do: functions of the desk, the request and the form that return where to go next."""


def application(desk: Desk) -> Starlette:
    """Return the application of a study."""
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip

    templates.filters["plain"] = lambda value: repr(int(value) if float(value).is_integer() else float(value))

    def shown(request: Request, template: str, variables_: dict, status: int = 200) -> Response:
        said, mistake = desk.said.pop(request.query_params.get("said", ""), ("", False))
        then = _then(desk, request) if said and not mistake else None
        common = {"steps": _steps(desk), "here": request.url.path, "said": said, "mistake": mistake, "then": then}
        common |= {"folder": desk.folder.name, "undo": desk.changes.last}
        return HTMLResponse(templates.get_template(template).render(**common, **variables_), status)

    def failed(request: Request, error: Exception) -> Response:
        sentence = _sentence(error)
        link = reading.field_of(sentence)
        if link and link.partition("#")[0] == request.url.path:  # which cannot be shown
            link = None
        return shown(request, "mistake.html", {"sentence": sentence, "link": link, "study": isinstance(error, StudyError)}, 400)

    def page(view: Callable[[Desk, Request], tuple[str, dict]]) -> Callable:
        async def endpoint(request: Request) -> Response:
            try:
                template, found = await run_in_threadpool(view, desk, request)
                return await run_in_threadpool(shown, request, template, found)
            except (StudyError, Refused, *ODD) as error:
                return failed(request, error)

        return endpoint

    def action(act: Callable[[Desk, Request, FormData], str]) -> Callable:
        async def endpoint(request: Request) -> Response:
            length = request.headers.get("content-length", "")
            if not length.isdigit() or int(length) > LARGEST + 1024**2:
                return PlainTextResponse(f"The file is larger than {LARGEST // 1024**2} MB.", 413)
            async with request.form(max_files=instruments.MANY, max_fields=5_000) as form:
                try:
                    return RedirectResponse(await run_in_threadpool(act, desk, request, form), 303)
                except (StudyError, Refused, *ODD) as error:
                    back = inside(str(form.get("back", request.url.path.rpartition("/")[0] or "/")))
                    sentence = _sentence(error)
                    place = getattr(error, "place", "") or reading.place_on(back, sentence)
                    return RedirectResponse(desk.tell(f"{back}#{place}" if place else back, sentence, mistake=True), 303)

        return endpoint

    def overview(desk: Desk, request: Request) -> tuple[str, dict]:
        study = desk.study().config if desk.exists else None
        return "overview.html", {
            "exists": desk.exists,
            "next": _next(desk),
            "study": study,
            "reports": desk.exists and bool(_reports(desk)),
        }

    def study_save(desk: Desk, request: Request, form: FormData) -> str:
        config, file = desk.study().config, CONFIG.as_posix()
        text = desk.changes.text(file) or ""
        for key in ("title", "question"):
            value = " ".join(str(form.get(key, "")).split())
            if value != " ".join((getattr(config, key) or "").split()):
                text = edited(text, (key,), value or REMOVE)
        return f"/change/{desk.changes.propose('Change the title or the question', '/', {file: text}).id}"

    def change_view(desk: Desk, request: Request) -> tuple[str, dict]:
        change = desk.changes.pending.get(request.path_params["change"])
        if change is None:
            raise Refused("This change was written or discarded already.")
        return "change.html", {"change": change}

    def change_write(desk: Desk, request: Request, form: FormData) -> str:
        change = desk.changes.pending.get(request.path_params["change"])
        if change is None:
            raise Refused("This change was written or discarded already.")
        if form.get("decision") != "write":
            desk.changes.pending.pop(change.id, None)
            return desk.tell(change.back, "The change was discarded.")
        _idle(desk)
        desk.changes.write(change)
        return desk.tell(change.back, f"Written: {', '.join(change.after)}.")

    def undo(desk: Desk, request: Request, form: FormData) -> str:
        _idle(desk)
        desk.changes.undo()
        return desk.tell("/", "The last change was undone.")

    async def status(request: Request) -> Response:
        desk.alive = True
        task = desk.tasks.task
        return JSONResponse({"task": task and task.status()})

    async def own_file(request: Request) -> Response:
        name = request.path_params["name"]
        return (
            FileResponse(HERE / "templates" / name, media_type=FILES[name])
            if name in FILES
            else PlainTextResponse("Not found", 404)
        )

    async def missing(request: Request, error: Exception) -> Response:
        return PlainTextResponse("There is no such page.", 404)

    async def broken(request: Request, error: Exception) -> Response:
        words = f"An error in the program ({type(error).__name__}); please report it. Nothing was written."
        return PlainTextResponse(words, 500)

    routes = [Route("/", page(overview)), Route("/status", status), Route("/files/{name}", own_file)]
    routes += [Route(path, page(view)) for path, view in VIEWS.items()]
    routes += [Route(path, action(act), methods=["POST"]) for path, act in ACTIONS.items()]
    routes += [Route("/change/{change}", page(change_view)), Route("/change/{change}", action(change_write), methods=["POST"])]
    routes += [
        Route("/undo", action(undo), methods=["POST"]),
        Route("/study", action(study_save), methods=["POST"]),
        Route("/results/{path:path}", reading.result(desk)),
    ]
    return Starlette(routes=routes, exception_handlers={404: missing, 500: broken})


def _sentence(error: Exception) -> str:
    """What a person reads about an error."""
    if isinstance(error, StudyError | Refused):
        return str(error)
    if isinstance(error, OSError):
        return f"{Path(error.filename or 'The file').name} cannot be read or written ({error.strerror}). Nothing was changed."
    return (
        f"The page cannot show or change this ({type(error).__name__}); nothing was written. Use an editor, and please report it."
    )


def _steps(desk: Desk) -> list[dict]:
    """The steps with what is open in each."""
    open_points: dict[str, int] = {"scales": 0, "variables": 0}
    if desk.exists:
        try:
            for name, points in desk.points(desk.study()).items():
                open_points["scales" if name.startswith("scales/") else "variables"] += len(points) and 1
        except StudyError:
            pass
    return [
        {
            "path": f"/{name}",
            "title": title,
            "open": open_points.get(name, 0),
            "off": not desk.exists and name not in ("data", "scales"),
        }
        for name, title in STEPS
    ]


def _then(desk: Desk, request: Request) -> dict | None:
    """What comes next after a sentence, unless it is this page or the study has a mistake."""
    try:
        found = _next(desk)
    except StudyError:
        return None
    return None if found["path"] == request.url.path else found


def _idle(desk: Desk) -> None:
    """Refuse a change of the study while its results are computed, also by a run on the command line."""
    if desk.tasks.running or running.holder(desk.folder):
        raise Refused("Wait until the run has ended, or stop it; its results would mix both versions.")


def _reports(desk: Desk) -> list[str]:
    """The parts that have a report."""
    return [part for part in desk.study().part_names if (desk.folder / "results" / part / "report/report.html").is_file()]


def _next(desk: Desk) -> dict:
    """What a person would do next."""
    if not desk.exists:
        return {"path": "/data", "words": "Add the file that your survey tool exported."}
    study = desk.study()
    for name in desk.points(study):
        title = study.scales[name.split("/")[1]].label if name.startswith("scales/") else "the variables"
        return {"path": f"/{name}", "words": f"Look at {title} and confirm what the draft inferred."}
    if not study.moderation_models and not study.process_models and not study.config.profiles:
        return {"path": "/models", "words": "Say what you want to test."}
    if not _reports(desk):
        return {"path": "/run", "words": "Run the study."}
    if desk.changed_since_run():
        return {"path": "/run", "words": "Run the study again, since it was changed."}
    return {"path": "/read", "words": "Read the report."}
