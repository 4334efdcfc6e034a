"""Every administrative deed is refused to who may not, and noted with how it ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from config.clock import ManualClock
from config.settings import Settings
from models import admin_deeds, directory, people
from models.engine import reading, writing
from models.jobs import JobRow
from notifications.own_words import Wording
from rules.errors import InputError, NotFound, Refused
from rules.vocabulary import Role
from tasks import accounts, moving_jobs
from tasks.admin import hearing, papers, posts, rosters, rulebook, staff, units, ways_in, wordings
from tasks.admin.desk import DEEDS, Admin, may
from tasks.admin.staff import Particulars
from tasks.api_tokens import Scope
from tasks.hearing import Leave
from tasks.office import Office
from tests.conftest import MONDAY

AT = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
POLICY = (Path(__file__).parents[2] / "config/profiles/audit.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def office(store: Engine) -> Engine:
    """The store, where ``second-supervisor`` administers the console."""
    accounts.add(store, "second-supervisor", AT, administrator=True)
    accounts.add(store, "viewer", AT)
    return store


def as_(engine: Engine, who: str) -> Admin:
    with reading(engine) as connection:
        return Admin(engine, directory.person(connection, who), AT)


def log(engine: Engine) -> list[admin_deeds.Deed]:
    with reading(engine) as connection:
        return admin_deeds.page(connection, 1000)


def draft(engine: Engine, code: str) -> None:
    with writing(engine) as connection:
        county = directory.units(connection, ["county"])["county"].id
        people.add_unit(connection, code, code, county, draft=True)


def clock() -> ManualClock:
    return ManualClock(MONDAY)


def wish(office: Office, admin: Admin) -> JobRow:
    """That items be moved, looked ahead by nobody yet."""
    return moving_jobs.wished(office, admin.person, "test@1", "", "x", AT)


NEVER: dict[str, Callable[[Admin, Settings], Any]] = {
    "unit.add": lambda a, s: units.add(a, "neu", "新单位", "county"),
    "unit.set": lambda a, s: units.put_right(a, "court", "法院", "unit"),
    "unit.move": lambda a, s: units.move(a, "court", "city"),
    "unit.merge": lambda a, s: units.merge(a, "court", "bureau", MONDAY),
    "unit.close": lambda a, s: units.close(a, "court", "bureau", MONDAY),
    "unit.open": lambda a, s: units.open_again(a, "court"),
    "person.add": lambda a, s: staff.add(a, "neu", Particulars("新人", "county"), []),
    "person.set": lambda a, s: staff.put_right(a, "viewer", Particulars("看", "county")),
    "person.role": lambda a, s: staff.give_role(a, "viewer", Role.COORDINATOR, "city"),
    "person.merge": lambda a, s: staff.merge(a, "viewer", "auditor", MONDAY),
    "person.reachable": lambda a, s: staff.reachable(a, "viewer"),
    "person.away": lambda a, s: hearing.go_away(a, "viewer", Leave("", "", ""), AT.date()),
    "person.notices": lambda a, s: hearing.hear(a, "viewer", {"closed": "off"}),
    "roster": lambda a, s: rosters.load(a, None, None, lang="en"),
    "account.add": lambda a, s: ways_in.add(a, "auditor", administrator=True),
    "account.invite": lambda a, s: ways_in.invite(a, "second-supervisor"),
    "account.disable": lambda a, s: ways_in.disable(a, "second-supervisor"),
    "account.enable": lambda a, s: ways_in.enable(a, "viewer"),
    "account.admin": lambda a, s: ways_in.administer(a, "viewer", True),
    "account.signout": lambda a, s: ways_in.sign_out(a, "second-supervisor"),
    "account.factor": lambda a, s: ways_in.drop_factor(a, "second-supervisor"),
    "token.new": lambda a, s: ways_in.new_token(
        a, "second-supervisor", "x", [Scope.ADMIN], timedelta(1)
    ),
    "token.revoke": lambda a, s: ways_in.revoke_token(a, "second-supervisor", 1),
    "policy.import": lambda a, s: rulebook.put_in_force(a, POLICY, "", MONDAY),
    "policy.migrate": lambda a, s: rulebook.migrate(
        a, (at := Office(s, a.engine, clock())), wish(at, a)
    ),
    "template.put": lambda a, s: papers.put(a, s, "letter.en.docx", b"x", AT),
    "template.drop": lambda a, s: papers.drop(a, s, "letter.en.docx", AT),
    "wording.put": lambda a, s: wordings.put(a, "closed", "en", Wording("a", "b", "c"), None),
    "wording.drop": lambda a, s: wordings.drop(a, "closed", "en"),
    "mail.replay": lambda a, s: posts.replay(a, [1], MONDAY),
    "mail.release": lambda a, s: posts.release(a, MONDAY),
    "mail.discard": lambda a, s: posts.discard(a, MONDAY, "zu viele"),
    "webhook.replay": lambda a, s: posts.replay_calls(a, "x"),
    "webhook.resume": lambda a, s: posts.resume_hook(a, "x"),
    "webhook.test": lambda a, s: posts.try_hook(a, s, "x"),  # type: ignore[arg-type]
    "channel.test": lambda a, s: posts.try_channel(a, s, "x"),  # type: ignore[arg-type]
}
OFFICE_MAY = {"unit.merge", "person.merge", "mail.release", "mail.discard"}
"""What coordinators over everything may as well; then the deed's own rules speak."""


def test_every_deed_that_is_noted_is_tried_here() -> None:
    assert set(NEVER) == set(DEEDS)


@pytest.mark.parametrize("what", sorted(NEVER))
@pytest.mark.parametrize("who", ["viewer", "responsible", "supervisor", "outsider", "coordinator"])
def test_who_does_not_administer_is_refused_and_nothing_is_noted(
    office: Engine, tmp_path: Path, what: str, who: str
) -> None:
    if who == "coordinator" and what in OFFICE_MAY:
        pytest.skip("theirs as well")
    before = log(office)
    with pytest.raises(Refused) as refused:
        NEVER[what](as_(office, who), Settings(home=tmp_path))
    assert refused.value.refusal.rule == "AdministerTheConsole"
    assert log(office) == before


def test_an_account_that_was_closed_administers_nothing(office: Engine) -> None:
    accounts.add(office, "colleague", AT, administrator=True)
    admin = as_(office, "colleague")
    assert may(office, admin.person).administers
    ways_in.disable(as_(office, "second-supervisor"), "colleague")
    with pytest.raises(Refused):
        units.add(admin, "late", "来晚了", "county")


def test_what_was_done_is_noted_with_who_and_about_what(office: Engine) -> None:
    units.add(as_(office, "second-supervisor"), "audit-office", "审计局", "county")
    noted = log(office)[0]
    assert (noted.code, noted.what, noted.outcome) == ("second-supervisor", "unit.add", "done")
    assert (noted.about, noted.at, noted.via) == ("审计局 (audit-office)", AT, "web")


def test_what_failed_or_was_refused_is_noted_with_the_reason(office: Engine) -> None:
    admin = as_(office, "second-supervisor")
    with pytest.raises(Refused):
        units.move(admin, "county", "bureau")
    assert (log(office)[0].outcome, "below" in log(office)[0].detail) == ("refused", True)
    with pytest.raises(NotFound):
        units.move(admin, "county", "nowhere")
    assert (log(office)[0].outcome, "nowhere" in log(office)[0].detail) == ("failed", True)


def test_a_coordinator_over_everything_settles_drafts_and_changes_nothing_else(
    office: Engine,
) -> None:
    draft(office, "草拟单位")
    admin = as_(office, "coordinator")
    units.put_right(admin, "草拟单位", "正式单位", "unit")
    with pytest.raises(Refused):
        units.put_right(admin, "草拟单位", "又改", "unit")
    draft(office, "草拟乙")
    assert units.merge(admin, "草拟乙", "court", MONDAY).into == "court"


def test_nobody_closes_their_own_account_or_lets_themselves_act_no_more(office: Engine) -> None:
    admin = as_(office, "second-supervisor")
    for deed in (
        lambda: ways_in.disable(admin, "second-supervisor"),
        lambda: ways_in.administer(admin, "second-supervisor", False),
        lambda: staff.switch(admin, "second-supervisor", False),
    ):
        with pytest.raises(Refused) as refused:
            deed()
        assert refused.value.refusal.rule == "NotOneself"


def test_a_moved_unit_takes_its_items_paths_along(office: Engine) -> None:
    admin = as_(office, "second-supervisor")
    units.add(admin, "wandering", "流动科", "county")
    units.move(admin, "wandering", "other-county")
    with reading(office) as connection:
        found = directory.units(connection, ["wandering", "other-county"])
    assert found["wandering"].path.startswith(found["other-county"].path)


def test_what_is_typed_wrongly_names_its_field(office: Engine) -> None:
    admin = as_(office, "second-supervisor")
    for where, given in (
        ("code", lambda: units.add(admin, "a b", "x", "county")),
        ("name", lambda: units.add(admin, "ab", " ", "county")),
        ("code", lambda: units.add(admin, "court", "法院", "county")),
        ("email", lambda: staff.add(admin, "ab", Particulars("x", "county", "not@@"), [])),
        ("lang", lambda: staff.add(admin, "ab", Particulars("x", "county", "", "fr"), [])),
        ("code", lambda: staff.add(admin, "viewer", Particulars("x", "county"), [])),
    ):
        with pytest.raises(InputError) as wrong:
            given()
        assert wrong.value.where == where


def test_a_policys_mistakes_are_told_by_line_and_two_versions_are_compared() -> None:
    policy, mistakes = rulebook.checked(POLICY)
    assert mistakes == []
    assert policy is not None
    wrong = POLICY.replace("closure_within: 5", "closure_within: soon")
    nothing, found = rulebook.checked(wrong)
    assert nothing is None
    assert found[0].key == "closure_within"
    assert wrong.splitlines()[found[0].line - 1].startswith("closure_within")
    assert rulebook.checked("a: [")[1][0].line >= 1
    other = policy.model_copy(update={"closure_within": 9})
    changed = [one for one in rulebook.compared(policy, other, "en") if not one.same]
    assert len(changed) == 1
    assert "9" in changed[0].other


def test_an_own_template_is_taken_only_if_it_can_be_used(office: Engine, tmp_path: Path) -> None:
    admin, settings = as_(office, "second-supervisor"), Settings(home=tmp_path)
    name = "letter.en.docx"
    with pytest.raises(InputError) as wrong:
        papers.put(admin, settings, name, b"no file of this kind", AT)
    assert wrong.value.where == "file"
    assert not (tmp_path / "papers" / name).exists()
    papers.put(admin, settings, name, papers.preview(settings, name), AT)
    assert [line.own for line in papers.listed(settings)[0] if line.file == name] == [True]
    papers.drop(admin, settings, name, AT)
    assert not (tmp_path / "papers" / name).exists()
    assert papers.listed(settings)[1] == {}, "what was set aside is no complaint"
    with pytest.raises(NotFound):
        papers.put(admin, settings, "../../etc/passwd", b"x", AT)
