"""Policies are stored once a version and never change; campaigns number their items."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from models import policies
from models.engine import open_engine, reading, writing
from rules.errors import InputError, NotFound
from tests import cast
from tests.conftest import MONDAY


def test_a_policy_comes_back_as_it_was_stored(engine: Engine) -> None:
    mine = cast.policy(extra_days_off=("2026-12-31",), office_hours={"opens": "08:30"})
    with writing(engine) as connection:
        key = policies.store_policy(connection, mine, MONDAY)
        assert policies.policy(connection, key) == mine


def test_storing_the_same_again_changes_nothing(engine: Engine) -> None:
    with writing(engine) as connection:
        first = policies.store_policy(connection, cast.policy(), MONDAY)
        again = policies.store_policy(connection, cast.policy(), MONDAY + timedelta(days=1))
    assert first == again


def test_another_content_under_the_same_version_is_refused(engine: Engine) -> None:
    with writing(engine) as connection:
        policies.store_policy(connection, cast.policy(), MONDAY)
        with pytest.raises(InputError, match="Version 1 of the policy test") as caught:
            policies.store_policy(connection, cast.policy(due_soon=4), MONDAY)
        assert "Raise its version" in caught.value.hint
        raised = cast.policy(due_soon=4, version=2)
        assert policies.policy(connection, policies.store_policy(connection, raised, MONDAY))


def test_two_stores_do_not_share_their_policies(engine: Engine) -> None:
    """A demonstration removes its store and makes another one at the same address."""
    with writing(engine) as connection:
        key = policies.store_policy(connection, cast.policy(), MONDAY)
        policies.policy(connection, key)
        connection.execute(
            text("UPDATE policy SET document = :other WHERE id = :id"),
            {"other": cast.policy(due_soon=5).model_dump_json(), "id": key},
        )
    again = open_engine(engine.url.render_as_string(hide_password=False))
    with reading(again) as connection:
        assert policies.policy(connection, key).due_soon == 5
    again.dispose()


def test_the_only_campaign_needs_no_name(engine: Engine) -> None:
    with writing(engine) as connection:
        assert policies.campaign(connection).code == "ZG"
        assert policies.campaign(connection, "ZG").id == policies.campaign(connection).id
        with pytest.raises(NotFound, match="no campaign 'XX'") as caught:
            policies.campaign(connection, "XX")
        assert caught.value.hint == "Name one of: ZG."


def test_one_of_two_campaigns_has_to_be_named(engine: Engine) -> None:
    with writing(engine) as connection:
        first = policies.campaign(connection)
        policies.store_campaign(connection, "SH", "社会治安", first.policy_id, MONDAY)
        with pytest.raises(NotFound, match="more than one campaign") as caught:
            policies.campaign(connection)
        assert caught.value.hint == "Name one of: ZG, SH."
        assert policies.campaign(connection, "SH").title == "社会治安"


def test_without_a_campaign_the_set_up_is_asked_for(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("DELETE FROM campaign"))
        with pytest.raises(NotFound, match="no campaign yet") as caught:
            policies.campaign(connection)
    assert caught.value.hint == "Run: rectiflow init."


def test_numbers_are_taken_in_a_row_and_only_when_the_transaction_stands(engine: Engine) -> None:
    with writing(engine) as connection:
        key = policies.campaign(connection).id
        assert policies.take_numbers(connection, key, 3) == 1
        assert policies.take_numbers(connection, key, 1) == 4
    with suppress(ZeroDivisionError), writing(engine) as connection:
        policies.take_numbers(connection, key, 100)
        _ = 1 / 0
    with writing(engine) as connection:
        assert policies.take_numbers(connection, key, 1) == 5


def test_numbers_taken_at_the_same_time_are_different(engine: Engine) -> None:
    def take(count: int) -> range:
        with writing(engine) as connection:
            first = policies.take_numbers(connection, 1, count)
            return range(first, first + count)

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(take, [1, 2, 3] * 8))
    numbers = [number for block in taken for number in block]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
