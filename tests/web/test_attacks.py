"""What somebody might try to harm others, tried on every route: script that is stored or sent
along, headers, addresses of other sites, paths, formulas, names of hosts, more than anybody should
send.

Tried elsewhere: forms without proof and from other sites, and who may see what
(``test_permissions``); planted sessions, guessing and throttling (``test_signing``,
``test_openid``); forged links (``test_links``); bombs and files that lie about themselves
(``tests/tasks/test_evidence_content``, ``test_files``, ``tests/ledgers/test_refused_files``);
hostile pages in a real browser (``journeys/test_hostile``).
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

import httpx
import openpyxl
import pytest

from tests.tasks.exhibits import claims_to_be_huge, package
from tests.web.hostile import ALL, FORMULA, MARK, WORDS, everywhere, harm_in, spoil
from tests.web.permits.asking import filled, items_of
from tests.web.permits.prepared import prepared
from tests.web.permits.routes import Route, taken_by
from tests.web.permits.scene import HOST, PUBLIC, Answer, Ask, Scene
from tests.web.test_permissions import ASKS, ROUTES

ASKERS = ("office", "admin", "resp", "superv", "verif", "plain", "nobody")
"""Between them they see everything."""

LOOKING = [route for route in ROUTES if route.method == "GET"]
CHANGING = [route for route in ROUTES if route.method != "GET"]

ELSEWHERE = ("//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)",
             "\thttps://evil.example", "https:evil.example", "/%09/evil.example")  # fmt: skip
TARGETS = {"next", "return", "url", "back"}
PATHS = ("../../../../../../etc/passwd", "..\\..\\windows\\win.ini", "/etc/passwd",
         "%2e%2e%2fsecret.key", "....//secret.key", "secret.key\x00.png")  # fmt: skip


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A store full of hostile words."""
    with prepared(tmp_path_factory.mktemp("attacks"), spoil) as made:
        yield made


def fields_of(scene: Scene, route: Route) -> list[str]:
    """Names under which a route takes something from its query or form."""
    known = set(taken_by(scene.app, route)) | set(ASKS.get(str(route), Ask()).form or ())
    return sorted(known - {"csrf", "door", "key", "version"})


def require_harmless(answer: Answer) -> None:
    """Nothing in the answer's head or body acts for whoever sent the words."""
    assert answer.status in (*range(500), 503), answer.body[:400]
    for name, value in answer.headers.items():
        assert name.lower() not in ("x-injected", "refresh")
        assert "\r" not in value
        assert "\n" not in value
        assert f"<{MARK}" not in value
    assert answer.headers.get("x-content-type-options") == "nosniff"
    if answer.headers.get("content-type", "").startswith("text/html"):
        # Mails are shown in a frame of their own, with even less.
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy or policy.startswith("sandbox; default-src 'none'")
        assert harm_in(answer.body.decode()) == []


def test_the_store_is_full_of_hostile_words(scene: Scene) -> None:
    stored = list(everywhere(scene))
    assert sum(MARK in each for each in stored) > 20
    assert "correct" not in scene.known.get("refused", "")


def test_harm_would_be_noticed() -> None:
    for word in (WORDS[0], WORDS[1], f"<a href='{WORDS[3]}'>x</a>", f"49{MARK}", f"<!--{MARK}-->",
                 f"<p x='{WORDS[2]}'>", f"<svg/onload={MARK}()>"):  # fmt: skip
        assert harm_in(f"<html><body>{word}") != [], word
    assert harm_in("<p title='&lt;script&gt;xss7()'>&lt;img onerror=xss7()&gt;</p>") == []


@pytest.mark.parametrize("route", LOOKING, ids=str)
async def test_words_that_are_stored_stay_words(scene: Scene, route: Route) -> None:
    ask = ASKS.get(str(route), Ask())
    items = (*items_of(route, ask), "intake", "submitted", "passed", "closed")
    for item in items if "/{ref}" in route.path else items[:1]:
        for viewer in ASKERS:
            try:
                address, sent = filled(route.path, ask, scene, item)
            except KeyError:
                continue  # an item without what the route is about
            require_harmless(await scene.ask(viewer, "GET", address, sent))


@pytest.mark.parametrize("route", LOOKING, ids=str)
async def test_words_that_are_sent_along_stay_words(scene: Scene, route: Route) -> None:
    ask = ASKS.get(str(route), Ask())
    names = [*fields_of(scene, route), "q", "next", "lang", "__proto__[polluted]"]
    address, _ = filled(route.path, ask, scene, items_of(route, ask)[0])
    blanks = [f"{{{part}" for part in route.path.split("{")[1:]]
    for viewer in ("office", "admin", "nobody"):
        for word in (ALL, f"x\r\nX-Injected: {MARK}", f"\u2028{MARK}\x00"):
            sent = Ask(query={**ask.query, **dict.fromkeys(names, word)}, headers=ask.headers)
            require_harmless(await scene.ask(viewer, "GET", address, sent))
        if blanks:
            hostile = route.path
            for blank in blanks:
                hostile = hostile.replace(blank[: blank.index("}") + 1], quote(WORDS[1], safe=""))
            require_harmless(await scene.ask(viewer, "GET", hostile))


@pytest.mark.parametrize("route", CHANGING, ids=str)
async def test_forms_with_hostile_words_harm_nobody(scene: Scene, route: Route) -> None:
    ask = ASKS.get(str(route), Ask())
    address, whole = filled(route.path, ask, scene, items_of(route, ask)[0])
    names = fields_of(scene, route)
    for viewer in ("office", "admin", "resp"):
        for word in (ALL, f"x\r\nX-Injected: {MARK}", "\x00"):
            for only in [names] if len(names) < 2 else [names, *([one] for one in names[:8])]:
                form = {**(whole.form or {}), **dict.fromkeys(only, word)}
                sent = Ask(whole.params, whole.query, form, whole.files)
                if route.path.startswith("/api/") and not whole.files:
                    sent = Ask(whole.params, whole.query, None, (), dict.fromkeys(only, word))
                require_harmless(await scene.ask(viewer, route.method, address, sent))


@pytest.mark.parametrize("route", ROUTES, ids=str)
async def test_nobody_is_led_to_another_site(scene: Scene, route: Route) -> None:
    ask = ASKS.get(str(route), Ask())
    address, whole = filled(route.path, ask, scene, items_of(route, ask)[0])
    names = {*fields_of(scene, route), *TARGETS}
    for viewer in ("office", "nobody"):
        for where in ELSEWHERE:
            query = {
                **whole.query,
                **(dict.fromkeys(names, where) if route.method == "GET" else {"next": where}),
            }
            form = None
            if route.method != "GET":
                form = {
                    **(whole.form or {}),
                    **dict.fromkeys(names & TARGETS, where),
                }
            answer = await scene.ask(
                viewer, route.method, address, Ask(query=query, form=form, files=whole.files)
            )
            for header in ("location", "hx-redirect", "hx-location", "hx-push-url"):
                led = answer.headers.get(header, "/")
                assert led.startswith("/"), f"{header}: {led}"
                assert not led.startswith(("//", "/\\"))
                assert urlsplit(led).netloc == ""


@pytest.mark.parametrize("route", [r for r in ROUTES if "{" in r.path], ids=str)
async def test_no_path_leads_out_of_its_folder(scene: Scene, route: Route) -> None:
    (scene.folder / "secret.key").write_text("the secret of the installation", encoding="utf-8")
    ask = ASKS.get(str(route), Ask())
    known = {name: quote(value, safe="") for name, value in _params(route, ask, scene).items()}
    viewer = "admin" if "/admin" in route.path or "webhooks" in route.path else "office"
    for hostile in PATHS:
        for safe in ("", "/"):
            for name in known:
                given = {**known, name: quote(hostile, safe=safe)}
                path = _with(route.path, given)
                answer = await scene.ask(viewer, route.method, path)
                assert answer.status < 500, f"{path}: {answer.body[:300]!r}"
                assert b"root:x:" not in answer.body
                assert b"the secret of the installation" not in answer.body


async def test_static_files_lead_nowhere_either(scene: Scene) -> None:
    for hostile in (
        *PATHS,
        "../app.py",
        "%2e%2e/app.py",
        "//etc/passwd",
        "vendor/../../app.py",
    ):
        for path in (f"/static/{hostile}", f"/static/{quote(hostile, safe='')}"):
            try:
                answer = await scene.ask("nobody", "GET", path)
            except (ValueError, httpx.InvalidURL):
                continue  # no request can be made of it
            assert answer.status in (400, 404), path


def _params(route: Route, ask: Ask, scene: Scene) -> dict[str, str]:
    known = {
        **scene.known,
        "ref": scene.refs[items_of(route, ask)[0]] if "/{ref}" in route.path else "",
    }
    known |= {"version": "1", **scene.told.get(known["ref"], {})}
    filled_in = {**known, **{key: text.format_map(known) for key, text in ask.params.items()}}
    return {name: filled_in[name] for name in re.findall(r"\{(\w+)", route.path)}


def _with(path: str, given: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: given[found[1]], path)


@pytest.mark.parametrize("route", LOOKING, ids=str)
async def test_no_page_believes_a_foreign_name_of_this_host(scene: Scene, route: Route) -> None:
    ask = ASKS.get(str(route), Ask())
    address, whole = filled(route.path, ask, scene, items_of(route, ask)[0])
    foreign = {"host": "evil.example", "x-forwarded-host": "evil.example",
               "forwarded": "host=evil.example", "x-forwarded-proto": "http",
               "x-original-url": "/admin", "x-rewrite-url": "/admin"}  # fmt: skip
    answer = await scene.ask("office", "GET", address, Ask(query=whole.query, headers=foreign))
    text = answer.body.decode(errors="replace").replace(f"http://evil.example/{MARK}", "")
    assert "evil.example" not in text.replace(quote(f"http://evil.example/{MARK}", safe=""), "")
    assert "evil.example" not in str({**answer.headers})


@pytest.mark.parametrize("route", ROUTES, ids=str)
async def test_every_cookie_is_for_this_host_by_https_and_for_its_own_pages(
    scene: Scene, route: Route
) -> None:
    ask = ASKS.get(str(route), Ask())
    address, whole = filled(route.path, ask, scene, items_of(route, ask)[0])
    for viewer in ("office", "nobody"):
        answer = await scene.ask(viewer, route.method, address, whole)
        for cookie in answer.cookies:
            parts = {part.strip().lower().partition("=")[0] for part in cookie.split(";")[1:]}
            assert "secure" in parts, cookie
            assert "samesite" in parts, cookie
            assert "domain" not in parts, cookie
            assert "path=/" in cookie.lower(), cookie
            if not cookie.startswith(("rectiflow-lang=", "rectiflow-theme=")):
                assert "httponly" in parts, cookie


@pytest.mark.parametrize("route", CHANGING, ids=str)
async def test_more_than_anybody_should_send_is_refused(scene: Scene, route: Route) -> None:
    ask = ASKS.get(str(route), Ask())
    address, _ = filled(route.path, ask, scene, items_of(route, ask)[0])
    # Selections of many items are sent to some addresses; nobody sends as much as this.
    much = {f"field{n}": "x" * 1000 for n in range(1500 if "/bulk" in route.path else 200)}
    for viewer in ("office", "nobody"):
        answer = await scene.ask(viewer, route.method, address, Ask(form=much))
        assert 300 <= answer.status < 500, answer.status
        if viewer == "office":
            # Some say before that this is nothing for a form, or not for this person.
            assert answer.status in (400, 401, 403, 404, 405, 409, 413, 415, 422), answer.status


@pytest.mark.parametrize("route", LOOKING, ids=str)
async def test_what_leaves_for_a_spreadsheet_runs_nothing(scene: Scene, route: Route) -> None:
    ask = ASKS.get(str(route), Ask())
    named = next((name for name in ("kind", "suffix") if f"{{{name}}}" in route.path), "")
    for kind in ("csv", "xlsx") if named else ("",):
        changed = Ask({**ask.params, named: kind}, ask.query, headers=ask.headers) if kind else ask
        address, whole = filled(route.path, changed, scene, items_of(route, ask)[0])
        answer = await scene.ask("office", "GET", address, whole)
        said = answer.headers.get("content-type", "")
        if answer.status == 200 and said.startswith("text/csv"):
            for row in csv.reader(io.StringIO(answer.body.decode("utf-8-sig"))):
                assert not [cell for cell in row if cell.startswith(("=", "+", "@", "\t", "\r"))]
        elif answer.status == 200 and "spreadsheetml" in said:
            book = openpyxl.load_workbook(io.BytesIO(answer.body))
            cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
            assert [cell.value for cell in cells if cell.data_type == "f"] == []
            assert [cell.hyperlink for cell in cells if cell.hyperlink] == []


async def test_bombs_and_lies_are_refused_at_every_door_for_files(scene: Scene) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        with packed.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(300):
                sheet.write(bytes(1_000_000))
    files = {
        "huge.png": claims_to_be_huge(),
        "bomb.xlsx": bomb.getvalue(),
        "page.png": b"<html><script>xss7()</script>",
        "../../../evil.xlsx": package({"../../evil": b"x"}),
        "doctype.xlsx": package(
            {"xl/workbook.xml": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'}
        ),
    }
    doors = [route for route in CHANGING if ASKS.get(str(route), Ask()).files]
    assert len(doors) >= 4
    for route in doors:
        ask = ASKS[str(route)]
        for name, content in files.items():
            for viewer in ("office", "admin"):
                address, whole = filled(route.path, ask, scene, items_of(route, ask)[0])
                field = next(iter(ask.files))
                sent = Ask(form=whole.form, files={field: (name, content, "image/png")})
                answer = await scene.ask(viewer, route.method, address, sent)
                assert 400 <= answer.status < 500, f"{route} {name}: {answer.status}"
                assert b"root:x:" not in answer.body
                require_harmless(answer)
    assert not list(scene.folder.rglob("*evil*"))


async def test_a_session_is_of_no_use_from_a_page_of_another_site(scene: Scene) -> None:
    answer = await scene.ask(
        "office", "GET", "/mine", Ask(headers={"origin": "https://evil.example"})
    )
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["x-frame-options"] == "DENY"
    assert HOST in PUBLIC


def test_the_formula_is_in_the_store(scene: Scene) -> None:
    assert any(FORMULA in str(each) or FORMULA[1:] in str(each) for each in everywhere(scene))
