"""By which words do mails leave here? Those stored by administrators, those of the home's folder,
and ours, in this order; and what becomes known of stored ones that cannot be used.

Laid out like ``notifications/templates``, the folder ``templates`` in the home is searched before
ours; what is missing there is taken from ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from models import heartbeats, wordings
from models.engine import reading, writing
from notifications.own_words import Own, Wording, own
from tasks.office import Office
from tasks.presence import WHO

FAULTY = "wording"
"""The heartbeat that is there while a stored wording could not be used."""


def words_of(at: Office) -> Own:
    """The office's own words as they are in force now."""
    folder = at.settings.home / "templates"
    with reading(at.engine) as connection:
        stored = wordings.in_force(connection)
    named = {notice: Wording(*parts) for notice, parts in stored.items()}
    return own(folder if folder.is_dir() else None, named)


@contextmanager
def telling(at: Office, wall: datetime) -> Iterator[Own]:
    """The words, for a piece of work; what of them could not be used is told to who looks after
    the machinery, until somebody changes a wording. ``wall`` is the machine's time."""
    words = words_of(at)
    yield words
    if words.faults:
        with writing(at.engine) as connection:
            heartbeats.trouble(connection, FAULTY, wall, WHO, words.faults[-1])
