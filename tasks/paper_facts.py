"""What one paper says: the variables of its template, gathered from the store."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection

from config.calendars import calendar_for
from models import deliveries, papers
from models.directory import PERSON, UNIT
from models.documents import MINUTES, Held
from models.history import named
from rules.item import ItemState
from rules.policy import Policy, Rung
from rules.vocabulary import Outcome, name
from tasks.paper_numbers import ACTS, Number, number_of
from tasks.paper_values import PaperValues, paragraphs
from tasks.signing import addressee_of_act, copied, signer_of_act


class Asked(NamedTuple):
    """A paper that is asked for: its kind, its rung and occasion (see ``models.documents``).

    ``due`` is the deadline that it names, without it the item's; ``signer_id`` whoever has decided
    what it says, where that is no act of the ladder; ``held`` the interview that minutes are of.
    """

    kind: str
    level: int = 0
    occasion: int = 0
    due: date | None = None
    signer_id: int | None = None
    held: Held | None = None


class Facts(NamedTuple):
    """What a paper says, and the people whom the register names with it."""

    values: PaperValues
    signer_id: int | None
    addressee_id: int | None


def language(policy: Policy) -> str:
    """The language of a campaign's papers."""
    return "zh-CN" if policy.country == "CN" else "en"


def gather(
    connection: Connection, item: ItemState, policy: Policy, asked: Asked, number: Number, day: date
) -> Facts:
    """Everything that the paper may say, in the campaign's language.

    One about a confidential item does not tell what it is about: nobody knows who gets to read a
    paper. A reply names nobody who worked on the matter.
    """
    lang = language(policy)
    signer_id, addressee_id = _people(connection, item, policy, asked)
    copies = () if asked.kind == "reply" else copied(item, addressee_id)
    ids = (signer_id, addressee_id, item.responsible_id, item.leader_id)
    people = named(connection, PERSON, ids)
    names = {one: person.name for one, person in people.items()}
    values = PaperValues(
        serial=number.serial,
        number=number.printed(lang),
        day=written(day, lang),
        signer=names.get(signer_id or 0, ""),
        addressee=names.get(addressee_id or 0, ""),
        copies=("、" if lang.startswith("zh") else ", ").join(names[one] for one in copies),
        responsible="" if asked.kind == "reply" else names.get(item.responsible_id or 0, ""),
        leader="" if asked.kind == "reply" else names.get(item.leader_id or 0, ""),
        **_of_campaign(connection, item, policy, lang),
        **_of_item(connection, item, lang),
        **_of_deadline(item, policy, asked, day, lang),
        **_of_interview(asked, policy, names, lang, told=not item.confidential),
    )
    return Facts(values, signer_id, addressee_id)


def _people(
    connection: Connection, item: ItemState, policy: Policy, asked: Asked
) -> tuple[int | None, int | None]:
    """Who signs it, and to whom it goes."""
    if asked.kind == "reply":
        return None, None
    rung = _rung(policy, asked)
    if rung is None:
        return asked.signer_id, item.responsible_id
    addressee = addressee_of_act(item, rung)
    if asked.kind == MINUTES:
        return asked.signer_id, addressee
    return signer_of_act(connection, item, rung), addressee


def _rung(policy: Policy, asked: Asked) -> Rung | None:
    stands = asked.kind in (*ACTS, MINUTES) and 0 < asked.level <= len(policy.ladder)
    return policy.ladder[asked.level - 1] if stands else None


def _of_campaign(
    connection: Connection, item: ItemState, policy: Policy, lang: str
) -> dict[str, Any]:
    _, campaign = deliveries.campaign_names(connection)[item.campaign_id]
    chinese = lang.startswith("zh")
    category = policy.category(item.category)
    words = (category.zh, category.en) if category else (item.category, item.category)
    office = f"{campaign}领导小组办公室" if chinese else f'Office of the campaign "{campaign}"'
    return {"campaign": campaign, "issuer": office, "category": words[0 if chinese else 1]}


def _of_item(connection: Connection, item: ItemState, lang: str) -> dict[str, Any]:
    units = named(connection, UNIT, [item.unit_id])
    texts = papers.texts(connection, item.id)
    told = not item.confidential
    return {
        "ref": item.ref,
        "ledger_number": texts.number,
        "confidential": item.confidential,
        "title": item.title if told else "",
        "requirement": paragraphs(texts.requirement) if told else (),
        "severity": name(item.severity, lang),
        "unit": units[item.unit_id].name if item.unit_id in units else "",
        "round": item.round,
        "outcome": name(item.outcome, lang) if item.outcome else "",
        "end": _end(item),
        "events": item.version,
        "head": item.head,
    }


def _of_deadline(
    item: ItemState, policy: Policy, asked: Asked, day: date, lang: str
) -> dict[str, Any]:
    due = asked.due or item.due
    on_ladder = asked.kind in ACTS and asked.level > 0
    after = policy.ladder[asked.level : asked.level + 1] if on_ladder else ()
    late = calendar_for(policy).between(due, day) if due and on_ladder else 0
    return {
        "due": written(due, lang),
        "overdue": max(0, late),
        "level": asked.level,
        "next_act": name(after[0].act, lang) if after else "",
    }


def _of_interview(
    asked: Asked, policy: Policy, names: dict[int, str], lang: str, *, told: bool
) -> dict[str, Any]:
    if (held := asked.held) is None:
        return {}
    return {
        "act_number": number_of(held.serial).printed(lang),
        "held_by": names.get(held.served_by or 0, ""),
        "held_on": written(calendar_for(policy).day_of(held.served_at), lang),
        "minutes": paragraphs(held.minutes) if told else (),
    }


def _end(item: ItemState) -> str:
    """How it came to its end: ``approved`` after a verification, else by its outcome's word."""
    ended_early = item.submitted_at is None or item.outcome in (
        Outcome.MERGED, Outcome.TRANSFERRED, Outcome.WITHDRAWN,
    )  # fmt: skip
    return str(item.outcome or "") if ended_early else "approved"


def written(day: date | None, lang: str) -> str:
    """The day as it stands on a paper of this language."""
    if day is None:
        return ""
    return f"{day.year}年{day.month}月{day.day}日" if lang.startswith("zh") else day.isoformat()
