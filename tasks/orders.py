"""Orders (交办单): one for each assignment, and the receipt that is entered against it."""

from __future__ import annotations

from models import documents, findings, items
from models.engine import reading
from rules.vocabulary import Stage
from tasks.documents import catch_up, issue
from tasks.office import Office
from tasks.paper_facts import Asked

ORDERED = (Stage.ASSIGNMENT, Stage.DEADLINE, Stage.REMINDER)
"""While somebody works, or is to work, on what has been assigned."""


def issue_order(at: Office, item_id: int) -> None:
    """Issue the order of the item's last assignment if it is missing, and enter its receipt.

    Later than the assignment if need be: an item may have been received, or be overdue, before
    its flow gets to it. One that came from a ledger in the middle of its life was ordered there.
    """
    # Item and assignment from one moment, or a paper could name one and count for another.
    with reading(at.engine) as connection:
        loaded = items.by_id(connection, item_id)
        assignment = findings.last_assignment(connection, item_id)
        ordered = documents.last_occasion(connection, item_id, documents.ORDER)
    if loaded is None or assignment is None:
        return
    item = loaded.item
    if item.stage not in ORDERED or item.responsible_id is None:
        return
    if ordered < assignment.seq:
        signer = assignment.actor_id or None
        asked = Asked(documents.ORDER, 0, assignment.seq, assignment.due, signer)
        issue(at, loaded, asked)
    elif item.acknowledged_at is not None:
        catch_up(at, item)
