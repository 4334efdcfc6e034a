"""Which commands may be given to many items at once, and why the others may not.

What is said once and holds for each of many may be said once. What somebody has to find out about
one item, or ends it, is done one by one; striking off only where the policy says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping

from rules.case import Case
from rules.errors import Refusal

IN_BULK: Mapping[str, str] = {
    "accept": "a morning's post is taken on together",
    "assign": "a unit gets everything that is found at it with one order",
    "acknowledge": "whoever has a stack of orders before them confirms the stack",
    "appoint": "one verifier goes to one place and sees all of it",
    "serve": "acts are handed over together",
    "confirm": "and received together",
    "hold": "a flood, a session or an epidemic stops many clocks on one day",
    "resume": "and they start again on one day",
    "stay": "the same for the ladder",
    "lift_stay": "the same for the ladder",
    "comment": "the same remark may concern many",
    "approve": "where the policy lets small matters be struck off together (bulk_approval)",
}
"""Command -> why it may be given to many at once. Each item is judged for itself all the same."""

ONE_BY_ONE: Mapping[str, str] = {
    "register": "there is no item yet; ledgers are imported",
    "reject": "it ends an item, for a reason of its own",
    "merge": "that two items are one matter is found by reading both",
    "transfer": "it ends an item, for a reason of its own",
    "decline": "it ends an assignment, for a reason of its own",
    "report_progress": "a report is about one piece of work",
    "attach_evidence": "evidence shows one piece of work",
    "submit": "that work is done is said of one piece of work",
    "pass": "a finding is made by looking at one item",
    "fail": "a finding is made by looking at one item",
    "deny": "what is missing differs from item to item",
    "request_extension": "the reason and the day differ from item to item",
    "grant_extension": "each request has a day and a reason to be weighed",
    "refuse_extension": "each request has a day and a reason to be weighed",
    "request_hold": "the reason and the day differ from item to item",
    "refuse_hold": "each request has a day and a reason to be weighed",
    "reopen": "a relapse is found at one item",
    "withdraw": "it ends an item, for a reason of its own",
    "waive": "an exemption is a decision about one person and one item",
    "correct": "what is wrong differs from item to item",
}
"""Command -> why it is given to one item at a time."""


def may_be_given_in_bulk(case: Case) -> Refusal | None:
    """What stands against giving this command to the item as one of many."""
    name = case.command.name
    if name not in IN_BULK:
        why = ONE_BY_ONE.get(name, "it is the program's own")
        return Refusal("ForbidInBulk", f"{name} is given one by one: {why}.", "Open the item.")
    if name == "approve":
        return may_approve_in_bulk(case)
    return None


def may_approve_in_bulk(case: Case) -> Refusal | None:
    """Items are struck off together only as far as the policy allows, by severity."""
    allowed = case.policy.bulk_approval
    if case.item.severity in allowed:
        return None
    severities = ", ".join(allowed)
    only = f"only these are: {severities}" if allowed else "nothing is, under its policy"
    return Refusal(
        "ForbidBulkApproval",
        f"{case.item.ref} ({case.item.severity}) is not struck off in bulk: {only}.",
        "Open it, and decide on it alone.",
    )
