"""A large ledger that leaves to be edited: written in the background, fetched, stopped, gone."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from typing import Any

import openpyxl
import pytest
from sqlalchemy import delete, text, update

from config.clock import wall
from models.directory import MEMBERSHIP
from models.engine import reading, writing
from models.jobs import JOB
from rules.vocabulary import Stage
from tasks import job_pulse, leaving_jobs, roundtrip
from tasks.office import Office
from tasks.uploading import KEPT, tidy
from tests.tasks.staff import item_in
from tests.web.test_launch import Hall, at, csrf_in, halting


@pytest.fixture
async def hall(office: Office, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Hall]:
    monkeypatch.setattr(leaving_jobs, "AT_ONCE", 1)
    made = Hall(office)
    yield made
    await made.close()


async def exported(hall: Hall, **asked: str) -> str:
    """The job of a ledger that is too large to be waited for."""
    sent = await hall.send("coordinator", "/launch/roundtrip", "/launch/roundtrip/export", **asked)
    return at(sent)


def noted(hall: Hall) -> list[str]:
    """What was noted as read."""
    with reading(hall.office.engine) as connection:
        found = connection.execute(text("SELECT what FROM access_log ORDER BY id")).scalars()
        return list(found)


async def test_a_large_ledger_is_fetched_by_whoever_asked_for_it_and_comes_back(
    hall: Hall,
) -> None:
    browser = hall.of("coordinator")
    ref = item_in(hall.office.engine, Stage.DEADLINE, confidential=True, complainant="某甲")
    item_in(hall.office.engine, Stage.DEADLINE)
    job = await exported(hall, confidential="1")
    assert noted(hall) == ["confidential", "complainant"]
    page = (await browser.get(job)).text
    assert "2 items are exported" in page
    assert "1 of them are confidential" in page
    for path in ("/launch", "/mine"):
        assert f'href="{job}"' in (await browser.get(path)).text
    answer = await browser.get(f"{job}/ledger.xlsx")
    assert "attachment" in answer.headers["content-disposition"]
    sheet: Any = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    told = {str(cell.value) for line in sheet.iter_rows() for cell in line}
    assert {ref, "某甲"} <= told
    for path in (job, f"{job}/ledger.xlsx"):
        assert (await hall.of("colleague").get(path)).status_code == 404
    edited = at(await hall.upload(answer.content, "edited.xlsx", kind="edited"))
    assert "Nothing has been edited in 2 rows" in (await browser.get(edited)).text


async def test_a_small_ledger_is_handed_over_at_once_and_too_large_a_one_refused(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    item_in(hall.office.engine, Stage.DEADLINE)
    form = ("coordinator", "/launch/roundtrip", "/launch/roundtrip/export")
    assert (await hall.send(*form)).headers["content-type"].endswith("spreadsheetml.sheet")
    item_in(hall.office.engine, Stage.DEADLINE)
    monkeypatch.setattr(roundtrip, "MOST", 1)
    refused = await hall.send(*form)
    assert (refused.status_code, "more items than the 1" in refused.text) == (400, True)
    assert not hall.office.settings.upload_folder.exists()


async def test_an_export_that_is_stopped_leaves_no_file_and_is_written_again(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_pulse, "PIECE", 1)
    begun, browser = halting(monkeypatch), hall.of("coordinator")
    for _ in range(2):
        item_in(hall.office.engine, Stage.DEADLINE)
    csrf = csrf_in(await browser.get("/launch/roundtrip"))
    job = at(await browser.post("/launch/roundtrip/export", data={"csrf": csrf}))
    assert begun.wait(30)
    assert "Stop this work?" in (await browser.get(f"{job}/stop")).text
    at(await browser.post(f"{job}/stop", data={"csrf": csrf}))
    assert hall.runner.rest(30)
    assert "Stopped as you asked; no file is left" in (await browser.get(job)).text
    assert not list(hall.office.settings.upload_folder.iterdir())
    assert (await browser.get(f"{job}/ledger.xlsx")).status_code == 404
    await hall.send("coordinator", job, f"{job}/again")
    assert (await browser.get(f"{job}/ledger.xlsx")).status_code == 200


async def test_who_has_other_duties_since_does_not_get_the_file(hall: Hall) -> None:
    engine, browser = hall.office.engine, hall.of("coordinator")
    for _ in range(2):
        item_in(engine, Stage.DEADLINE)
    job = await exported(hall)
    with writing(engine) as connection:
        connection.execute(update(MEMBERSHIP).values(unit_id=MEMBERSHIP.c.unit_id + 1))
    assert "Your duties have changed since the export" in (await browser.get(job)).text
    assert (await browser.get(f"{job}/ledger.xlsx")).status_code == 409
    with writing(engine) as connection:
        connection.execute(delete(MEMBERSHIP))
    assert (await browser.get(f"{job}/ledger.xlsx")).status_code == 403


async def test_the_file_goes_as_uploads_go_and_long_work_leaves_my_work_after_a_day(
    hall: Hall,
) -> None:
    engine, browser = hall.office.engine, hall.of("coordinator")
    for _ in range(2):
        item_in(engine, Stage.DEADLINE)
    job = await exported(hall)
    assert "Work in hand" in (await browser.get("/mine")).text
    with writing(engine) as connection:
        connection.execute(update(JOB).values(ended_at=wall() - 2 * KEPT))
    assert "Work in hand" not in (await browser.get("/mine")).text
    tidy(hall.office, wall() + 2 * KEPT)
    assert "is kept for 7 days and is gone" in (await browser.get(job)).text
    assert (await browser.get(f"{job}/ledger.xlsx")).status_code == 404
