"""Evidence and papers of an item: taken in, shown small, handed out."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
