"""Whatever an error or a reason says can be said in Chinese, found in the source itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import fields

from config.faults import _SAID
from config.settings import Settings
from models import conditions
from models.conditions import Condition
from rules.said import settings
from rules.worded import AREAS, PLACE, in_chinese
from tasks.paper_values import meanings
from tests.house.reading import Breach, Source, breaches, found_in, last_name, modules
from web.phrases.refusals import ZH

TOLD_IN = ("rules", "config", "models", "ledgers", "notifications", "tasks", "web")
"""Packages whose errors and reasons come to pages; those of ``flows`` and ``cli`` do not."""

_AT_THE_START = "told when the program starts"
_BY_RULE = "told by the rule that refuses"
_SIGNING_IN = "told in words of the sign-in page"
_OURS = "a mistake of ours, told to nobody"
_BOTH = "has both languages, or is worded where it is used"

ELSEWHERE: dict[str, str] = {
    "config/clock.py": _AT_THE_START,
    "config/secrets.py": _AT_THE_START,
    "config/settings.py": _AT_THE_START,
    "models/audit.py": "told by rectiflow audit",
    "models/engine.py": _AT_THE_START,
    "notifications/bounces.py": "told by rectiflow bounce",
    "notifications/ics.py": _OURS,
    "notifications/message.py": _OURS,
    "notifications/preview.py": "invented words of a preview",
    "notifications/retry.py": _OURS,
    "notifications/smtp_url.py": _AT_THE_START,
    "rules/figures.py": "told by rectiflow figures",
    "rules/guards.py": _BY_RULE,
    "rules/time_guards.py": _BY_RULE,
    "rules/wording.py": _BOTH,
    "tasks/at_hand.py": _OURS,
    "tasks/figures.py": "told by rectiflow figures",
    "tasks/files/bucket.py": _AT_THE_START,
    "tasks/files/content.py": _BY_RULE,
    "tasks/files/examining.py": _BY_RULE,
    "tasks/files/packages.py": _BY_RULE,
    "tasks/founding.py": "told by rectiflow init",
    "tasks/health.py": _BOTH,
    "tasks/migrating.py": "told by rectiflow policy migrate",
    "tasks/openid/arriving.py": _SIGNING_IN,
    "tasks/openid/issuer.py": _SIGNING_IN,
    "tasks/openid/journey.py": _SIGNING_IN,
    "tasks/paper_values.py": _BOTH,
    "tasks/papers/wording.py": _BOTH,
    "tasks/passwords.py": _BY_RULE,
    "tasks/simulation.py": "told by rectiflow simulate",
    "tasks/watching.py": "told by rectiflow watch",
    "web/receiving.py": _BY_RULE,
    "web/server.py": _AT_THE_START,
    "web/vendor.py": "told by the command that fetches assets",
}
"""Modules whose sentences no page tells, and where they are told."""

COMPOSED = frozenset({
    "@ @.",  # models/conditions.py: tried below with what it is made of
    "@: @.",  # config/documents.py: shown by key and sentence
    "There is no @ @.",  # a unit, a person
    "There is no @ with the code @.",
    "More than one @ is called @.",
})  # fmt: skip
"""Sentences that are put together from others, which are tried by themselves."""

ON_THE_SIGN_IN_PAGE = frozenset({
    "RequireOwnWay", "RequireConsent", "RequireSoundToken", "RequireKnownPerson",
    "RequireOnePerson", "RequireOneIdentity", "LinkAdministratorsByHand",
})  # fmt: skip
"""Rules that are told there, in words of its own."""

_ENGLISH = re.compile(r"(?:\b[A-Za-z']{2,}\b[,;:]? ){2,}[A-Za-z']{2,}")
_COMMAND = re.compile(r"rectiflow [a-zA-Z .-]+|Authorization: Bearer")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_SENTENCE = re.compile(r"[A-Z@'\"].* .*[.?]", re.DOTALL)
_RULE = re.compile(r"(?:[A-Z][a-z]+){2,}")
_NOT_TOLD = {"log", "Field", "_setting", "_meaning", "AssertionError"}
_ABOUT = {"description", "summary", "help", "title", "responses", "__doc__"}


def text_of(node: ast.AST) -> str | None:
    """The text that stands there, with @ in the places of an f-string; None for anything else."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(
                str(each.value) if isinstance(each, ast.Constant) else "@" for each in parts
            )
    return None


def _about(node: ast.Dict) -> list[ast.expr]:
    pairs = zip(node.keys, node.values, strict=True)
    return [value for key, value in pairs if key is not None and text_of(key) in _ABOUT]


def told_texts(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and text of everything that might be told: not what documents, is logged, or stands
    beside its Chinese."""
    if (text := text_of(node)) is not None:
        yield getattr(node, "lineno", 0), text
        return
    if isinstance(node, ast.Expr) and text_of(node.value) is not None:
        return
    if isinstance(node, ast.Call):
        of = node.func.value if isinstance(node.func, ast.Attribute) else node.func
        if {last_name(node.func), last_name(of)} & (_NOT_TOLD | {"Refusal"}):
            return
    beside = [text_of(each) or "" for each in ast.iter_child_nodes(node)]
    both = any(map(_CHINESE.search, beside)) and not isinstance(node, ast.Dict)
    for each in ast.iter_child_nodes(node):
        if both and text_of(each) is not None:
            continue
        if isinstance(each, ast.keyword) and each.arg in _ABOUT:
            continue
        if isinstance(node, ast.Dict) and each in _about(node):
            continue
        yield from told_texts(each)


def without_chinese(source: Source) -> Iterator[Breach]:
    """Sentences that could not be said in Chinese."""
    if source.package not in TOLD_IN or source.path in ELSEWHERE:
        return
    if source.path.startswith(("web/phrases/", "web/words.py", "rules/said/", "tests/")):
        return
    for line, text in told_texts(source.tree):
        if not _SENTENCE.fullmatch(text) or text in COMPOSED:
            continue
        said = in_chinese(text.replace("@", "x1"))
        # A place may take in what is no detail, but the rest of another sentence.
        if not said or _ENGLISH.search(_COMMAND.sub("", said)):
            yield Breach(source.path, line, text)


def rules_without_chinese(source: Source) -> Iterator[Breach]:
    """Rules that refuse and have no sentence in Chinese."""
    for node in ast.walk(source.tree):
        match node:
            case ast.Call(args=[ast.Constant(value=str(rule)), _, *_]) if _RULE.fullmatch(rule):
                if rule not in ZH and rule not in ON_THE_SIGN_IN_PAGE:
                    yield Breach(source.path, node.lineno, rule)


def test_every_sentence_of_an_error_or_a_reason_has_its_chinese() -> None:
    assert breaches(without_chinese) == []


def test_every_rule_that_refuses_has_its_chinese() -> None:
    assert breaches(rules_without_chinese, modules("rules", "tasks", "web", "models")) == []


def test_every_state_of_a_database_has_its_chinese() -> None:
    known = [each for each in vars(conditions).values() if isinstance(each, Condition)]
    assert known
    said = [f"A database {each.what}. {each.remedy}" for each in known]
    assert [each for each in said if not in_chinese(each)] == []


def test_every_mistake_of_a_policy_has_its_chinese() -> None:
    by_kind = {re.sub(r"{\w+}", "x1", each) for each in _SAID.values()}
    ours = {
        text.replace("@", "x1")
        for source in modules("rules", "config")
        if source.path.startswith(("rules/policy", "rules/notice_rules", "config/channels"))
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and last_name(node.func) == "ValueError"
        if (text := text_of(node.args[0])) is not None
    }
    assert len(ours) > 10
    said = sorted(by_kind | ours)
    assert [each for each in said if not in_chinese(each)] == []
    assert [each for each in said if not in_chinese(f"{each}, not 'x2'")] == []


def test_every_setting_and_variable_is_explained_in_chinese() -> None:
    told = {each.metadata["description"] for each in fields(Settings)} | set(meanings().values())
    assert told == set(settings.SETTINGS) | set(settings.VARIABLES)


def test_both_languages_of_a_sentence_tell_the_same_facts() -> None:
    # Paths, and what libraries say in English, are left out in Chinese.
    for area in AREAS:
        for en, zh in area.SENTENCES.items():
            assert set(PLACE.findall(zh)) <= set(PLACE.findall(en)), en
            assert _CHINESE.search(zh), en


def test_no_sentence_has_its_chinese_twice() -> None:
    every = [en for area in AREAS for en in area.SENTENCES]
    assert sorted(every) == sorted(set(every))


def test_exceptions_are_of_modules_that_there_are() -> None:
    assert set(ELSEWHERE) <= {source.path for source in modules(*TOLD_IN)}


def test_a_new_sentence_without_its_chinese_is_found() -> None:
    raised = 'raise InputError(f"{name!r} has come from nowhere at all.", "Send it back there.")'
    assert found_in(without_chinese, "tasks/new.py", raised) == [
        "@ has come from nowhere at all.", "Send it back there.",
    ]  # fmt: skip
    known = 'log.info("It has come from nowhere.")\npair = ("从天而降。", "It fell from the sky.")'
    assert found_in(without_chinese, "tasks/new.py", known) == []
    refused = 'Refusal("ForbidFalling", "It fell.")'
    assert found_in(rules_without_chinese, "rules/new.py", refused) == ["ForbidFalling"]
