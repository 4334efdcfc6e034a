"""Live updates: what has changed, told to pages that are open."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
