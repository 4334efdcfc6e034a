"""Every route that an application answers, also those of routers and applications inside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from fastapi import FastAPI


class Route(NamedTuple):
    """One address and one way to ask it."""

    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def all_routes(app: FastAPI) -> list[Route]:
    """All of them, but HEAD, which is answered as GET; static files have their own tests."""
    return [
        Route(method, path)
        for path, route in _bare(app.routes)
        for method in sorted(route.methods - {"HEAD", "OPTIONS"})
    ]


def taken_by(app: FastAPI, wanted: Route) -> list[str]:
    """Names under which a route takes something from its query or form."""
    for path, found in _bare(app.routes):
        if path == wanted.path and wanted.method in found.methods:
            return [one.alias for one in _fields(found.dependant)]
    return []


def _fields(dependant: Any) -> Iterator[Any]:
    yield from (*dependant.query_params, *dependant.body_params)
    for each in dependant.dependencies:
        yield from _fields(each)


def _bare(routes: Iterable[Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for route in routes:
        if hasattr(route, "effective_route_contexts"):
            yield from _bare(route.effective_route_contexts(), before)
        elif getattr(route, "methods", None):
            yield before + route.path, route
        elif getattr(route, "routes", None):
            yield from _bare(route.routes, before + route.path)
