"""Sentences of errors and reasons in the reader's language."""

from __future__ import annotations

from time import process_time

import pytest

from rules.worded import LONGEST, in_chinese, worded


@pytest.mark.parametrize(
    ("said", "zh"),
    [
        ("There is no unit with the code 'B9'. See the units.",
         "没有代码为“B9”的单位。请在单位列表中查看。"),
        ("Given up: The mail server mx.example.org:25 did not answer within 30 s.",
         "已放弃：邮件服务器 mx.example.org:25 在 30 秒内没有应答。"),
        ("Nothing arrives there: The mail came back: 5.1.1 No such user.",
         "邮件送不到：邮件被退回：5.1.1 No such user。"),
        ("There is no person with the code 'A. B. C'.", "没有代码为“A. B. C”的人员。"),
        ("write a whole number, not 'many'.", "请写整数（现为“many”）。"),
    ],
)  # fmt: skip
def test_sentences_are_recognised_with_what_stands_in_them(said: str, zh: str) -> None:
    assert worded(said, "zh-CN") == zh
    assert worded(said, "en") == said


def test_what_others_have_said_stays_and_what_is_ours_behind_it_is_worded() -> None:
    assert worded("mailbox full, try later", "zh-CN") == "mailbox full, try later"
    assert (
        worded("重复。 No mail was chosen. Tick some.", "zh-CN") == "重复。 没有选择邮件。请勾选。"
    )
    assert in_chinese("No mail was chosen. Somebody has said this.") == ""
    assert worded("", "zh-CN") == ""


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_nobody_is_told_where_files_lie(lang: str) -> None:
    for said in (
        "The mail folder /srv/zg/home/mail cannot be written to: Permission denied.",
        "Cannot open /srv/zg/home/rectiflow.db for some reason",
        "sqlite:////srv/zg/home/rectiflow.db is damaged.",
    ):
        assert "/srv" not in worded(said, lang)
        assert "zg" not in worded(said, lang)
    address = "Write it as https://host/path."
    assert worded(address, "en") == address


def test_words_of_a_person_in_a_sentence_are_no_places_of_another() -> None:
    assert worded("There is no unit with the code '{lang}{0}%s'.", "zh-CN") == (
        "没有代码为“{lang}{0}%s”的单位。"
    )


def test_hostile_texts_take_no_time() -> None:
    began = process_time()
    for each in ("The mail server ", "is at ", "a. b: ", "{x} ", "It has ; ", "'. "):
        text = (each * LONGEST)[:LONGEST]
        assert worded(text, "zh-CN")
    assert process_time() - began < 5
