"""Asks a route as every viewer, about every kind of item."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tests.web.permits.routes import Route
from tests.web.permits.scene import VIEWERS, Ask, Scene
from tests.web.permits.table import Rows

NO_ITEM = ("-",)


def filled(path: str, ask: Ask, scene: Scene, item: str) -> tuple[str, Ask]:
    """The address and what is sent, with everything that it names filled in."""
    known = {**scene.known, "ref": scene.refs.get(item, "")}
    known["version"] = scene.versions.get(known["ref"], "0")
    known |= scene.told.get(known["ref"], {})
    params = {**known, **{key: text.format_map(known) for key, text in ask.params.items()}}
    address = re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: params[found[1]], path)
    form = None
    if ask.form is not None:
        form = {key: text.format_map(known) for key, text in ask.form.items()}
    query = {key: text.format_map(known) for key, text in ask.query.items()}
    return address, Ask(ask.params, query, form, ask.files, ask.json, ask.headers)


def items_of(route: Route, ask: Ask) -> tuple[str, ...]:
    """The rows of a route: its items, or the one of a route that is about none."""
    return ask.items if "{ref}" in route.path else NO_ITEM


async def answered(scene: Scene, route: Route, ask: Ask) -> Rows:
    """What everybody is answered."""
    if ask.json is None and ask.form is None and not ask.files and route.path.startswith("/api/"):
        ask = Ask(ask.params, ask.query, None, ask.files, {}, ask.headers, ask.items)
    rows: dict[str, tuple[str, ...]] = {}
    for item in items_of(route, ask):
        address, sent = filled(route.path, ask, scene, item)
        cells = [(await scene.ask(viewer, route.method, address, sent)).cell for viewer in VIEWERS]
        rows[item] = tuple(cells)
    return rows


def asks_of(families: Mapping[str, object]) -> dict[str, Ask]:
    """How the families ask their routes."""
    found: dict[str, Ask] = {}
    for family in families.values():
        found.update(getattr(family, "ASKS", {}))
    return found
