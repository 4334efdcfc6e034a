"""Mail on its way, from the terminal: seen, sent again, let go or not; wishes and absences."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from config.clock import wall
from models import people
from models.engine import reading, writing
from models.policies import _STORED, campaign, policy
from models.stops import stop
from notifications.channels.base import Rejected
from rules.commands import Register
from rules.notice_rules import NoticeRules
from rules.vocabulary import Role
from tasks.act import register
from tasks.delivery import announce, deliver
from tests.cli.conftest import Run
from tests.conftest import MONDAY
from tests.stock import Stock
from tests.tasks.post import SENDER, Tray, change

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def sent(engine: Engine, store: Stock) -> Iterator[str]:
    """One item, of whose registration a coordinator was told; the reference."""
    with writing(engine) as connection:
        root = people.root_id(connection)
        people.add_person(connection, "second", "二号", root, [(Role.COORDINATOR, root)])
    change(engine, "UPDATE person SET email = code || '@rectiflow.example'")
    ref = register(engine, Register(title="窗口推诿"), "coordinator", MONDAY).ref
    yield ref
    _STORED.clear()


def post_all(engine: Engine, *outcomes: Rejected) -> None:
    while announce(engine, wall()):
        pass
    asyncio.run(deliver(engine, Tray(outcomes), SENDER, wall()))


def test_an_outbox_is_listed_and_each_mail_told(engine: Engine, sent: str, rectiflow: Run) -> None:
    post_all(engine, Rejected("No such user."))
    (mail,) = rectiflow("mail", "list", "--json").document["mails"]
    assert (mail["kind"], mail["ref"], mail["state"]) == ("registered", sent, "dead")
    for words in (("--state", "sent"), ("--kind", "overdue"), ("--person", "verifier")):
        assert rectiflow("mail", "list", *words, "--json").document == {"mails": []}
    for words in (("--item", sent), ("--person", mail["person"]["code"]), ("--state", "dead")):
        assert len(rectiflow("mail", "list", *words, "--json").document["mails"]) == 1
    assert "No such user." in rectiflow("mail", "list", "--lang", "en").out
    shown = rectiflow("mail", "show", str(mail["id"]), "--json").document
    assert (shown["mail"]["message_id"], shown["carries"]) == (mail["message_id"], [])
    assert "未能送达" in rectiflow("mail", "show", str(mail["id"])).out


def test_what_was_given_up_is_sent_again(engine: Engine, sent: str, rectiflow: Run) -> None:
    post_all(engine, Rejected("No such user."))
    assert rectiflow("mail", "replay", "--dead", "--json").document == {"replayed": 1}
    post_all(engine)
    (mail,) = rectiflow("mail", "list", "--json").document["mails"]
    assert mail["state"] == "sent"
    assert rectiflow("mail", "replay", str(mail["id"]), "--lang", "en").out == (
        "To be sent again: 1.\n"
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("list", "--state", "gone"), "Choose one of: pending, held"),
        (("list", "--kind", "weather"), "is not known"),
        (("list", "--item", "ZG-99999"), "There is no item"),
        (("show", "99999"), "There is no mail 99999."),
        (("show", "x"), "is not usable"),
        (("replay",), "Nothing is named."),
        (("replay", "99999"), "There is no mail"),
        (("release", "--as", "coordinator"), "The mail has not stopped."),
        (("discard", "--as", "coordinator", "--reason", " "), "A reason is missing."),
    ],
)
def test_wrong_words_are_told(
    engine: Engine, sent: str, rectiflow: Run, words: tuple[str, ...], said: str
) -> None:
    ran = rectiflow("mail", *words)
    assert (ran.code, said in ran.err) == (2, True), ran


def capped(engine: Engine) -> None:
    """The policy lets no more than one mail leave in a run."""
    with reading(engine) as connection:
        stored = policy(connection, campaign(connection).policy_id)
    changed = stored.model_copy(update={"notices": NoticeRules(cap_per_run=1)})
    change(engine, "UPDATE policy SET document = :d", d=changed.model_dump_json())
    _STORED.clear()


def test_a_stop_shows_and_is_decided_by_a_coordinator(
    engine: Engine, sent: str, rectiflow: Run
) -> None:
    capped(engine)
    register(engine, Register(title="窗口推诿"), "coordinator", MONDAY)
    post_all(engine)
    stopped = rectiflow("status", "--json").document["mail_stop"]
    assert stopped["mails"] == 2
    assert "2 mails were about to leave" in rectiflow("status", "--lang", "en").out
    checks = {each["name"]: each for each in rectiflow("doctor", "--json").document["checks"]}
    assert checks["mail_cap"]["state"] == "warn"
    held = rectiflow("mail", "list", "--state", "held", "--json").document["mails"]
    assert {each["held_for"] for each in held} == {"cap"}
    refused = rectiflow("mail", "release", "--as", "verifier")
    assert (refused.code, "no coordinator" in refused.err) == (1, True)
    assert rectiflow("mail", "release", "--as", "coordinator", "--json").document == {"released": 2}
    assert rectiflow("status", "--json").document["mail_stop"] is None


def test_what_is_discarded_says_by_whom_and_why(engine: Engine, sent: str, rectiflow: Run) -> None:
    while announce(engine, wall()):
        pass
    with writing(engine) as connection:
        stop(connection, MONDAY, "It was too much.", 1)
    post_all(engine)
    ran = rectiflow("mail", "discard", "--as", "coordinator", "--reason", "规则写错了")
    assert ran.out == "已作废1件。\n"
    (mail,) = rectiflow("mail", "list", "--json").document["mails"]
    assert (mail["state"], mail["reason"]) == ("skipped", "Discarded by coordinator: 规则写错了")


def test_wishes_are_set_shown_and_taken_back(engine: Engine, store: Stock, rectiflow: Run) -> None:
    shown = rectiflow("person", "notices", "verifier", "closed=off", "all=digest", "--json")
    assert shown.document["notices"] == {"closed": "off", "all": "digest"}
    back = rectiflow("person", "notices", "verifier", "closed=default", "--json")
    assert back.document["notices"] == {"all": "digest"}
    assert "每日摘要" in rectiflow("person", "notices", "verifier").out
    for word, said in (
        ("assigned=off", "cannot be switched off"),
        ("weather=off", "There is no notice"),
        ("closed=soon", "There is no way"),
    ):
        ran = rectiflow("person", "notices", "verifier", word)
        assert (ran.code, said in ran.err) == (2, True)


def test_an_absence_is_entered_shown_and_ended(
    engine: Engine, store: Stock, rectiflow: Run
) -> None:
    entered = rectiflow(
        "person", "away", "verifier", "--from", "2026-11-01", "--until", "2026-11-10",
        "--substitute", "coordinator", "--json",
    )  # fmt: skip
    row = {"from": "2026-11-01", "until": "2026-11-10", "substitute": "coordinator"}
    assert entered.document == {"person": "verifier", "away": [row]}
    assert rectiflow("person", "away", "verifier", "--json").document["away"] == [row]
    assert rectiflow("person", "away", "verifier", "--back", "--json").document["away"] == []
    for words, said in (
        (("--from", "2026-11-01"), "Give both days and who stands in."),
        (("--from", "x", "--until", "y", "--substitute", "coordinator"), "like 2026-11-30"),
        (("--from", "2026-11-02", "--until", "2026-11-01", "--substitute", "coordinator"), "back"),
        (("--from", "2026-11-01", "--until", "2026-11-01", "--substitute", "verifier"), "themself"),
    ):
        ran = rectiflow("person", "away", "verifier", *words)
        assert (ran.code, said in ran.err) == (2, True), ran
