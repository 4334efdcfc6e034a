"""How a ledger's row becomes an item in the middle of its life.

What the row says has happened is taken over as it stands. What it says is still to happen must
hold here: a stage that the row bears out, a rung that the policy has, and nobody who verifies
their own work.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from ledgers.mapping import AnyField
from ledgers.reader import Ledger
from ledgers.row import CellProblem, LedgerRow
from models.policies import CampaignFact
from models.roster import PersonRow, UnitRow
from rules.decide import Decision
from rules.duties import is_independent
from rules.item import PersonFact
from rules.opening import Opening, opened, stage_of
from rules.policy import Policy
from rules.vocabulary import Outcome, Role, Severity, Source, Stage, name
from rules.workdays import WorkCalendar
from tasks.kept import Kept, packed
from tasks.places import Places


class Taken(NamedTuple):
    """The decision that enters an item, its texts that no rule reads, and what to look at."""

    decision: Decision
    texts: dict[str, object]
    warnings: tuple[CellProblem, ...]

    def under(self, ref: str) -> Decision:
        """The decision for an item of this reference."""
        return self.decision._replace(item=self.decision.item._replace(ref=ref))


class _Cast(NamedTuple):
    """Who and what the row names, found or drafted."""

    unit: UnitRow | None
    co_units: tuple[UnitRow, ...]
    responsible: PersonRow | None
    leader: PersonRow | None
    verifier: PersonRow | None


@dataclass(frozen=True, slots=True)
class Takeover:
    """What is the same for every row of one import. ``now`` is the instant of the takeover."""

    campaign: CampaignFact
    policy: Policy
    calendar: WorkCalendar
    ledger: Ledger
    now: datetime

    def item(self, row: LedgerRow, places: Places) -> Taken:
        """The item, which has no reference yet; names that nobody knows are drafted.

        A row that :func:`tasks.admission.refusals` has nothing against raises nothing.
        """
        cast = self._cast(row, places)
        opening = self._opening(row, cast)
        warnings = list(self._remarkable(row, opening))
        decision = self._decided(row, opening)
        unnamed: dict[AnyField, str] = {}
        if cast.unit is None:
            unnamed = {field: "without_unit" for field in _OF_A_UNIT if getattr(row, field)}
        if cast.verifier and not is_independent(_fact(cast.verifier), decision.item):
            if opening.stage is Stage.CLOSED:
                code = "was_not_independent"
                warnings.append(self._say(row, "verifier", code, text=row.verifier))
            else:
                unnamed["verifier"] = "not_independent"
                opening = _without_judge(opening)
                decision = self._decided(row, opening)
        beside = {}
        for field, code in unnamed.items():
            warnings.append(self._say(row, field, code, text=getattr(row, field)))
            beside[warnings[-1].column] = getattr(row, field)
        return Taken(decision, self._texts(row, opening, beside), tuple(warnings))

    def _cast(self, row: LedgerRow, places: Places) -> _Cast:
        unit = places.unit(places.names.unit(row.unit)) if row.unit else None
        responsible = leader = verifier = None
        if unit is not None and row.responsible:
            responsible = places.member(row.responsible, unit, Role.RESPONSIBLE)
        if unit is not None and row.leader:
            leader = places.member(row.leader, unit, Role.LEADER)
        named = [places.unit(places.names.unit(text)) for text in row.co_units]
        co_units = tuple(dict.fromkeys(named))
        if row.verifier:
            # One name in one row is one person, whatever roles they hold.
            same = {row.responsible: responsible, row.leader: leader}.get(row.verifier)
            verifier = same or places.verifier(row.verifier, unit)
        return _Cast(unit, co_units, responsible, leader, verifier)

    def _opening(self, row: LedgerRow, cast: _Cast) -> Opening:
        stage = stage_of(
            closed=bool(row.closed),
            assigned=cast.responsible is not None,
            due=row.due,
            today=self.calendar.day_of(self.now),
            hint=row.stage or (None if cast.unit else Stage.INTAKE),
        )
        category = self.policy.category(row.category)
        return Opening(
            title=row.title,
            category=category.code if category else row.category,
            severity=row.severity or Severity.GENERAL,
            confidential=row.confidential,
            stage=stage,
            outcome=(row.outcome or Outcome.RECTIFIED) if stage is Stage.CLOSED else None,
            level=row.level,
            unit_id=cast.unit.id if cast.unit else None,
            unit_path=cast.unit.path if cast.unit else None,
            co_unit_paths=tuple(unit.path for unit in cast.co_units),
            responsible_id=cast.responsible.id if cast.responsible else None,
            leader_id=cast.leader.id if cast.leader else None,
            verifier_id=cast.verifier.id if cast.verifier else None,
            due=row.due,
            due_superior=row.due_superior,
            closed_at=row.closed_at,
        )

    def _remarkable(self, row: LedgerRow, opening: Opening) -> Iterator[CellProblem]:
        if row.stage is not None and row.stage is not opening.stage:
            text, taken = name(row.stage, self.ledger.lang), name(opening.stage, self.ledger.lang)
            yield self._say(row, "stage", "stage_not_borne", text=text, taken=taken)
        most = len(self.policy.ladder)
        if row.level > most:
            yield self._say(row, "level", "level_beyond", level=row.level, most=most)

    def _decided(self, row: LedgerRow, opening: Opening) -> Decision:
        return opened(
            opening,
            {"from_ledger": row.number, "stage": opening.stage.value},
            ref="",
            campaign_id=self.campaign.id,
            now=self.now,
            policy=self.policy,
            calendar=self.calendar,
        )

    def _texts(
        self, row: LedgerRow, opening: Opening, beside: Mapping[str, str]
    ) -> dict[str, object]:
        is_word = isinstance(row.source, Source)
        kept = Kept(row.note, "" if is_word else row.source, {**beside, **row.extra})
        return {
            "policy_id": self.campaign.policy_id,
            "number": row.number,
            "description": row.description,
            "requirement": row.requirement,
            "source": row.source if is_word else Source.OTHER,
            "complainant": row.complainant,
            "extra": packed(kept),
            "opened_at": row.opened or self.now,
            # History needs no flow; an open item's run is created suspended under its stage.
            "followed": -1 if opening.stage is Stage.CLOSED else 1,
        }

    def _say(self, row: LedgerRow, field: AnyField, code: str, **facts: object) -> CellProblem:
        return self.ledger.problem(row.row, field, code, **facts)


_OF_A_UNIT: tuple[AnyField, ...] = ("responsible", "leader")


def _fact(person: PersonRow) -> PersonFact:
    return PersonFact(person.id, person.code, person.unit_path, person.roles)


def _without_judge(opening: Opening) -> Opening:
    """Nobody judges their own work by way of a ledger: what they have passed is to be verified."""
    stage = Stage.VERIFICATION if opening.stage is Stage.CLOSURE else opening.stage
    return opening._replace(verifier_id=None, stage=stage)
