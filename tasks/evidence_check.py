"""Whether the files that histories name are in the store, and are what they were."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, groupby
from typing import NamedTuple

from models import evidence_files
from models.engine import reading
from tasks.evidence import intact
from tasks.files.storage import Store, open_store
from tasks.office import Office


class Fault(NamedTuple):
    """A file that is ``missing`` or ``changed``, and what it is evidence of.

    ``refs`` are items; for a small picture, the digest of the file that it shows.
    """

    sha256: str
    problem: str
    refs: tuple[str, ...]


class Verdict(NamedTuple):
    """What was read. ``unused`` are files on no item; None when they were not counted."""

    files: int
    faults: tuple[Fault, ...]
    unused: int | None


def check(office: Office, *, everything: bool) -> Verdict:
    """Read every file of open items, or with ``everything`` of all, and small pictures too.

    Raises:
        Unavailable: the database or the store cannot be read.
    """
    store = open_store(office.settings)
    files = 0
    faults: list[Fault] = []
    used: set[str] = set()
    with reading(office.engine) as connection:
        named = evidence_files.attached_to(connection, closed=everything)
        small = evidence_files.thumbnails(connection) if everything else ()
        for sha256, refs in chain(_grouped(named), _grouped(small)):
            files += 1
            used.add(sha256)
            if problem := _problem(store, sha256):
                faults.append(Fault(sha256, problem, refs))
    unused = sum(one.sha256 not in used for one in store.everything()) if everything else None
    return Verdict(files, tuple(faults), unused)


def _grouped(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each digest once; the pairs come in its order."""
    for sha256, group in groupby(pairs, key=lambda pair: pair[0]):
        yield sha256, tuple(dict.fromkeys(ref for _, ref in group))


def _problem(store: Store, sha256: str) -> str:
    whole = intact(store, sha256)
    return "missing" if whole is None else "" if whole else "changed"
