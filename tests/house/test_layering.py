"""Imports run downwards only, and each library is used in its place."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from tests.house.reading import PACKAGES, Breach, Source, breaches, found_in, imports, modules

MAY_IMPORT: dict[str, set[str]] = {
    "rules": set(),
    "config": {"rules"},
    "models": {"rules", "config"},
    "ledgers": {"rules", "config"},
    "notifications": {"rules", "config"},
    "sample": {"rules", "config", "ledgers"},
    "tasks": {"rules", "config", "models", "ledgers", "notifications"},
    "flows": {"rules", "config", "models", "ledgers", "notifications", "tasks"},
    "web": {"rules", "config", "models", "ledgers", "notifications", "tasks", "flows"},
    "cli": {
        *("rules", "config", "models", "ledgers", "notifications", "sample", "tasks", "flows"),
        "web",
    },
}
"""Whom each package may import besides itself. ``models``, ``ledgers`` and ``notifications`` do
not know each other: they meet in ``tasks``. ``cli`` starts the web server."""

STAGE_TASKS = tuple(
    f"tasks/{name}.py"
    for name in (
        "intake",
        "assignment",
        "deadline",
        "reminder",
        "verification",
        "closure",
        "escalation",
        "delivery_tasks",
    )
)

HOME_OF: dict[str, tuple[str, ...]] = {
    "prefect": ("flows/", *STAGE_TASKS),
    "apscheduler": ("flows/",),
    "alembic": ("models/",),
    "psycopg": ("models/",),
    "sqlite3": ("models/",),
    "holidays": ("config/",),
    "pydantic_settings": ("config/",),
    "aiosmtplib": ("notifications/channels/",),
    "apprise": ("notifications/channels/",),
    "httpx": ("notifications/", "flows/", "tasks/openid/", "cli/remote.py"),
    "authlib": ("tasks/openid/",),
    "joserfc": ("tasks/openid/",),
    "openpyxl": ("ledgers/", "sample/"),
    "docx": ("tasks/papers/", "tasks/paper_templates.py"),
    "docxtpl": ("tasks/paper_templates.py",),
    "typer": ("cli/",),
    "rich": ("cli/",),
    "fastapi": ("web/",),
    "starlette": ("web/",),
    "argon2": ("tasks/passwords.py",),
    "pyotp": ("tasks/second_factor.py",),
    "segno": ("web/",),
    "uvicorn": ("web/", "flows/server_process.py"),
    "itsdangerous": ("tasks/links.py",),
    "icalendar": ("notifications/ics.py",),
    "obstore": ("tasks/files/bucket.py",),
    "puremagic": ("tasks/files/content.py",),
    # Pictures that somebody brings are opened in one place; the demonstration draws its own.
    "PIL": ("tasks/files/examiner.py", "cli/demo_exhibits.py"),
    "pypdf": ("tasks/files/examiner.py",),
}
"""Paths where a library may be imported; one that is not listed may be imported anywhere."""

SQL_WORDS = {"select", "insert", "update", "delete", "text", "func", "and_", "or_", "exists"}
"""What SQL is built of. Engines, connections and sessions may be handed around; SQL may not."""

PURE_ONLY_ALLOWS = {"pydantic"}
"""Libraries from outside that ``rules`` may use: policies are validated values."""

IMPURE = {
    "asyncio",
    "glob",
    "io",
    "logging",
    "os",
    "pathlib",
    "random",
    "secrets",
    "shutil",
    "socket",
    "sqlite3",
    "subprocess",
    "sys",
    "tempfile",
    "threading",
    "time",
    "urllib",
}
"""Standard modules that read or change the world outside, and so have no place in ``rules``."""


def upward_imports(source: Source) -> Iterator[Breach]:
    """Imports of a package that is not below the importing one."""
    allowed = MAY_IMPORT[source.package] | {source.package}
    for line, name in imports(source.tree):
        package = name.split(".", 1)[0]
        if package in PACKAGES and package not in allowed:
            yield Breach(source.path, line, f"{source.package} must not import {package}")


def homeless_libraries(source: Source) -> Iterator[Breach]:
    """Libraries imported outside the place where they are used."""
    for line, name in imports(source.tree):
        library = name.split(".", 1)[0]
        if not source.path.startswith(HOME_OF.get(library, ("",))):
            yield Breach(source.path, line, f"{library} is used in {', '.join(HOME_OF[library])}")


def sql_outside_the_store(source: Source) -> Iterator[Breach]:
    """SQL built anywhere but in ``models``."""
    if source.package == "models":
        return
    for line, name in imports(source.tree):
        library, _, word = name.partition(".")
        if library in {"sqlalchemy", "sqlmodel"} and word.rpartition(".")[2] in SQL_WORDS:
            yield Breach(source.path, line, f"SQL belongs in models: {name}")


def impure_rules(source: Source) -> Iterator[Breach]:
    """Imports with which ``rules`` would see more of the world than its arguments."""
    if source.package != "rules":
        return
    for line, name in imports(source.tree):
        library = name.split(".", 1)[0]
        pure = library in sys.stdlib_module_names and library not in IMPURE
        if not (pure or library == "rules" or library in PURE_ONLY_ALLOWS):
            yield Breach(source.path, line, f"rules are pure: {library}")


def test_imports_run_downwards_only() -> None:
    assert breaches(upward_imports) == []


def test_each_library_is_imported_in_its_home_only() -> None:
    assert breaches(homeless_libraries) == []


def test_sql_is_built_in_models_only() -> None:
    assert breaches(sql_outside_the_store) == []


def test_rules_import_nothing_that_touches_the_world() -> None:
    assert breaches(impure_rules) == []


def test_every_package_has_its_place_in_the_table() -> None:
    assert set(MAY_IMPORT) == set(PACKAGES)


def test_the_table_has_no_circle() -> None:
    for package, below in MAY_IMPORT.items():
        assert all(PACKAGES.index(other) < PACKAGES.index(package) for other in below), package


def test_the_named_modules_with_prefect_tasks_are_all_in_tasks() -> None:
    present = {source.path for source in modules("tasks")}
    importing = {
        source.path
        for source in modules("tasks")
        if any(name.split(".")[0] == "prefect" for _, name in imports(source.tree))
    }
    assert importing <= set(STAGE_TASKS) & present


@pytest.mark.parametrize(
    "text",
    [
        "import models.item",
        "from models import engine",
        "def late():\n    from models.engine import open_store",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import models",
        "import importlib\nimportlib.import_module('models.engine')",
    ],
)
def test_an_upward_import_is_seen_in_every_form(text: str) -> None:
    assert found_in(upward_imports, "rules/decide.py", text) == ["rules must not import models"]


def test_neighbours_do_not_know_each_other() -> None:
    text = "from notifications import render"
    assert found_in(upward_imports, "models/item.py", text) == [
        "models must not import notifications"
    ]
    assert found_in(upward_imports, "ledgers/reader.py", text) == [
        "ledgers must not import notifications"
    ]


def test_downward_and_own_imports_are_left_alone() -> None:
    text = (
        "import json\nfrom rules.item import ItemState\nfrom models import engine\nfrom . import x"
    )
    assert found_in(upward_imports, "models/item.py", text) == []


def test_prefect_in_the_writer_is_seen_and_in_a_stage_task_allowed() -> None:
    text = "def go():\n    from prefect import task"
    assert len(found_in(homeless_libraries, "tasks/act.py", text)) == 1
    assert found_in(homeless_libraries, "tasks/reminder.py", text) == []
    assert found_in(homeless_libraries, "flows/sweep.py", text) == []


def test_sql_in_a_command_is_seen_and_a_session_is_allowed() -> None:
    assert found_in(
        sql_outside_the_store, "cli/show.py", "from sqlmodel import Session, select"
    ) == ["SQL belongs in models: sqlmodel.select"]
    assert found_in(sql_outside_the_store, "cli/show.py", "from sqlalchemy import Engine") == []
    assert found_in(sql_outside_the_store, "models/read.py", "from sqlmodel import select") == []


def test_a_rule_that_reads_files_is_seen() -> None:
    assert found_in(impure_rules, "rules/agenda.py", "from pathlib import Path") == [
        "rules are pure: pathlib"
    ]
    assert found_in(impure_rules, "rules/agenda.py", "import httpx") == ["rules are pure: httpx"]
    assert found_in(impure_rules, "rules/agenda.py", "from datetime import date\nimport re") == []
