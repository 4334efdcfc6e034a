"""First schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models import search_index
from models.types import Instant, Keys

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the migration."""
    op.create_table(
        "evidence_file",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("made", sa.String(40), nullable=False),
        sa.Column("place", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("thumbnail", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.create_table(
        "heartbeat",
        sa.Column("part", sa.String(32), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("process", sa.String(64), nullable=False),
        sa.Column("detail", sa.String(500), nullable=False),
        sa.PrimaryKeyConstraint("part"),
    )
    op.create_table(
        "policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name", "version"),
    )
    op.create_table(
        "series",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("next_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("browser", sa.String(64), nullable=False),
        sa.Column("nonce", sa.String(64), nullable=False),
        sa.Column("verifier", sa.String(128), nullable=False),
        sa.Column("where", sa.String(500), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("state"),
    )
    op.create_index(
        op.f("ix_sign_in_attempt_expires_at"), "sign_in_attempt", ["expires_at"], unique=False
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("path", sa.String(255), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("draft", sa.Boolean(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("merged_into", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["merged_into"],
            ["unit.id"],
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["unit.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
    )
    op.create_index(op.f("ix_unit_name"), "unit", ["name"], unique=False)
    op.create_index(op.f("ix_unit_parent_id"), "unit", ["parent_id"], unique=False)
    op.create_index(op.f("ix_unit_path"), "unit", ["path"], unique=False)
    op.create_table(
        "webhook",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("url", sa.String(1000), nullable=False),
        sa.Column("kinds", Keys(), nullable=False),
        sa.Column("allow_private", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("resting_until", Instant(), nullable=True),
        sa.Column("claimed_by", sa.String(64), nullable=True),
        sa.Column("claimed_until", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "campaign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(16), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("next_number", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["policy_id"],
            ["policy.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("lang", sa.String(8), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("draft", sa.Boolean(), nullable=False),
        sa.Column("merged_into", sa.Integer(), nullable=True),
        sa.Column("undeliverable_since", Instant(), nullable=True),
        sa.Column("undeliverable_why", sa.String(500), nullable=False),
        sa.ForeignKeyConstraint(
            ["merged_into"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["unit.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
    )
    op.create_index(op.f("ix_person_name"), "person", ["name"], unique=False)
    op.create_index(op.f("ix_person_unit_id"), "person", ["unit_id"], unique=False)
    op.create_table(
        "absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("substitute_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["substitute_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_absence_person_id"), "absence", ["person_id"], unique=False)
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(64), nullable=False),
        sa.Column("password_hash", sa.String(255), nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("administrator", sa.Boolean(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("disabled_at", Instant(), nullable=True),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("waits_until", Instant(), nullable=True),
        sa.Column("totp_nonce", sa.String(64), nullable=False),
        sa.Column("totp_on", sa.Boolean(), nullable=False),
        sa.Column("totp_step", sa.Integer(), nullable=False),
        sa.Column("recovery", Keys(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("login"),
        sa.UniqueConstraint("person_id"),
    )
    op.create_table(
        "admin_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("via", sa.String(16), nullable=False),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("about", sa.String(200), nullable=False),
        sa.Column("detail", sa.String(1000), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_admin_log_person_id"), "admin_log", ["person_id"], unique=False)
    op.create_table(
        "contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("kinds", Keys(), nullable=False),
        sa.CheckConstraint("(person_id IS NULL) <> (unit_id IS NULL)", name="contact_of_one"),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["unit.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("person_id", "channel"),
        sa.UniqueConstraint("unit_id", "channel"),
    )
    op.create_table(
        "feed_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("hash"),
    )
    op.create_index(op.f("ix_feed_token_person_id"), "feed_token", ["person_id"], unique=False)
    op.create_table(
        "item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(32), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(500), nullable=False),
        sa.Column("category", sa.String(200), nullable=False),
        sa.Column("severity", sa.String(32), nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("stage", sa.String(32), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("life", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("served", sa.Integer(), nullable=False),
        sa.Column("confirmed", sa.Integer(), nullable=False),
        sa.Column("rung_at", Instant(), nullable=True),
        sa.Column("ladder_from", Instant(), nullable=True),
        sa.Column("stay_until", sa.Date(), nullable=True),
        sa.Column("unreachable", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(64), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("unit_path", sa.String(255), nullable=True),
        sa.Column("co_unit_paths", Keys(), nullable=False),
        sa.Column("responsible_id", sa.Integer(), nullable=True),
        sa.Column("leader_id", sa.Integer(), nullable=True),
        sa.Column("verifier_id", sa.Integer(), nullable=True),
        sa.Column("passed_by", sa.Integer(), nullable=True),
        sa.Column("waived", sa.Integer(), nullable=True),
        sa.Column("due_original", sa.Date(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("due_superior", sa.Date(), nullable=True),
        sa.Column("due_version", sa.Integer(), nullable=False),
        sa.Column("due_from", sa.Date(), nullable=True),
        sa.Column("due_held", sa.Integer(), nullable=False),
        sa.Column("stage_since", Instant(), nullable=False),
        sa.Column("plan_from", Instant(), nullable=False),
        sa.Column("acknowledged_at", Instant(), nullable=True),
        sa.Column("submitted_at", Instant(), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("on_hold", sa.Boolean(), nullable=False),
        sa.Column("hold_until", sa.Date(), nullable=True),
        sa.Column("held_at", Instant(), nullable=True),
        sa.Column("holds", sa.Integer(), nullable=False),
        sa.Column("hold_asked_until", sa.Date(), nullable=True),
        sa.Column("hold_asked_by", sa.Integer(), nullable=True),
        sa.Column("hold_asked_at", Instant(), nullable=True),
        sa.Column("extension_due", sa.Date(), nullable=True),
        sa.Column("extension_by", sa.Integer(), nullable=True),
        sa.Column("extension_at", Instant(), nullable=True),
        sa.Column("asks", sa.Integer(), nullable=False),
        sa.Column("extensions", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.Integer(), nullable=False),
        sa.Column("fired", Keys(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("requirement", sa.Text(), nullable=False),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("complainant", sa.String(200), nullable=False),
        sa.Column("extra", sa.Text(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("ledger", sa.Text(), nullable=False),
        sa.Column("next_action_at", Instant(), nullable=True),
        sa.Column("yellow_at", Instant(), nullable=True),
        sa.Column("red_at", Instant(), nullable=True),
        sa.Column("flow_run_id", sa.String(36), nullable=True),
        sa.Column("followed", sa.Integer(), nullable=False),
        sa.Column("lease_by", sa.String(64), nullable=True),
        sa.Column("lease_until", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaign.id"],
        ),
        sa.ForeignKeyConstraint(
            ["leader_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["policy_id"],
            ["policy.id"],
        ),
        sa.ForeignKeyConstraint(
            ["responsible_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["unit.id"],
        ),
        sa.ForeignKeyConstraint(
            ["verifier_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("ref"),
    )
    op.create_index(
        "item_asked",
        "item",
        [
            "level",
            "red_at",
            "id",
            "unit_id",
            "responsible_id",
            "leader_id",
            "waived",
            "extension_due",
            "hold_asked_until",
        ],
        unique=False,
        sqlite_where=sa.text("extension_due IS NOT NULL OR hold_asked_until IS NOT NULL"),
        postgresql_where=sa.text("extension_due IS NOT NULL OR hold_asked_until IS NOT NULL"),
    )
    op.create_index(
        "item_closed",
        "item",
        [
            "changed_at",
            "id",
            "due",
            "opened_at",
            "level",
            "stage",
            "unit_id",
            "confidential",
            "responsible_id",
            "leader_id",
            "verifier_id",
            "campaign_id",
            "category",
            "severity",
            "source",
            "on_hold",
            "outcome",
            "closed_at",
        ],
        unique=False,
        sqlite_where=sa.text("stage = 'closed'"),
        postgresql_where=sa.text("stage = 'closed'"),
    )
    op.create_index(
        "item_closed_level",
        "item",
        ["level", "id"],
        unique=False,
        sqlite_where=sa.text("stage = 'closed'"),
        postgresql_where=sa.text("stage = 'closed'"),
    )
    op.create_index(
        "item_closed_opened",
        "item",
        ["opened_at", "id"],
        unique=False,
        sqlite_where=sa.text("stage = 'closed'"),
        postgresql_where=sa.text("stage = 'closed'"),
    )
    op.create_index(
        "item_closing",
        "item",
        ["level", "red_at", "id", "unit_id", "responsible_id", "leader_id", "passed_by", "waived"],
        unique=False,
        sqlite_where=sa.text("stage = 'closure' AND NOT on_hold"),
        postgresql_where=sa.text("stage = 'closure' AND NOT on_hold"),
    )
    op.create_index(
        "item_due",
        "item",
        ["next_action_at"],
        unique=False,
        sqlite_where=sa.text("next_action_at IS NOT NULL"),
        postgresql_where=sa.text("next_action_at IS NOT NULL"),
    )
    op.create_index(
        "item_helped",
        "item",
        ["id"],
        unique=False,
        sqlite_where=sa.text("co_unit_paths <> ''"),
        postgresql_where=sa.text("co_unit_paths <> ''"),
    )
    op.create_index(
        "item_lag",
        "item",
        ["id"],
        unique=False,
        sqlite_where=sa.text("followed >= 0 AND (followed < moves OR lease_until IS NOT NULL)"),
        postgresql_where=sa.text("followed >= 0 AND (followed < moves OR lease_until IS NOT NULL)"),
    )
    op.create_index("item_listing", "item", ["stage", "due", "id"], unique=False)
    op.create_index(
        "item_number",
        "item",
        ["campaign_id", "number"],
        unique=True,
        sqlite_where=sa.text("number <> ''"),
        postgresql_where=sa.text("number <> ''"),
    )
    op.create_index(
        "item_open",
        "item",
        [
            "due",
            "id",
            "changed_at",
            "opened_at",
            "level",
            "stage",
            "unit_id",
            "confidential",
            "responsible_id",
            "leader_id",
            "verifier_id",
            "campaign_id",
            "category",
            "severity",
            "source",
            "on_hold",
            "due_original",
            "yellow_at",
            "red_at",
        ],
        unique=False,
        sqlite_where=sa.text("stage <> 'closed'"),
        postgresql_where=sa.text("stage <> 'closed'"),
    )
    op.create_index(
        "item_unreachable",
        "item",
        ["id"],
        unique=False,
        sqlite_where=sa.text("unreachable"),
        postgresql_where=sa.text("unreachable"),
    )
    op.create_index(
        "item_unstarted",
        "item",
        ["id"],
        unique=False,
        sqlite_where=sa.text("followed >= 0 AND flow_run_id IS NULL"),
        postgresql_where=sa.text("followed >= 0 AND flow_run_id IS NULL"),
    )
    op.create_index(
        "item_verifying",
        "item",
        ["verifier_id", "red_at"],
        unique=False,
        sqlite_where=sa.text("stage = 'verification' AND NOT on_hold"),
        postgresql_where=sa.text("stage = 'verification' AND NOT on_hold"),
    )
    op.create_index(op.f("ix_item_flow_run_id"), "item", ["flow_run_id"], unique=False)
    op.create_index(op.f("ix_item_leader_id"), "item", ["leader_id"], unique=False)
    op.create_index(op.f("ix_item_responsible_id"), "item", ["responsible_id"], unique=False)
    op.create_index(op.f("ix_item_unit_id"), "item", ["unit_id"], unique=False)
    op.create_index(op.f("ix_item_verifier_id"), "item", ["verifier_id"], unique=False)
    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("file_name", sa.String(255), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("lang", sa.String(8), nullable=False),
        sa.Column("header", sa.String(64), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("of", sa.Integer(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("began_at", Instant(), nullable=True),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("stop_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token"),
    )
    op.create_index(
        "ix_job_at_work",
        "job",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state IN ('rehearsing', 'running')"),
        postgresql_where=sa.text("state IN ('rehearsing', 'running')"),
    )
    op.create_index(op.f("ix_job_created_at"), "job", ["created_at"], unique=False)
    op.create_index(op.f("ix_job_header"), "job", ["header"], unique=False)
    op.create_index("ix_job_person_id_id", "job", ["person_id", "id"], unique=False)
    op.create_table(
        "mail_stop",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("released_at", Instant(), nullable=True),
        sa.Column("released_by", sa.Integer(), nullable=True),
        sa.Column("ending", sa.String(16), nullable=False),
        sa.Column("remark", sa.String(500), nullable=False),
        sa.ForeignKeyConstraint(
            ["released_by"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["unit.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("person_id", "unit_id", "role"),
    )
    op.create_index(op.f("ix_membership_person_id"), "membership", ["person_id"], unique=False)
    op.create_index(op.f("ix_membership_unit_id"), "membership", ["unit_id"], unique=False)
    op.create_table(
        "notice_wording",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("lang", sa.String(8), nullable=False),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_notice_wording_kind_lang_id", "notice_wording", ["kind", "lang", "id"], unique=False
    )
    op.create_table(
        "preference",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("way", sa.String(16), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("person_id", "kind"),
    )
    op.create_table(
        "tally",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(500), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("as_of", Instant(), nullable=True),
        sa.Column("counted_at", Instant(), nullable=True),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("counting_until", Instant(), nullable=True),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("took", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaign.id"],
        ),
        sa.PrimaryKeyConstraint("campaign_id", "part"),
    )
    op.create_table(
        "access_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("via", sa.String(16), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["item.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_access_log_item_id"), "access_log", ["item_id"], unique=False)
    op.create_index(op.f("ix_access_log_person_id"), "access_log", ["person_id"], unique=False)
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("scopes", Keys(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.Column("used_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("hash"),
    )
    op.create_index(op.f("ix_api_token_account_id"), "api_token", ["account_id"], unique=False)
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(32), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("step_key", sa.String(64), nullable=True),
        sa.Column("idempotency_key", sa.String(128), nullable=True),
        sa.Column("asked", sa.String(32), nullable=True),
        sa.Column("announced", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["item.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("item_id", "seq"),
    )
    op.create_index(
        "event_idempotency",
        "event",
        ["idempotency_key"],
        unique=True,
        sqlite_where=sa.text("idempotency_key IS NOT NULL"),
        postgresql_where=sa.text("idempotency_key IS NOT NULL"),
    )
    op.create_index(
        "event_step",
        "event",
        ["item_id", "step_key"],
        unique=True,
        sqlite_where=sa.text("step_key IS NOT NULL"),
        postgresql_where=sa.text("step_key IS NOT NULL"),
    )
    op.create_index(
        "event_unannounced",
        "event",
        ["id"],
        unique=False,
        sqlite_where=sa.text("NOT announced"),
        postgresql_where=sa.text("NOT announced"),
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("filename", sa.String(255), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(1000), nullable=False),
        sa.Column("attached_by", sa.Integer(), nullable=False),
        sa.Column("attached_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["item.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("item_id", "seq"),
    )
    op.create_index(op.f("ix_evidence_item_id"), "evidence", ["item_id"], unique=False)
    op.create_index(op.f("ix_evidence_sha256"), "evidence", ["sha256"], unique=False)
    op.create_table(
        "extension_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("due_before", sa.Date(), nullable=True),
        sa.Column("due_asked", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(2000), nullable=False),
        sa.Column("code", sa.String(200), nullable=False),
        sa.Column("decision", sa.String(16), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("due_granted", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["item.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("item_id", "seq"),
    )
    op.create_index(
        op.f("ix_extension_request_item_id"), "extension_request", ["item_id"], unique=False
    )
    op.create_table(
        "external_identity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(255), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("administrator", sa.Boolean(), nullable=False),
        sa.Column("linked_at", Instant(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account_id", "issuer"),
        sa.UniqueConstraint("issuer", "subject"),
    )
    op.create_table(
        "flow_run",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("life", sa.Integer(), nullable=False),
        sa.Column("flow_run_id", sa.String(36), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["item.id"],
        ),
        sa.PrimaryKeyConstraint("item_id", "life"),
    )
    op.create_index(op.f("ix_flow_run_flow_run_id"), "flow_run", ["flow_run_id"], unique=False)
    op.create_table(
        "formal_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("life", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("occasion", sa.Integer(), nullable=False),
        sa.Column("serial", sa.String(64), nullable=False),
        sa.Column("file", sa.String(255), nullable=False),
        sa.Column("signer_id", sa.Integer(), nullable=True),
        sa.Column("addressee_id", sa.Integer(), nullable=True),
        sa.Column("issued_at", Instant(), nullable=False),
        sa.Column("served_at", Instant(), nullable=True),
        sa.Column("served_how", sa.String(16), nullable=False),
        sa.Column("served_by", sa.Integer(), nullable=True),
        sa.Column("acknowledged_at", Instant(), nullable=True),
        sa.Column("minutes", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["addressee_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["item.id"],
        ),
        sa.ForeignKeyConstraint(
            ["served_by"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["signer_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("item_id", "kind", "life", "round", "level", "occasion"),
        sa.UniqueConstraint("serial"),
    )
    op.create_index(op.f("ix_formal_notice_item_id"), "formal_notice", ["item_id"], unique=False)
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("hash"),
    )
    op.create_index(op.f("ix_invitation_account_id"), "invitation", ["account_id"], unique=False)
    op.create_table(
        "item_co_unit",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["item.id"],
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["unit.id"],
        ),
        sa.PrimaryKeyConstraint("unit_id", "item_id"),
    )
    op.create_index(op.f("ix_item_co_unit_item_id"), "item_co_unit", ["item_id"], unique=False)
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("saved_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account_id", "name"),
    )
    op.create_index(op.f("ix_saved_view_shared"), "saved_view", ["shared"], unique=False)
    op.create_table(
        "session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("agent", sa.String(200), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("hash"),
    )
    op.create_index(op.f("ix_session_account_id"), "session", ["account_id"], unique=False)
    op.create_table(
        "board_choice",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("columns", Keys(), nullable=False),
        sa.Column("view_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
        ),
        sa.ForeignKeyConstraint(
            ["view_id"],
            ["saved_view.id"],
        ),
        sa.PrimaryKeyConstraint("account_id"),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("for_person_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("seat", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("occasion", sa.String(80), nullable=False),
        sa.Column("content", sa.String(80), nullable=False),
        sa.Column("chasing", sa.Boolean(), nullable=False),
        sa.Column("address", sa.String(254), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("held_for", sa.String(16), nullable=False),
        sa.Column("held_until", Instant(), nullable=True),
        sa.Column("carried_by", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(255), nullable=False),
        sa.Column("message", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("next_attempt_at", Instant(), nullable=False),
        sa.Column("left_at", Instant(), nullable=True),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.Column("claimed_by", sa.String(64), nullable=True),
        sa.Column("claimed_until", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["carried_by"],
            ["delivery.id"],
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
        ),
        sa.ForeignKeyConstraint(
            ["for_person_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["item.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("person_id", "kind", "occasion", "channel"),
    )
    op.create_index(
        "delivery_due",
        "delivery",
        ["next_attempt_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('pending', 'failed')"),
        postgresql_where=sa.text("state IN ('pending', 'failed')"),
    )
    op.create_index(
        "delivery_left",
        "delivery",
        ["left_at"],
        unique=False,
        sqlite_where=sa.text("left_at IS NOT NULL"),
        postgresql_where=sa.text("left_at IS NOT NULL"),
    )
    op.create_index(
        "delivery_troubled",
        "delivery",
        ["state", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('failed', 'held', 'dead', 'skipped')"),
        postgresql_where=sa.text("state IN ('failed', 'held', 'dead', 'skipped')"),
    )
    op.create_index(
        "delivery_unplanned",
        "delivery",
        ["held_until"],
        unique=False,
        sqlite_where=sa.text("left_at IS NULL AND state IN ('pending', 'held')"),
        postgresql_where=sa.text("left_at IS NULL AND state IN ('pending', 'held')"),
    )
    op.create_index(op.f("ix_delivery_carried_by"), "delivery", ["carried_by"], unique=False)
    op.create_index(op.f("ix_delivery_event_id"), "delivery", ["event_id"], unique=False)
    op.create_index(op.f("ix_delivery_item_id"), "delivery", ["item_id"], unique=False)
    op.create_index(op.f("ix_delivery_person_id"), "delivery", ["person_id"], unique=False)
    op.create_table(
        "external_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("identity_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(
            ["identity_id"],
            ["external_identity.id"],
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["unit.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("identity_id", "unit_id", "role"),
    )
    op.create_index(op.f("ix_external_role_unit_id"), "external_role", ["unit_id"], unique=False)
    op.create_table(
        "webhook_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("webhook_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("ident", sa.String(80), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("next_attempt_at", Instant(), nullable=False),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
        ),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["item.id"],
        ),
        sa.ForeignKeyConstraint(
            ["webhook_id"],
            ["webhook.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("webhook_id", "event_id"),
    )
    op.create_index(
        "webhook_call_dead",
        "webhook_call",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state = 'dead'"),
        postgresql_where=sa.text("state = 'dead'"),
    )
    op.create_index(
        "webhook_call_waiting",
        "webhook_call",
        ["webhook_id", "item_id", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('pending', 'failed')"),
        postgresql_where=sa.text("state IN ('pending', 'failed')"),
    )
    search_index.make(op.get_bind())


def downgrade() -> None:
    """Undo it."""
    search_index.drop(op.get_bind())
    op.drop_index(
        "webhook_call_waiting",
        table_name="webhook_call",
        sqlite_where=sa.text("state IN ('pending', 'failed')"),
        postgresql_where=sa.text("state IN ('pending', 'failed')"),
    )
    op.drop_index(
        "webhook_call_dead",
        table_name="webhook_call",
        sqlite_where=sa.text("state = 'dead'"),
        postgresql_where=sa.text("state = 'dead'"),
    )
    op.drop_table("webhook_call")
    op.drop_index(op.f("ix_external_role_unit_id"), table_name="external_role")
    op.drop_table("external_role")
    op.drop_index(op.f("ix_delivery_person_id"), table_name="delivery")
    op.drop_index(op.f("ix_delivery_item_id"), table_name="delivery")
    op.drop_index(op.f("ix_delivery_event_id"), table_name="delivery")
    op.drop_index(op.f("ix_delivery_carried_by"), table_name="delivery")
    op.drop_index(
        "delivery_unplanned",
        table_name="delivery",
        sqlite_where=sa.text("left_at IS NULL AND state IN ('pending', 'held')"),
        postgresql_where=sa.text("left_at IS NULL AND state IN ('pending', 'held')"),
    )
    op.drop_index(
        "delivery_troubled",
        table_name="delivery",
        sqlite_where=sa.text("state IN ('failed', 'held', 'dead', 'skipped')"),
        postgresql_where=sa.text("state IN ('failed', 'held', 'dead', 'skipped')"),
    )
    op.drop_index(
        "delivery_left",
        table_name="delivery",
        sqlite_where=sa.text("left_at IS NOT NULL"),
        postgresql_where=sa.text("left_at IS NOT NULL"),
    )
    op.drop_index(
        "delivery_due",
        table_name="delivery",
        sqlite_where=sa.text("state IN ('pending', 'failed')"),
        postgresql_where=sa.text("state IN ('pending', 'failed')"),
    )
    op.drop_table("delivery")
    op.drop_table("board_choice")
    op.drop_index(op.f("ix_session_account_id"), table_name="session")
    op.drop_table("session")
    op.drop_index(op.f("ix_saved_view_shared"), table_name="saved_view")
    op.drop_table("saved_view")
    op.drop_index(op.f("ix_item_co_unit_item_id"), table_name="item_co_unit")
    op.drop_table("item_co_unit")
    op.drop_index(op.f("ix_invitation_account_id"), table_name="invitation")
    op.drop_table("invitation")
    op.drop_index(op.f("ix_formal_notice_item_id"), table_name="formal_notice")
    op.drop_table("formal_notice")
    op.drop_index(op.f("ix_flow_run_flow_run_id"), table_name="flow_run")
    op.drop_table("flow_run")
    op.drop_table("external_identity")
    op.drop_index(op.f("ix_extension_request_item_id"), table_name="extension_request")
    op.drop_table("extension_request")
    op.drop_index(op.f("ix_evidence_sha256"), table_name="evidence")
    op.drop_index(op.f("ix_evidence_item_id"), table_name="evidence")
    op.drop_table("evidence")
    op.drop_index(
        "event_unannounced",
        table_name="event",
        sqlite_where=sa.text("NOT announced"),
        postgresql_where=sa.text("NOT announced"),
    )
    op.drop_index(
        "event_step",
        table_name="event",
        sqlite_where=sa.text("step_key IS NOT NULL"),
        postgresql_where=sa.text("step_key IS NOT NULL"),
    )
    op.drop_index(
        "event_idempotency",
        table_name="event",
        sqlite_where=sa.text("idempotency_key IS NOT NULL"),
        postgresql_where=sa.text("idempotency_key IS NOT NULL"),
    )
    op.drop_table("event")
    op.drop_index(op.f("ix_api_token_account_id"), table_name="api_token")
    op.drop_table("api_token")
    op.drop_index(op.f("ix_access_log_person_id"), table_name="access_log")
    op.drop_index(op.f("ix_access_log_item_id"), table_name="access_log")
    op.drop_table("access_log")
    op.drop_table("tally")
    op.drop_table("preference")
    op.drop_index("ix_notice_wording_kind_lang_id", table_name="notice_wording")
    op.drop_table("notice_wording")
    op.drop_index(op.f("ix_membership_unit_id"), table_name="membership")
    op.drop_index(op.f("ix_membership_person_id"), table_name="membership")
    op.drop_table("membership")
    op.drop_table("mail_stop")
    op.drop_index("ix_job_person_id_id", table_name="job")
    op.drop_index(op.f("ix_job_header"), table_name="job")
    op.drop_index(op.f("ix_job_created_at"), table_name="job")
    op.drop_index(
        "ix_job_at_work",
        table_name="job",
        sqlite_where=sa.text("state IN ('rehearsing', 'running')"),
        postgresql_where=sa.text("state IN ('rehearsing', 'running')"),
    )
    op.drop_table("job")
    op.drop_index(op.f("ix_item_verifier_id"), table_name="item")
    op.drop_index(op.f("ix_item_unit_id"), table_name="item")
    op.drop_index(op.f("ix_item_responsible_id"), table_name="item")
    op.drop_index(op.f("ix_item_leader_id"), table_name="item")
    op.drop_index(op.f("ix_item_flow_run_id"), table_name="item")
    op.drop_index(
        "item_verifying",
        table_name="item",
        sqlite_where=sa.text("stage = 'verification' AND NOT on_hold"),
        postgresql_where=sa.text("stage = 'verification' AND NOT on_hold"),
    )
    op.drop_index(
        "item_unstarted",
        table_name="item",
        sqlite_where=sa.text("followed >= 0 AND flow_run_id IS NULL"),
        postgresql_where=sa.text("followed >= 0 AND flow_run_id IS NULL"),
    )
    op.drop_index(
        "item_unreachable",
        table_name="item",
        sqlite_where=sa.text("unreachable"),
        postgresql_where=sa.text("unreachable"),
    )
    op.drop_index(
        "item_open",
        table_name="item",
        sqlite_where=sa.text("stage <> 'closed'"),
        postgresql_where=sa.text("stage <> 'closed'"),
    )
    op.drop_index(
        "item_number",
        table_name="item",
        sqlite_where=sa.text("number <> ''"),
        postgresql_where=sa.text("number <> ''"),
    )
    op.drop_index("item_listing", table_name="item")
    op.drop_index(
        "item_lag",
        table_name="item",
        sqlite_where=sa.text("followed >= 0 AND (followed < moves OR lease_until IS NOT NULL)"),
        postgresql_where=sa.text("followed >= 0 AND (followed < moves OR lease_until IS NOT NULL)"),
    )
    op.drop_index(
        "item_helped",
        table_name="item",
        sqlite_where=sa.text("co_unit_paths <> ''"),
        postgresql_where=sa.text("co_unit_paths <> ''"),
    )
    op.drop_index(
        "item_due",
        table_name="item",
        sqlite_where=sa.text("next_action_at IS NOT NULL"),
        postgresql_where=sa.text("next_action_at IS NOT NULL"),
    )
    op.drop_index(
        "item_closing",
        table_name="item",
        sqlite_where=sa.text("stage = 'closure' AND NOT on_hold"),
        postgresql_where=sa.text("stage = 'closure' AND NOT on_hold"),
    )
    op.drop_index(
        "item_closed_opened",
        table_name="item",
        sqlite_where=sa.text("stage = 'closed'"),
        postgresql_where=sa.text("stage = 'closed'"),
    )
    op.drop_index(
        "item_closed_level",
        table_name="item",
        sqlite_where=sa.text("stage = 'closed'"),
        postgresql_where=sa.text("stage = 'closed'"),
    )
    op.drop_index(
        "item_closed",
        table_name="item",
        sqlite_where=sa.text("stage = 'closed'"),
        postgresql_where=sa.text("stage = 'closed'"),
    )
    op.drop_index(
        "item_asked",
        table_name="item",
        sqlite_where=sa.text("extension_due IS NOT NULL OR hold_asked_until IS NOT NULL"),
        postgresql_where=sa.text("extension_due IS NOT NULL OR hold_asked_until IS NOT NULL"),
    )
    op.drop_table("item")
    op.drop_index(op.f("ix_feed_token_person_id"), table_name="feed_token")
    op.drop_table("feed_token")
    op.drop_table("contact")
    op.drop_index(op.f("ix_admin_log_person_id"), table_name="admin_log")
    op.drop_table("admin_log")
    op.drop_table("account")
    op.drop_index(op.f("ix_absence_person_id"), table_name="absence")
    op.drop_table("absence")
    op.drop_index(op.f("ix_person_unit_id"), table_name="person")
    op.drop_index(op.f("ix_person_name"), table_name="person")
    op.drop_table("person")
    op.drop_table("campaign")
    op.drop_table("webhook")
    op.drop_index(op.f("ix_unit_path"), table_name="unit")
    op.drop_index(op.f("ix_unit_parent_id"), table_name="unit")
    op.drop_index(op.f("ix_unit_name"), table_name="unit")
    op.drop_table("unit")
    op.drop_index(op.f("ix_sign_in_attempt_expires_at"), table_name="sign_in_attempt")
    op.drop_table("sign_in_attempt")
    op.drop_table("series")
    op.drop_table("policy")
    op.drop_table("heartbeat")
    op.drop_table("evidence_file")
