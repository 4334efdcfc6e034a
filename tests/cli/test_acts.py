"""Commands given from the terminal: whole lives, refusals, keys, files, and what they print."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.cli.conftest import TODAY, Run
from tests.stock import Stock

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What differs between databases is tested in ``test_both_databases``."""

ASSIGN = ("--set", "unit=bureau", "--set", "responsible=zhang", "--set", "leader=李四")


def registered(rectiflow: Run, **fields: str) -> str:
    """The reference of a new item."""
    words = [word for key, value in {"title": "窗口推诿", **fields}.items()
             for word in ("--set", f"{key}={value}")]  # fmt: skip
    ran = rectiflow("register", "--as", "coordinator", *words, "--json")
    assert ran.code == 0, ran
    ref: str = ran.document["ref"]
    return ref


def in_deadline(rectiflow: Run) -> str:
    """The reference of an item on which zhang works."""
    ref = registered(rectiflow, category="service")
    for words in (("accept", "--as", "coordinator"), ("assign", "--as", "coordinator", *ASSIGN),
                  ("acknowledge", "--as", "zhang")):  # fmt: skip
        assert rectiflow("act", ref, *words).code == 0
    return ref


def test_a_receipt_says_what_was_done(rectiflow: Run, store: Stock) -> None:
    ref = registered(rectiflow)
    receipt = rectiflow(
        "act", ref, "comment", "--as", "coordinator", "--set", "text=a=b,c", "--json"
    )
    document = receipt.document
    assert set(document) == {"ref", "seq", "kind", "stage", "at", "hash"}
    assert (document["ref"], document["seq"], document["kind"]) == (ref, 2, "commented")
    shown = rectiflow("show", ref, "--json").document
    assert shown["history"][-1]["data"] == {"text": "a=b,c"}
    assert shown["history"][-1]["hash"] == shown["item"]["head"] == document["hash"]
    assert shown["history"][-1]["at"] == document["at"]


@pytest.mark.parametrize(
    ("lang", "said"),
    [("zh-CN", "立项。现处交办环节（历史第2条）"), ("en", "accepted. Now in assignment (event 2)")],
)
def test_a_receipt_is_a_sentence_for_people(
    rectiflow: Run, store: Stock, lang: str, said: str
) -> None:
    ref = registered(rectiflow, category="service")
    ran = rectiflow("act", ref, "accept", "--as", "coordinator", "--lang", lang)
    assert said in ran.out
    assert ref in ran.out


def test_a_refusal_ends_with_1_and_names_the_rule(rectiflow: Run, store: Stock) -> None:
    ref = in_deadline(rectiflow)
    ran = rectiflow("act", ref, "submit", "--as", "zhang", "--json")
    assert (ran.code, ran.err) == (1, "")
    error = ran.document["error"]
    assert error["rule"] == "RequireEvidence"
    assert error["message"]
    assert "attach_evidence" in error["hint"]
    as_text = rectiflow("act", ref, "submit", "--as", "zhang")
    assert (as_text.code, as_text.out) == (1, "")
    assert error["message"] in as_text.err
    assert error["hint"] in as_text.err
    assert len(rectiflow("show", ref, "--json").document["history"]) == 4


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("ZG-99999", "comment", "--as", "coordinator", "--set", "text=x"), 2, "ZG-99999"),
        (("REF", "dance", "--as", "coordinator"), 2, "no command 'dance'"),
        (("REF", "fire", "--as", "coordinator"), 2, "no command 'fire'"),
        (("REF", "comment", "--as", "nobody", "--set", "text=x"), 2, "nobody"),
        (("REF", "comment", "--as", "coordinator"), 2, "needs the field 'text'"),
        (("REF", "comment", "--as", "coordinator", "--set", "text"), 2, "key=value"),
        (("REF", "comment", "--as", "coordinator", "--set", "=x"), 2, "key=value"),
        (("REF", "comment", "--as", "coordinator", "--set", "words=x"), 2, "no field 'words'"),
        (("REF", "hold", "--as", "coordinator", "--set", "until=", "--set", "until=x"), 2, "twice"),
        (("REF", "hold", "--as", "coordinator", "--set", "until=soon"), 2, "until"),
        (("REF", "comment", "--as", "coordinator", "--set", "text=x", "--file", "x"), 2, "no file"),
        (("REF", "attach_evidence", "--as", "coordinator", "--file", "/no/x"), 2, "/no/x"),
        (("REF", "attach_evidence", "--as", "coordinator", "--file", "/"), 2, "cannot be read"),
        (("REF", "accept", "--as", "zhang", "--set", "category=service"), 1, "zhang may not"),
        (("REF", "acknowledge", "--as", "coordinator"), 1, "no acknowledge there"),
        (("REF", "comment", "--as", "coordinator", "--set", "text=\udcff"), 2, "UTF-8"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_says_so_and_leaves_no_trace(
    rectiflow: Run, store: Stock, words: tuple[str, ...], code: int, said: str
) -> None:
    ref = registered(rectiflow)
    ran = rectiflow("act", *(ref if word == "REF" else word for word in words))
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err
    assert len(rectiflow("show", ref, "--json").document["history"]) == 1


def test_an_item_that_has_moved_on_is_not_acted_upon_unseen(rectiflow: Run, store: Stock) -> None:
    ref = registered(rectiflow)
    words = ("act", ref, "comment", "--as", "coordinator", "--set", "text=x", "--if-version", "1")
    assert rectiflow(*words).code == 0
    ran = rectiflow(*words, "--json")
    assert ran.code == 1
    assert ran.document["error"]["rule"] == "OneWriterAtATime"


def test_a_hyphen_does_for_an_underscore(rectiflow: Run, store: Stock) -> None:
    ref = in_deadline(rectiflow)
    ran = rectiflow("act", ref, "report-progress", "--as", "zhang", "--set", "text=一半", "--json")
    assert ran.document["kind"] == "progress_reported"


def test_a_file_is_kept_under_what_it_contains(
    rectiflow: Run, store: Stock, home: Path, tmp_path: Path
) -> None:
    ref = registered(rectiflow)
    file = tmp_path / "证明材料.txt"
    file.write_bytes(b"done" * 1000)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    words = ("act", ref, "attach_evidence", "--as", "coordinator", "--file", str(file))
    assert rectiflow(*words, "--set", "note=盖章件").code == 0
    (piece,) = rectiflow("show", ref, "--json").document["evidence"]
    assert (piece["sha256"], piece["filename"], piece["size"]) == (digest, file.name, 4000)
    assert (piece["note"], piece["attached_by"]["code"]) == ("盖章件", "coordinator")
    assert (home / "evidence" / digest[:2] / digest).read_bytes() == file.read_bytes()


def test_a_deadline_is_a_day_of_the_campaign(rectiflow: Run, store: Stock) -> None:
    ref = registered(rectiflow, category="service")
    assert rectiflow("act", ref, "accept", "--as", "coordinator").code == 0
    assign = ("act", ref, "assign", "--as", "coordinator", *ASSIGN, "--set")
    assert rectiflow(*assign, "due=2026-11-01").code == 1
    assert rectiflow(*assign, f"due={TODAY}").code == 0
    assert rectiflow("show", ref, "--json").document["item"]["due"] == TODAY.isoformat()


def test_registering_takes_what_is_known(rectiflow: Run, store: Stock) -> None:
    ref = registered(
        rectiflow, number="巡-7", severity="major", source="hotline", confidential="true",
        due_superior="2026-12-31", requirement="限期办结", complainant="匿名",
    )  # fmt: skip
    item = rectiflow("show", ref, "--json").document["item"]
    assert (item["number"], item["severity"], item["source"]) == ("巡-7", "major", "hotline")
    assert (item["confidential"], item["due_superior"]) == (True, "2026-12-31")
    assert "匿名" not in rectiflow("show", ref, "--json").out + rectiflow("show", ref).out
    again = rectiflow("register", "--as", "coordinator", "--set", "title=x", "--set", "number=巡-7")
    assert again.code == 2
    assert "巡-7" in again.err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--as", "coordinator"), 2),
        (("--as", "coordinator", "--set", "title= "), 2),
        (("--as", "zhang", "--set", "title=x"), 1),
        (("--as", "coordinator", "--set", "title=x", "--campaign", "XX"), 2),
        (("--as", "coordinator", "--set", "title=x", "--set", "severity=awful"), 2),
    ],
)
def test_what_cannot_be_registered_is_refused(
    rectiflow: Run, store: Stock, words: tuple[str, ...], code: int
) -> None:
    assert rectiflow("register", *words).code == code
    assert rectiflow("list", "--json").document["total"] == 0
