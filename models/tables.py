"""All tables, imported so that their metadata is complete."""

from __future__ import annotations

from sqlmodel import SQLModel

from models import (
    campaign,
    contact,
    delivery,
    event,
    evidence,
    extension_request,
    flow_run,
    formal_notice,
    heartbeat,
    item,
    membership,
    person,
    policy_version,
    series,
    unit,
    webhook,
    webhook_call,
)

METADATA = SQLModel.metadata
"""The schema that the migrations lead to."""

MODULES = (
    campaign,
    contact,
    delivery,
    event,
    evidence,
    extension_request,
    flow_run,
    formal_notice,
    heartbeat,
    item,
    membership,
    person,
    policy_version,
    series,
    unit,
    webhook,
    webhook_call,
)
