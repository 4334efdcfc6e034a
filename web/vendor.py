"""Fetches what pages load from other people's packages: ``python -m web.vendor``, ``make vendor``.

``static/vendor/manifest.json`` says which files of which version of which npm package are wanted;
it is edited by hand, but for the digests and licences, which are written here. The files are kept
in the repository, so that neither building nor running needs npm; a test compares them with the
manifest. References to source maps are left out, for there are none here. A file without ``from``
is kept by hand; one with ``icons`` is drawn from those icons of the package.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from web import assets

FOLDER = assets.FOLDER / "vendor"
MANIFEST = FOLDER / "manifest.json"

LARGEST = 4 << 20
"""Octets of one file; pages are not to grow by accident."""

MAP = re.compile(rb"\n?(?://|/\*)# sourceMappingURL=[^\n*]*(?:\*/)?\s*$")


def refresh() -> list[str]:
    """Fetch every package of the manifest and write its files; what was written, by path.

    Raises:
        CalledProcessError: npm could not fetch a package.
        ValueError: a package lacks a file that is wanted, or it is too large.
    """
    wanted = json.loads(MANIFEST.read_text(encoding="utf-8"))
    written = [path for package in wanted for path in _fetch(package)]
    text = json.dumps(wanted, ensure_ascii=False, indent=2)
    MANIFEST.write_text(f"{text}\n", encoding="utf-8")
    return written


def _fetch(package: dict[str, Any]) -> list[str]:
    name = f"{package['package']}@{package['version']}"
    with tempfile.TemporaryDirectory() as folder:
        # Nothing of the package is run: it is fetched, checked by npm, and unpacked by us.
        packed = subprocess.run(
            ["npm", "pack", name, "--silent", "--ignore-scripts", "--pack-destination", folder],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        with tarfile.open(Path(folder) / packed.stdout.split()[-1]) as archive:
            package["licence"] = json.loads(_member(archive, "package.json"))["license"]
            return [_kept(archive, package["package"], file) for file in package["files"]]


def _kept(archive: tarfile.TarFile, package: str, file: dict[str, Any]) -> str:
    path: Path = FOLDER / package / file["to"]
    if "icons" in file:
        octets = _sprite(archive, file["icons"])
    elif "from" in file:
        octets = MAP.sub(b"\n", _member(archive, file["from"]))
    else:
        octets = path.read_bytes()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(octets)
    file["sha256"] = hashlib.sha256(octets).hexdigest()
    return path.relative_to(assets.FOLDER).as_posix()


def _sprite(archive: tarfile.TarFile, names: list[str]) -> bytes:
    """The icons as one file of symbols; each is drawn in the colour of the text around it."""
    symbols = []
    for name in names:
        drawn = _member(archive, f"icons/outline/{name}.svg").decode()
        parts = (" ".join(part.split()) for part in re.findall(r"<(?!svg)\w[^>]*/>", drawn))
        seen = "".join(part for part in parts if 'stroke="none"' not in part)
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{seen}</symbol>')
    lines = ('<svg xmlns="http://www.w3.org/2000/svg">', *symbols, "</svg>", "")
    return "\n".join(lines).encode()


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    try:
        found = archive.extractfile(f"package/{name}")
    except KeyError:
        found = None
    octets = found.read(LARGEST + 1) if found is not None else b""
    if not octets or len(octets) > LARGEST:
        raise ValueError(f"{name} is missing, empty or too large.")
    return octets


if __name__ == "__main__":
    sys.stdout.write("\n".join(refresh()) + "\n")
