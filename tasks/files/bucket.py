"""Files of evidence in an object store that speaks S3.

An object appears whole or not at all: what is uploaded in parts and broken off is never seen,
and the store's own rule for abandoned uploads clears it away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from config.settings import Settings
from rules.errors import InputError, Unavailable
from tasks.files.storage import CHUNK, Stored

PART = 8 << 20
"""Bytes of one part; two are on their way at once, so that 16 MB are held at most."""

TIMEOUT = timedelta(seconds=30)
T = TypeVar("T")


def open_bucket(settings: Settings) -> Bucket:
    """The bucket that the settings describe; nothing is connected yet.

    Raises:
        InputError: the address, the key or its secret is missing.
    """
    url = urlsplit(settings.evidence_url)
    if url.scheme != "s3" or not url.netloc or url.query or url.username:
        where = "RECTIFLOW_EVIDENCE_URL"
        raise InputError("This is not the address of a bucket.", "Use s3://BUCKET/PREFIX.", where)
    for name in ("s3_key", "s3_secret"):
        if not getattr(settings, name):
            where = f"RECTIFLOW_{name.upper()}"
            raise InputError("The bucket cannot be opened without it.", "Set it.", where)
    store = S3Store(
        url.netloc,
        prefix=url.path.strip("/") or None,
        endpoint=settings.s3_endpoint.rstrip("/") or None,
        region=settings.s3_region,
        access_key_id=settings.s3_key,
        secret_access_key=settings.s3_secret,
        virtual_hosted_style_request=not settings.s3_endpoint,
        # The server compares each part with its digest before it takes it in.
        checksum_algorithm="SHA256",
        client_options={
            "allow_http": settings.s3_endpoint.lower().startswith("http://"),
            "timeout": TIMEOUT,
        },
        retry_config={"max_retries": 2, "retry_timeout": TIMEOUT},
    )
    return Bucket(store, settings.evidence_url)


class Bucket:
    """A bucket, below a prefix."""

    def __init__(self, store: S3Store, called: str) -> None:
        self._store = store
        self._called = called

    def put(self, draft: Path, sha256: str) -> None:
        """Upload the draft under its digest."""

        def upload() -> None:
            with draft.open("rb") as source:
                obstore.put(self._store, _key(sha256), source, chunk_size=PART, max_concurrency=2)

        if self.size(sha256) == draft.stat().st_size:
            return
        try:
            self._told(upload)
        except FileNotFoundError as error:
            raise self._failed("there is no such bucket") from error

    def size(self, sha256: str) -> int | None:
        """Its size in bytes; None when there is no such file."""
        try:
            return int(self._told(lambda: obstore.head(self._store, _key(sha256)))["size"])
        except FileNotFoundError:
            return None

    def chunks(self, sha256: str) -> Iterator[bytes]:
        """Its content, piece by piece."""
        answer = self._told(lambda: obstore.get(self._store, _key(sha256)))
        return self._read(iter(answer.stream(min_chunk_size=CHUNK)))

    def everything(self) -> Iterator[Stored]:
        """Every file that is there."""
        pages = iter(obstore.list(self._store, chunk_size=CHUNK // 1024))
        while page := self._told(lambda: next(pages, None)):
            for each in page:
                yield Stored(str(each["path"]).rpartition("/")[2], int(each["size"]))

    def _read(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        while (piece := self._told(lambda: next(pieces, None))) is not None:
            yield bytes(piece)

    def _told(self, do: Callable[[], T]) -> T:
        """What the bucket answers, or that it does not."""
        try:
            return do()
        except FileNotFoundError:
            raise
        except (BaseError, OSError) as error:
            # The first sentence only: what follows are the library's own insides.
            raise self._failed(str(error).partition("\n")[0][:300]) from error

    def _failed(self, said: str) -> Unavailable:
        return Unavailable(
            f"The store of evidence {self._called} does not do what was asked: {said}.",
            "Check RECTIFLOW_EVIDENCE_URL, RECTIFLOW_S3_ENDPOINT and the key; then try again.",
        )


def _key(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"
