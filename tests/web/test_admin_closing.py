"""Units are closed on their page: what hangs on them is shown, handed over, and nothing lost."""

from __future__ import annotations

import httpx
import pytest

from models import directory, people
from models.engine import reading, writing
from tasks.office import Office
from tests.tasks.staff import entered, kinds
from tests.web.test_admin_pages import noted


@pytest.fixture
def old(office: Office) -> str:
    """A unit with a person and an item; the item's reference."""
    with writing(office.engine) as connection:
        county = directory.units(connection, ["county"])["county"].id
        ident, path = people.add_unit(connection, "old", "老<局>", county)
        people.add_person(connection, "wang", "王", ident)
    return entered(office.engine, 1, unit_id=ident, unit_path=path)[0]


async def test_a_unit_is_closed_with_what_hangs_on_it_handed_over(
    chief: httpx.AsyncClient, office: Office, old: str
) -> None:
    seen = await chief.get("/admin/units/old/close")
    assert old in seen.text
    assert "/admin/people/wang" in seen.text
    assert "老<局>" not in seen.text
    assert "停用此单位" not in seen.text.partition("<main")[2]
    refused = await chief.post("/admin/units/old/close", data={"into": ""})
    assert refused.status_code == 409
    assert "名下还有" in refused.text
    wrong = await chief.get("/admin/units/old/close", params={"into": "nowhere"})
    assert wrong.status_code == 400
    preview = await chief.get("/admin/units/old/close", params={"into": "court"})
    assert "移交事项 1 项" in preview.text
    done = await chief.post("/admin/units/old/close", data={"into": "court"})
    assert done.headers["location"] == "/admin/units/old?done=closed"
    assert kinds(office.engine, old)[-1] == "reseated"
    page = await chief.get("/admin/units/old")
    assert "已停用" in page.text
    assert "新增下级单位" not in page.text
    assert noted(office)[:2] == [("unit.close", "done"), ("unit.close", "refused")]
    assert (await chief.get("/admin/units/old/close")).status_code == 409


async def test_a_closed_unit_is_refused_in_forms_and_opened_again(
    chief: httpx.AsyncClient, office: Office, old: str
) -> None:
    await chief.post("/admin/units/old/close", data={"into": "court"})
    for path, typed in (
        ("/admin/units", {"code": "new", "name": "新", "parent": "old"}),
        ("/admin/units/court/move", {"parent": "old"}),
        ("/admin/people/new", {"code": "li", "name": "李", "unit": "old", "lang": "zh-CN"}),
        ("/admin/people/wang", {"name": "王", "unit": "old", "lang": "zh-CN"}),
        ("/admin/people/wang/do/give", {"role": "verifier", "seat": "old"}),
    ):
        answer = await chief.post(path, data=typed)
        assert answer.status_code == 409, path
        assert "单位已停用" in answer.text, path
    assert 'value="old"' not in (await chief.get("/admin/people/new")).text
    assert 'value="old"' in (await chief.get("/board")).text, "what was can still be looked for"
    again = await chief.post("/admin/units/old/open")
    assert again.headers["location"] == "/admin/units/old?done=opened"
    with reading(office.engine) as connection:
        assert not directory.units(connection, ["old"])["old"].closed
