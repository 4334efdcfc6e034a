"""The words that fill the findings, from ``words.yaml``."""

from __future__ import annotations

from functools import cache

from pydantic import BaseModel, ConfigDict

from rules.vocabulary import Outcome, Source
from sample.files import source

Texts = tuple[str, ...]


class _Base(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Names(_Base):
    """What names of people are put together from."""

    surnames: Texts
    first: Texts
    last: Texts
    single: Texts


class Words(_Base):
    """The whole of ``words.yaml``; the file says what each key is for."""

    slots: dict[str, Texts]
    ward: dict[str, Texts]
    self: dict[str, str]
    lead: dict[Source, Texts]
    complainant: Texts
    returned: Texts
    chased: Texts
    satisfied: Texts
    ended: dict[Outcome, Texts]
    names: Names
    sources: dict[str, tuple[Source, ...]]
    source_weights: dict[Source, int]


@cache
def words() -> Words:
    """The words, read once."""
    return Words.model_validate(source("words.yaml"))
