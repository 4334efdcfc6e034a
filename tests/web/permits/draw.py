"""Prints what routes answer, in the form of the golden tables: for a new route, to be judged.

``python -m tests.web.permits.draw`` prints those that stand in no table, with arguments those whose
name begins with one of them.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.web.permits.asking import answered, asks_of
from tests.web.permits.families import FAMILIES
from tests.web.permits.prepared import prepared
from tests.web.permits.routes import Route, all_routes
from tests.web.permits.scene import Ask, Scene
from tests.web.permits.table import heading, together, written


async def _draw(scene: Scene, routes: list[Route]) -> None:
    asks = asks_of(FAMILIES)
    for route in routes:
        try:
            rows = await answered(scene, route, asks.get(str(route), Ask()))
        except KeyError as error:
            print(f"{route}\n  # says nothing of {error}\n")  # noqa: T201
            continue
        print(written(str(route), rows), flush=True)  # noqa: T201


def main() -> None:
    """Draw what the arguments name."""
    with tempfile.TemporaryDirectory() as folder, prepared(Path(folder)) as scene:
        known = together(family.TABLE for family in FAMILIES.values())
        begins = tuple(sys.argv[1:])
        wanted = [
            route
            for route in all_routes(scene.app)
            if (str(route).startswith(begins) if begins else str(route) not in known)
        ]
        print(heading())  # noqa: T201
        asyncio.run(_draw(scene, wanted))


if __name__ == "__main__":
    main()
