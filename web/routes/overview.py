"""Overview for leaders: a campaign in figures and pictures."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
