"""One command on many items: first what would become of each, then the deed."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
