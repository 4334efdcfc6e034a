"""Where the sample's files are, installed or in a checkout."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path

import yaml

from rules.errors import NotFound

NAMES = ("campaign.yaml", "units.csv", "people.csv", "ledger.csv")
"""The files of the sample campaign."""

_ROOT = files("sample")


def path(name: str) -> Path:
    """The path of one of :data:`NAMES`. Raises NotFound for any other name."""
    if name not in NAMES:
        raise NotFound(f"The sample has no file {name!r}.", f"It has {', '.join(NAMES)}.")
    return _on_disk("campaign", name)


def source(name: str) -> object:
    """What a YAML file beside this module says; the generator is fed from these."""
    return yaml.safe_load(_on_disk(*name.split("/")).read_text(encoding="utf-8"))


def _on_disk(*parts: str) -> Path:
    # The package is always installed unpacked, so that the path outlives the context.
    with as_file(_ROOT.joinpath(*parts)) as found:
        return found
