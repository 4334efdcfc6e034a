"""The lifecycle, written by hand from the design: what the table of the rules is held against."""

from __future__ import annotations

from typing import NamedTuple

from rules.vocabulary import Stage

# Where it leads : who may. C coordinator, S supervisor, V verifier, R responsible, L leader,
# P the program, H somebody of a co-unit, A anybody named on the item or with a role over its unit
# that is not for reading alone. "-": refused.
GOLDEN = """
command           | intake       | assignment            | deadline            | reminder       | verification          | closure                   | closed
register          | -            | -                     | -                   | -              | -                     | -                         | -
screen            | intake:P     | -                     | -                   | -              | -                     | -                         | -
accept            | assignment:C | -                     | -                   | -              | -                     | -                         | -
reject            | closed:C     | -                     | -                   | -              | -                     | -                         | -
merge             | closed:C     | -                     | -                   | -              | -                     | -                         | -
transfer          | closed:C     | -                     | -                   | -              | -                     | -                         | -
assign            | -            | assignment:C          | assignment:C        | assignment:C   | -                     | -                         | -
acknowledge       | -            | deadline:RL           | -                   | -              | -                     | -                         | -
decline           | -            | intake:RL             | -                   | -              | -                     | -                         | -
report_progress   | -            | -                     | deadline:RLH        | reminder:RLH   | -                     | -                         | -
attach_evidence   | intake:CSVRLH| assignment:CSVRLH     | deadline:CSVRLH     | reminder:CSVRLH| verification:CSVRLH   | closure:CSVRLH            | -
request_extension | -            | -                     | deadline:RL         | reminder:RL    | -                     | -                         | -
grant_extension   | -            | -                     | deadline:CS         | deadline:CS    | -                     | -                         | -
refuse_extension  | -            | -                     | deadline:CS         | reminder:CS    | -                     | -                         | -
serve             | -            | -                     | deadline:CS         | reminder:CS    | verification:CS       | closure:CS                | -
confirm           | -            | -                     | deadline:RL         | reminder:RL    | verification:RL       | closure:RL                | -
stay              | -            | -                     | deadline:S          | reminder:S     | -                     | -                         | -
lift_stay         | -            | -                     | deadline:S          | reminder:S     | -                     | -                         | -
submit            | -            | -                     | verification:RL     | verification:RL| -                     | -                         | -
appoint           | -            | -                     | -                   | -              | verification:CSP      | -                         | -
pass              | -            | -                     | -                   | -              | closure:V             | -                         | -
fail              | -            | -                     | -                   | -              | deadline:V            | -                         | -
approve           | -            | -                     | -                   | -              | -                     | closed:S                  | -
deny              | -            | -                     | -                   | -              | -                     | verification/deadline:S   | -
request_hold      | -            | assignment:RL         | deadline:RL         | reminder:RL    | -                     | -                         | -
hold              | -            | assignment:CS         | deadline:CS         | reminder:CS    | verification:CS       | closure:CS                | -
refuse_hold       | -            | assignment:CS         | deadline:CS         | reminder:CS    | -                     | -                         | -
resume            | -            | assignment:CS         | deadline:CS         | reminder:CS    | verification:CS       | closure:CS                | -
reopen            | -            | -                     | -                   | -              | -                     | -                         | deadline:CS
withdraw          | closed:S     | closed:S              | closed:S            | closed:S       | closed:S              | closed:S                  | -
waive             | intake:S     | assignment:S          | deadline:S          | reminder:S     | verification:S        | closure:S                 | -
comment           | intake:AH    | assignment:AH         | deadline:AH         | reminder:AH    | verification:AH       | closure:AH                | closed:AH
correct           | intake:C     | assignment:C          | deadline:C          | reminder:C     | verification:C        | closure:C                 | closed:C
relist            | intake:CP    | assignment:CP         | deadline:CP         | reminder:CP    | verification:CP       | closure:CP                | closed:CP
reseat            | intake:P     | assignment:P          | deadline:P          | reminder:P     | verification:P        | closure:P                 | closed:P
record            | intake:P     | assignment:P          | deadline:P          | reminder:P     | verification:P        | closure:P                 | closed:P
lose_contact      | -            | assignment:P          | deadline:P          | reminder:P     | verification:P        | closure:P                 | -
regain_contact    | -            | assignment:P          | deadline:P          | reminder:P     | verification:P        | closure:P                 | -
recompute         | -            | assignment:P          | deadline:P          | reminder:P     | verification:P        | closure:P                 | -
adopt             | intake:P     | assignment:P          | deadline:P          | reminder:P     | verification:P        | closure:P                 | -
fire              | -            | assignment/deadline:P | deadline/reminder:P | reminder:P     | verification:P        | closure:P                 | closed:P
"""  # noqa: E501


class Cell(NamedTuple):
    """What the hand-written table says of one pair."""

    stage: Stage
    command: str
    goals: tuple[Stage, ...]
    who: str


def cells() -> list[Cell]:
    """The hand-written table, read."""
    head, *lines = (
        [word.strip() for word in line.split("|")] for line in GOLDEN.strip().split("\n")
    )
    found = []
    for command, *row in lines:
        for stage, text in zip(head[1:], row, strict=True):
            goals, _, who = text.partition(":")
            places = () if goals == "-" else tuple(Stage(goal) for goal in goals.split("/"))
            found.append(Cell(Stage(stage), command, places, who))
    return found


CELLS = cells()
