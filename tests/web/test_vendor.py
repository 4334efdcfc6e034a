"""What pages load from other people's packages is what the manifest says, with its licence."""

from __future__ import annotations

import hashlib
import json

import httpx

from web.vendor import FOLDER, MANIFEST


def test_every_vendored_file_is_the_one_of_the_manifest() -> None:
    wanted = json.loads(MANIFEST.read_text(encoding="utf-8"))
    known = {MANIFEST}
    for package in wanted:
        assert package["version"]
        assert package["licence"]
        assert any("LICENSE" in file["to"].upper() for file in package["files"])
        for file in package["files"]:
            path = FOLDER / package["package"] / file["to"]
            assert hashlib.sha256(path.read_bytes()).hexdigest() == file["sha256"], path
            known.add(path)
    assert {path for path in FOLDER.rglob("*") if path.is_file()} == known


async def test_a_vendored_file_is_served_as_what_it_is(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/static/vendor/htmx.org/htmx.min.js")
    assert answer.status_code == 200
    assert "javascript" in answer.headers["content-type"]
