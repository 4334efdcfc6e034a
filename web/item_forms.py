"""The forms of an item's page: which commands stand in front, and what each of them asks for."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import NamedTuple, get_args, get_type_hints

from rules.commands import COMMANDS
from rules.policy import Category, Check, Policy, Reason
from rules.vocabulary import NAMES, Severity, name
from tasks.sheet import Prospect, Sheet
from web.phrases.refusals import reason_of
from web.words import WORDS, say

FIRST = (
    *("accept", "assign", "acknowledge", "confirm", "submit", "pass", "fail", "approve", "deny"),
    *("grant_extension", "refuse_extension", "report_progress", "request_extension", "serve"),
    *("appoint", "resume", "reopen", "decline", "reject"),
)
"""What usually is done, in front of the rest."""

MAIN = frozenset({"accept", "assign", "acknowledge", "confirm", "submit", "pass", "approve",
                  "grant_extension", "resume", "appoint"})  # fmt: skip
"""Shown as the thing to do."""

ASIDE = frozenset(
    {
        *("HoldTheDuty", "ForbidSelfVerification", "ForbidJudgingOwnUnit"),
        *("ForbidApprovingOwnVerification", "RequirePendingRequest", "RequireUnservedAct"),
        *("RequireUnconfirmedAct", "RequireStoppedClock", "RequireDecider"),
    }
)
"""Refusals that say that there is nothing of the kind to do, or not by this person."""

LONG = frozenset({"reason", "text", "summary", "finding", "minutes", "description", "requirement",
                  "note"})  # fmt: skip
LISTS = {"verifier": "people", "responsible": "people", "leader": "people", "person": "people",
         "unit": "units"}  # fmt: skip


class Field(NamedTuple):
    """One field of a form. ``kind`` is area, checks, date, number, select or text."""

    name: str
    label: str
    kind: str
    required: bool
    value: str
    choices: tuple[tuple[str, str], ...] = ()
    suggests: str = ""
    """The list of suggestions that belongs to it."""


class ItemForm(NamedTuple):
    """One command that may be given now."""

    command: str
    label: str
    main: bool
    fields: tuple[Field, ...]
    said: str = ""
    """Why it was refused a moment ago."""


class Actions(NamedTuple):
    """What the reader may do, first things first; and what not, with the reason."""

    first: tuple[ItemForm, ...]
    others: tuple[ItemForm, ...]
    blocked: tuple[tuple[str, str, str], ...]
    """What is theirs to do, but for something that stands against it, and where to mend that."""
    refused: tuple[tuple[str, str], ...]
    key: str


MENDED_AT = {"RequireEvidence": "#evidence"}
"""Where on the page that is done whose lack a rule has named."""


class Tried(NamedTuple):
    """What somebody has sent that was refused: it is kept for another try."""

    command: str
    values: Mapping[str, str]
    said: str


def actions(sheet: Sheet, lang: str, tried: Tried | None = None) -> Actions:
    """The forms of this page."""
    forms = [_form(sheet, one, lang, tried) for one in sheet.prospects if one.refusal is None]
    if tried and tried.command not in {one.command for one in forms}:
        # It cannot be done any more: that is said at the top, beside nothing.
        label = say(lang, f"do.{tried.command}")
        forms.insert(0, ItemForm(tried.command, label, False, (), tried.said))
    first = sorted((one for one in forms if one.command in FIRST), key=_place)
    blocked: list[tuple[str, str, str]] = []
    refused: list[tuple[str, str]] = []
    for one in sheet.prospects:
        if one.refusal is not None:
            said = say(lang, f"do.{one.command}"), reason_of(one.refusal, lang)
            theirs = one.command in FIRST and one.refusal.rule not in ASIDE
            if theirs:
                blocked.append((*said, MENDED_AT.get(one.refusal.rule, "")))
            else:
                refused.append(said)
    others = tuple(one for one in forms if one.command not in FIRST)
    return Actions(tuple(first), others, tuple(blocked), tuple(refused), secrets.token_hex(16))


def label_of(field: str, lang: str) -> str:
    """What a field is called; empty when it is none of ours."""
    return say(lang, f"field.{field}") if f"field.{field}" in WORDS else ""


def _place(form: ItemForm) -> int:
    return FIRST.index(form.command)


def _form(sheet: Sheet, prospect: Prospect, lang: str, tried: Tried | None) -> ItemForm:
    kind = COMMANDS[prospect.command]
    mine = tried if tried and tried.command == prospect.command else None
    made = tuple(
        _field(sheet, prospect, field.name, str(field.type), lang, mine)
        for field in fields(kind)
        if field.name != "checked" or sheet.policy.closure_checklist
    )
    said = mine.said if mine else ""
    label = say(lang, f"do.{prospect.command}")
    return ItemForm(prospect.command, label, prospect.command in MAIN, made, said)


def _field(
    sheet: Sheet, prospect: Prospect, field: str, annotation: str, lang: str, tried: Tried | None
) -> Field:
    choices = choices_of(prospect.command, field, sheet.policy, lang)
    value = tried.values.get(field, "") if tried else _usual(sheet, prospect.command, field)
    needed = field in prospect.required
    return field_of(field, annotation, needed, tuple(choices), value, lang)


def field_of(
    field: str, annotation: str, needed: bool, choices: tuple[tuple[str, str], ...], value: str,
    lang: str,
) -> Field:  # fmt: skip
    """One field of a form; ``annotation`` is its type as it is written."""
    shape = "text"
    if field == "checked":
        shape, needed = "checks", True
    elif choices:
        shape = "select"
        if not needed and field not in ("how", "to", "outcome"):
            choices = (("", say(lang, "choice.none")), *choices)
    elif annotation.startswith("date"):
        shape = "date"
    elif annotation.startswith("int"):
        shape = "number"
    elif field in LONG:
        shape = "area"
    label = label_of(field, lang) or field
    return Field(field, label, shape, needed, value, choices, LISTS.get(field, ""))


def choices_of(
    command: str, field: str, policy: Policy | None, lang: str
) -> Sequence[tuple[str, str]]:
    """What may be chosen, as (stored word, name); without a policy what does not depend on one."""
    if policy is not None and (listed := _listed(command, field, policy, lang)):
        return listed
    if field == "severity":
        return tuple((one.value, name(one, lang)) for one in Severity)
    words = get_args(get_type_hints(COMMANDS[command])[field])
    if not words or not all(isinstance(one, str) for one in words):
        return ()
    return tuple((str(one), _word(str(one), lang)) for one in words)


def _listed(
    command: str, field: str, policy: Policy, lang: str
) -> Sequence[tuple[str, str]]:  # fmt: skip
    """What the policy's lists offer."""
    known: Sequence[Category | Reason | Check] = ()
    if field == "category":
        known = policy.categories
    elif field == "checked":
        known = policy.closure_checklist
    elif field == "reason" and command == "request_extension":
        known = policy.extension_reasons
    return [(one.code, one.zh if lang.startswith("zh") else one.en) for one in known]


def _word(word: str, lang: str) -> str:
    key = f"choice.{word}"
    return say(lang, key) if key in WORDS else name(word, lang) if word in NAMES else word


def _usual(sheet: Sheet, command: str, field: str) -> str:
    """What a field says before anything is typed."""
    item, view = sheet.item, sheet.view
    if command == "correct":
        return {"title": view.title, "description": view.description,
                "requirement": view.requirement}.get(field, "")  # fmt: skip
    if command == "assign":
        known = {"unit": view.unit, "responsible": view.responsible, "leader": view.leader}
        found = known.get(field)
        return found.code if found else ""
    if command == "accept" and field == "category":
        category = sheet.policy.category(view.category)
        return category.code if category else ""
    proposed: date | None = None
    if command == "grant_extension" and field == "due":
        proposed = item.extension_due
    elif command == "hold" and field == "until":
        proposed = item.hold_asked_until
    return proposed.isoformat() if proposed else ""
