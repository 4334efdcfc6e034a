"""The paper of an act as a mail brings it along, if it has been drawn up by then."""

from __future__ import annotations

from models import paper_files
from models.engine import reading
from notifications.message import Attachment
from tasks.office import Office

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

LARGEST = 2_000_000
"""Bytes; a larger file is fetched from the office and not sent around."""


def paper_for(at: Office, event_id: int) -> Attachment | None:
    """The paper issued for this event; None while there is none. Nobody waits for it.

    Raises:
        OSError: its file cannot be read.
    """
    with reading(at.engine) as connection:
        found = paper_files.of_event(connection, event_id)
    if found is None or not found.file:
        return None
    file = at.settings.document_folder / found.file
    if not file.is_file() or file.stat().st_size > LARGEST:
        return None
    return Attachment(found.file, DOCX, file.read_bytes())
