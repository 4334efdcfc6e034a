"""What the columns of an uploaded ledger mean: proposed, shown with the first rows, chosen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from fastapi import APIRouter, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from ledgers.chosen import FIELDS, IGNORE, KEEP, Document, chosen, with_words
from models import policies
from models.engine import reading
from models.jobs import JobRow
from rules.errors import InputError
from rules.policy import Policy
from rules.vocabulary import Level, Outcome, Severity, Source, Stage, name
from tasks import jobs
from tasks.office import Office
from tasks.uploading import Proposal, document_in, mapping_of, name_for, proposal, settle
from web.at_hand import InOffice
from web.bringing import Bringing, Looking, OfJob, fields_of
from web.frame import framed
from web.long_work import back_to, runner_of
from web.phrases.refusals import told
from web.routes.launch_ledger import report_of
from web.viewer import Viewer
from web.words import say

router = APIRouter(prefix="/launch/jobs/{token}")

DATES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("day_first", ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%Y %H:%M")),
    ("month_first", ("%m/%d/%Y", "%m/%d/%Y %H:%M", "%m/%d/%Y %I:%M:%S %p")),
)
"""Ways of writing days that nobody can guess."""


class ColumnRow(NamedTuple):
    """One column of the file on the page."""

    place: int
    name: str
    samples: tuple[str, ...]
    choice: str


@router.api_route("/map", methods=["GET", "HEAD"])
def ask(
    request: Request, viewer: Looking, office: InOffice, job: OfJob, sheet: str = "", row: int = 0
) -> Response:
    """What each column seems to mean."""
    return _page(request, viewer, office, job, sheet[:200], row)


def _page(
    request: Request, viewer: Viewer, office: Office, job: JobRow, sheet: str, row: int, *,
    after: list[str] | None = None, dates: str = "", said: str = "",
) -> Response:  # fmt: skip
    if job.at_work or job.state in ("done", "cancelled"):
        return back_to(job)
    try:
        found = proposal(office, job, sheet, row)
    except InputError as error:
        return framed(request, viewer, "launch/unreadable.html", "launch", status=409, job=job,
                      said=told(error, viewer.lang))  # fmt: skip
    fit = found.fit
    choices = after or list(fit.choices)
    samples = found.outline.samples(fit.sheet, fit.row)
    columns = [
        ColumnRow(i, each, _column(samples, i), choices[i])
        for i, each in enumerate(fit.names) if each
    ]  # fmt: skip
    return framed(
        request, viewer, "launch/map.html", "launch", status=409 if said else 200, job=job,
        found=found, fit=fit, columns=columns, fields=_options(viewer.lang), said=said,
        rows=[number for number, _ in found.outline.rows(fit.sheet)], keep=KEEP, ignore=IGNORE,
        dates=[key for key, _ in DATES], date_choice=dates or _dates_of(fit.mapping.dates.formats),
    )  # fmt: skip


def _column(samples: list[tuple[str, ...]], index: int) -> tuple[str, ...]:
    texts = (row[index] for row in samples if index < len(row))
    return tuple(dict.fromkeys(text for text in texts if text))[:3]


def _options(lang: str) -> list[tuple[str, str]]:
    return [(field, say(lang, f"launch.field.{field}")) for field in FIELDS]


def _dates_of(formats: tuple[str, ...]) -> str:
    return next((key for key, known in DATES if set(known) & set(formats)), "")


@router.post("/map")
async def choose(request: Request, viewer: Bringing, office: InOffice, job: OfJob) -> Response:
    """Take the columns for what was chosen, and begin the dry run."""
    form = {name: str(value) for name, value in (await request.form()).items()}
    return await run_in_threadpool(_choose, request, viewer, office, job, form)


def _choose(
    request: Request, viewer: Viewer, office: Office, job: JobRow, form: Mapping[str, str]
) -> Response:
    sheet, row = form.get("sheet", ""), form.get("row", "")
    if not row.isdecimal() or len(row) > 6:
        raise HTTPException(400)
    try:
        found = proposal(office, job, sheet, int(row))
        sent = fields_of(form, "c.")
        after = [sent.get(str(i), IGNORE if not each else old)
                 for i, (each, old) in enumerate(zip(found.fit.names, found.fit.choices,
                                                     strict=True))]  # fmt: skip
        if not set(after) <= {*FIELDS, KEEP, IGNORE}:
            raise HTTPException(400)
        dates = form.get("dates", "")
        if said := _lacks(after, viewer.lang):
            return _page(request, viewer, office, job, sheet, int(row), after=after, dates=dates,
                         said=said)  # fmt: skip
        document = _document(found, after, dates)
        name = name_for(found, after)
        settle(office, job, document, name, found.fit.names, request.app.state.wall())
    except InputError as error:
        said = told(error, viewer.lang)
        return _page(request, viewer, office, job, sheet, int(row), said=said)
    return _rehearse(request, office, job)


def _lacks(after: list[str], lang: str) -> str:
    missing = [say(lang, f"launch.field.{field}") for field in ("number", "title")
               if field not in after]  # fmt: skip
    fields = say(lang, "launch.comma").join(missing)
    return say(lang, "launch.lacks", fields=fields) if fields else ""


def _document(found: Proposal, after: list[str], dates: str) -> Document:
    fit, outline = found.fit, found.outline
    file = {"sheet": None if outline.delimiter else fit.sheet, "header_row": fit.row,
            "delimiter": outline.delimiter}  # fmt: skip
    document = chosen(fit.mapping, fit.names, fit.choices, after, file)
    formats = dict(DATES).get(dates, ())
    others = [one for one in document["dates"]["formats"]
              if all(one not in known for _, known in DATES)]  # fmt: skip
    if formats or _dates_of(fit.mapping.dates.formats) != dates:
        document["dates"]["formats"] = [*formats, *others]
    return document


def _rehearse(request: Request, office: Office, job: JobRow) -> Response:
    at = request.app.state.wall()
    jobs.ask(office.engine, job, "rehearsing", ("mapped",), at)
    runner_of(request).nudge()
    return back_to(job)


@router.api_route("/words", methods=["GET", "HEAD"])
def words(request: Request, viewer: Looking, office: InOffice, job: OfJob) -> Response:
    """The ledger's words that mean nothing here."""
    strange = report_of(job, viewer.lang).get("strange", [])
    if job.at_work or not strange:
        return back_to(job)
    with reading(office.engine) as connection:
        fact = policies.campaign(connection, job.campaign)
        policy = policies.policy(connection, fact.policy_id)
    meanings = {field: _meanings(field, policy, viewer.lang) for field, _, _ in strange}
    return framed(request, viewer, "launch/words.html", "launch", job=job, strange=strange,
                  meanings=meanings, as_it_is=("source", "category"))  # fmt: skip


def _meanings(field: str, policy: Policy, lang: str) -> list[tuple[str, str]]:
    zh = lang.startswith("zh")
    kinds: dict[str, Any] = {"severity": Severity, "source": Source, "stage": Stage,
                             "outcome": Outcome}  # fmt: skip
    if field == "category":
        return [(one.code, one.zh if zh else one.en) for one in policy.categories]
    if field == "level":
        rungs = ((str(i), name(one, lang)) for i, one in enumerate(Level, 1))
        return [("0", say(lang, "launch.no_level")), *rungs]
    if field in kinds:
        return [(one.value, name(one, lang)) for one in kinds[field]]
    return [("yes", say(lang, "launch.yes")), ("no", say(lang, "launch.no"))]


@router.post("/words")
async def tell(request: Request, viewer: Bringing, office: InOffice, job: OfJob) -> Response:
    """Take the words for what was chosen, and begin the dry run again."""
    sent = fields_of({n: str(v) for n, v in (await request.form()).items()}, "w.")
    return await run_in_threadpool(_tell, request, viewer, office, job, sent)


def _tell(
    request: Request, viewer: Viewer, office: Office, job: JobRow, sent: Mapping[str, str]
) -> Response:
    strange = report_of(job, viewer.lang).get("strange", [])
    meanings = {(field, word): sent[str(i)] for i, (field, word, _) in enumerate(strange)
                if sent.get(str(i))}  # fmt: skip
    mapping = mapping_of(job)
    if not strange or mapping is None:
        raise HTTPException(409)
    document = with_words(document_in(job), meanings)
    try:
        settle(office, job, document, mapping.name, (), request.app.state.wall(), job.header)
    except InputError as error:
        raise HTTPException(400) from error
    return _rehearse(request, office, job)
