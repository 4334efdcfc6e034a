"""Evidence and papers at an item's page: brought, shown, pointed out, handed out."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from models import items
from models.engine import reading, writing
from rules.commands import AttachEvidence
from rules.vocabulary import Stage
from tasks.act import act
from tasks.documents import issue
from tasks.evidence import keep
from tasks.office import Office
from tasks.paper_facts import Asked
from tests.buckets import bucket
from tests.buckets import s3 as s3
from tests.conftest import MONDAY
from tests.tasks import exhibits as made
from tests.tasks.paper_reading import words as words_of
from tests.tasks.staff import give, item_in, kinds, state
from tests.web.desks import Desk, upload_form

PHOTO = made.photo()
SEALED = "sandbox"


@pytest.fixture
def ref(office: Office) -> str:
    """An item on which the responsible person is at work."""
    return item_in(office.engine, Stage.DEADLINE)


def stored(office: Office) -> list[str]:
    """Every file below the store's folder, drafts among them."""
    return [each.name for each in office.settings.evidence_folder.rglob("*") if each.is_file()]


def attached(office: Office, ref: str) -> list[Any]:
    """The item's evidence, as it is in the database."""
    with reading(office.engine) as connection:
        return list(connection.execute(text(
            "SELECT evidence.seq, evidence.filename, evidence.sha256, evidence.note FROM evidence"
            " JOIN item ON item.id = evidence.item_id WHERE item.ref = :ref ORDER BY evidence.seq"
        ), {"ref": ref}))  # fmt: skip


KINDS = [
    ("现场.jpg", PHOTO, "image/jpeg"),
    ("scan.png", made.picture("PNG"), "image/png"),
    ("报告.pdf", made.pdf(), "application/pdf"),
    ("说明.docx", made.office(), made.WORD),
    ("notes.txt", "已公开办理时限\n".encode(), "text/plain"),
]


@pytest.mark.parametrize("file", KINDS, ids=lambda one: one[0])
async def test_a_file_is_attached_and_handed_out_as_it_came(
    desk: Desk, office: Office, ref: str, file: tuple[str, bytes, str]
) -> None:
    done = await desk.bring("responsible", ref, [file], fields={"note": "见附件"})
    assert done.status_code == 303, done.text
    assert done.headers["location"] == f"/items/{ref}?done=attach_evidence#evidence"
    (one,) = attached(office, ref)
    assert (one.filename, one.note) == (file[0], "见附件")
    page = (await desk.of("supervisor").get(f"/items/{ref}")).text
    assert file[0] in page
    assert hashlib.sha256(file[1]).hexdigest() in page
    got = await desk.of("supervisor").get(f"/items/{ref}/evidence/{one.seq}")
    assert got.content == file[1]
    assert got.headers["content-disposition"].startswith("attachment; filename=")
    assert got.headers["x-content-type-options"] == "nosniff"
    assert SEALED in got.headers["content-security-policy"]
    assert got.headers["content-type"].split(";")[0] == file[2]
    head = await desk.of("supervisor").head(f"/items/{ref}/evidence/{one.seq}")
    assert (head.content, head.headers["content-length"]) == (b"", str(len(file[1])))


async def test_several_files_are_each_told_and_what_is_valid_is_kept(
    desk: Desk, office: Office, ref: str
) -> None:
    said = await desk.bring(
        "responsible", ref,
        [("a.jpg", PHOTO, ""), ("evil.html", b"<html><script>1</script></html>", "image/jpeg"),
         ("b.txt", b"good", "text/plain")],
    )  # fmt: skip
    assert said.status_code == 409
    assert [one.filename for one in attached(office, ref)] == ["a.jpg", "b.txt"]
    told = re.findall(r'<ul class="told">(.*?)</ul>', said.text, re.DOTALL)[0]
    assert told.count("Attached.") == 2
    assert "evil.html</strong>: The file is a web page" in told


@pytest.mark.parametrize(
    ("name", "content", "rule"),
    [
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "RefuseActive"),
        ("a.html", b"<!doctype html><html><body>x</body></html>", "RefuseActiveContent"),
        ("a.exe", b"MZ\x90\0" + bytes(200), "RefuseActiveContent"),
        ("a.zip", made.package({"a": b"b"}), "AllowEvidenceKind"),
        ("empty.txt", b"", "RequireContent"),
        ("bomb.docx", made.office(bomb=bytes(60_000_000)), "RefuseBombs"),
        ("overlapping.docx", made.overlapping_package(), "RefuseBombs"),
        ("huge.png", made.claims_to_be_huge(), "RefuseBombs"),
        ("cut.jpg", PHOTO[: len(PHOTO) // 2], "RequireWholeFile"),
    ],
)
async def test_what_is_refused_is_refused_by_its_content_and_leaves_nothing(
    desk: Desk, office: Office, ref: str, name: str, content: bytes, rule: str
) -> None:
    said = await desk.bring(
        "responsible", ref, [(name, content, "image/jpeg")], accept="application/json"
    )
    (one,) = said.json()["files"]
    assert (said.status_code, one["filename"]) == (409, name)
    assert one["rule"].startswith(rule), one
    assert (attached(office, ref), stored(office)) == ([], [])


async def test_a_file_that_is_too_large_is_told_beside_those_that_are_not(
    office: Office, ref: str
) -> None:
    small = office._replace(settings=replace(office.settings, evidence_megabytes=1))
    desk = Desk(small)
    large = b"line\n" * 300_000
    said = await desk.bring("responsible", ref, [("a.txt", b"a", ""), ("large.txt", large, "")])
    assert said.status_code == 413
    assert "large.txt</strong>: The file is larger than 1 MB." in said.text
    assert [one.filename for one in attached(office, ref)] == ["a.txt"]
    # Beyond what one form may bring at all: what came before is not lost.
    said = await desk.bring(
        "responsible", ref, [("b.txt", b"b", ""), ("flood.txt", large * 9, "")],
        accept="application/json",
    )  # fmt: skip
    assert said.status_code == 413
    assert [(one["filename"], one["rule"]) for one in said.json()["files"]] == [
        ("b.txt", ""), ("flood.txt", "LimitEvidenceSize"),
    ]  # fmt: skip
    assert not [name for name in stored(office) if name.startswith(".new-")]
    await desk.close()


async def test_names_with_paths_and_line_ends_stay_names(
    desk: Desk, office: Office, ref: str
) -> None:
    names = ["../../etc/passwd", "a\r\nSet-Cookie: x=1.txt", 'q"; filename="b.exe', "照片 <b>.txt"]
    for place, name in enumerate(names):
        raw = (
            f'--B\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
            f"text {place}\r\n--B--\r\n"
        ).encode()
        page = await desk.of("responsible").get(f"/items/{ref}")
        fields = upload_form(page)
        before = b"".join(
            f'--B\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
            for key, value in fields.items()
        )
        said = await desk.of("responsible").post(
            f"/items/{ref}/evidence", content=before + raw,
            headers={"content-type": "multipart/form-data; boundary=B"},
        )  # fmt: skip
        assert said.status_code in (303, 400), name
    assert len(attached(office, ref)) >= 3
    shown = (await desk.of("responsible").get(f"/items/{ref}")).text
    assert "<b>" not in shown
    for one in attached(office, ref):
        got = await desk.of("responsible").get(f"/items/{ref}/evidence/{one.seq}")
        header = got.headers["content-disposition"]
        assert "set-cookie" not in got.headers
        assert re.fullmatch(
            r"attachment; filename=\"[\w.-]+\"; filename\*=UTF-8''[\w.%~-]+", header
        ), header
        assert '.exe"' not in header
        assert "/" not in header.partition("UTF-8''")[2]


async def test_a_form_of_another_session_brings_nothing(
    desk: Desk, office: Office, ref: str
) -> None:
    for fields in ({"csrf": "0" * 64}, {"csrf": ""}):
        said = await desk.bring("responsible", ref, [("a.txt", b"a", "")], fields=fields)
        assert said.status_code == 403
    theirs = upload_form(await desk.of("coordinator").get(f"/items/{ref}"))["csrf"]
    said = await desk.bring("responsible", ref, [("a.txt", b"a", "")], fields={"csrf": theirs})
    assert said.status_code == 403
    elsewhere = {"sec-fetch-site": "cross-site"}
    said = await desk.bring("responsible", ref, [("a.txt", b"a", "")], **elsewhere)
    assert said.status_code == 403
    assert (attached(office, ref), stored(office)) == ([], [])


@pytest.mark.parametrize("who", ["viewer", "auditor"])
async def test_who_may_not_attach_has_no_form_and_fills_no_store(
    desk: Desk, office: Office, ref: str, who: str
) -> None:
    page = await desk.of(who).get(f"/items/{ref}")
    assert "multipart/form-data" not in page.text
    fields = upload_form(await desk.of("responsible").get(f"/items/{ref}"))
    csrf = re.findall(r'name="csrf" value="(\w+)"', page.text)[0]
    said = await desk.of(who).post(
        f"/items/{ref}/evidence", data=fields | {"csrf": csrf}, files=[("files", ("a.txt", b"a"))]
    )
    assert (said.status_code, stored(office)) == (409, [])


async def test_nobody_reaches_what_is_on_an_item_that_they_may_not_see(
    desk: Desk, office: Office
) -> None:
    ref = item_in(office.engine, Stage.DEADLINE, confidential=True)
    await desk.bring("responsible", ref, [("a.jpg", PHOTO, "")])
    seq = attached(office, ref)[0].seq
    for path in (f"evidence/{seq}", f"evidence/{seq}/preview", "papers/ZG-order-2026-0001",
                 "print"):  # fmt: skip
        for who in ("outsider", "viewer"):
            got = await desk.of(who).get(f"/items/{ref}/{path}")
            assert got.status_code == 404, (who, path)
    fields = upload_form(await desk.of("responsible").get(f"/items/{ref}"))
    csrf = re.findall(r'name="csrf" value="(\w+)"', (await desk.of("viewer").get("/mine")).text)[0]
    said = await desk.of("viewer").post(
        f"/items/{ref}/evidence", data=fields | {"csrf": csrf}, files=[("files", ("b.txt", b"b"))]
    )
    assert said.status_code == 404
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(desk.app), base_url="https://zg.example.org"
    ) as nobody:
        assert (await nobody.get(f"/items/{ref}/evidence/{seq}")).status_code == 303


async def test_the_pieces_of_one_item_are_not_those_of_another(
    desk: Desk, office: Office, ref: str
) -> None:
    await desk.bring("responsible", ref, [("a.txt", b"a", "")])
    other = item_in(office.engine, Stage.DEADLINE)
    seq = attached(office, ref)[0].seq
    assert (await desk.of("leader").get(f"/items/{other}/evidence/{seq}")).status_code == 404
    for path in ("evidence/0", "evidence/99", "evidence/x", f"evidence/{seq}/preview"):
        assert (await desk.of("leader").get(f"/items/{ref}/{path}")).status_code == 404, path


async def test_a_picture_is_shown_small_as_one_of_our_own_and_kept_by_this_browser_alone(
    desk: Desk, office: Office, ref: str
) -> None:
    await desk.bring("responsible", ref, [("a.png", made.picture("PNG", (900, 600)), "")])
    page = (await desk.of("leader").get(f"/items/{ref}")).text
    address = re.findall(r'<img src="(/items/[^"]+/preview\?v=\w+)"', page)[0]
    got = await desk.of("leader").get(address)
    assert got.content.startswith(b"\xff\xd8\xff")
    assert got.headers["content-type"] == "image/jpeg"
    assert got.headers["cache-control"].startswith("private, max-age=")
    assert got.headers["vary"] == "cookie"
    again = await desk.of("leader").get(address, headers={"if-none-match": got.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_the_same_file_on_another_item_is_pointed_out_to_who_may_know(
    desk: Desk, office: Office, ref: str
) -> None:
    open_, secret = (
        item_in(office.engine, Stage.DEADLINE),
        item_in(office.engine, Stage.DEADLINE, confidential=True),
    )
    for each in (open_, secret):
        await desk.bring("responsible", each, [("same.jpg", PHOTO, "")])
    with writing(office.engine) as connection:
        # Somebody else's by now, so that the responsible person of this one may not see it.
        connection.execute(text(
            "UPDATE item SET responsible_id = NULL, leader_id = NULL WHERE ref = :ref"
        ), {"ref": secret})  # fmt: skip
    await desk.bring("responsible", ref, [("copy.jpg", PHOTO, "")])
    give(office.engine, ref, "comment", "coordinator", text="x")
    mine = (await desk.of("responsible").get(f"/items/{ref}")).text
    assert f'The same file is on 1 other items: <a href="/items/{open_}">' in mine.replace("\n", "")
    assert secret not in mine
    assert "not shown to you" not in mine
    office_view = (await desk.of("coordinator").get(f"/items/{ref}")).text
    assert "on 2 other items" in office_view
    verifier = (await desk.of("verifier").get(f"/items/{ref}")).text
    assert "on another item, not shown to you" in verifier
    assert secret not in verifier


async def test_what_a_photo_says_of_itself_is_pointed_out(
    desk: Desk, office: Office, ref: str
) -> None:
    old = made.photo("2020:01:02 03:04:05", place=True)
    await desk.bring("responsible", ref, [("old.png", old, "")])
    page = (await desk.of("verifier").get(f"/items/{ref}")).text
    assert "older than the assignment" in page
    assert "the photo says where it was taken" in page
    assert "its name has the ending of something else" in page
    assert "Maker of secrets" not in page


async def test_a_form_that_is_sent_twice_attaches_once_and_another_file_is_another_deed(
    desk: Desk, office: Office, ref: str
) -> None:
    fields = upload_form(await desk.of("responsible").get(f"/items/{ref}"))
    for content in (b"a", b"a", b"b"):
        sent = await desk.of("responsible").post(
            f"/items/{ref}/evidence", data=fields, files=[("files", ("a.txt", content))]
        )
        assert sent.status_code == 303
    assert len(attached(office, ref)) == 2


async def test_what_others_do_meanwhile_does_not_matter_but_another_round_does(
    desk: Desk, office: Office
) -> None:
    ref = item_in(office.engine, Stage.VERIFICATION)
    fields = upload_form(await desk.of("responsible").get(f"/items/{ref}"))
    give(office.engine, ref, "comment", "coordinator", text="meanwhile")
    send = desk.of("responsible").post
    said = await send(f"/items/{ref}/evidence", data=fields, files=[("files", ("a.txt", b"a"))])
    assert said.status_code == 303
    give(office.engine, ref, "appoint", "coordinator", verifier="verifier")
    give(office.engine, ref, "fail", "verifier", reason="not done")
    late = await send(f"/items/{ref}/evidence", data=fields, files=[("files", ("b.txt", b"b"))])
    assert late.status_code == 409
    assert "b.txt" not in [one.filename for one in attached(office, ref)]
    page = (await desk.of("responsible").get(f"/items/{ref}")).text
    assert page.index('id="round-2"') < page.index('id="round-1"')
    assert page.index("not done") > page.index('id="round-1"')


async def test_a_bare_digest_attaches_nothing_over_the_web(
    desk: Desk, office: Office, ref: str
) -> None:
    known = "ab" * 32
    page = await desk.of("responsible").get(f"/items/{ref}")
    fields = upload_form(page) | {"sha256": known, "f.sha256": known, "filename": "x", "files": ""}
    browser = desk.of("responsible")
    for path in ("do/attach_evidence", "evidence"):
        said = await browser.post(f"/items/{ref}/{path}", data={**fields, "version": "1"})
        assert said.status_code in (400, 404), path
    assert "evidence_attached" not in kinds(office.engine, ref)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"x"), ("multipart/form-data; boundary=", b"x"),
        ("multipart/form-data; boundary=B", b"--B\r\nbroken"),
        ("multipart/form-data; boundary=B", b""), ("application/json", b"{}"),
        ("multipart/form-data; boundary=" + "B" * 100, b"x"),
        ("multipart/form-data; boundary=B", b"--B\r\nX: " + b"a" * 60_000),
        ("multipart/form-data; boundary=B", b'--B\r\nContent-Disposition: form-data; name="a"\r\n'
         b"\r\n" + b"a" * 20_000 + b"\r\n--B--\r\n"),
    ],
)  # fmt: skip
async def test_what_is_no_form_is_told_and_harms_nothing(
    desk: Desk, office: Office, ref: str, kind: str, body: bytes
) -> None:
    csrf = upload_form(await desk.of("responsible").get(f"/items/{ref}"))["csrf"]
    said = await desk.of("responsible").post(
        f"/items/{ref}/evidence", content=body,
        headers={"content-type": kind, "x-csrf-token": csrf},
    )  # fmt: skip
    assert said.status_code == 400
    assert (attached(office, ref), stored(office)) == ([], [])


async def test_reading_the_evidence_of_a_confidential_item_is_noted(
    desk: Desk, office: Office
) -> None:
    ref = item_in(office.engine, Stage.DEADLINE, confidential=True)
    await desk.bring("responsible", ref, [("a.jpg", PHOTO, "")])
    seq = attached(office, ref)[0].seq

    def noted() -> int:
        with reading(office.engine) as connection:
            return int(connection.execute(text("SELECT count(*) FROM access_log")).scalar_one())

    before = noted()
    await desk.of("supervisor").head(f"/items/{ref}/evidence/{seq}")
    assert noted() == before
    await desk.of("supervisor").get(f"/items/{ref}/evidence/{seq}")
    assert noted() == before + 1
    shown = await desk.of("supervisor").get(f"/items/{ref}/evidence/{seq}/preview")
    assert (noted(), shown.headers["cache-control"]) == (before + 1, "no-store")
    await desk.of("supervisor").get(f"/items/{ref}/print")
    assert noted() == before + 2


async def test_a_browser_that_goes_away_leaves_nothing(
    desk: Desk, office: Office, ref: str
) -> None:
    fields = upload_form(await desk.of("responsible").get(f"/items/{ref}"))
    cookie = desk.of("responsible").headers["cookie"]
    begun = b'--B\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
    messages = [
        {"type": "http.request", "body": begun + b"x" * 2_000_000, "more_body": True},
        {"type": "http.disconnect"},
    ]
    headers = {"cookie": cookie, "x-csrf-token": fields["csrf"], "host": "zg.example.org",
               "content-type": "multipart/form-data; boundary=B"}  # fmt: skip
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST",
        "path": f"/items/{ref}/evidence", "raw_path": b"", "query_string": b"", "root_path": "",
        "scheme": "https", "server": ("zg.example.org", 443), "client": ("127.0.0.1", 1),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip

    async def receive() -> Any:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(_message: Any) -> None:
        return None

    await desk.app(scope, receive, send)
    assert (attached(office, ref), stored(office)) == ([], [])


async def test_a_file_that_is_gone_from_the_store_is_told(
    desk: Desk, office: Office, ref: str
) -> None:
    await desk.bring("responsible", ref, [("a.txt", b"a", "")])
    one = attached(office, ref)[0]
    (office.settings.evidence_folder / one.sha256[:2] / one.sha256).unlink()
    assert (await desk.of("leader").get(f"/items/{ref}/evidence/{one.seq}")).status_code == 404
    page = await desk.of("leader").get(f"/items/{ref}")
    assert page.status_code == 200


async def test_a_note_that_is_too_long_is_told_and_the_file_is_not_attached(
    desk: Desk, office: Office, ref: str
) -> None:
    said = await desk.bring("responsible", ref, [("a.txt", b"a", "")], fields={"note": "n" * 1001})
    assert (said.status_code, attached(office, ref)) == (409, [])
    assert "longer than 1000 characters" in said.text


async def test_a_line_beside_the_item_is_drawn_and_numbered_as_the_list(
    desk: Desk, ref: str
) -> None:
    page = (await desk.of("responsible").get(f"/items/{ref}")).text
    drawing = re.findall(r"<svg class=\"agenda\".*?</svg>\s*</svg>", page, re.DOTALL)
    assert drawing
    numbers = re.findall(r'class="agenda-number"[^>]*>(\d+)<', page)
    listed = re.findall(r'class="step-number"[^>]*>(\d+)<', page)
    assert numbers == listed == [str(one + 1) for one in range(len(numbers))]
    assert " style=" not in page


async def test_the_printed_item_has_everything_and_nothing_to_press(
    desk: Desk, office: Office, ref: str
) -> None:
    await desk.bring("responsible", ref, [("a.jpg", PHOTO, "")])
    page = (await desk.of("leader").get(f"/items/{ref}/print")).text
    assert "<form" not in page
    assert "a.jpg" in page
    assert state(office.engine, ref).head in page
    assert hashlib.sha256(PHOTO).hexdigest() in page


def test_a_kept_file_can_be_attached_by_who_may_alone(
    office: Office, ref: str, tmp_path: Any
) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"a")
    kept = keep(office, file)
    act(office.engine, ref, AttachEvidence(**kept._asdict()), "responsible", MONDAY)
    assert kinds(office.engine, ref)[-1] == "evidence_attached"


async def test_the_closing_record_is_handed_out_with_the_hash_of_the_history(
    desk: Desk, office: Office
) -> None:
    ref = item_in(office.engine, Stage.CLOSED)
    before = await desk.of("supervisor").get(f"/items/{ref}")
    assert "The closing record is being drawn up" in before.text
    head, length = state(office.engine, ref).head, len(kinds(office.engine, ref))
    with reading(office.engine) as connection:
        loaded = items.by_ref(connection, ref)
    assert loaded is not None
    serial = issue(office, loaded, Asked("closing"))
    page = (await desk.of("supervisor").get(f"/items/{ref}")).text
    assert "The closing record is being drawn up" not in page
    address = re.findall(rf'href="(/items/{ref}/papers/[^"]+)"', page)[0]
    got = await desk.of("supervisor").get(address)
    assert got.headers["content-disposition"].startswith(f'attachment; filename="{serial}.docx"')
    assert SEALED in got.headers["content-security-policy"]
    words = words_of(got.content)
    assert head in words
    assert str(length) in words
    other = item_in(office.engine, Stage.DEADLINE)
    assert (await desk.of("supervisor").get(f"/items/{other}/papers/{serial}")).status_code == 404
    for strange in ("..%2f..%2frectiflow.db", "rectiflow.db", "%00"):
        got = await desk.of("supervisor").get(f"/items/{ref}/papers/{strange}")
        assert got.status_code == 404, strange


async def test_files_in_a_bucket_are_handed_out_the_same(office: Office, ref: str, s3: str) -> None:
    there = bucket(s3, office.settings.home)
    desk = Desk(office._replace(settings=replace(
        office.settings, evidence_url=there.evidence_url, s3_endpoint=s3, s3_key="k", s3_secret="s"
    )))  # fmt: skip
    picture = made.picture("PNG", (3000, 2000), colour=7)
    assert (await desk.bring("responsible", ref, [("a.png", picture, "")])).status_code == 303
    seq = attached(office, ref)[0].seq
    got = await desk.of("leader").get(f"/items/{ref}/evidence/{seq}")
    assert got.content == picture
    assert (await desk.of("leader").head(f"/items/{ref}/evidence/{seq}")).status_code == 200
    small = await desk.of("leader").get(f"/items/{ref}/evidence/{seq}/preview")
    assert small.content.startswith(b"\xff\xd8\xff")
    assert stored(office) == []
    await desk.close()
