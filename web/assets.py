"""Style, pictures and scripts: asked for by what is in them, so that browsers may keep them."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent / "static"

YEAR = 365 * 24 * 3600


@cache
def asset(path: str) -> str:
    """The address of a file in ``static``; another one when the file is another."""
    digest = hashlib.sha256((FOLDER / path).read_bytes()).hexdigest()
    return f"/static/{path}?v={digest[:12]}"


class Assets(StaticFiles):
    """Serves the folder. What was asked for by its digest never changes."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDER)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, with how long it may be kept."""
        answer = await super().get_response(path, scope)
        lasting = scope.get("query_string", b"").startswith(b"v=")
        age = f"max-age={YEAR}, immutable" if lasting else "max-age=300"
        answer.headers["cache-control"] = f"public, {age}"
        return answer
