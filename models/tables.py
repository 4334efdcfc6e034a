"""All tables, imported so that their metadata is complete."""

from __future__ import annotations

from sqlmodel import SQLModel

from models import (
    absence,
    access_log,
    account,
    api_token,
    campaign,
    contact,
    delivery,
    event,
    evidence,
    evidence_file,
    extension_request,
    external_identity,
    external_role,
    feed_token,
    flow_run,
    formal_notice,
    heartbeat,
    invitation,
    item,
    mail_stop,
    membership,
    person,
    policy_version,
    preference,
    series,
    session,
    sign_in_attempt,
    unit,
    webhook,
    webhook_call,
)

METADATA = SQLModel.metadata
"""The schema that the migrations lead to."""

MODULES = (
    absence,
    access_log,
    account,
    api_token,
    campaign,
    contact,
    delivery,
    event,
    evidence,
    evidence_file,
    extension_request,
    external_identity,
    external_role,
    feed_token,
    flow_run,
    formal_notice,
    heartbeat,
    invitation,
    item,
    mail_stop,
    membership,
    person,
    policy_version,
    preference,
    series,
    session,
    sign_in_attempt,
    unit,
    webhook,
    webhook_call,
)
