"""The scene of the permissions with all that the families' asks are about, ready to be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.web.permits.families import FAMILIES
from tests.web.permits.scene import Scene


@contextmanager
def prepared(folder: Path, last: Callable[[Scene], object] = lambda _: None) -> Iterator[Scene]:
    """The scene, while the block lasts; ``last`` is what becomes of it before it is settled."""
    scene = Scene(folder)
    for family in FAMILIES.values():
        if hasattr(family, "prepare"):
            family.prepare(scene)
    last(scene)
    scene.settle()
    yield scene
    scene.close()
