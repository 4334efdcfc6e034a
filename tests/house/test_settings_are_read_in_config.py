"""``config`` is the only reader of the environment."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.house.reading import Breach, Source, aliases, breaches, dotted, found_in

MAY_READ = ("config/", "flows/server.py")
"""Besides ``config``, the module that starts Prefect's server hands its own environment on."""

ENVIRONMENT = {"os.environ", "os.getenv", "os.environb"}


def environment_readings(source: Source) -> Iterator[Breach]:
    """Uses of the process's environment outside the modules that may."""
    if source.path.startswith(MAY_READ):
        return
    known = aliases(source.tree)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Name | ast.Attribute) and dotted(node, known) in ENVIRONMENT:
            yield Breach(source.path, node.lineno, "settings are read in config")


def test_only_config_reads_the_environment() -> None:
    assert breaches(environment_readings) == []


@pytest.mark.parametrize(
    "text",
    [
        "import os\nx = os.environ['HOME']",
        "from os import environ\nx = environ.get('HOME')",
        "import os\nx = os.getenv('HOME')",
    ],
)
def test_a_reading_of_the_environment_is_seen(text: str) -> None:
    assert len(found_in(environment_readings, "tasks/act.py", text)) == 1
    assert found_in(environment_readings, "config/settings.py", text) == []


def test_other_uses_of_os_are_left_alone() -> None:
    assert found_in(environment_readings, "tasks/act.py", "import os\nx = os.getpid()") == []
