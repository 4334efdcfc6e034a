"""Reads campaign policies from profile files, with messages that name the line."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from config.calendars import calendar_for
from config.documents import mistakes_in, mistakes_in_text, read_document
from config.faults import Objection
from rules.errors import InputError, NotFound
from rules.notices import BY_EVENT, BY_STEP
from rules.policy import Policy

FOLDER = Path(__file__).parent / "profiles"


def names() -> tuple[str, ...]:
    """The profiles that come with the program."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.yaml")))


def profile_file(name_or_path: str) -> Path:
    """The file of a profile, by its name or by a path.

    Raises:
        NotFound: there is neither such a profile nor such a file.
    """
    own = FOLDER / f"{name_or_path}.yaml"
    if own.is_file():
        return own
    path = Path(name_or_path)
    if path.is_file():
        return path
    raise NotFound(
        f"There is no policy profile {name_or_path!r}.",
        f"Choose one of {', '.join(names())}, or give the path of a YAML file.",
    )


def load_profile(name_or_path: str) -> Policy:
    """The policy in a profile.

    Raises:
        NotFound: there is no such profile.
        InputError: the file is not a valid policy; the message names the line and the key.
    """
    path = profile_file(name_or_path)
    # The program's own profiles do not change while it runs; somebody's file may.
    return _own(path.stem) if path.parent == FOLDER else read_document(path, Policy, unusable)


@lru_cache(maxsize=32)
def _own(name: str) -> Policy:
    return read_document(FOLDER / f"{name}.yaml", Policy, unusable)


def mistakes_in_profile(name_or_path: str) -> list[InputError]:
    """Everything that is wrong with a profile, by line; nothing when it is good.

    Raises:
        NotFound: there is no such profile.
        InputError: it cannot be read, or is not YAML.
    """
    return mistakes_in(profile_file(name_or_path), Policy, unusable)


def policy_in(text: str, where: str) -> tuple[Policy | None, list[InputError]]:
    """The policy that a text says, or everything that is wrong with it, by line.

    Raises:
        InputError: it is not YAML.
    """
    return mistakes_in_text(text, Policy, where, unusable)


def unusable(policy: Policy) -> Iterator[Objection]:
    """What a well-formed policy asks for that there is not: a place, a kind of notice, a day."""
    try:
        calendar_for(policy)
    except InputError as error:
        yield Objection((error.where,), error.message.rstrip("."), _PLACES.get(error.where, ""))
    both = set(policy.extra_days_off) & set(policy.extra_days_on)
    for place, day in enumerate(policy.extra_days_on):
        if day in both:
            yield Objection(("extra_days_on", place), f"{day} is in extra_days_off, too")
    for place, kind in enumerate(policy.notices.digested):
        if kind not in KINDS:
            near = get_close_matches(kind, KINDS, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(sorted(KINDS))}."
            at = ("notices", "digested", place)
            yield Objection(at, f"there is no notice {kind!r}", hint)


_PLACES = {
    "zone": "Write a name of the IANA list, like Asia/Shanghai.",
    "country": "Write the ISO code of a country and, if need be, of a subdivision, like US and MA.",
}
KINDS = frozenset(
    notice.kind for table in (BY_EVENT, BY_STEP) for told in table.values() for notice in told
)
"""Every kind of notice that follows from something that happens to an item."""
