"""Open items are moved onto another policy by an administrator: seen first, then one by one."""

from __future__ import annotations

import httpx
import pytest

from config.profiles import policy_in
from models import admin_deeds, items, pinned
from models.engine import reading, writing
from rules.vocabulary import Stage
from tasks.migrating import place
from tasks.office import Office
from tests import cast
from tests.conftest import MONDAY
from tests.tasks.staff import give, item_in, kinds
from tests.web.test_admin_pages import entered_as, noted


@pytest.fixture
def other(office: Office) -> str:
    """Another version of the policy, in force for new items."""
    policy = cast.policy(version=2, reminders_before=(8, 2))
    with writing(office.engine) as connection:
        return place(connection, policy, "", MONDAY).called


async def settled(chief: httpx.AsyncClient, where: str) -> httpx.Response:
    """The job's page, when its work is over."""
    chief._transport.app.state.jobs.rest(20)  # type: ignore[attr-defined]
    return await chief.get(where)


def under(office: Office, ref: str) -> str:
    with reading(office.engine) as connection:
        loaded = items.by_ref(connection, ref)
        assert loaded is not None
        return {one.id: one.called for one in pinned.stored(connection)}[loaded.policy_id]


async def test_items_are_moved_as_they_were_seen_and_what_has_gone_on_stays(
    chief: httpx.AsyncClient, office: Office
) -> None:
    ref, gone_on = item_in(office.engine, Stage.DEADLINE), item_in(office.engine, Stage.DEADLINE)
    closed = item_in(office.engine, Stage.CLOSED)
    policy = cast.policy(version=2, reminders_before=(8, 2))
    with writing(office.engine) as connection:
        place(connection, policy, "", MONDAY)
    asked = await chief.post("/admin/policies/move", data={"to": "test@2", "campaign": "ZG"})
    where = asked.headers["location"]
    assert where.startswith("/admin/policies/jobs/")
    seen = await settled(chief, where)
    assert "确认转用 2 项" in seen.text
    assert ref in seen.text
    assert (under(office, ref), noted(office)) == ("test@1", [])
    give(office.engine, gone_on, "comment", "coordinator", text="先等等")
    assert (await chief.post(f"{where}/go")).status_code == 303
    done = await settled(chief, where)
    assert "已转用 1 项，未转用 1 项" in done.text
    assert "刚刚被他人更改" in done.text
    told = [under(office, one) for one in (ref, gone_on, closed)]
    assert told == ["test@2", "test@1", "test@1"]
    assert kinds(office.engine, ref)[-1] == "policy_adopted"
    with reading(office.engine) as connection:
        [deed] = admin_deeds.page(connection, 5)
    assert (deed.what, deed.about, deed.detail) == ("policy.migrate", "test@2", "ZG")
    await chief.post(f"{where}/go")
    await settled(chief, where)
    assert kinds(office.engine, ref).count("policy_adopted") == 1, "done is done"


async def test_particulars_of_items_are_for_who_may_see_them(
    browser: httpx.AsyncClient, office: Office, other: str
) -> None:
    ref = item_in(office.engine, Stage.DEADLINE)
    with writing(office.engine) as connection:
        place(connection, cast.policy(version=3, reminders_before=(8, 2)), "", MONDAY)
    browser.headers["x-csrf-token"] = await entered_as(
        browser, office, "outsider", administrator=True
    )
    asked = await browser.post("/admin/policies/move", data={"to": "test@3", "campaign": "ZG"})
    seen = await settled(browser, asked.headers["location"])
    assert ref in seen.text
    assert f'href="/items/{ref}"' not in seen.text
    assert "您无权查看此事项的内容" in seen.text


async def test_where_nothing_is_under_another_policy_nothing_is_to_be_confirmed(
    chief: httpx.AsyncClient, office: Office, other: str
) -> None:
    item_in(office.engine, Stage.DEADLINE)
    asked = await chief.post("/admin/policies/move", data={"to": other, "campaign": "ZG"})
    seen = await settled(chief, asked.headers["location"])
    assert seen.status_code == 200
    assert "确认转用" not in seen.text


async def test_somebody_elses_job_is_none_and_a_policy_that_is_not_there_is_told(
    chief: httpx.AsyncClient, office: Office
) -> None:
    assert (await chief.get("/admin/policies/jobs/unknown")).status_code == 404
    wrong = await chief.post("/admin/policies/move", data={"to": "nope@9", "campaign": "ZG"})
    assert wrong.status_code == 404


async def test_a_checked_policy_is_shown_against_the_one_in_force(
    chief: httpx.AsyncClient, office: Office
) -> None:
    policy = cast.policy(version=2, closure_within=9)
    text = policy.model_dump_json()
    assert policy_in(text, "x")[0] == policy
    page = await chief.post("/admin/policies/check", data={"text": text})
    assert "与现行规则 test@1 的不同" in page.text
    assert page.text.count("admin-changed") == 1
