"""Approvals: what waits for a supervisor, one after the other."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
