"""Reads campaign policies from profile files, with messages that name the line."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from config.documents import read_document
from rules.errors import NotFound
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


@lru_cache(maxsize=32)
def load_profile(name_or_path: str) -> Policy:
    """The policy in a profile.

    Raises:
        NotFound: there is no such profile.
        InputError: the file is not a valid policy; the message names the line and the key.
    """
    return read_document(profile_file(name_or_path), Policy)
