"""The life of an item on one screen.

Each row says: in this stage, this command leads there, may be given by those, and is refused
when one of those guards objects. A pair that is not in the table is refused.
"""

# ruff: noqa: E501  (the table's rows stay whole)

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from rules import approval as ap
from rules import guards as g
from rules import ladder_guards as lg
from rules import open_units as ou
from rules import seat_guards as sg
from rules import time_guards as tg
from rules.duties import Relation as R
from rules.errors import Refusal
from rules.vocabulary import OPEN_STAGES
from rules.vocabulary import Stage as S

Guard = Callable[[g.Case], Refusal | None]


class Row(NamedTuple):
    """One permitted pair of stage and command. ``to`` lists where it may lead; first is usual."""

    stage: S
    command: str
    to: tuple[S, ...]
    who: frozenset[R]
    guards: tuple[Guard, ...]


def _row(
    stage: S, command: str, to: S | tuple[S, ...], who: R, *guards: Guard | tuple[Guard, ...]
) -> Row:
    goals = to if isinstance(to, tuple) else (to,)
    flat = tuple(g for entry in guards for g in (entry if isinstance(entry, tuple) else (entry,)))
    return Row(stage, command, goals, frozenset(who), flat)


COORDINATOR, SUPERVISOR, VERIFIER, SYSTEM = R.COORDINATOR, R.SUPERVISOR, R.VERIFIER, R.SYSTEM
OFFICE = COORDINATOR | SUPERVISOR
CLOCKED = OPEN_STAGES[1:]
CHASED = (S.DEADLINE, S.REMINDER)
DOER = R.RESPONSIBLE | R.LEADER
HELPER = R.HELPER

DUE_SET = (g.keep_due_in_sight, g.require_future_due, g.keep_within_superior_limit)
NAMED = (g.forbid_judging_own_unit, ou.require_open_units, g.require_responsible_in_unit, *DUE_SET,
         g.require_running_clock)  # fmt: skip
ENDED = (g.require_reason, g.forbid_judging_own_unit)
JUDGED = (g.require_running_clock, g.forbid_judging_own_unit)
STRUCK = (*JUDGED, g.forbid_approving_own_verification)
ASKED = (g.require_running_clock, tg.require_listed_reason, tg.require_unexpired_due,
         g.keep_due_in_sight, tg.require_later_due, g.keep_within_superior_limit,
         tg.limit_extension_length, tg.limit_extensions, tg.one_request_at_a_time)  # fmt: skip
GRANTED = (tg.require_pending_request, tg.require_decider, g.forbid_judging_own_unit,
           g.keep_due_in_sight, tg.require_later_due, g.keep_within_superior_limit,
           tg.limit_extension_length)  # fmt: skip
REFUSED = (tg.require_pending_request, tg.require_decider, *ENDED)
PAUSE_ASKED = (g.require_running_clock, g.require_reason, tg.limit_hold,
               tg.one_hold_request_at_a_time)  # fmt: skip
PAUSED = (g.require_running_clock, tg.require_reason_or_request, g.forbid_judging_own_unit,
          tg.limit_hold)  # fmt: skip
SERVED = (lg.require_unserved_act, lg.keep_service_in_time, lg.require_minutes)
RECOMPUTED = (tg.require_computed_due, *DUE_SET)
DONE = (g.require_running_clock, g.require_evidence)

# fmt: off
TABLE: tuple[Row, ...] = (
    #    in               command              leads to                      who may            refused when
    _row(S.INTAKE,       "screen",            S.INTAKE,                     SYSTEM),
    _row(S.INTAKE,       "accept",            S.ASSIGNMENT,                 COORDINATOR,       g.require_known_category),
    _row(S.INTAKE,       "reject",            S.CLOSED,                     COORDINATOR,       ENDED),
    _row(S.INTAKE,       "merge",             S.CLOSED,                     COORDINATOR,       ENDED, g.require_open_merge_target),
    _row(S.INTAKE,       "transfer",          S.CLOSED,                     COORDINATOR,       ENDED),

    _row(S.ASSIGNMENT,   "assign",            S.ASSIGNMENT,                 COORDINATOR,       NAMED),
    _row(S.ASSIGNMENT,   "acknowledge",       S.DEADLINE,                   DOER,              g.require_assignment, g.require_running_clock),
    _row(S.ASSIGNMENT,   "decline",           S.INTAKE,                     DOER,              g.require_assignment, g.require_reason),
    _row(S.ASSIGNMENT,   "fire",              (S.ASSIGNMENT, S.DEADLINE),   SYSTEM,            g.never_early),

    _row(S.DEADLINE,     "assign",            S.ASSIGNMENT,                 COORDINATOR,       NAMED),
    _row(S.DEADLINE,     "report_progress",   S.DEADLINE,                   DOER | HELPER,     g.require_percent),
    _row(S.DEADLINE,     "request_extension", S.DEADLINE,                   DOER,              ASKED),
    _row(S.DEADLINE,     "grant_extension",   S.DEADLINE,                   OFFICE,            GRANTED),
    _row(S.DEADLINE,     "refuse_extension",  S.DEADLINE,                   OFFICE,            REFUSED),
    _row(S.DEADLINE,     "submit",            S.VERIFICATION,               DOER,              DONE),
    _row(S.DEADLINE,     "fire",              (S.DEADLINE, S.REMINDER),     SYSTEM,            g.never_early),

    _row(S.REMINDER,     "assign",            S.ASSIGNMENT,                 COORDINATOR,       NAMED),
    _row(S.REMINDER,     "report_progress",   S.REMINDER,                   DOER | HELPER,     g.require_percent),
    _row(S.REMINDER,     "request_extension", S.REMINDER,                   DOER,              ASKED),
    _row(S.REMINDER,     "grant_extension",   S.DEADLINE,                   OFFICE,            GRANTED),
    _row(S.REMINDER,     "refuse_extension",  S.REMINDER,                   OFFICE,            REFUSED),
    _row(S.REMINDER,     "submit",            S.VERIFICATION,               DOER,              DONE),
    _row(S.REMINDER,     "fire",              S.REMINDER,                   SYSTEM,            g.never_early),

    _row(S.VERIFICATION, "appoint",           S.VERIFICATION,               OFFICE | SYSTEM,   g.require_independent_verifier),
    _row(S.VERIFICATION, "pass",              S.CLOSURE,                    VERIFIER,          JUDGED),
    _row(S.VERIFICATION, "fail",              S.DEADLINE,                   VERIFIER,          JUDGED, g.require_reason, DUE_SET),
    _row(S.VERIFICATION, "fire",              S.VERIFICATION,               SYSTEM,            g.never_early),

    _row(S.CLOSURE,      "approve",           S.CLOSED,                     SUPERVISOR,        STRUCK, ap.require_checklist),
    _row(S.CLOSURE,      "deny",              (S.VERIFICATION, S.DEADLINE), SUPERVISOR,        STRUCK, g.require_reason, DUE_SET),
    _row(S.CLOSURE,      "fire",              S.CLOSURE,                    SYSTEM,            g.never_early),

    _row(S.CLOSED,       "reopen",            S.DEADLINE,                   OFFICE,            g.require_relapse_possible, ou.require_open_units, g.require_reason, DUE_SET),
    _row(S.CLOSED,       "fire",              S.CLOSED,                     SYSTEM,            g.never_early),

    # In every open stage
    *(_row(s, "withdraw",        s.CLOSED,     SUPERVISOR,                  ENDED) for s in OPEN_STAGES),
    *(_row(s, "waive",           s,            SUPERVISOR,                  g.require_reason, g.forbid_waiving_for_oneself) for s in OPEN_STAGES),
    *(_row(s, "attach_evidence", s,            DOER | HELPER | OFFICE | VERIFIER, g.require_digest) for s in OPEN_STAGES),
    *(_row(s, "adopt",           s,            SYSTEM,                      tg.require_known_policy) for s in OPEN_STAGES),

    # Wherever a clock runs
    *(_row(s, "request_hold",    s,            DOER,                        PAUSE_ASKED) for s in CLOCKED[:3]),
    *(_row(s, "refuse_hold",     s,            OFFICE,                      tg.require_pending_hold_request, ENDED) for s in CLOCKED[:3]),
    *(_row(s, "hold",            s,            OFFICE,                      PAUSED) for s in CLOCKED),
    *(_row(s, "resume",          s,            OFFICE,                      g.require_stopped_clock) for s in CLOCKED),
    *(_row(s, "recompute",       s,            SYSTEM,                      RECOMPUTED) for s in CLOCKED),
    *(_row(s, "lose_contact",    s,            SYSTEM,                      lg.require_contact) for s in CLOCKED),
    *(_row(s, "regain_contact",  s,            SYSTEM,                      lg.require_lost_contact) for s in CLOCKED),

    # Where the ladder is climbed, or its acts are still on their way
    *(_row(s, "stay",            s,            SUPERVISOR,                  ENDED, lg.limit_stay) for s in CHASED),
    *(_row(s, "lift_stay",       s,            SUPERVISOR,                  lg.require_running_stay, g.forbid_judging_own_unit) for s in CHASED),
    *(_row(s, "serve",           s,            OFFICE,                      SERVED) for s in CLOCKED[1:]),
    *(_row(s, "confirm",         s,            DOER,                        lg.require_unconfirmed_act) for s in CLOCKED[1:]),

    # In every stage
    *(_row(s, "comment",         s,            R.INVOLVED | HELPER) for s in S),
    *(_row(s, "correct",         s,            COORDINATOR,                 g.require_title) for s in S),
    *(_row(s, "relist",          s,            SYSTEM | COORDINATOR,        g.require_title) for s in S),
    *(_row(s, "reseat",          s,            SYSTEM,                      sg.require_seat_to_change, sg.keep_judges_apart) for s in S),
    *(_row(s, "record",          s,            SYSTEM) for s in S),
)
# fmt: on

PERMITTED: dict[tuple[S, str], Row] = {(row.stage, row.command): row for row in TABLE}


def commands_in(stage: S) -> tuple[str, ...]:
    """Names of the commands that the table permits in ``stage``, in the table's order."""
    return tuple(row.command for row in TABLE if row.stage is stage)
