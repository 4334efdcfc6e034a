"""The API described: in OpenAPI 3.1 for programs, on a page for people; both open to anybody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, Response

from web.api.kinds import KINDS
from web.api.problems import MEDIA_TYPE, PREFIX
from web.frame import lean

router = APIRouter(include_in_schema=False)


Schemas = dict[str, Any]


class Field(NamedTuple):
    """One parameter, or one member of a body."""

    name: str
    place: str
    kind: str
    required: bool
    about: str


class Operation(NamedTuple):
    """One operation, as the page shows it."""

    ident: str
    method: str
    path: str
    tag: str
    summary: str
    about: str
    scope: str
    fields: tuple[Field, ...]
    example: str
    answers: tuple[tuple[str, str], ...]


@router.get("/openapi.json")
def openapi(request: Request) -> Response:
    """The description of the API."""
    return JSONResponse(described(request.app))


@router.get("/docs")
def docs(request: Request) -> Response:
    """The description of the API, to be read."""
    operations = list(operations_of(described(request.app)))
    groups: dict[str, list[Operation]] = {}
    for one in operations:
        groups.setdefault(one.tag, []).append(one)
    return lean(request, "api.html", groups=groups, kinds=KINDS, prefix=PREFIX)


def described(api: FastAPI) -> dict[str, Any]:
    """The OpenAPI document; problems are told to be problem documents."""
    if api.openapi_schema is not None:
        return api.openapi_schema
    document = api.openapi()
    for path in document["paths"].values():
        for operation in path.values():
            for status, said in operation["responses"].items():
                if status.isdecimal() and int(status) >= 400:
                    said["content"] = {MEDIA_TYPE: said["content"]["application/json"]}
    for unused in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(unused, None)
    return document


def operations_of(document: dict[str, Any]) -> Iterator[Operation]:
    """Every operation, in the order of the document."""
    schemas = document["components"]["schemas"]
    for path, methods in document["paths"].items():
        for method, said in methods.items():
            body = _body(said, schemas)
            scopes = [scope for each in said.get("security", []) for scope in each["token"]]
            yield Operation(
                said["operationId"], method.upper(), path, said["tags"][0], said["summary"],
                said.get("description", ""), scopes[0] if scopes else "",
                (*_parameters(said, schemas), *_members(body, schemas)), _example(body),
                tuple((status, answer["description"])
                      for status, answer in said["responses"].items()),
            )  # fmt: skip


def _parameters(said: dict[str, Any], schemas: Schemas) -> Iterator[Field]:
    for one in said.get("parameters", []):
        about = one.get("description") or one["schema"].get("description", "")
        yield Field(one["name"], one["in"], _kind(one["schema"], schemas), one["required"], about)


def _body(said: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    content = said.get("requestBody", {}).get("content", {})
    for media in content.values():
        schema: dict[str, Any] = media["schema"]
        for one in (schema, *schema.get("anyOf", [])):
            if "$ref" in one:
                found: dict[str, Any] = schemas[one["$ref"].rpartition("/")[2]]
                return found
    return {}


def _members(body: dict[str, Any], schemas: Schemas) -> Iterator[Field]:
    needed = body.get("required", [])
    for name, schema in body.get("properties", {}).items():
        about = schema.get("description", "")
        yield Field(name, "body", _kind(schema, schemas), name in needed, about)


def _example(body: dict[str, Any]) -> str:
    examples = body.get("examples", [])
    return json.dumps(examples[0], ensure_ascii=False, indent=2) if examples else ""


def _kind(schema: dict[str, Any], schemas: Schemas) -> str:
    """A schema in a few words."""
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return _kind(schemas[name], schemas) if "enum" in schemas[name] else name
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return " | ".join(
                _kind(one, schemas) for one in schema[several] if one.get("type") != "null"
            )
    kind = schema.get("format") or schema.get("type", "")
    if kind == "array":
        return f"[{_kind(schema['items'], schemas)}]"
    return str(kind)
