"""Who is answered what: every route of the application, every kind of viewer, every kind of item.

The golden tables lie in ``permits/``, one for each family of pages. A route that stands in none of
them fails here, and so does a row whose route is gone. To see what a route answers today, run
``python -m tests.web.permits.draw 'GET /items/{ref}'``; to believe it is another matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.clock import ManualClock
from config.settings import Settings
from models.engine import open_engine
from rules.duties import may_see, may_see_complainant
from tasks.office import Office
from tests.conftest import MONDAY
from tests.tasks.staff import state
from tests.web.permits.asking import answered, asks_of, filled
from tests.web.permits.families import FAMILIES
from tests.web.permits.prepared import prepared
from tests.web.permits.routes import Route, all_routes
from tests.web.permits.scene import COMPLAINANT, ITEMS, VIEWERS, Ask, Scene
from tests.web.permits.table import read, together, written
from web.app import create_app

ROUTES = all_routes(
    create_app(
        Office(
            Settings(home=Path("nowhere")), open_engine("sqlite:///nowhere.db"), ManualClock(MONDAY)
        )
    )
)
GOLDEN = together(family.TABLE for family in FAMILIES.values())
ASKS = asks_of(FAMILIES)

WITHOUT_SESSION = (
    "/l/{token}", "/login", "/login/demo", "/login/factor", "/welcome/{token}",
)  # fmt: skip
"""Forms for who is not signed in: they prove a cookie, or the link itself; see ``test_signing`` and
``test_links``."""

HARMLESS = ("/me/lang", "/me/theme")
"""They change how pages look, in this browser alone, and ask nobody who they are."""

BY_TOKEN = "/api/"
"""A program proves itself by the header Authorization, which no browser sends by itself."""


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Everybody, signed in."""
    with prepared(tmp_path_factory.mktemp("permits")) as made:
        yield made


def test_every_route_is_in_a_golden_table() -> None:
    assert [str(route) for route in ROUTES if str(route) not in GOLDEN] == []


def test_every_row_is_about_a_route_that_there_is() -> None:
    there = set(map(str, ROUTES))
    assert [each for each in (*GOLDEN, *ASKS) if each not in there] == []


@pytest.mark.parametrize("route", ROUTES, ids=str)
async def test_everybody_is_answered_as_the_table_says(scene: Scene, route: Route) -> None:
    name = str(route)
    rows = await answered(scene, route, ASKS.get(name, Ask()))
    assert written(name, rows) == written(name, GOLDEN.get(name, {}))


@pytest.mark.parametrize(
    "route", [each for each in ROUTES if "/{ref}" in each.path and each.method == "GET"], ids=str
)
async def test_an_item_that_may_not_be_seen_is_told_as_one_that_is_not_there(
    scene: Scene, route: Route
) -> None:
    """Not by the tables, which may be mistaken, but by the rule."""
    for item in ITEMS:
        address, ask = filled(route.path, ASKS.get(str(route), Ask()), scene, item)
        for viewer in VIEWERS:
            person = scene.person(viewer)
            if person is None or may_see(person, state(scene.engine, scene.refs[item])):
                continue
            answer = await scene.ask(viewer, "GET", address, ask)
            assert answer.status == 404, f"{viewer} about the {item} item"
            assert "窗口推诿" not in answer.body.decode(errors="replace")


async def test_who_complained_is_told_to_nobody_who_may_not_know(scene: Scene) -> None:
    """In no page, file or answer of any route."""
    for route in ROUTES:
        asked_for = route.path.endswith("/complainant")
        if "/{ref}" not in route.path or (route.method != "GET" and not asked_for):
            continue
        for item in ("secret", "named"):
            address, ask = filled(route.path, ASKS.get(str(route), Ask()), scene, item)
            for viewer in VIEWERS:
                person = scene.person(viewer)
                told = COMPLAINANT in (
                    await scene.ask(viewer, route.method, address, ask)
                ).body.decode(errors="replace")
                may = person is not None and may_see_complainant(
                    person, state(scene.engine, scene.refs[item])
                )
                assert not told or (may and asked_for), f"{route}: {viewer}, {item}"
                if asked_for and may:
                    assert told, f"{route}: {viewer}, {item}"


CHANGING = [each for each in ROUTES if each.method != "GET"]


@pytest.mark.parametrize(
    "route",
    [
        each
        for each in CHANGING
        if each.path not in (*WITHOUT_SESSION, *HARMLESS) and not each.path.startswith(BY_TOKEN)
    ],
    ids=str,
)
async def test_a_form_that_is_not_of_this_session_does_nothing(scene: Scene, route: Route) -> None:
    ask = ASKS.get(str(route), Ask())
    address, ask = filled(route.path, ask, scene, ask.items[0])
    # An administrator sees no item, and is told that before anything else.
    for viewer in ("office",) if "/{ref}" in route.path else ("office", "admin"):
        bare = await scene.ask(viewer, route.method, address, ask, proven=False)
        assert bare.status == 403
        wrong = Ask(ask.params, ask.query, {**(ask.form or {}), "csrf": "0" * 64}, ask.files)
        assert (await scene.ask(viewer, route.method, address, wrong, proven=False)).status == 403
        for site in ("cross-site", "same-site"):
            foreign = Ask(ask.params, ask.query, ask.form, ask.files, None,
                          {"sec-fetch-site": site})  # fmt: skip
            assert (await scene.ask(viewer, route.method, address, foreign)).status == 403


@pytest.mark.parametrize("route", [r for r in CHANGING if r.path in WITHOUT_SESSION], ids=str)
async def test_a_form_from_another_site_signs_nobody_in(scene: Scene, route: Route) -> None:
    address, ask = filled(route.path, ASKS.get(str(route), Ask()), scene, "ordinary")
    foreign = Ask(
        ask.params, ask.query, ask.form or {"x": "y"}, headers={"sec-fetch-site": "cross-site"}
    )
    assert (await scene.ask("nobody", route.method, address, foreign)).status in (403, 404)


@pytest.mark.parametrize(
    "route", [each for each in CHANGING if each.path.startswith(BY_TOKEN)], ids=str
)
async def test_a_cookie_opens_no_changing_address_of_the_api(scene: Scene, route: Route) -> None:
    address, ask = filled(route.path, ASKS.get(str(route), Ask()), scene, "ordinary")
    cookie = {"cookie": f"__Host-rectiflow={scene.tokens['office']}"}
    sent = Ask(ask.params, ask.query, ask.form, ask.files, ask.json, cookie)
    assert (await scene.ask("nobody", route.method, address, sent)).status == 401


@pytest.mark.parametrize(
    "path", sorted({r.path for r in CHANGING} - {r.path for r in ROUTES if r.method == "GET"})
)
async def test_what_changes_something_is_not_to_be_had_by_looking(scene: Scene, path: str) -> None:
    route = next(str(each) for each in CHANGING if each.path == path)
    ask = ASKS.get(route, Ask())
    address, _ = filled(path, ask, scene, ask.items[0])
    answer = await scene.ask("office", "GET", address)
    # Another route with a shorter pattern may take the address, and finds nothing there; or it
    # leads on to the page above, as the address of a refused form does.
    above = answer.headers.get("location", "").partition("?")[0]
    leads_up = answer.status == 303 and address.startswith(f"{above.rstrip('/')}/")
    assert leads_up or answer.status in (400, 404, 405)


async def test_the_tables_would_notice_one_who_sees_too_much(scene: Scene) -> None:
    route = Route("GET", "/items/{ref}")
    rows = dict(await answered(scene, route, Ask()))
    rows["secret"] = ("ok",) * len(VIEWERS)
    assert read(written(str(route), rows))[str(route)] == rows
    assert written(str(route), rows) != written(str(route), GOLDEN[str(route)])
