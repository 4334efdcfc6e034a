"""Evidence comes in, is read again, and is found to be whole.

A file is stored, and what was found in it noted, before the command that attaches it is given: no
history ever names a file that is not there. A command that is then refused leaves a file that
nothing refers to; ``rectiflow evidence check --all`` counts those.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple, Self

from config.settings import Settings
from models import evidence_files
from models.engine import reading, writing
from models.evidence_files import FileFacts
from rules.errors import InputError, Refused
from rules.evidence_kinds import allow_kind, allowed_groups
from tasks.files.content import recognise
from tasks.files.draft import Draft
from tasks.files.examining import examine
from tasks.files.storage import CHUNK, Store, open_store
from tasks.office import Office

LONGEST_NAME = 255


class Kept(NamedTuple):
    """A file in the store: its digest, the name it came with, its size in bytes.

    These are the fields of the command that attaches it.
    """

    sha256: str
    filename: str
    size: int


class Upload:
    """One file on its way in, piece by piece; a context manager that leaves nothing behind.

    The web's uploads and the files of the command line come through here::

        with Upload(office, "photo.jpg") as upload:
            upload.write(chunk)
            kept = upload.keep()
    """

    def __init__(self, office: Office, filename: str) -> None:
        """Begin.

        Raises:
            InputError: a setting is unusable.
            Unavailable: the disk cannot be written.
        """
        settings = office.settings
        self._office = office
        self._filename = filename[-LONGEST_NAME:]
        self._allowed = allowed_groups(settings.evidence_kinds)
        self._store = open_store(settings)
        self._draft = Draft(settings.evidence_folder, settings.evidence_megabytes * 1_000_000)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._draft.__exit__(*exception)

    def write(self, chunk: bytes) -> None:
        """Add a piece.

        Raises:
            Refused: the file is larger than allowed.
            Unavailable: the disk is full, or fails.
        """
        self._draft.write(chunk)

    def keep(self) -> Kept:
        """Look into the file, store it and note what was found; durable when this returns.

        It waits for the disk and for another process: not to be called in an event loop.

        Raises:
            Refused: it is of a kind that is not taken, is not whole, or is not what it seems.
            Unavailable: the store or the database cannot be written.
        """
        sha256 = self._draft.finish()
        size = self._draft.size
        facts = self._known(sha256)
        if facts is not None:
            self._allow(facts.media_type)
            self._store.put(self._draft.path, sha256)
            return Kept(sha256, self._filename, size)
        media_type = recognise(self._draft.path)
        self._allow(media_type)
        facts = self._examined(FileFacts(sha256, media_type, size))
        self._store.put(self._draft.path, sha256)
        with writing(self._office.engine) as connection:
            evidence_files.remember(connection, facts)
        return Kept(sha256, self._filename, size)

    def _known(self, sha256: str) -> FileFacts | None:
        """What was found in the same file earlier, unless its small picture has been lost."""
        with reading(self._office.engine) as connection:
            facts = evidence_files.known(connection, [sha256]).get(sha256)
        if facts and facts.thumbnail and self._store.size(facts.thumbnail) is None:
            return None
        return facts

    def _allow(self, media_type: str) -> None:
        if refusal := allow_kind(media_type, self._allowed):
            raise Refused(refusal)

    def _examined(self, facts: FileFacts) -> FileFacts:
        """The facts with what is found inside; a small picture is stored as a file of its own."""
        draft = self._draft.path
        small = draft.with_name(f"{draft.name}.small")
        most_pixels = self._office.settings.evidence_megapixels * 1_000_000
        try:
            found = examine(draft, facts.media_type, small, most_pixels)
            thumbnail = ""
            if found.thumbnail:
                with small.open("rb") as picture:
                    thumbnail = hashlib.file_digest(picture, "sha256").hexdigest()
                self._store.put(small, thumbnail)
        finally:
            small.unlink(missing_ok=True)
        return facts._replace(**{**found._asdict(), "thumbnail": thumbnail})


def keep(office: Office, file: Path) -> Kept:
    """Take a file of this machine in; durable when this returns.

    Raises:
        InputError: the file cannot be read.
        Refused, Unavailable: as :meth:`Upload.keep`.
    """
    try:
        source = file.open("rb")
    except OSError as error:
        raise _unreadable(file, error) from error
    with source, Upload(office, file.name) as upload:
        while chunk := _read(source, file):
            upload.write(chunk)
        return upload.keep()


def intact(store: Store, sha256: str) -> bool | None:
    """Whether the stored file still has this digest; None when there is no such file.

    Raises:
        Unavailable: the store cannot be read.
    """
    digest = hashlib.sha256()
    try:
        for chunk in store.chunks(sha256):
            digest.update(chunk)
    except FileNotFoundError:
        return None
    return digest.hexdigest() == sha256


def content(settings: Settings, sha256: str) -> Iterator[bytes]:
    """The stored file, piece by piece; who may have it is asked before.

    Raises:
        FileNotFoundError: there is no such file; before anything is yielded.
        Unavailable: the store cannot be read.
    """
    return open_store(settings).chunks(sha256)


def _read(source: IO[bytes], file: Path) -> bytes:
    try:
        return source.read(CHUNK)
    except OSError as error:
        raise _unreadable(file, error) from error


def _unreadable(file: Path, error: OSError) -> InputError:
    return InputError(f"It cannot be read: {error.strerror}.", where=str(file))
