"""Files of evidence: what was found in one when it was kept, known by the SHA-256 of its content.

These are properties of the content, so they stand once for each file, on however many items it
is. They can be found again from the file, and are no part of any history.
"""

from __future__ import annotations

from sqlmodel import Field, SQLModel


class EvidenceFile(SQLModel, table=True):
    """One file in the store."""

    __tablename__ = "evidence_file"

    sha256: str = Field(primary_key=True, max_length=64)
    media_type: str = Field(max_length=100)
    size: int
    width: int | None = Field(default=None)
    """Pixels, as it is shown."""
    height: int | None = Field(default=None)
    pages: int | None = Field(default=None)
    made: str = Field(default="", max_length=40)
    """When it was taken or last changed, as the file says: ISO 8601, without an offset where the
    file gives none."""
    place: bool = Field(default=False)
    """The picture says where it was taken. Where, is not stored."""
    active: bool = Field(default=False)
    """Opening it runs something, as scripts in a PDF do."""
    thumbnail: str = Field(default="", max_length=64)
    """SHA-256 of the small picture, which lies in the same store."""
