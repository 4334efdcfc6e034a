"""An exported ledger that was edited: brought back, compared, applied."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter(prefix="/launch/roundtrip")
