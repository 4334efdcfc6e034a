"""Migrations lead to exactly the tables that the models describe, from anywhere, once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, String, inspect, text
from sqlalchemy.exc import IntegrityError

from config.profiles import load_profile
from models import schema, search_index, tables
from models.engine import migrating, open_engine, reading, writing
from models.items import ITEM, STATE_COLUMNS
from rules.commands import Register
from rules.errors import Unavailable
from rules.item import ItemState
from tasks.act import register
from tasks.founding import found
from tests.conftest import MONDAY

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

FOLDER = Path(schema.__file__).parent / "migrations"


def config() -> Config:
    """Alembic's, for our folder."""
    made = Config()
    made.set_main_option("script_location", str(FOLDER))
    return made


def run(engine: Engine, what: Callable[[Config, str], Any], to: str) -> None:
    """Run an alembic command on the engine, as the program does."""
    ours = config()
    with writing(engine) as connection:
        ours.attributes["connection"] = connection
        what(ours, to)


def described(name: str | None, kind: str, _parents: Any) -> bool:
    """Whether SQLAlchemy's metadata can describe it: the words' index is made by hand."""
    return kind != "table" or name not in search_index.TABLES


def differences(engine: Engine) -> list[Any]:
    """What alembic would still change to reach the models."""
    with reading(engine) as connection:
        options = {
            "compare_type": True, "compare_server_default": True, "include_name": described,
        }  # fmt: skip
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, tables.METADATA))


def conditions(engine: Engine) -> dict[str, str]:
    """The indexes that exist, with what they say, as the database tells them."""
    sources = {
        "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
        "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    }
    with reading(engine) as connection:
        rows = connection.execute(text(sources[engine.dialect.name]))
        return {name: " ".join(words.split()) for name, words in rows}


def test_migrations_lead_to_exactly_the_models(engine: Engine) -> None:
    assert differences(engine) == []


def test_migrated_indexes_have_the_conditions_of_the_models(
    engine: Engine, database_url: str
) -> None:
    """Alembic does not compare conditions, and a partial index lives by its condition."""
    migrated = conditions(engine)
    with writing(engine) as connection:
        tables.METADATA.drop_all(connection)
        tables.METADATA.create_all(connection)
    assert conditions(engine) | {"alembic_version_pkc": ""} == migrated | {
        "alembic_version_pkc": ""
    }


def test_the_newest_migration_is_the_one_the_program_names() -> None:
    assert ScriptDirectory.from_config(config()).get_heads() == [schema.HEAD]


def test_a_founded_store_is_at_the_newest_migration(engine: Engine) -> None:
    assert schema.current(engine) == schema.HEAD


def test_an_empty_database_has_no_migration(database_url: str) -> None:
    engine = open_engine(database_url)
    assert schema.current(engine) is None
    engine.dispose()


def test_migrations_run_backwards_and_forwards_again(engine: Engine) -> None:
    run(engine, command.downgrade, "base")
    with reading(engine) as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
    schema.upgrade(engine)
    assert differences(engine) == []


def test_upgrading_again_changes_nothing(engine: Engine) -> None:
    before = conditions(engine)
    schema.upgrade(engine)
    assert (conditions(engine), schema.current(engine)) == (before, schema.HEAD)


def test_two_set_ups_at_the_same_time_make_one_schema(database_url: str) -> None:
    engines = [open_engine(database_url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(schema.upgrade, engines))
    assert differences(engines[0]) == []
    for engine in engines:
        engine.dispose()


def test_an_interrupted_upgrade_leaves_nothing(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_engine(database_url)
    upgrade = command.upgrade

    def interrupted(*arguments: Any) -> None:
        upgrade(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "upgrade", interrupted)
    with pytest.raises(KeyboardInterrupt):
        schema.upgrade(engine)
    with reading(engine) as connection:
        assert inspect(connection).get_table_names() == []
    monkeypatch.undo()
    schema.upgrade(engine)
    assert differences(engine) == []
    engine.dispose()


def rebuild(connection: Connection, table: str) -> None:
    """Rebuild a table as a migration in batch mode does on SQLite."""
    alembic = Operations(MigrationContext.configure(connection))
    with alembic.batch_alter_table(table, recreate="always") as batch:
        batch.alter_column("title", type_=String(600))


@on_sqlite
def test_a_migration_may_rebuild_a_table_that_others_refer_to(engine: Engine) -> None:
    register(engine, Register(title="窗口推诿"), "coordinator", MONDAY)
    before = conditions(engine)
    with pytest.raises(IntegrityError), writing(engine) as connection:
        rebuild(connection, "item")
    with migrating(engine) as connection:
        rebuild(connection, "item")
    assert conditions(engine) == before
    with reading(engine) as connection:
        assert connection.execute(text("SELECT title FROM item")).scalar_one() == "窗口推诿"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


@on_sqlite
def test_a_migration_that_loses_what_others_refer_to_changes_nothing(engine: Engine) -> None:
    register(engine, Register(title="窗口推诿"), "coordinator", MONDAY)
    with (
        pytest.raises(Unavailable, match="rows of event refer to item that are not there"),
        migrating(engine) as connection,
    ):
        connection.execute(text("DELETE FROM item"))
    with reading(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM item")).scalar_one() == 1
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_set_up_killed_before_its_campaign_is_finished_by_the_next(database_url: str) -> None:
    engine = open_engine(database_url)
    schema.upgrade(engine)
    assert found(engine, load_profile("education-rectification"), MONDAY).created
    engine.dispose()


def test_a_store_of_a_newer_program_is_left_alone(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Unavailable, match="9999") as caught:
        schema.upgrade(engine)
    assert "newer version" in caught.value.hint
    assert schema.current(engine) == "9999"


def test_the_rules_see_the_columns_of_an_item_in_their_order() -> None:
    ours = [column.name for column in ITEM.columns]
    assert ours[: len(ItemState._fields)] == list(ItemState._fields)
    assert [column.name for column in STATE_COLUMNS] == list(ItemState._fields)


def test_every_table_is_known_to_the_metadata() -> None:
    found = {file.stem for file in FOLDER.parent.glob("*.py") if "table=True" in file.read_text()}
    assert found == {module.__name__.removeprefix("models.") for module in tables.MODULES}


def test_what_is_stored_is_dated(engine: Engine) -> None:
    """Instants are kept in time zones that the database knows, not in the machine's."""
    with reading(engine) as connection:
        stored = connection.execute(text("SELECT created_at FROM campaign")).scalar_one()
    if engine.dialect.name == "sqlite":
        assert stored == MONDAY.isoformat(timespec="microseconds")
    else:
        assert stored == MONDAY
