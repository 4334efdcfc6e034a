"""Which commands may be given to many at once, and what a policy says of approving together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rules.bulk import IN_BULK, ONE_BY_ONE, may_be_given_in_bulk
from rules.commands import COMMANDS, SYSTEM_COMMANDS
from rules.errors import Refusal
from rules.vocabulary import Severity, Stage
from tests.cast import SUPERVISOR, policy
from tests.rules.examples import example

# Written by hand, beside the tables with their reasons.
MANY = {"accept", "assign", "acknowledge", "appoint", "serve", "confirm", "hold", "resume", "stay",
        "lift_stay", "comment", "approve"}  # fmt: skip


def test_the_commands_for_many_are_those_of_the_hand_written_list() -> None:
    assert set(IN_BULK) == MANY
    assert not MANY & set(ONE_BY_ONE)
    assert MANY | set(ONE_BY_ONE) == set(COMMANDS) - SYSTEM_COMMANDS


@pytest.mark.parametrize("command", sorted(set(COMMANDS) - {"approve", "register"}))
def test_a_command_is_refused_for_many_unless_it_is_on_the_list(command: str) -> None:
    asked = replace(example(Stage.DEADLINE, "comment", SUPERVISOR))
    asked.command = example(Stage.DEADLINE, command, SUPERVISOR).command
    refused = may_be_given_in_bulk(asked)
    assert (refused is None) is (command in MANY)
    if refused is not None:
        assert refused.rule == "ForbidInBulk"
        assert refused.reason.startswith(f"{command} is given one by one: ")


@pytest.mark.parametrize("severity", list(Severity))
@pytest.mark.parametrize("allowed", [(), (Severity.GENERAL,), tuple(Severity)])
def test_closures_are_approved_together_by_severity_as_the_policy_says(
    severity: Severity, allowed: tuple[Severity, ...]
) -> None:
    asked = example(Stage.CLOSURE, "approve", SUPERVISOR, changes={"severity": severity})
    refused = may_be_given_in_bulk(replace(asked, policy=policy(bulk_approval=allowed)))
    if severity in allowed:
        assert refused is None
    else:
        assert isinstance(refused, Refusal)
        assert refused.rule == "ForbidBulkApproval"
        assert str(severity) in refused.reason
