"""Many items at once in the background: looked ahead, confirmed, followed, stopped, taken up."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import pytest

from models.engine import writing
from models.jobs import JOB
from rules.bulk import IN_BULK
from rules.lifecycle import PERMITTED
from rules.vocabulary import Stage
from tasks import bulk, bulk_jobs
from tests.tasks.staff import everything, give, item_in, kinds, state
from tests.web.deciding import form_of, strict
from tests.web.test_launch import Hall, at, csrf_in, halting


class Bench(Hall):
    """Browsers, and long work that is waited for."""

    async def press(self, to: str, who: str = "coordinator", **fields: Any) -> httpx.Response:
        """Send a form, and wait until what it has begun is done."""
        return await self.send(who, "/mine", to, **fields)

    async def page(self, path: str, who: str = "coordinator") -> str:
        """What a page says."""
        return (await self.of(who).get(path)).text

    async def previewed(self, refs: Sequence[str], command: str = "comment", **said: str) -> str:
        """A job with what would become of these."""
        job = at(await self.press("/bulk", ref=list(refs)))
        said = said or {"f.text": "抓紧"}
        assert at(await self.press(f"{job}/preview", command=command, **said)) == job
        return job


@pytest.fixture
async def bench(office: Any, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    made = Bench(strict(office))
    yield made
    await made.close()
    made.office.engine.dispose()


def items(bench: Bench, number: int, stage: Stage = Stage.DEADLINE) -> list[str]:
    """Some items."""
    return [item_in(bench.office.engine, stage) for _ in range(number)]


async def test_a_large_selection_is_looked_ahead_confirmed_and_told_item_by_item(
    bench: Bench,
) -> None:
    engine = bench.office.engine
    refs, late = items(bench, 3, Stage.ASSIGNMENT), items(bench, 1, Stage.CLOSURE)
    job = at(await bench.press("/bulk", ref=[*refs, *late, "ZG-99999"]))
    chosen = await bench.page(job)
    assert "4 items chosen" in chosen
    assert "1 of them do not exist" in chosen
    assert f'action="{job}/preview"' in chosen
    before = {**everything(engine), "job": []}
    fields = {"f.unit": "bureau", "f.responsible": "responsible", "f.due": "2026-12-18"}
    at(await bench.press(f"{job}/preview", command="assign", **fields))
    assert {**everything(engine), "job": []} == before
    page = await bench.page(job)
    assert "Do it: 3 items" in page
    assert "Will be done 3" in page
    assert "is in closure: no assign there" in await bench.page(f"{job}?part=refused")
    for _ in range(2):  # a button that is pressed twice
        at(await bench.press(f"{job}/go"))
    page = await bench.page(job)
    assert "3 done" in page
    assert all(f'href="/items/{ref}"' in page for ref in refs)
    assert [kinds(engine, ref).count("assigned") for ref in refs] == [2, 2, 2]
    assert "Assign: 4 items" in await bench.page("/bulk")


async def test_a_large_selection_is_offered_what_stands_for_any_of_its_stages(bench: Bench) -> None:
    refs = [*items(bench, 3), *items(bench, 1, Stage.INTAKE)]
    chosen = await bench.page(at(await bench.press("/bulk", ref=refs)))
    offered = set(re.findall(r'name="command" value="(\w+)"', chosen))
    stands = {name for stage, name in PERMITTED if stage in (Stage.DEADLINE, Stage.INTAKE)}
    assert offered == stands & set(IN_BULK)
    assert {"accept", "confirm"} <= offered


async def test_everything_that_fits_a_filter_becomes_one_job(bench: Bench) -> None:
    refs, other = items(bench, 3), items(bench, 1, Stage.INTAKE)
    page = await bench.page(at(await bench.press("/bulk", query="stage=deadline")))
    assert "3 items chosen" in page
    assert all(ref in page for ref in refs)
    assert other[0] not in page


async def test_more_than_fits_into_one_go_is_cut_and_said(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "MOST", 3)
    page = await bench.page(at(await bench.press("/bulk", ref=items(bench, 4))))
    assert "these are the first 3" in page
    assert "3 items chosen" in page


async def test_what_is_left_out_is_not_done(bench: Bench) -> None:
    refs = items(bench, 3)
    job = await bench.previewed(refs)
    at(await bench.press(f"{job}/leave", out=refs[:2]))
    assert "Do it: 1 items" in await bench.page(job)
    at(await bench.press(f"{job}/go"))
    assert [kinds(bench.office.engine, ref).count("commented") for ref in refs] == [0, 0, 1]
    page = await bench.page(f"{job}?part=left")
    assert all(ref in page for ref in refs[:2])


async def test_what_has_moved_on_since_is_told_and_may_be_tried_again(bench: Bench) -> None:
    engine, refs = bench.office.engine, items(bench, 3)
    job = await bench.previewed(refs)
    give(engine, refs[1], "comment", "leader", text="meanwhile")
    at(await bench.press(f"{job}/go"))
    assert "2 done" in await bench.page(job)
    page = await bench.of("coordinator").get(f"{job}?part=failed")
    assert "was changed by somebody else" in page.text
    assert form_of(page, "/bulk")["refs"] == refs[1]
    assert kinds(engine, refs[1]).count("commented") == 1


async def test_it_is_stopped_between_two_pieces_and_goes_on_without_doing_anything_twice(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, refs = bench.office.engine, items(bench, 3)
    job = await bench.previewed(refs)
    monkeypatch.setattr(bulk_jobs, "PIECE", 1)
    begun = halting(monkeypatch)
    browser = bench.of("coordinator")
    token = csrf_in(await browser.get("/mine"))
    await browser.post(f"{job}/go", data={"csrf": token})
    assert begun.wait(30)
    assert f'href="{job}/stop"' in await bench.page(job)
    assert 'class="bar"' in await bench.page(f"{job}/part")
    assert "What is done stays done" in await bench.page(f"{job}/stop")
    at(await bench.press(f"{job}/stop"))
    assert "1 items are done and stay so; 2 are as they were" in await bench.page(job)
    assert sum(kinds(engine, ref).count("commented") for ref in refs) == 1
    at(await bench.press(f"{job}/go"))
    assert "3 done" in await bench.page(job)
    assert [kinds(engine, ref).count("commented") for ref in refs] == [1, 1, 1]


async def test_work_whose_process_has_gone_is_taken_up_and_does_nothing_twice(
    bench: Bench,
) -> None:
    engine, refs = bench.office.engine, items(bench, 3)
    job = await bench.previewed(refs)
    at(await bench.press(f"{job}/go"))
    with writing(engine) as connection:
        # Everything was done, and the end could not be written any more.
        connection.execute(JOB.update().values(state="interrupted", report=""))
    assert "was interrupted" in await bench.page(job)
    at(await bench.press(f"{job}/go"))
    assert "3 done" in await bench.page(job)
    assert [kinds(engine, ref).count("commented") for ref in refs] == [1, 1, 1]


async def test_lists_are_shown_in_pages(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.routes.bulk_jobs.SHOWN", 2)
    refs = items(bench, 3)
    job = await bench.previewed(refs)
    first = await bench.page(job)
    after = re.findall(rf'rel="next" href="({re.escape(job)}[^"]+)"', first)[0]
    second = await bench.page(after.replace("&amp;", "&"))
    assert [ref in first for ref in refs] == [True, True, False]
    assert [ref in second for ref in refs] == [False, False, True]
    assert "3 to 3 of 3" in second


async def test_a_job_is_its_owners_alone_and_no_ledger(bench: Bench) -> None:
    job = await bench.previewed(items(bench, 3))
    for path in ("", "/part", "/stop"):
        assert (await bench.of("leader").get(f"{job}{path}")).status_code == 404
    for what in ("preview", "leave", "go", "stop", "cancel", "rehearse"):
        assert (await bench.press(f"{job}/{what}", "leader")).status_code == 404
    assert (await bench.of("coordinator").get(job.replace("bulk", "launch"))).status_code == 404
    assert (await bench.press(f"{job}/nonsense")).status_code == 404
    assert (await bench.press(f"{job}/preview", command="withdraw")).status_code == 404


async def test_what_is_typed_wrongly_is_told_beside_its_field(bench: Bench) -> None:
    job = at(await bench.press("/bulk", ref=items(bench, 3, Stage.ASSIGNMENT)))
    said = {"f.unit": "no-such", "f.responsible": "responsible"}
    wrong = await bench.press(f"{job}/preview", command="assign", **said)
    assert wrong.status_code == 409
    assert 'role="alert"' in wrong.text
    assert "no-such" in wrong.text


async def test_it_may_be_chosen_otherwise_or_given_up_before_it_is_begun(bench: Bench) -> None:
    refs = items(bench, 3)
    job = await bench.previewed(refs)
    assert f'action="{job}/preview"' in await bench.page(f"{job}?choose=1")
    at(await bench.press(f"{job}/rehearse"))
    assert "Do it: 3 items" in await bench.page(job)
    at(await bench.press(f"{job}/cancel"))
    at(await bench.press(f"{job}/go"))
    assert "Given up" in await bench.page(job)
    assert all(state(bench.office.engine, ref).stage is Stage.DEADLINE for ref in refs)
    assert not any("commented" in kinds(bench.office.engine, ref) for ref in refs)
