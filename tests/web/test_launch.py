"""Launch: who may, one item by form, a ledger from upload to items, an edited one."""

from __future__ import annotations

import io
import re
import threading
import zipfile
from collections.abc import AsyncIterator
from typing import Any

import httpx
import openpyxl
import pytest
from sqlalchemy import text

from config.clock import wall
from models.engine import reading, writing
from rules.vocabulary import Stage
from tasks import accounts, job_pulse, jobs, registering, roundtrip_jobs, signing_in
from tasks.job_pulse import Pulse, Stopped
from tasks.jobs import Runner
from tasks.office import Office
from tasks.signing_in import From
from tasks.uploading import KEPT, tidy
from tests.tasks.staff import item_in, kinds, row
from tests.web.conftest import PUBLIC
from web.app import create_app
from web.words import WORDS

LEDGER = """编号,问题标题,责任单位,程度,整改期限
1,推诿扯皮,city,一般,2026-12-01
2,,city,,
3,超期,city,要紧,
"""


class Hall:
    """Browsers of members of the cast, before one application."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.app = create_app(office)
        self._open: dict[str, httpx.AsyncClient] = {}

    @property
    def runner(self) -> Runner:
        """Who does the long work."""
        found: Runner = self.app.state.jobs
        return found

    def of(self, who: str, lang: str = "en") -> httpx.AsyncClient:
        """This member's browser."""
        if who not in self._open:
            account = accounts.add(self.office.engine, who, wall())
            signed = signing_in.enter(self.office.engine, account.id, wall(), From("", ""))
            assert signed is not None
            cookie = f"__Host-rectiflow={signed.token}; rectiflow-lang={lang}"
            self._open[who] = httpx.AsyncClient(
                transport=httpx.ASGITransport(self.app), base_url=PUBLIC,
                headers={"cookie": cookie},
            )  # fmt: skip
        return self._open[who]

    async def send(self, who: str, page: str, to: str, **fields: Any) -> httpx.Response:
        """Send a form of a page; ``file`` is one of its fields."""
        browser = self.of(who)
        csrf = csrf_in(await browser.get(page))
        files = {"file": fields.pop("file")} if "file" in fields else None
        answer = await browser.post(to, data={"csrf": csrf, **fields}, files=files)
        assert self.runner.rest(60)
        return answer

    async def upload(
        self, content: bytes, name: str = "台账.csv", who: str = "coordinator", **more: str
    ) -> httpx.Response:
        """Upload a ledger."""
        return await self.send(
            who, "/launch/ledger", "/launch/upload", file=(name, content), **more
        )

    async def close(self) -> None:
        for one in self._open.values():
            await one.aclose()
        assert self.runner.rest(60)


def csrf_in(page: httpx.Response) -> str:
    """The session's token."""
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found
    return found[1]


def at(answer: httpx.Response) -> str:
    """Where a form has led."""
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def choices_in(page: httpx.Response) -> dict[str, str]:
    """What the mapping's selects say."""
    found = re.findall(r'<select class="form-select" name="(c\.\d+)".*?</select>', page.text, re.S)
    said = re.findall(r'name="c\.\d+".*?<option value="(\w+)" selected', page.text, re.S)
    return dict(zip(found, said, strict=True))


@pytest.fixture
async def hall(office: Office) -> AsyncIterator[Hall]:
    made = Hall(office)
    yield made
    await made.close()


@pytest.mark.parametrize("who", ["responsible", "leader", "supervisor", "verifier", "viewer"])
async def test_these_pages_are_for_coordinators(hall: Hall, who: str) -> None:
    browser = hall.of(who)
    for path in ("/launch", "/launch/item", "/launch/ledger", "/launch/roundtrip",
                 "/launch/template.xlsx", "/launch/jobs/x", "/launch/jobs/x/map"):  # fmt: skip
        assert (await browser.get(path)).status_code == 403, path
    csrf = csrf_in(await browser.get("/mine"))
    for path in ("/launch/item", "/launch/upload", "/launch/roundtrip/export", "/launch/jobs/x/go"):
        assert (await browser.post(path, data={"csrf": csrf})).status_code == 403, path
    assert 'href="/launch"' not in (await browser.get("/mine")).text


async def test_nothing_is_taken_from_a_form_of_another_session(hall: Hall) -> None:
    browser = hall.of("coordinator")
    for path in ("/launch/item", "/launch/upload", "/launch/roundtrip/export", "/launch/jobs/x/go"):
        assert (await browser.post(path, data={"csrf": "x"})).status_code == 403, path


async def test_one_item_is_entered_by_form_once(hall: Hall) -> None:
    page = await hall.of("coordinator").get("/launch/item")
    key = re.findall(r'name="key" value="(\w+)"', page.text)[0]
    fields = {"key": key, "campaign": "ZG", "f.title": "窗口推诿", "f.category": "conduct",
              "f.severity": "serious", "f.source": "petition", "f.number": "n-1",
              "f.confidential": "1", "f.complainant": "某甲", "f.due": "2026-12-30"}  # fmt: skip
    where = at(await hall.send("coordinator", "/launch/item", "/launch/item", **fields))
    again = at(await hall.send("coordinator", "/launch/item", "/launch/item", **fields))
    assert where == again
    ref = re.findall(r"/items/([\w-]+)\?done=register", where)[0]
    assert "Done: Register" in (await hall.of("coordinator").get(where)).text
    kept = row(hall.office.engine, ref, "title", "severity", "confidential", "complainant", "due")
    assert (kept.title, kept.severity, bool(kept.confidential)) == ("窗口推诿", "serious", True)
    assert (kept.complainant, str(kept.due)) == ("某甲", "2026-12-30")
    assert kinds(hall.office.engine, ref) == ["registered"]


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"f.title": " "}, "title", "This is required"),
        ({"f.number": "taken"}, "number", "This number is taken"),
        ({"f.due": "soon"}, "due", "cannot be used"),
        ({"f.title": "x" * 600}, "title", "Too long"),
        ({"f.nothing": "x"}, "", "cannot be used"),
        ({"campaign": "NO"}, "campaign", "no such campaign"),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(
    hall: Hall, wrong: dict[str, str], field: str, said: str
) -> None:
    item_in(hall.office.engine, Stage.INTAKE, number="taken")
    fields = {
        "key": "0" * 32,
        "campaign": "ZG",
        "f.title": "好",
        "f.description": "写了很多",
        **wrong,
    }
    answer = await hall.send("coordinator", "/launch/item", "/launch/item", **fields)
    assert answer.status_code == 409
    assert said in answer.text
    assert "写了很多" in answer.text
    if field and field != "campaign":
        assert re.search(rf'id="f-{field}"[^>]*aria-invalid="true"', answer.text)


async def test_another_one_is_entered_with_what_they_have_in_common(hall: Hall) -> None:
    fields = {"key": "1" * 32, "f.title": "一", "f.category": "files", "f.source": "petition",
              "then": "again"}  # fmt: skip
    where = at(await hall.send("coordinator", "/launch/item", "/launch/item", **fields))
    page = (await hall.of("coordinator").get(where)).text
    assert re.search(r'<option value="files" selected', page)
    assert re.search(r'<option value="petition" selected', page)
    assert "is entered" in page


async def test_a_ledger_goes_from_upload_to_items(hall: Hall) -> None:
    browser, engine = hall.of("coordinator"), hall.office.engine
    where = at(await hall.upload(LEDGER.encode()))
    assert where.endswith("/map")
    page = await browser.get(where)
    choices = choices_in(page)
    assert list(choices.values()) == ["number", "title", "unit", "keep", "due"]
    choices["c.3"] = "severity"
    job = at(await hall.send("coordinator", where, where, row="1", **choices))
    page = await browser.get(job)
    assert "nothing is stored yet" in page.text
    assert "2 rows are refused" in page.text
    assert "要紧" in page.text
    assert _items(hall) == 0
    asked = await browser.get(f"{job}/words")
    assert "要紧" in asked.text
    index = re.findall(r'name="(w\.\d+)"', asked.text)[0]
    again = await hall.send("coordinator", f"{job}/words", f"{job}/words", **{index: "major"})
    assert at(again) == job
    assert "1 rows are refused" in (await browser.get(job)).text
    for _ in range(2):  # a button that is pressed twice
        assert at(await hall.send("coordinator", job, f"{job}/go")) == job
    page = await browser.get(job)
    assert "2 items are new" in page.text
    assert _items(hall) == 2
    with reading(engine) as connection:
        actors = connection.execute(
            text("SELECT person.code FROM event JOIN person ON person.id = actor_id")
        )
        assert set(actors.scalars()) == {"coordinator"}
    for kind in ("xlsx", "csv"):
        assert (await browser.get(f"{job}/refused.{kind}")).status_code == 200
    assert "台账.csv" in (await browser.get("/launch")).text
    # The next file with these columns is understood as this one was.
    where = at(await hall.upload(LEDGER.replace("推诿扯皮", "改了").encode()))
    page = await browser.get(where)
    assert "as the last file" in page.text
    assert list(choices_in(page).values()) == ["number", "title", "unit", "severity", "due"]
    job = at(await hall.send("coordinator", where, where, row="1", **choices_in(page)))
    await hall.send("coordinator", job, f"{job}/go")
    assert "0 items are new, 1 were updated" in (await browser.get(job)).text


def _items(hall: Hall) -> int:
    with reading(hall.office.engine) as connection:
        return int(connection.execute(text("SELECT count(*) FROM item")).scalar_one())


def _bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 80_000_000)
    return target.getvalue()


def _book(*rows: list[Any]) -> bytes:
    book, target = openpyxl.Workbook(), io.BytesIO()
    assert book.active is not None
    for each in rows:
        book.active.append(each)
    book.save(target)
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"PK\x03\x04 not a zip", "damaged"),
        (_book(["编号", "标题"])[:900], "damaged"),
        (b"%PDF-1.7", "PDF"),
        (b"<!doctype html><table>", "web page"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old binary"),
        (b"\x00\x01\x02\x03", "neither"),
        (_bomb(), "damaged"),
        (",".join(f"c{n}" for n in range(5000)).encode(), "columns"),
    ],
)
async def test_what_is_no_ledger_is_refused_with_a_sentence_and_not_kept(
    hall: Hall, content: bytes, said: str
) -> None:
    answer = await hall.upload(content, "x.xlsx")
    assert answer.status_code == 400
    assert said in re.findall(r'role="alert"[^>]*>(.*?)</p>', answer.text, re.S)[0]
    folder = hall.office.settings.upload_folder
    assert not folder.exists() or not list(folder.iterdir())


async def test_what_is_too_large_is_refused_at_the_door(hall: Hall) -> None:
    answer = await hall.upload(b"a" * 65_000_000)
    assert answer.status_code == 413


async def test_formulas_and_repeated_numbers_are_refused_row_by_row(hall: Hall) -> None:
    content = _book(["编号", "标题"], [1, "a"], [1, "b"], [2, "=1+1"])
    where = at(await hall.upload(content, "a.xlsx"))
    page = await hall.of("coordinator").get(where)
    job = at(await hall.send("coordinator", where, where, row="1", sheet="Sheet",
                             **choices_in(page)))  # fmt: skip
    said = (await hall.of("coordinator").get(job)).text
    assert "is already that of row 2" in said
    assert "paste values" in said
    assert "Import 1 items" in said


async def test_a_header_alone_leaves_nothing_to_do(hall: Hall) -> None:
    where = at(await hall.upload("编号,标题\n".encode()))
    page = await hall.of("coordinator").get(where)
    job = at(await hall.send("coordinator", where, where, row="1", **choices_in(page)))
    said = (await hall.of("coordinator").get(job)).text
    assert "nothing new to import" in said
    assert f'action="{job}/go"' not in said


async def test_number_and_title_are_asked_for_and_choices_stay(hall: Hall) -> None:
    where = at(await hall.upload(b"a,b\n1,2\n"))
    answer = await hall.send(
        "coordinator", where, where, row="1", **{"c.0": "number", "c.1": "note"}
    )
    assert answer.status_code == 409
    assert "Choose a column for: Title" in answer.text
    assert list(choices_in(answer).values()) == ["number", "note"]
    wrong = await hall.send(
        "coordinator", where, where, row="1", **{"c.0": "id; DROP", "c.1": "title"}
    )
    assert wrong.status_code == 400


async def test_anothers_job_is_not_found_and_no_real_work_before_the_dry_run(hall: Hall) -> None:
    where = at(await hall.upload(LEDGER.encode()))
    job = where.removesuffix("/map")
    for path in (where, job, f"{job}/part", f"{job}/words", f"{job}/refused.csv"):
        assert (await hall.of("outsider").get(path)).status_code == 404, path
    csrf = csrf_in(await hall.of("outsider").get("/launch/ledger"))
    for what in ("go", "rehearse", "cancel", "map", "words"):
        answer = await hall.of("outsider").post(f"{job}/{what}", data={"csrf": csrf})
        assert answer.status_code == 404, what
    await hall.send("coordinator", "/launch/ledger", f"{job}/go")
    assert _items(hall) == 0
    assert at(await hall.of("coordinator").get(job)) == where
    await hall.send("coordinator", "/launch/ledger", f"{job}/cancel")
    assert "Given up" in (await hall.of("coordinator").get(job)).text
    assert not list(hall.office.settings.upload_folder.iterdir())


async def test_rows_of_units_that_are_anothers_to_coordinate_are_refused(hall: Hall) -> None:
    item_in(hall.office.engine, Stage.DEADLINE, number="9", title="SECRET")
    lines = "编号,问题标题,责任单位\n1,a,other-bureau\n2,b,bureau\n9,c,other-bureau\n"
    where = at(await hall.upload(lines.encode(), who="outsider"))
    page = await hall.of("outsider").get(where)
    job = at(await hall.send("outsider", where, where, row="1", **choices_in(page)))
    said = (await hall.of("outsider").get(job)).text
    assert "Import 1 items" in said
    assert "is not among the units that you coordinate" in said
    assert "is not among those that you coordinate" in said
    assert "SECRET" not in said


async def test_work_that_broke_off_is_told_and_goes_on(hall: Hall) -> None:
    where = at(await hall.upload(LEDGER.encode()))
    page = await hall.of("coordinator").get(where)
    job = at(await hall.send("coordinator", where, where, row="1", **choices_in(page)))
    with writing(hall.office.engine) as connection:
        long_ago = (wall() - 2 * jobs.LOST).isoformat(timespec="microseconds")
        connection.execute(
            text("UPDATE job SET state = 'running', began_at = :at, seen_at = :at"),
            {"at": long_ago},
        )
    said = await hall.of("coordinator").get(job)
    assert "was interrupted" in said.text
    await hall.send("coordinator", job, f"{job}/go")
    assert "items are new" in (await hall.of("coordinator").get(job)).text


async def test_an_import_is_stopped_by_a_button_and_goes_on_from_there(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registering, "CHUNK", 1)
    stored = halting(monkeypatch)
    where = at(await hall.upload("编号,问题标题\n1,a\n2,b\n3,c\n".encode()))
    browser = hall.of("coordinator")
    page = await browser.get(where)
    job = at(await hall.send("coordinator", where, where, row="1", **choices_in(page)))
    csrf = csrf_in(page)
    await browser.post(f"{job}/go", data={"csrf": csrf})
    assert stored.wait(30)
    assert f'href="{job}/stop"' in (await browser.get(job)).text
    asked = (await browser.get(f"{job}/stop")).text
    assert "What has been taken over stays" in asked
    assert f'action="{job}/stop"' in asked
    at(await browser.post(f"{job}/stop", data={"csrf": csrf}))
    assert hall.runner.rest(30)
    page = await browser.get(job)
    assert "1 items are new, 0 updated. 2 rows have not been looked at" in page.text
    assert _items(hall) == 1
    assert at(await browser.get(f"{job}/stop")) == job
    await hall.send("coordinator", job, f"{job}/go")
    assert "It is done: 3 items are new" in (await browser.get(job)).text
    assert _items(hall) == 3


def halting(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Work waits behind the first of its pieces until it is stopped; once."""
    monkeypatch.setattr(job_pulse, "SIGN_SECONDS", 0.01)
    begun, over, real = threading.Event(), threading.Event(), Pulse.tell

    def tell(pulse: Pulse, what: str, done: int, of: int) -> None:
        real(pulse, what, done, of)
        while (pulse.job.state, what, done) == ("running", "store", 1) and not over.is_set():
            begun.set()
            try:
                real(pulse, what, done, of)
            except Stopped:
                over.set()
                raise
            threading.Event().wait(0.005)

    monkeypatch.setattr(Pulse, "tell", tell)
    return begun


async def test_a_dry_run_that_fails_says_why_and_may_be_mapped_again(hall: Hall) -> None:
    where = at(await hall.upload(LEDGER.encode()))
    page = await hall.of("coordinator").get(where)
    path = next(hall.office.settings.upload_folder.iterdir())
    choices, content = choices_in(page), path.read_bytes()
    csrf = csrf_in(page)
    path.write_bytes(content + b'4,"broken')
    job = where.removesuffix("/map")
    sent = {"csrf": csrf, "row": "1", **choices}
    assert at(await hall.of("coordinator").post(where, data=sent)) == job
    assert hall.runner.rest(60)
    said = await hall.of("coordinator").get(job)
    assert "cannot be cut into columns" in said.text
    path.write_bytes(content)
    assert at(await hall.of("coordinator").post(where, data=sent)) == job
    assert hall.runner.rest(60)
    assert "nothing is stored yet" in (await hall.of("coordinator").get(job)).text


async def test_uploads_are_deleted_after_some_days(hall: Hall) -> None:
    job = at(await hall.upload(LEDGER.encode())).removesuffix("/map")
    tidy(hall.office, wall())
    assert len(list(hall.office.settings.upload_folder.iterdir())) == 1
    tidy(hall.office, wall() + 2 * KEPT)
    assert not list(hall.office.settings.upload_folder.iterdir())
    page = await hall.of("coordinator").get(f"{job}/map")
    assert page.status_code == 409
    assert "/launch/ledger" in page.text


async def test_names_of_files_and_columns_are_words_and_no_markup(hall: Hall) -> None:
    evil = "<script>alert(1)</script>"
    content = f"编号,标题,{evil}\n1,{evil},{evil}\n"
    where = at(await hall.upload(content.encode(), f"../../{evil}.csv"))
    page = await hall.of("coordinator").get(where)
    job = at(await hall.send("coordinator", where, where, row="1", **choices_in(page)))
    for path in (where, job, "/launch"):
        assert evil not in (await hall.of("coordinator").get(path)).text


async def test_the_empty_ledger_can_be_filled_in(hall: Hall) -> None:
    answer = await hall.of("coordinator").get("/launch/template.xlsx")
    sheet: Any = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert sheet["A1"].value == "Number"
    assert sheet.max_row == 1


async def test_an_edited_ledger_is_compared_then_applied_and_its_reading_noted(hall: Hall) -> None:
    engine, browser = hall.office.engine, hall.of("coordinator")
    ref = item_in(engine, Stage.DEADLINE, confidential=True, complainant="某甲")
    answer = await hall.send("coordinator", "/launch/roundtrip", "/launch/roundtrip/export",
                             confidential="1")  # fmt: skip
    assert answer.status_code == 200
    with reading(engine) as connection:
        noted = connection.execute(text("SELECT what FROM access_log ORDER BY id")).scalars()
        assert list(noted) == ["confidential", "complainant"]
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    sheet: Any = book.worksheets[0]
    heads = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(2, heads["Title"]).value = "改好的标题"
    sheet.cell(2, heads["Due"]).value = "2027-01-01"
    edited = io.BytesIO()
    book.save(edited)
    job = at(await hall.upload(edited.getvalue(), "edited.xlsx", kind="edited"))
    page = (await browser.get(job)).text
    assert "改好的标题" in page
    assert WORDS["do.request_extension"][1] in page
    assert row(engine, ref, "title").title == "窗口推诿"
    for _ in range(2):
        await hall.send("coordinator", job, f"{job}/go")
    page = (await browser.get(job)).text
    assert "1 changes to 1 items are applied" in page
    assert row(engine, ref, "title").title == "改好的标题"
    assert kinds(engine, ref).count("corrected") == 1


async def test_differences_are_shown_in_pages_and_the_applying_of_them_can_be_stopped(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roundtrip_jobs, "PAGE", 2)
    begun = halting(monkeypatch)
    engine, browser = hall.office.engine, hall.of("coordinator")
    refs = [item_in(engine, Stage.DEADLINE) for _ in range(3)]
    sent = await hall.send("coordinator", "/launch/roundtrip", "/launch/roundtrip/export")
    book = openpyxl.load_workbook(io.BytesIO(sent.content))
    sheet: Any = book.worksheets[0]
    heads = {cell.value: cell.column for cell in sheet[1]}
    for line in range(2, 5):
        sheet.cell(line, heads["Title"]).value = f"改好的标题{line}"
    edited = io.BytesIO()
    book.save(edited)
    job = at(await hall.upload(edited.getvalue(), "edited.xlsx", kind="edited"))
    pages = [(await browser.get(f"{job}?page={number}")).text for number in (1, 2, 3)]
    said = [[f"改好的标题{line}" in page for line in range(2, 5)] for page in pages]
    assert said == [[True, True, False], [False, False, True], [False] * 3]
    assert 'rel="next"' in pages[0]
    assert "Page 2 of 2" in pages[1]
    token = csrf_in(await browser.get(job))
    await browser.post(f"{job}/go", data={"csrf": token})
    assert begun.wait(30)
    at(await browser.post(f"{job}/stop", data={"csrf": token}))
    assert hall.runner.rest(30)
    page = (await browser.get(job)).text
    assert "The 1 items that were changed stay so; 2 are as they were" in page
    await hall.send("coordinator", job, f"{job}/go")
    assert "3 changes to 3 items are applied" in (await browser.get(job)).text
    assert [kinds(engine, ref).count("corrected") for ref in refs] == [1, 1, 1]


async def test_a_file_that_was_not_exported_here_is_told_apart(hall: Hall) -> None:
    job = at(await hall.upload(_book(["a"], ["b"]), "x.xlsx", kind="edited"))
    assert "was not exported here" in (await hall.of("coordinator").get(job)).text
    bad = await hall.upload(b"", "x.xlsx", kind="edited")
    assert bad.status_code == 400
    assert (await hall.upload(b"a,b", kind="other")).status_code == 400
