"""Sign-ins that have gone to another system and have not come back."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.types import Instant


class SignInAttempt(SQLModel, table=True):
    """One way to the issuer and back, good once, for a few minutes, in one browser.

    Of the state and the browser's token only digests are kept. Instants are wall time.
    """

    __tablename__ = "sign_in_attempt"

    id: int | None = Field(default=None, primary_key=True)
    state: str = Field(max_length=64, unique=True)
    browser: str = Field(max_length=64)
    nonce: str = Field(max_length=64)
    verifier: str = Field(max_length=128)
    where: str = Field(default="", max_length=500)
    expires_at: datetime = Field(sa_type=Instant, index=True)
