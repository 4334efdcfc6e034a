"""`rectiflow --help` answers at once: heavy libraries are loaded where they are used."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.house.reading import ROOT

HEAVY = (
    *("prefect", "sqlmodel", "fastapi", "apscheduler", "alembic", "holidays", "openpyxl"),
    *("apprise", "httpx", "docxtpl"),
)
"""What takes a tenth of a second or more to import."""

REPORT = "print(); print(json.dumps(sorted(set(sys.modules) & set({heavy!r}))))"


def loaded_by(code: str) -> list[str]:
    """Which heavy libraries a fresh interpreter has loaded after running the code."""
    report = REPORT.format(heavy=HEAVY)
    done = subprocess.run(
        [sys.executable, "-c", f"import json, sys\n{code}\n{report}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    loaded: list[str] = json.loads(done.stdout.splitlines()[-1])
    return loaded


def test_the_command_line_loads_nothing_heavy() -> None:
    assert loaded_by("import cli.main") == []


def test_asking_for_help_loads_nothing_heavy() -> None:
    code = """
from cli.main import main
sys.argv = ["rectiflow", "--help"]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
"""
    assert loaded_by(code) == []


@pytest.mark.parametrize("package", ["rules", "config"])
def test_the_lower_layers_load_nothing_of_the_store_or_prefect(package: str) -> None:
    code = f"""
import importlib, pkgutil
path = importlib.import_module({package!r}).__path__
for found in pkgutil.walk_packages(path, {package + "."!r}):
    importlib.import_module(found.name)
"""
    assert not {"prefect", "sqlmodel", "fastapi"} & set(loaded_by(code))


def test_a_heavy_import_would_be_seen() -> None:
    assert loaded_by("import openpyxl") == ["openpyxl"]
