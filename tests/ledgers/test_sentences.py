"""Every sentence tells the same facts in both languages."""

import ast
from pathlib import Path
from string import Formatter

import pytest

import ledgers.row_maker
from ledgers.sentences import retold, say, sentences


def facts(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("code", sentences())
def test_both_languages_tell_the_same_facts(code: str) -> None:
    zh, en = sentences()[code]
    assert facts(zh) == facts(en)
    assert zh.endswith("。")
    assert en.endswith(".")


def test_every_sentence_is_said_somewhere() -> None:
    root = Path(ledgers.row_maker.__file__).parents[1]
    modules = [*root.glob("ledgers/row_*.py"), *root.glob("tasks/*.py")]
    said = {
        node.value
        for module in modules
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(sentences()) <= said


def test_the_language_is_chosen_by_its_beginning() -> None:
    assert say("required", "zh-CN") == "此列必须填写。"
    assert say("required", "en") == "This column must be filled in."


@pytest.mark.parametrize("code", sentences())
def test_what_was_said_is_said_again_in_the_other_language(code: str) -> None:
    told = {name: f"x{n}" for n, name in enumerate(sorted(facts(sentences()[code][0])))}
    zh, en = say(code, "zh-CN", **told), say(code, "en", **told)
    assert (retold(code, en, "zh-CN"), retold(code, zh, "en")) == (zh, en)
    assert (retold(code, zh, "zh-CN"), retold(code, en, "en")) == (zh, en)


def test_words_of_the_vocabulary_are_said_in_the_other_language_too() -> None:
    zh = say("unknown_word", "zh-CN", text="特急", known="一般、较重、重大")
    en = say("unknown_word", "en", text="特急", known="General, Serious, Major")
    assert (retold("unknown_word", zh, "en"), retold("unknown_word", en, "zh-CN")) == (en, zh)
    assert retold("", "来历不明", "en") == "来历不明"


def test_a_reason_within_a_sentence_is_said_in_its_language() -> None:
    said = say("bad_address", "zh-CN", reason="a@@b is not a mail address")
    assert said == "邮箱不可用（a@@b 不是邮箱地址）。"
