"""What the project says of itself agrees, and nothing of anybody's machine is in it."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

import pytest

from tests.house.reading import BESIDE, PACKAGES, ROOT, Breach, Source, files, found_in

MACHINE_PATHS = re.compile(
    r"(?<![\w./-])(?:/(?:work|root|farm|home/[a-z_]\w*|Users/\w+|opt/pypi[\w-]*)(?=[/\s\"'`)])"
    r"|[A-Z]:\\Users\\|\.\./shared\b)"
)
"""Folders that exist on one machine only."""

INDEX_ADDRESSES = re.compile(
    r"(?<!no-emit-)\b(?:extra-)?index-url\s*[= ]\s*[\"']?\S"
    r"|(?<!no-emit-)\bfind-links\s*[= ]\s*[\"']?\S"
    r"|https?://(?:[\w.-]*pypi[\w.-]*|files\.pythonhosted\.org)/(?:simple|packages)\b"
)
"""Where packages come from is a matter of the installing machine."""

LOCKS_WITH_ADDRESSES = {"uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "pylock.toml"}

PIN = re.compile(r"^(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>[^\s;\\]+)", re.MULTILINE)


def foreign_lines(source: Source) -> Iterator[Breach]:
    """Lines with a path of a machine or the address of a package index."""
    for number, line in enumerate(source.text.splitlines(), start=1):
        if found := MACHINE_PATHS.search(line):
            yield Breach(source.path, number, f"a path of one machine: {found[0]}")
        if found := INDEX_ADDRESSES.search(line):
            yield Breach(source.path, number, f"an index address: {found[0]}")


def unlocked(source: Source) -> Iterator[Breach]:
    """Requirements that are not pinned, pins without a hash, and anything else in a lock."""
    entries = re.sub(r"\\\n", " ", source.text)
    for number, line in enumerate(entries.splitlines(), start=1):
        entry = line.partition("#")[0].strip()
        if entry and not (PIN.match(entry) and " --hash=sha256:" in entry):
            yield Breach(source.path, number, f"not pinned with a hash: {entry[:60]}")
        if "://" in line:
            yield Breach(source.path, number, f"an address in a lock: {line.strip()[:60]}")


def _project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _lock(name: str) -> Source:
    return Source(name, (ROOT / name).read_text(encoding="utf-8"))


def _pins(name: str) -> dict[str, str]:
    return {found["name"]: found["version"] for found in PIN.finditer(_lock(name).text)}


def _texts() -> Iterator[Source]:
    for path in files():
        try:
            yield Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        except UnicodeDecodeError:
            continue


def test_no_file_names_a_machine_or_an_index() -> None:
    own = Path(__file__).relative_to(ROOT).as_posix()
    found = [str(b) for text in _texts() if text.path != own for b in foreign_lines(text)]
    assert found == []


def test_no_lock_that_records_addresses_is_kept() -> None:
    assert [str(p) for p in files() if p.name in LOCKS_WITH_ADDRESSES] == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_with_its_hashes(name: str) -> None:
    assert [str(b) for b in unlocked(_lock(name))] == []


def test_both_locks_hold_the_same_versions() -> None:
    runtime, everything = _pins("requirements.txt"), _pins("requirements-dev.txt")
    assert runtime.items() <= everything.items()


def test_what_pyproject_asks_for_is_locked() -> None:
    project = _project()["project"]
    extras = project["optional-dependencies"]
    wanted = {
        "requirements.txt": [*project["dependencies"], *extras["build"]],
        "requirements-dev.txt": [*project["dependencies"], *extras["build"], *extras["dev"]],
    }
    for lock, asked in wanted.items():
        names = {re.split(r"[\[<>=~! ]", each)[0].lower().replace("_", "-") for each in asked}
        assert names - set(_pins(lock)) == set(), f"run `make lock`: {lock} is behind"


def test_the_locked_build_backend_is_the_declared_one() -> None:
    project = _project()
    declared = project["build-system"]["requires"]
    assert declared == project["project"]["optional-dependencies"]["build"]


def test_every_package_is_named_wherever_packages_are_named() -> None:
    tools = _project()["tool"]
    present = {name for name in PACKAGES if (ROOT / name).is_dir()}
    assert set(tools["hatch"]["build"]["targets"]["wheel"]["packages"]) == present
    assert set(tools["mypy"]["files"]) == present
    assert set(PACKAGES) | {"tests", "bench"} == set(
        tools["ruff"]["lint"]["isort"]["known-first-party"]
    )


def test_there_is_no_package_nobody_has_named() -> None:
    with_python = {p.relative_to(ROOT).parts[0] for p in files() if p.suffix == ".py"}
    assert with_python - set(PACKAGES) - set(BESIDE) == set()


def test_no_installed_distribution_bears_the_name_of_one_of_our_packages() -> None:
    elsewhere = [entry for entry in sys.path if entry and Path(entry).resolve() != ROOT]
    assert [name for name in PACKAGES if PathFinder.find_spec(name, elsewhere)] == []


@pytest.mark.parametrize(
    "text",
    [
        "see /work/main/x.py",
        "cd /root/",
        'open("/home/ada/ledger.csv")',
        "read ../shared/data/x.csv",
        "pip install --index-url https://mirror.example/simple",
        "--find-links=wheels",
        "https://files.pythonhosted.org/packages/aa/bb.whl",
    ],
)
def test_a_foreign_line_is_seen(text: str) -> None:
    assert len(found_in(foreign_lines, "docs/x.md", text)) >= 1


@pytest.mark.parametrize(
    "text",
    [
        "GET /items/1 and /work-pools/default, or /api/work/x",
        "kept in /var/lib/rectiflow",
        "pip-compile --no-emit-index-url --no-emit-find-links",
        "https://docs.python.org/3/",
        "home/ada and ./work/x",
    ],
)
def test_ordinary_lines_are_left_alone(text: str) -> None:
    assert found_in(foreign_lines, "docs/x.md", text) == []


@pytest.mark.parametrize(
    "text",
    [
        "rich>=15",
        "rich==15.0.0",
        "--index-url x",
        "-e .",
        "rich @ https://mirror.example/rich.whl \\\n    --hash=sha256:aa",
    ],
)
def test_a_loose_lock_is_seen(text: str) -> None:
    assert found_in(unlocked, "requirements.txt", text)


def test_a_pin_with_hashes_is_left_alone() -> None:
    text = "rich==15.0.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n    # via typer\n"
    assert found_in(unlocked, "requirements.txt", text) == []
