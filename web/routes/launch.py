"""Launch: one item by form, or a ledger by upload."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
