"""The API as programs meet it: who may call, what they see, what they do, and how they are told."""

from __future__ import annotations

import base64
import os
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from config.clock import wall
from models import directory as store
from models.engine import reading, writing
from rules.duties import may_see
from rules.errors import Unavailable
from rules.vocabulary import Stage
from tasks import api_tokens
from tasks.api_tokens import Scope
from tasks.office import Office
from tests import cast
from tests.house.reading import ROOT
from tests.tasks.staff import entered, give, item_in, kinds, state
from tests.web.api.conftest import BASE, Programs, refs, require_problem, token_for
from web.api import directory
from web.api.kinds import KINDS
from web.api.reference import described
from web.app import create_app
from web.server import serving


def api_of(programs: Programs) -> Any:
    """The mounted application of the API."""
    return next(r.app for r in programs.app.routes if getattr(r, "path", "") == "/api/v1")


async def test_nobody_calls_without_a_good_token(programs: Programs) -> None:
    office = programs.office
    over = token_for(office, "viewer", lasts=timedelta(seconds=1))
    revoked = token_for(office, "viewer")
    with writing(office.engine) as connection:
        connection.execute(
            text("UPDATE api_token SET expires_at = created_at WHERE hash = :h"),
            {"h": api_tokens.digest(over)},
        )
        connection.execute(
            text("UPDATE api_token SET revoked_at = created_at WHERE hash = :h"),
            {"h": api_tokens.digest(revoked)},
        )
    for header in ("", "Bearer", "Basic x", "Bearer rf_unknown", f"Bearer {over}",
                   f"Bearer {revoked}"):  # fmt: skip
        async with programs.bare({"authorization": header}) as program:
            answer = await program.get("/items")
            require_problem(answer, 401, "unauthorized")
            assert answer.headers["www-authenticate"].startswith('Bearer realm="rectiflow"')


async def test_every_operation_takes_a_token(programs: Programs) -> None:
    document = described(api_of(programs))
    programs.app.state.api_failures._most = 10_000
    async with programs.bare() as program:
        for path, methods in document["paths"].items():
            for method in methods:
                answer = await program.request(method, path.replace("{", "").replace("}", ""))
                require_problem(answer, 401, "unauthorized")


async def test_a_session_of_a_browser_opens_nothing(programs: Programs) -> None:
    async with programs.bare({"cookie": "__Host-rectiflow=anything; rectiflow=anything"}) as one:
        require_problem(await one.get("/me"), 401, "unauthorized")


async def test_a_token_does_no_more_than_its_scope(programs: Programs) -> None:
    ref = item_in(programs.office.engine, Stage.INTAKE)
    reader = programs.of("coordinator", Scope.READ)
    assert (await reader.get(f"/items/{ref}")).status_code == 200
    refused = await reader.post(f"/items/{ref}/commands/accept")
    require_problem(refused, 403, "scope")
    assert 'error="insufficient_scope", scope="act"' in refused.headers["www-authenticate"]
    require_problem(await programs.of("coordinator").get("/webhooks"), 403, "scope")


async def test_the_use_of_a_token_is_noted(programs: Programs) -> None:
    await programs.of("viewer").get("/me")
    with reading(programs.office.engine) as connection:
        used = connection.execute(text("SELECT used_at FROM api_token")).scalar_one()
    assert used is not None


async def test_who_calls_too_often_is_told_when_to_go_on(programs: Programs) -> None:
    programs.app.state.api_calls._most = 2
    viewer = programs.of("viewer")
    assert [(await viewer.get("/me")).status_code for _ in range(2)] == [200, 200]
    told = await viewer.get("/me")
    require_problem(told, 429, "throttled")
    assert 1 <= int(told.headers["retry-after"]) <= 60
    programs.app.state.api_failures._most = 1
    async with programs.bare() as guesser:
        require_problem(await guesser.get("/me"), 401, "unauthorized")
        require_problem(await guesser.get("/me"), 429, "throttled")
        # Whoever has a good token is not kept out by others at the same address.
    assert (await programs.of("auditor").get("/me")).status_code == 200


async def test_what_is_listed_is_what_the_rule_lets_each_person_see(programs: Programs) -> None:
    engine = programs.office.engine
    made = [item_in(engine, stage) for stage in Stage]
    made += [
        item_in(engine, Stage.DEADLINE, confidential=True),
        *entered(
            engine,
            3,
            unit_id=None,
            unit_path=None,
            responsible_id=None,
            leader_id=None,
            stage=Stage.INTAKE,
            due=None,
        ),
    ]
    with reading(engine) as connection:
        people = store.people(connection, [one.code for one in cast.PEOPLE])
    for code, person in people.items():
        found = refs((await programs.of(code, Scope.READ).get("/items?limit=200")).json())
        allowed = {ref for ref in made if may_see(person, state(engine, ref))}
        assert set(found) == allowed, code
        assert len(found) == len(set(found)), code
        for ref in made:
            seen = await programs.of(code, Scope.READ).get(f"/items/{ref}")
            assert seen.status_code == (200 if ref in allowed else 404), (code, ref)


PARTS = ("", "/history", "/agenda", "/commands", "/deliveries", "/extensions", "/evidence",
         "/papers", "/complainant")  # fmt: skip


@pytest.mark.parametrize("part", PARTS)
async def test_nothing_of_a_hidden_item_is_told(programs: Programs, part: str) -> None:
    ref = item_in(programs.office.engine, Stage.DEADLINE, confidential=True)
    outsider = programs.of("viewer")
    hidden = require_problem(await outsider.get(f"/items/{ref}{part}"), 404, "not-found")
    missing = require_problem(await outsider.get(f"/items/ZG-99999{part}"), 404, "not-found")
    said = {key: str(value).replace(ref, "ZG-99999") for key, value in hidden.items()}
    assert said == {key: str(value) for key, value in missing.items()}
    answer = await outsider.post(f"/items/{ref}/commands/comment", json={"text": "x"})
    require_problem(answer, 404, "not-found")


async def test_readings_of_what_is_protected_are_noted_with_their_way(programs: Programs) -> None:
    engine = programs.office.engine
    ref = item_in(engine, Stage.DEADLINE, confidential=True, complainant="某群众")
    coordinator = programs.of("coordinator")
    await coordinator.get(f"/items/{ref}")
    told = await coordinator.get(f"/items/{ref}/complainant")
    assert told.json() == {"ref": ref, "complainant": "某群众"}
    responsible = programs.of("responsible")
    require_problem(await responsible.get(f"/items/{ref}/complainant"), 403, "not-allowed")
    with reading(engine) as connection:
        noted = connection.execute(text("SELECT what, via FROM access_log ORDER BY id")).all()
    assert [tuple(one) for one in noted] == [("confidential", "api"), ("complainant", "api")]
    listed = (await coordinator.get("/items")).json()["items"][0]
    assert (listed["title"], listed["description"], listed["confidential"]) == (None, None, True)
    for part in PARTS[:-1]:
        assert "某群众" not in (await coordinator.get(f"/items/{ref}{part}")).text


async def test_pages_follow_each_other_without_gap_or_repetition(programs: Programs) -> None:
    engine = programs.office.engine
    made = entered(engine, 5) + entered(engine, 2, due=None, stage=Stage.INTAKE)
    program = programs.of("coordinator")
    found: list[str] = []
    address = f"{BASE}/items?limit=3"
    while address:
        answer = await program.get(address)
        document = answer.json()
        found += refs(document)
        assert document["total"] == len(made)
        if document["next"]:
            assert answer.headers["link"] == f'<{document["next"]}>; rel="next"'
        address = document["next"] and f"https://zg.example.org{document['next']}"
    assert found == made
    huge = base64.urlsafe_b64encode(f"2026-12-18~{2**31}".encode()).decode()
    for wrong in ("nonsense", "~", "%25", huge):
        require_problem(await program.get(f"/items?cursor={wrong}"), 422, "invalid")


async def test_an_unchanged_item_is_not_sent_again_and_a_light_changes_its_tag(
    programs: Programs,
) -> None:
    engine, clock = programs.office.engine, programs.office.clock
    ref = item_in(engine, Stage.DEADLINE)
    program = programs.of("coordinator")
    first = await program.get(f"/items/{ref}")
    tag = first.headers["etag"]
    same = await program.get(f"/items/{ref}", headers={"if-none-match": tag})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    clock.move_to(cast.at("2026-12-20 09:00"))  # type: ignore[attr-defined]
    later = await program.get(f"/items/{ref}", headers={"if-none-match": tag})
    assert (later.status_code, later.json()["light"]) == (200, "red")
    # Nobody has acted: whoever knows the older tag still knows the item.
    done = await program.post(
        f"/items/{ref}/commands/comment", json={"text": "x"}, headers={"if-match": tag}
    )
    assert done.status_code == 200


async def test_a_command_on_an_item_that_has_moved_on_is_not_carried_out(
    programs: Programs,
) -> None:
    engine = programs.office.engine
    ref = item_in(engine, Stage.DEADLINE)
    program = programs.of("coordinator")
    tag = (await program.get(f"/items/{ref}")).headers["etag"]
    give(engine, ref, "comment", "coordinator", text="meanwhile")
    path, body = f"/items/{ref}/commands/comment", {"text": "late"}
    require_problem(await program.post(path, json=body, headers={"if-match": tag}), 412, "stale")
    for good in (f'"{state(engine, ref).version}"', "*"):
        told = await program.post(path, json=body, headers={"if-match": good})
        assert told.status_code == 200
    again = await program.post(path, json=body, headers={"if-match": told.json()["etag"]})
    assert again.status_code == 200


async def test_a_repeated_request_is_carried_out_once_and_answered_alike(
    programs: Programs,
) -> None:
    engine = programs.office.engine
    program = programs.of("coordinator")
    headers = {"idempotency-key": "k-1"}
    body = {"title": "窗口推诿", "category": "conduct"}
    first, second = [await program.post("/items", json=body, headers=headers) for _ in "12"]
    assert (first.status_code, first.content) == (second.status_code, second.content)
    ref = first.json()["ref"]
    path = f"/items/{ref}/commands/accept"
    tag = (await program.get(f"/items/{ref}")).headers["etag"]
    once = {"idempotency-key": "k-2", "if-match": tag}
    one, two = [await program.post(path, json={}, headers=once) for _ in "12"]
    assert (one.status_code, one.content) == (200, two.content)
    assert kinds(engine, ref) == ["registered", "accepted"]
    for key, where, what in (
        ("k-1", "/items", {"title": "别的"}),
        ("k-2", f"/items/{ref}/commands/comment", {"text": "x"}),
        ("k-2", path, {"category": "files"}),
    ):  # fmt: skip
        told = await program.post(where, json=what, headers={"idempotency-key": key})
        require_problem(told, 422, "key-reused")
    # Another account's key of the same name is another key.
    other = await programs.of("supervisor").post(
        f"/items/{ref}/commands/comment", json={"text": "x"}, headers={"idempotency-key": "k-2"}
    )
    assert other.status_code == 200


async def test_a_refusal_names_its_rule_in_the_language_asked_for(programs: Programs) -> None:
    ref = item_in(programs.office.engine, Stage.DEADLINE)
    path = f"/items/{ref}/commands/submit"
    said = require_problem(await programs.of("responsible").post(path), 409, "refused")
    assert said["rule"] == "RequireEvidence"
    assert said["hint"]
    assert said["ref"] == ref
    answer = await programs.of("responsible", lang="zh-CN").post(path)
    assert answer.json()["title"] == "规则不允许"
    assert answer.headers["content-language"] == "zh-CN"
    assert "佐证材料" in answer.json()["detail"]
    duty = await programs.of("auditor").post(f"/items/{ref}/commands/hold", json={})
    assert require_problem(duty, 403, "not-allowed")["rule"] == "HoldTheDuty"


@pytest.mark.parametrize(
    ("method", "path", "sent", "status", "kind"),
    [
        ("GET", "/nothing", {}, 404, "not-found"),
        ("GET", "/items/a%0Ab", {}, 404, "not-found"),
        ("GET", "/items/%00", {}, 400, "malformed"),
        ("DELETE", "/items", {}, 405, "method"),
        ("POST", "/items", {"content": b"{", "headers": {"content-type": "application/json"}},
         400, "malformed"),
        ("POST", "/items", {"json": {}}, 422, "invalid"),
        ("POST", "/items", {"json": {"title": "x", "titel": "y"}}, 422, "invalid"),
        ("POST", "/items", {"json": {"title": "x", "due": 5}}, 422, "invalid"),
        ("POST", "/items", {"json": {"title": "x" * 70_000}}, 413, "too-large"),
        ("POST", "/items", {"json": {"title": "x", "campaign": "none"}}, 422, "invalid"),
        ("GET", "/items?unit=none", {}, 422, "invalid"),
        ("GET", "/items?limit=201", {}, 422, "invalid"),
        ("GET", "/items?stage=nowhere", {}, 422, "invalid"),
        ("POST", "/items/ZG-00001/commands/fly", {}, 404, "not-found"),
        ("POST", "/items/ZG-00001/commands/fire", {}, 404, "not-found"),
        ("POST", "/items/ZG-00001/commands/attach_evidence",
         {"json": {"sha256": cast.DIGEST, "filename": "a.png"}}, 422, "invalid"),
        ("POST", "/imports", {"files": {"file": ("a.csv", b"x")}, "data": {"mapping": "../a.yaml"}},
         422, "invalid"),
        ("POST", "/imports", {"files": {"file": ("a.csv", b"nothing of ours")}}, 422, "invalid"),
    ],
)  # fmt: skip
async def test_whatever_is_wrong_is_told_as_a_problem(
    programs: Programs, method: str, path: str, sent: dict[str, Any], status: int, kind: str
) -> None:
    item_in(programs.office.engine, Stage.DEADLINE)
    answer = await programs.of("coordinator").request(method, path, **sent)
    said = require_problem(answer, status, kind)
    assert "/tmp" not in answer.text
    if status == 405:
        assert answer.headers["allow"]
    assert said["instance"].startswith("/api/v1/")


async def test_a_fault_of_ours_is_told_as_one_and_says_nothing_of_itself(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_connection: Any) -> Any:
        raise RuntimeError("secret insides")

    monkeypatch.setattr(directory.roster, "all_units", broken)
    answer = await programs.of("viewer").get("/units")
    require_problem(answer, 500, "fault")
    assert "secret" not in answer.text


async def test_a_store_that_is_away_is_told_with_when_to_come_back(programs: Programs) -> None:
    program = programs.of("viewer")

    def away(_engine: Any) -> Any:
        raise Unavailable("The database cannot be reached.", "Try again.")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("web.api.directory.reading", away)
        answer = await program.get("/campaigns")
    require_problem(answer, 503, "unavailable")
    assert answer.headers["retry-after"] == "5"


async def test_evidence_is_a_file_and_comes_back_as_an_attachment(programs: Programs) -> None:
    engine = programs.office.engine
    ref = item_in(engine, Stage.DEADLINE)
    responsible = programs.of("responsible")
    sent = {"files": {"file": ("..\\x/说明\n.txt", "已增设窗口".encode())}, "data": {"note": "一"}}
    headers = {"idempotency-key": "file"}
    first, second = [
        await responsible.post(f"/items/{ref}/evidence", headers=headers, **sent) for _ in "12"
    ]
    assert first.status_code == 201, first.text
    assert first.content == second.content
    seq = first.json()["seq"]
    assert "\n" not in first.json()["filename"]
    piece = (await responsible.get(f"/items/{ref}/evidence")).json()["evidence"]
    assert [(one["seq"], one["media_type"]) for one in piece] == [(seq, "text/plain")]
    got = await programs.of("verifier").get(f"/items/{ref}/evidence/{seq}")
    assert got.content.decode() == "已增设窗口"
    assert got.headers["content-disposition"].startswith("attachment")
    assert got.headers["x-content-type-options"] == "nosniff"
    assert (await programs.of("verifier").get(f"/items/{ref}/evidence/1")).status_code == 404
    for who, status, kind in (("auditor", 403, "not-allowed"), ("viewer", 403, "not-allowed")):
        told = await programs.of(who).post(f"/items/{ref}/evidence", files=sent["files"])
        require_problem(told, status, kind)
    script = {"file": ("photo.png", b"<html><script>1</script></html>" * 9)}
    told = await responsible.post(f"/items/{ref}/evidence", files=script)
    assert told.status_code in (415, 422)


async def test_who_may_not_attach_anything_fills_no_store(programs: Programs) -> None:
    office = programs.office
    ref = item_in(office.engine, Stage.DEADLINE)
    for key in ({}, {"idempotency-key": "new"}):
        await programs.of("viewer").post(
            f"/items/{ref}/evidence", files={"file": ("a.txt", b"aaa")}, headers=key
        )
    assert [f for f in office.settings.evidence_folder.rglob("*") if f.is_file()] == []


async def test_people_are_shown_to_those_around_them_and_addresses_to_the_office(
    programs: Programs,
) -> None:
    engine = programs.office.engine
    with writing(engine) as connection:
        connection.execute(text("UPDATE person SET email = code || '@example.org'"))

    async def seen(who: str) -> dict[str, Any]:
        people = (await programs.of(who).get("/people")).json()["people"]
        return {one["code"]: one["email"] for one in people}

    assert (await seen("coordinator"))["leader"] == "leader@example.org"
    assert set(await seen("responsible")) == {"responsible", "leader", "colleague", "nobody"}
    assert set((await seen("responsible")).values()) == {None}
    assert "responsible" not in await seen("outsider")


async def test_figures_of_everything_are_for_those_over_everything(programs: Programs) -> None:
    item_in(programs.office.engine, Stage.DEADLINE)
    told = await programs.of("coordinator").get("/figures?by=unit")
    assert told.json()["whole"]["opened"] == 1
    require_problem(await programs.of("responsible").get("/figures"), 403, "not-allowed")


async def test_a_ledger_is_taken_over_by_who_coordinates_its_units(programs: Programs) -> None:
    header = "编号,标题,责任单位,整改期限"
    ledger = {"file": ("台账.csv", f"{header}\n1,窗口推诿,bureau,2026-12-18\n".encode())}
    refused = await programs.of("responsible").post("/imports", files=ledger)
    require_problem(refused, 403, "not-allowed")
    elsewhere = (await programs.of("outsider").post("/imports", files=ledger)).json()
    assert (elsewhere["created"], [cell["row"] for cell in elsewhere["refused"]]) == (0, [2])
    program = programs.of("coordinator")
    dry = await program.post("/imports", files=ledger, data={"dry_run": "true"})
    if dry.status_code == 422:
        pytest.fail(dry.text)
    assert (dry.json()["created"], dry.json()["dry_run"]) == (1, True)
    assert (await program.get("/items")).json()["items"] == []
    assert (await program.post("/imports", files=ledger)).json()["created"] == 1
    again = (await program.post("/imports", files=ledger)).json()
    assert (again["created"], again["unchanged"]) == (0, 1)


async def test_administrators_tell_who_is_told_of_events(programs: Programs) -> None:
    admin = programs.of("supervisor", Scope.ADMIN)
    new = {"name": "oa", "url": "http://127.0.0.1:9/x", "kinds": ["assigned"]}
    require_problem(await admin.post("/webhooks", json=new), 422, "invalid")
    made = await admin.post("/webhooks", json=new | {"allow_private": True})
    assert made.status_code == 201
    assert made.json()["secret"].startswith("whsec_")
    listed = (await admin.get("/webhooks")).json()["webhooks"]
    assert [(one["name"], one["kinds"]) for one in listed] == [("oa", ["assigned"])]
    assert (await admin.get("/webhooks/oa/calls")).json() == {"calls": []}
    assert (await admin.post("/webhooks/oa/replay")).json() == {"calls": 0}
    assert (await admin.post("/webhooks/oa/resume")).status_code == 204
    assert (await admin.delete("/webhooks/oa")).status_code == 204
    require_problem(await admin.delete("/webhooks/oa"), 404, "not-found")


async def test_the_description_is_open_whole_and_of_this_version(programs: Programs) -> None:
    async with programs.bare() as anybody:
        document = (await anybody.get("/openapi.json")).json()
        page = await anybody.get("/docs")
    assert document["openapi"].startswith("3.1")
    idents = [one["operationId"] for path in document["paths"].values() for one in path.values()]
    assert len(idents) == len(set(idents)) > 50
    for path in document["paths"].values():
        for operation in path.values():
            assert operation["summary"]
            assert {"401", "403", "422", "429", "500", "503"} <= set(operation["responses"])
    assert page.status_code == 200
    assert all(f'id="{ident}"' in page.text for ident in idents)
    assert all(f'id="problem-{kind}"' in page.text for kind in KINDS)
    assert "<script>" not in page.text
    assert " style=" not in page.text


def test_a_whole_life_is_walked_by_curl(office: Office, tmp_path: Path) -> None:
    photo = tmp_path / "after.txt"
    photo.write_text("整改后的窗口", encoding="utf-8")
    tokens = {
        who.upper(): token_for(office, who)
        for who in ("coordinator", "responsible", "verifier", "supervisor")
    }
    with serving(office, "127.0.0.1", 0) as web:
        environ = {**os.environ, **tokens, "API": f"{web.url}/api/v1", "UNIT": "bureau",
                   "PERSON": "responsible", "CATEGORY": "conduct", "PHOTO": str(photo),
                   "no_proxy": "*"}  # fmt: skip
        done = subprocess.run(
            ["sh", str(ROOT / "docs/api-walk.sh")], env=environ, capture_output=True, text=True,
            check=False, timeout=120,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert kinds(office.engine, "ZG-00001") == [
        "registered", "accepted", "assigned", "acknowledged", "evidence_attached", "submitted",
        "passed", "approved", "reopened",
    ]  # fmt: skip


def test_pages_still_tell_browsers_of_what_is_not_there(office: Office) -> None:
    app = create_app(office)
    assert any(getattr(route, "path", "") == "/api/v1" for route in app.routes)


def test_tokens_end(office: Office) -> None:
    token = token_for(office, "viewer", lasts=timedelta(hours=1))
    assert api_tokens.bearer(office.engine, token, wall()) is not None
    assert api_tokens.bearer(office.engine, token, wall() + timedelta(hours=1)) is None
