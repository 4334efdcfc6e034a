"""The fast way of building a mail gives what the standard library's slow way gives."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from notifications.addresses import Mailbox, address_problem
from notifications.cleaning import many_lines, one_line
from notifications.headers import id_part
from notifications.message import Attachment, Letterhead, Mail, build, message_id, thread_id
from notifications.preview import preview_notice
from notifications.render import Rendered, render
from rules.errors import InputError
from tests.notifications.reference import LISTENED_TO, mailbox, parsed, part, reference_bytes

MAIL = Mail(
    kind="overdue",
    lang="zh-CN",
    ref="示例-0042",
    event_hash="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    recipient_id="17",
    recipient=Mailbox("lin@rectify.example", "林知远"),
    date=datetime(2026, 3, 6, 1, 0, 5, tzinfo=UTC),
    rendered=render(preview_notice("overdue", "zh-CN")),
)
HEAD = Letterhead(Mailbox("office@rectify.example", "整改办"), "edu-2026", "示例市整改行动")

NASTY_SUBJECTS = {
    "plain": "[EX-1] Overdue",
    "long Chinese": "[EX-1] 整改逾期：" + "窗口单位群众意见答复不及时，" * 20,
    "long English": "[EX-1] " + "counters answer complaints late and " * 12,
    "one long word": "x" * 1200,
    "quotes and commas": """[EX-1] "Who", he said, 'is; that <a@b.example>?'""",
    "emoji": "[EX-1] 👩‍👩‍👧‍👦 done ✅ " * 9,
    "line breaks": "[EX-1] first\r\nBcc: victim@x.example\r\n\r\nbody",
    "looks encoded": "=?utf-8?b?5LiA?= =?utf-8?q?x?=",
    "double blanks": "a  b   c",
    "half a character": "broken \ud83d end",
    "tab": "a\tb",
    "only a dot": ".",
    "backslashes": r"C:\new\thing",
    "ends in a question mark": "Is it =?",
    "empty": "",
}
NASTY_NAMES = {
    "plain": "Ana Field",
    "comma": "Field, Ana",
    "quotes": 'Ana "the rock" Field',
    "backslash": "Ana \\ Field",
    "dot": "Dr. A. Field",
    "brackets": "Field (Ana) <x@y.example>",
    "Chinese": "林知远",
    "long Chinese": "示例市教育整顿领导小组办公室督查督办专班" * 4,
    "mixed": "林知远 (Lin, Zhiyuan) 🙂",
    "long": "A" * 90 + " " + "B" * 90,
    "line breaks": "Ana\r\nBcc: victim@x.example",
    "looks encoded": "=?utf-8?b?5LiA?=",
    "at sign": "ana@home",
    "none": "",
}
NASTY_BODIES = {
    "short": "Hello",
    "leading dots": ".\r\n..\n.hidden\n",
    "a lone dot": "a\n.\nb",
    "long lines": "x" * 5000 + "\n" + "题" * 3000,
    "all line ends": "a\rb\nc\r\nd",
    "boundary": "--=_rectiflow\r\n--=_rectiflow--\r\n",
    "From": "From here on\n>From there\n",
    "trailing blanks": "a  \nb \t\n",
    "empty": "",
}


def headers_of(data: bytes) -> dict[str, object]:
    """The decoded headers that the two ways have in common."""
    message = parsed(data)
    assert message.defects == []
    for name in LISTENED_TO:
        assert len(message.get_all(name, [])) == 1, name
    # Python 3.11's EmailMessage puts a blank before a subject whose first word it folds away.
    decoded: dict[str, object] = {name: str(message[name]).strip() for name in LISTENED_TO}
    return decoded | {name: mailbox(data, name) for name in ("To", "From")}


def assert_same_as_reference(letterhead: Letterhead, mail: Mail) -> bytes:
    """Both ways give the same headers and the same bodies; ours is also well formed."""
    data = build(letterhead, mail).data
    slow = reference_bytes(letterhead, mail)
    assert headers_of(data) == headers_of(slow)
    for subtype in ("plain", "html"):
        assert part(parsed(data), subtype) == part(parsed(slow), subtype)
    assert_well_formed(data)
    return data


def assert_well_formed(data: bytes) -> None:
    """ASCII, CRLF everywhere and nothing else, lines as RFC 5322 2.1.1 wants them."""
    data.decode("ascii")
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)|\x00", data)
    assert data.endswith(b"\r\n")
    head = data.partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert max(map(len, data.split(b"\r\n"))) <= 998
    foldable = [line for line in head if b" " in line.strip() and b"@" not in line]
    assert max(map(len, foldable)) <= 78


@pytest.mark.parametrize("subject", NASTY_SUBJECTS.values(), ids=NASTY_SUBJECTS)
def test_any_subject_reads_as_the_standard_library_writes_it(subject: str) -> None:
    mail = replace(MAIL, rendered=replace(MAIL.rendered, subject=subject))
    data = build(HEAD, mail).data
    assert str(parsed(data)["Subject"]) == one_line(subject)
    if subject != NASTY_SUBJECTS["looks encoded"]:
        # Python 3.11's EmailMessage writes it as it is, and it comes back as something else.
        assert_same_as_reference(HEAD, mail)
    assert_well_formed(data)


@pytest.mark.parametrize("name", NASTY_NAMES.values(), ids=NASTY_NAMES)
def test_any_name_reads_as_the_standard_library_writes_it(name: str) -> None:
    mail = replace(MAIL, recipient=Mailbox("a.b+c@rectify.example", name))
    data = build(HEAD, mail).data
    assert mailbox(data, "To") == (one_line(name), "a.b+c@rectify.example")
    assert len(parsed(data).get_all("Bcc", [])) == 0
    if name not in (NASTY_NAMES["looks encoded"], NASTY_NAMES["long"]):
        # Python 3.11's EmailMessage ends the headers in the middle of the long one.
        assert_same_as_reference(replace(HEAD, sender=replace(HEAD.sender, name=name)), mail)
    assert_well_formed(data)


@pytest.mark.parametrize("body", NASTY_BODIES.values(), ids=NASTY_BODIES)
def test_any_body_reads_as_the_standard_library_writes_it(body: str) -> None:
    mail = replace(MAIL, rendered=Rendered("[EX-1] x", body, f"<p>{body}</p>"))
    assert_same_as_reference(HEAD, mail)


@pytest.mark.parametrize("ref", ["EX-0042", "示例公司-7", "a.b..c", "x/y z", "长" * 60])
@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_any_reference_and_language_does(ref: str, lang: str) -> None:
    rendered = render(replace(preview_notice("failed", lang), ref=ref))
    assert_same_as_reference(HEAD, replace(MAIL, lang=lang, ref=ref, rendered=rendered))


@given(subject=st.text(), name=st.text(), body=st.text())
@example(subject="\u3000 x", name="\xa0", body="\x1c")
def test_whatever_is_written_is_read_back(subject: str, name: str, body: str) -> None:
    mail = replace(
        MAIL,
        recipient=Mailbox("lin@rectify.example", name),
        rendered=Rendered(subject, body, body),
    )
    data = build(HEAD, mail).data
    assert_well_formed(data)
    message = parsed(data)
    assert str(message["Subject"]) == one_line(subject)
    assert mailbox(data, "To") == (one_line(name), "lin@rectify.example")
    expected = re.sub(r"\r\n|\r|\n", "\r\n", body.encode("utf-8", "replace").decode())
    assert part(message, "plain").removesuffix("\r\n") == expected.removesuffix("\r\n")


CALENDAR = Attachment(
    "deadline.ics", "text/calendar; charset=utf-8; method=PUBLISH", "期限\r\n".encode() * 40
)
PAPER = Attachment("约谈 1.docx", "application/octet-stream", bytes(range(256)) * 9)


@pytest.mark.parametrize("files", [(CALENDAR,), (PAPER,), (CALENDAR, PAPER)])
def test_attachments_read_as_the_standard_library_writes_them(
    files: tuple[Attachment, ...],
) -> None:
    mail = replace(MAIL, attachments=files)
    data = assert_same_as_reference(HEAD, mail)
    ours, theirs = parsed(data), parsed(reference_bytes(HEAD, mail))
    assert ours.get_content_type() == theirs.get_content_type() == "multipart/mixed"
    for one, other, file in zip(
        ours.iter_attachments(), theirs.iter_attachments(), files, strict=True
    ):
        assert one.get_payload(decode=True) == other.get_payload(decode=True) == file.data
        assert one.get_content_type() == other.get_content_type()
        assert one.get_content_disposition() == "attachment"
        assert dict(one["Content-Type"].params) == dict(other["Content-Type"].params)
    assert [each.defects for each in ours.walk()] == [[]] * (4 + len(files))


def test_the_name_of_a_file_is_one_that_any_system_takes() -> None:
    message = parsed(build(HEAD, replace(MAIL, attachments=(PAPER,))).data)
    assert [each.get_filename() for each in message.iter_attachments()] == ["_1.docx"]


def test_a_mail_about_many_items_is_in_no_thread() -> None:
    message = parsed(build(HEAD, replace(MAIL, ref="", kind="bundle")).data)
    assert message["References"] is None
    assert message["X-Rectiflow-Ref"] is None
    assert message["X-Rectiflow-Kind"] == "bundle"


def test_the_same_arguments_give_the_same_bytes() -> None:
    assert build(HEAD, MAIL) == build(replace(HEAD), replace(MAIL))


def test_a_message_says_that_a_machine_wrote_it_and_for_which_campaign() -> None:
    message = parsed(build(HEAD, MAIL).data)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Id"] == "示例市整改行动 <edu-2026.rectiflow.rectify.example>"
    assert message["X-Rectiflow-Ref"] == "示例-0042"
    assert message["Date"].datetime == MAIL.date
    assert message["Message-ID"] == "<9f86d081884c7d659a2feaa0.17.overdue@rectify.example>"


def test_the_envelope_names_both_ends_and_the_message() -> None:
    envelope = build(HEAD, MAIL)
    assert (envelope.sender, envelope.recipient) == (
        "office@rectify.example",
        "lin@rectify.example",
    )
    assert envelope.message_id == parsed(envelope.data)["Message-ID"]


def test_another_event_person_or_kind_is_another_message() -> None:
    others = [
        replace(MAIL, event_hash="0" * 64),
        replace(MAIL, recipient_id="18"),
        replace(MAIL, kind="escalated"),
    ]
    assert len({build(HEAD, mail).message_id for mail in [MAIL, *others]}) == 4


def test_all_mails_of_an_item_are_one_thread_and_of_two_items_two() -> None:
    def thread(mail: Mail) -> set[str]:
        message = parsed(build(HEAD, mail).data)
        return {str(message["References"]), str(message["In-Reply-To"])}

    assert thread(MAIL) == thread(replace(MAIL, kind="closed", event_hash="1" * 64))
    assert thread(MAIL) == {thread_id("示例-0042", "rectify.example")}
    assert thread(MAIL).isdisjoint(thread(replace(MAIL, ref="示例-0043")))


def test_a_date_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        build(HEAD, replace(MAIL, date=MAIL.date.replace(tzinfo=None)))


@given(st.text(min_size=1), st.text(min_size=1))
@example("a.b", "a%2Eb")
@example("长" * 60, "长" * 61)
def test_different_references_never_share_a_thread(one: str, other: str) -> None:
    assert re.fullmatch(r"[\w%~-]*", id_part(one), re.ASCII)
    if one_line(one) != one_line(other):
        assert id_part(one) != id_part(other)


def test_an_identifier_stays_short() -> None:
    assert len(message_id("a" * 64, "长" * 500, "k" * 500, "x.example")) < 300


@pytest.mark.parametrize(
    "address",
    ["a@b.example", "first.last+tag@mail.b.example", "x@localhost", "o'hara@b.example", "1@2.cn"],
)
def test_an_ordinary_address_is_taken(address: str) -> None:
    assert address_problem(address) == ""


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "@b.example",
        "a@",
        "a b@c.example",
        "a@b@c.example",
        "a@b.example\r\nRCPT TO:<x@y.example>",
        "a@b.example>",
        "<a@b.example>",
        "a,b@c.example",
        "a..b@c.example",
        ".a@b.example",
        "a@-b.example",
        "林@b.example",
        "a" * 65 + "@b.example",
        "a@" + "b" * 260,
    ],
)
def test_what_is_no_address_is_not_written_to(address: str) -> None:
    assert address_problem(address).endswith(".")
    with pytest.raises(InputError):
        Mailbox(address, "Ana")


def test_a_domain_in_another_script_is_written_in_ascii() -> None:
    assert Mailbox(" lin@例子.中国 ").address == "lin@xn--fsqu00a.xn--fiqs8s"
    assert Mailbox("lin@例子.中国").domain == "xn--fsqu00a.xn--fiqs8s"


def test_lines_are_cleaned() -> None:
    assert one_line(" a\r\n\tb\x00\u2028c\u202e\u3000d ") == "a b c\u3000d"
    assert many_lines("a\r\nb\rc\x0bd\u2029e\x07\tf\n") == "a\nb\nc\nd\ne\tf"
    assert one_line("👩\u200d👧") == "👩\u200d👧"
