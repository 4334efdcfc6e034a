"""The first set-up: once, whoever does it and however often."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from config.profiles import load_profile
from models import directory, policies
from models.engine import open_engine, reading
from rules.duties import sits_in_responsible_unit
from rules.errors import InputError
from rules.item import ItemState
from rules.vocabulary import Role, Stage
from tasks.founding import found
from tests import cast
from tests.conftest import MONDAY, plain

PROFILE = "education-rectification"


def counted(engine: Engine) -> dict[str, int]:
    """How many rows the set-up has made."""
    with reading(engine) as connection:
        return {
            table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in ("campaign", "policy", "unit", "person", "membership", "item", "event")
        }


MADE = {
    "campaign": 1, "policy": 1, "unit": 2, "person": 3, "membership": 3, "item": 0, "event": 0,
}  # fmt: skip


def test_the_first_set_up_makes_a_campaign_and_its_office(engine: Engine) -> None:
    assert counted(engine) == MADE
    with reading(engine) as connection:
        campaign = policies.campaign(connection)
        assert (campaign.code, campaign.title) == ("ZG", "政法队伍教育整顿")
        assert policies.policy(connection, campaign.policy_id) == plain(PROFILE)
        seats = {
            code: [role for role, _ in directory.person(connection, code).roles]
            for code in ("coordinator", "verifier", "supervisor")
        }
    assert seats == {
        "coordinator": [Role.COORDINATOR],
        "verifier": [Role.VERIFIER],
        "supervisor": [Role.SUPERVISOR],
    }


def test_doing_it_again_changes_nothing(engine: Engine) -> None:
    again = found(
        engine, cast.policy(), MONDAY + timedelta(days=1), code="XX", title="另一个整改行动"
    )
    assert (again.created, again.campaign.code) == (False, "ZG")
    assert counted(engine) == MADE


def test_doing_it_twice_at_the_same_time_makes_one_campaign(database_url: str) -> None:
    engines = [open_engine(database_url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda e: found(e, load_profile(PROFILE), MONDAY), engines))
    assert sorted(each.created for each in results) == [False, False, False, True]
    assert len({each.campaign for each in results}) == 1
    assert counted(engines[0]) == MADE
    for engine in engines:
        engine.dispose()


def test_the_office_is_independent_of_every_unit_beside_it(engine: Engine) -> None:
    with reading(engine) as connection:
        root = directory.units(connection, ["root"])["root"]
        office = directory.units(connection, ["office"])["office"]
        verifier = directory.person(connection, "verifier")
    led_by: ItemState = cast.item(Stage.VERIFICATION, unit_path=f"{root.path}99/")
    assert office.path.startswith(root.path)
    assert not sits_in_responsible_unit(verifier, led_by)


@pytest.mark.parametrize("code", ["", "整改", "Z G", "../zg", "ZG/1", "Z" * 17, "-ZG", "ZG\n"])
def test_a_code_that_cannot_stand_in_a_reference_is_refused(tmp_path: Path, code: str) -> None:
    file = tmp_path / "rectiflow.db"
    with pytest.raises(InputError) as caught:
        found(open_engine(f"sqlite:///{file}"), load_profile(PROFILE), MONDAY, code=code)
    assert caught.value.where == "code"
    assert not file.exists(), "and nothing was made"


def test_a_title_that_is_too_long_is_refused(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'rectiflow.db'}")
    with pytest.raises(InputError, match="at most 200"):
        found(engine, load_profile(PROFILE), MONDAY, title="题" * 201)


def test_the_folder_is_made(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'a' / 'b' / 'rectiflow.db'}")
    assert found(engine, load_profile(PROFILE), MONDAY, code="SH-2026", title="社会治安").created
    with reading(engine) as connection:
        assert policies.campaign(connection).title == "社会治安"
    engine.dispose()
