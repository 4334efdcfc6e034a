"""Administration: units and people, policies, templates, deliveries, health."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
