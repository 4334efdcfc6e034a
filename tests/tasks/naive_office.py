"""A naive office: what DESIGN says about an item's life, kept in a dict, written from the words.

It knows people by what everybody knows of them, and takes the days of deadlines from the item it
is compared with; stages, rounds, who may do what and what comes of it are its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

OFFICE = {"coordinator", "supervisor", "second-supervisor", "colleague"}
COORDINATORS = {"coordinator", "colleague"}
SUPERVISORS = {"supervisor", "second-supervisor", "colleague"}
VERIFIERS = {"verifier", "second-verifier", "colleague"}
OF_THE_BUREAU = {"responsible", "leader", "colleague", "nobody"}
ELSEWHERE = "outsider"
"""Coordinates, supervises and verifies another county: ours only while it is nobody's."""

PEOPLE = ("coordinator", "supervisor", "second-supervisor", "verifier", "second-verifier",
          "responsible", "leader", "colleague", ELSEWHERE, "viewer", "nobody")  # fmt: skip

CLOSES_AS = {"reject": "unsubstantiated", "merge": "merged", "transfer": "transferred",
             "withdraw": "withdrawn", "approve": "rectified"}  # fmt: skip

ENDINGS = frozenset({"reject", "merge", "transfer", "withdraw"})
"""Nothing follows these."""

TALK = frozenset({"comment", "correct", "report_progress"})
"""Nothing moves by these."""

CLOCKED = ("assignment", "deadline", "reminder", "verification", "closure")
OPEN = ("intake", *CLOCKED)
WORKED = ("deadline", "reminder")

STAGES = {
    **dict.fromkeys(("accept", "reject", "merge", "transfer"), ("intake",)),
    "assign": ("assignment", *WORKED),
    **dict.fromkeys(("acknowledge", "decline"), ("assignment",)),
    **dict.fromkeys(("report_progress", "request_extension", "grant_extension",
                     "refuse_extension", "submit"), WORKED),
    **dict.fromkeys(("appoint", "pass", "fail"), ("verification",)),
    **dict.fromkeys(("approve", "deny"), ("closure",)),
    "reopen": ("closed",),
    **dict.fromkeys(("withdraw", "waive", "attach_evidence"), OPEN),
    **dict.fromkeys(("hold", "resume"), CLOCKED),
    **dict.fromkeys(("request_hold", "refuse_hold"), CLOCKED[:3]),
    **dict.fromkeys(("stay", "lift_stay"), WORKED),
    **dict.fromkeys(("serve", "confirm"), CLOCKED[1:]),
    **dict.fromkeys(("comment", "correct"), (*OPEN, "closed")),
}  # fmt: skip
"""In which stages a command has a meaning at all."""

REASONED = ("reject", "merge", "transfer", "decline", "request_extension", "refuse_extension",
            "fail", "deny", "hold", "reopen", "withdraw", "waive", "stay", "request_hold",
            "refuse_hold")  # fmt: skip

Paper = dict[str, Any]
"""What the naive office writes down about one item."""


GROUND = {"level": 0, "served": 0, "confirmed": 0}
"""At the foot of the ladder."""


def fresh() -> Paper:
    """An item that has just been registered."""
    return {
        "stage": "intake", "round": 1, "life": 1, "version": 1, "outcome": None, "unit": False,
        "led": False, "appointed": None, "passed_by": None, "waived": None, "evidence": 0,
        "asked": None, "granted": 0, "held": False, "pause": None, "stay": None, **GROUND,
    }  # fmt: skip


def fields(command: str, paper: Paper, today: date, due: date | None, other: str) -> Paper:
    """What is written on the form of a command."""
    reason = {"reason": "理由"} if command in REASONED else {}
    return reason | {
        "accept": {"category": "conduct"},
        "merge": {"into": other},
        "transfer": {"to": "纪委监委"},
        "assign": {
            "unit": "bureau", "responsible": "responsible", "leader": "leader",
            "due": today + timedelta(days=30),
        },
        "report_progress": {"text": "进展"},
        "attach_evidence": {"sha256": "a" * 64, "filename": "照片.jpg"},
        "request_extension": {"due": (due or today) + timedelta(days=7)},
        "appoint": {"verifier": ("verifier", "colleague", "responsible", "outsider")[
            paper["version"] % 4]},
        "deny": {"to": ("verification", "deadline")[paper["version"] % 2]},
        "hold": {"until": today + timedelta(days=10)},
        "request_hold": {"until": today + timedelta(days=9)},
        "stay": {"until": today + timedelta(days=12)},
        "waive": {"person": "colleague"},
        "comment": {"text": "请抓紧"},
        "correct": {"title": "更正"},
    }.get(command, {})  # fmt: skip


def _roles(paper: Paper, who: str) -> Iterator[str]:
    """What the person is to the item."""
    here = who != ELSEWHERE or not paper["unit"]
    if here and who in {*COORDINATORS, ELSEWHERE}:
        yield "coordinator"
    if here and who in {*SUPERVISORS, ELSEWHERE}:
        yield "supervisor"
    if paper["appointed"] == who or (
        paper["appointed"] is None and here and who in {*VERIFIERS, ELSEWHERE}
    ):
        yield "verifier"
    if paper["led"] and who in ("responsible", "leader"):
        yield "doer"
    if here and who != "nobody":
        yield "somebody"


MAY = {
    "coordinator": ("accept", "reject", "merge", "transfer", "assign", "correct",
                    "grant_extension", "refuse_extension", "appoint", "reopen", "hold", "resume",
                    "attach_evidence", "serve", "refuse_hold"),
    "supervisor": ("grant_extension", "refuse_extension", "appoint", "reopen", "hold", "resume",
                   "approve", "deny", "withdraw", "waive", "attach_evidence", "serve",
                   "refuse_hold", "stay", "lift_stay"),
    "verifier": ("pass", "fail", "attach_evidence"),
    "doer": ("acknowledge", "decline", "report_progress", "request_extension", "submit",
             "attach_evidence", "confirm", "request_hold"),
    "somebody": ("comment",),
}  # fmt: skip

JUDGES = ("reject", "merge", "transfer", "assign", "grant_extension", "refuse_extension", "pass",
          "fail", "approve", "deny", "hold", "withdraw", "refuse_hold", "stay",
          "lift_stay")  # fmt: skip
"""Who is responsible, or sits with those who are, does none of these."""

STOPPED = ("assign", "acknowledge", "request_extension", "submit", "pass", "fail", "approve",
           "deny", "hold", "request_hold")  # fmt: skip
"""Not while the clock stands still."""


def independent(paper: Paper, who: str) -> bool:
    """Whether the person has no part in the work."""
    return not paper["unit"] or who not in OF_THE_BUREAU or paper["waived"] == who


def knows(paper: Paper, command: str, who: str) -> bool:
    """Whether such a command has a meaning now, and this person may give it at all."""
    known = paper["stage"] in STAGES[command]
    return known and any(command in MAY[role] for role in _roles(paper, who))


def accepts(
    paper: Paper, command: str, who: str, form: Paper, today: date, due: date | None, other: Paper
) -> bool:
    """Whether the naive office would do what is asked."""
    if not knows(paper, command, who):
        return False
    if command in JUDGES and not independent(paper, who):
        return False
    if paper["held"] and command in STOPPED:
        return False
    match command:
        case "merge":
            return bool(other["stage"] != "closed" and other is not paper)
        case "acknowledge" | "decline":
            return bool(paper["led"])
        case "request_extension":
            return due is not None and today <= due and not paper["asked"] and paper["granted"] < 2
        case "grant_extension":
            asked = paper["asked"]
            return bool(asked and (due is None or asked > due) and asked >= today)
        case "refuse_extension":
            return bool(paper["asked"])
        case "submit":
            return bool(paper["evidence"])
        case "appoint":
            named = form["verifier"]
            return named in VERIFIERS and independent(paper, named)
        case "approve" | "deny":
            return bool(paper["passed_by"] != who)
        case "resume":
            return bool(paper["held"])
        case "request_hold" | "refuse_hold":
            return bool(paper["pause"]) == (command == "refuse_hold")
        case "lift_stay":
            return bool(paper["stay"] and paper["stay"] >= today)
        case "serve" | "confirm":
            return bool(paper["level"] > paper["served" if command == "serve" else "confirmed"])
        case "reopen":
            return paper["outcome"] == "rectified" and bool(paper["led"])
        case "waive":
            return bool(paper["unit"] and who not in OF_THE_BUREAU and who != paper["passed_by"])
    return True


def carry_out(paper: Paper, command: str, who: str, form: Paper) -> None:
    """Write down what comes of an accepted command."""
    paper["version"] += 1
    again = {"evidence": 0, "granted": 0, "waived": None, "passed_by": None, "asked": None,
             "stay": None, **GROUND}  # fmt: skip
    work = {"stage": "deadline", "round": paper["round"] + 1, **again}
    if command in CLOSES_AS:
        paper.update(stage="closed", outcome=CLOSES_AS[command])
    match command:
        case "accept":
            paper.update(stage="assignment")
        case "withdraw":
            paper.update(held=False, asked=None, pause=None)
        case "assign":
            paper.update(stage="assignment", unit=True, led=True)
            paper.update(appointed=None, waived=None, asked=None, pause=None, stay=None, **GROUND)
        case "acknowledge":
            paper.update(stage="deadline")
        case "decline":
            paper.update(stage="intake", led=False, held=False, pause=None)
        case "attach_evidence":
            paper["evidence"] += 1
        case "request_extension":
            paper.update(asked=form["due"])
        case "grant_extension":
            paper.update(stage="deadline", asked=None, granted=paper["granted"] + 1, **GROUND)
        case "refuse_extension":
            paper.update(asked=None)
        case "submit":
            paper.update(stage="verification", asked=None, passed_by=None, pause=None)
        case "appoint":
            paper.update(appointed=form["verifier"])
        case "pass":
            paper.update(stage="closure", passed_by=who)
        case "fail":
            paper.update(work)
        case "deny" if form["to"] == "verification":
            paper.update(stage="verification", passed_by=None)
        case "deny":
            paper.update(work)
        case "hold":
            paper.update(held=True, pause=None)
        case "resume":
            paper.update(held=False)
        case "request_hold":
            paper.update(pause=form["until"])
        case "refuse_hold":
            paper.update(pause=None)
        case "stay":
            paper.update(stay=form["until"])
        case "lift_stay":
            paper.update(stay=form["today"] - timedelta(days=1))
        case "serve":
            paper.update(served=paper["level"])
        case "confirm":
            paper.update(served=paper["level"], confirmed=paper["level"])
        case "reopen":
            paper.update(work, life=paper["life"] + 1, outcome=None, appointed=None)
        case "waive":
            paper.update(waived="colleague")


def clock_restarted(paper: Paper, due: date | None) -> None:
    """The deadline has moved: a request for a day that it has reached is pointless."""
    paper["held"] = False
    if paper["asked"] and due and paper["asked"] <= due:
        paper["asked"] = None


def time_passed(paper: Paper, step: str, level: int, due: date | None) -> None:
    """Write down what comes of a step."""
    match step:
        case "hold_expired":
            clock_restarted(paper, due)
        case "rung":
            paper.update(level=level)
        case "extension_lapsed":
            paper.update(asked=None)
        case "hold_request_lapsed":
            paper.update(pause=None)


BY_ITSELF = {
    "assignment": {"assignment", "deadline"},
    "deadline": {"deadline", "reminder"},
    "reminder": {"reminder"},
    "verification": {"verification"},
    "closure": {"closure"},
    "closed": {"closed"},
}
"""Where time alone may lead."""
