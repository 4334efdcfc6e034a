"""The board and ledger: find items, filter, sort, choose columns, take them along."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
