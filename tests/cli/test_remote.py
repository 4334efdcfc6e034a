"""The command line on a server elsewhere: it prints and ends there as it does here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from cli.main import ANYWHERE, COMMANDS
from config.clock import ManualClock, wall
from config.settings import Settings
from rules.commands import Register
from rules.errors import InputError
from rules.vocabulary import Stage
from tasks import accounts, api_tokens
from tasks.act import register
from tasks.api_tokens import Scope
from tasks.office import Office
from tests.cli.conftest import Run
from tests.conftest import MONDAY
from tests.stock import Stock, entered, led_by
from web.server import serving


class Elsewhere:
    """A server that serves the store, and how commands are told of it."""

    def __init__(self, office: Office, url: str, patch: pytest.MonkeyPatch) -> None:
        self._office, self._url, self._patch = office, url, patch

    def work_as(self, who: str, scope: Scope = Scope.ACT) -> None:
        """From now on commands work there, by a token of this person."""
        engine = self._office.engine
        with suppress(InputError):  # they have an account
            accounts.add(engine, who, wall())
        token = api_tokens.new(engine, who, "test", [scope], wall(), timedelta(hours=1))
        self._patch.setenv("RECTIFLOW_URL", self._url)
        self._patch.setenv("RECTIFLOW_TOKEN", token)

    def work_here(self) -> None:
        """From now on commands work on this machine again."""
        self._patch.delenv("RECTIFLOW_URL", raising=False)
        self._patch.delenv("RECTIFLOW_TOKEN", raising=False)


@pytest.fixture
def elsewhere(
    store: Stock, engine: Engine, home: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Elsewhere]:
    office = Office(Settings(home=home, secret_key="s" * 40), engine, ManualClock(MONDAY))
    monkeypatch.setenv("no_proxy", "*")
    with serving(office, "127.0.0.1", 0) as web:
        yield Elsewhere(office, web.url, monkeypatch)


@pytest.fixture
def refs(store: Stock, engine: Engine) -> list[str]:
    """Some items, with and without a deadline, one of them confidential."""
    openings = [led_by(store, "bureau", Stage.DEADLINE, due=MONDAY.date() + timedelta(days=n))
                for n in (9, 30)]  # fmt: skip
    openings.append(led_by(store, "court", Stage.ASSIGNMENT, confidential=True))
    made = entered(engine, openings)
    made.append(register(engine, Register(title="案卷缺页"), "coordinator", MONDAY).ref)
    return made


def test_reads_print_there_what_they_print_here(
    rectiflow: Run, elsewhere: Elsewhere, refs: list[str]
) -> None:
    words: list[tuple[str, ...]] = [
        ("list",), ("list", "--open", "--light", "green", "--lang", "en"), ("list", "--limit", "2"),
        ("list", "--json"), ("list", "--unit", "bureau", "--person", "zhang"),
        *((command, ref) for ref in refs for command in ("show", "agenda")),
        ("show", refs[0], "--lang", "en"), ("agenda", refs[0], "--json"),
        ("evidence", "list", refs[0]), ("commands", refs[0], "--as", "coordinator"),
        ("commands", refs[3], "--as", "coordinator", "--json"),
    ]  # fmt: skip
    here = [rectiflow(*each) for each in words]
    elsewhere.work_as("coordinator", Scope.READ)
    for each, known in zip(words, here, strict=True):
        there = rectiflow(*each)
        assert (there.code, _same(there.out), there.err) == (
            known.code,
            _same(known.out),
            known.err,
        )


def _same(text: str) -> Any:
    """What was printed, but for cursors, which each side writes in its own way."""
    if text.startswith("{"):
        document = json.loads(text)
        if document.get("next_cursor"):
            document["next_cursor"] = "..."
        return document
    return [line.partition("--cursor")[0] for line in text.splitlines()]


def test_pages_lead_on_there_as_well(rectiflow: Run, elsewhere: Elsewhere, refs: list[str]) -> None:
    elsewhere.work_as("coordinator")
    first = rectiflow("list", "--limit", "3", "--json").document
    rest = rectiflow("list", "--cursor", first["next_cursor"], "--json").document
    assert [one["ref"] for one in first["items"] + rest["items"]] == refs
    assert (first["total"], rest["next_cursor"]) == (4, None)


def test_a_life_is_lived_from_afar(
    rectiflow: Run, elsewhere: Elsewhere, store: Stock, tmp_path: Path
) -> None:
    elsewhere.work_as("coordinator")
    made = rectiflow("register", "--set", "title=窗口推诿", "--key", "k", "--json")
    again = rectiflow("register", "--set", "title=窗口推诿", "--key", "k", "--json")
    assert (made.code, made.document) == (0, again.document)
    assert set(made.document) == {"ref", "seq", "kind", "stage", "at", "hash"}
    ref = made.document["ref"]
    assert rectiflow("act", ref, "accept", "--set", "category=service").code == 0
    sets = ("--set", "unit=bureau", "--set", "responsible=zhang", "--set", "due=2026-12-18")
    assert rectiflow("act", ref, "assign", *sets, "--as", "coordinator").code == 0
    elsewhere.work_as("zhang")
    assert rectiflow("act", ref, "acknowledge").code == 0
    photo = tmp_path / "现场.txt"
    photo.write_text("已增设窗口", encoding="utf-8")
    attached = rectiflow("evidence", "attach", ref, str(photo), "--note", "窗口")
    assert (attached.code, attached.err) == (0, "")
    same = ("act", ref, "attach_evidence", "--file", str(photo), "--json")
    assert rectiflow(*same).document["kind"] == "evidence_attached"
    assert rectiflow("act", ref, "submit", "--set", "summary=已整改").code == 0
    elsewhere.work_here()
    shown = rectiflow("show", ref, "--json").document
    assert shown["item"]["stage"] == "verification"
    assert [one["note"] for one in shown["evidence"]] == ["窗口", ""]


def test_a_ledger_is_sent_and_told_of_as_here(
    rectiflow: Run, elsewhere: Elsewhere, tmp_path: Path
) -> None:
    ledger = tmp_path / "台账.csv"
    ledger.write_text(
        "编号,标题,责任单位,整改期限\n1,窗口推诿,bureau,2026-12-18\n2,案卷缺页,bureau,2026-02-30\n",
        encoding="utf-8",
    )
    words = ("import", str(ledger), "--dry-run")
    here = rectiflow(*words)
    elsewhere.work_as("coordinator")
    there = rectiflow(*words)
    assert (there.code, there.out) == (here.code, here.out)
    done = rectiflow("import", str(ledger), "--json")
    assert (done.code, done.document["created"], len(done.document["refused"])) == (0, 1, 1)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("act", "ZG-00001", "submit"), 1, "RequireEvidence"),
        (("act", "ZG-00001", "comment", "--set", "text=x", "--if-version", "77"), 1,
         "OneWriterAtATime"),
        (("act", "ZG-00001", "fly"), 2, None),
        (("act", "ZG-00001", "comment", "--set", "text=x", "--as", "li"), 2, None),
        (("show", "ZG-09999"), 2, None),
        (("list", "--unit", "nowhere"), 2, None),
        (("evidence", "show", "abc"), 2, None),
    ],
)  # fmt: skip
def test_what_goes_wrong_there_ends_as_it_does_here(
    rectiflow: Run, elsewhere: Elsewhere, refs: list[str], words: tuple[str, ...], code: int,
    said: str | None,
) -> None:  # fmt: skip
    elsewhere.work_as("zhang")
    ran = rectiflow(*words, "--json")
    assert ran.code == code
    assert ran.document["error"]["rule"] == said
    assert ran.document["error"]["message"]


def test_a_server_that_is_away_or_is_none_of_ours_is_told(
    rectiflow: Run, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere.work_as("zhang")
    monkeypatch.setenv("RECTIFLOW_TOKEN", "rf_old")
    wrong = rectiflow("list", "--json")
    assert (wrong.code, wrong.document["error"]["where"]) == (2, "RECTIFLOW_TOKEN")
    monkeypatch.delenv("RECTIFLOW_TOKEN")
    assert rectiflow("list").code == 2
    monkeypatch.setenv("RECTIFLOW_TOKEN", "rf_old")
    monkeypatch.setenv("RECTIFLOW_URL", "http://127.0.0.1:9")
    assert rectiflow("list").code == 3


@pytest.mark.parametrize("name", sorted({one.name for one in COMMANDS} - ANYWHERE))
def test_what_works_on_this_machine_alone_refuses_to_by_mistake(
    rectiflow: Run, home: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("RECTIFLOW_URL", "https://zg.example.org")
    ran = rectiflow(name, "--json")
    assert (ran.code, ran.document["error"]["where"]) == (2, "RECTIFLOW_URL")
    assert rectiflow(name, "--help").code == 0


def test_somebody_has_to_be_named_here(rectiflow: Run, store: Stock, refs: list[str]) -> None:
    ran = rectiflow("act", refs[0], "comment", "--set", "text=x", "--json")
    assert (ran.code, ran.document["error"]["where"]) == (2, "--as")
