"""Kinds are allowed by group, and what is given out bears the ending of what it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.errors import InputError
from rules.evidence_kinds import (
    KINDS,
    USUAL,
    Group,
    allow_kind,
    allowed_groups,
    named_otherwise,
    safe_name,
)


def test_groups_are_listed_with_commas_and_the_usual_ones_need_not_be() -> None:
    assert allowed_groups("image,pdf,office,text") == allowed_groups(" ") == USUAL
    assert allowed_groups(" Image , ARCHIVE") == {Group.IMAGE, Group.ARCHIVE}
    with pytest.raises(InputError, match="'pictures' is no group") as refused:
        allowed_groups("image,pictures")
    assert refused.value.where == "RECTIFLOW_EVIDENCE_KINDS"


@pytest.mark.parametrize("media_type", KINDS)
def test_a_kind_is_allowed_with_its_group_only(media_type: str) -> None:
    group = KINDS[media_type].group
    assert allow_kind(media_type, frozenset({group})) is None
    refusal = allow_kind(media_type, frozenset(Group) - {group})
    assert refusal is not None
    assert refusal.rule == "AllowEvidenceKind"
    assert media_type in refusal.reason


@pytest.mark.parametrize(
    "media_type", ["text/html", "image/svg+xml", "application/octet-stream", ""]
)
def test_what_is_not_in_the_table_is_never_allowed(media_type: str) -> None:
    assert allow_kind(media_type, frozenset(Group)) is not None


@pytest.mark.parametrize(
    ("filename", "media_type", "given_out"),
    [
        ("照片.jpg", "image/jpeg", "照片.jpg"),
        ("照片.JPEG", "image/jpeg", "照片.JPEG"),
        ("photo.bat", "text/plain", "photo.bat.txt"),
        ("photo.html", "text/plain", "photo.html.txt"),
        ("photo", "image/png", "photo.png"),
        ("../../etc/passwd", "text/plain", "passwd.txt"),
        ("C:\\windows\\a.txt", "text/plain", "a.txt"),
        ('a"; filename="b.exe', "image/png", "a__ filename__b.exe.png"),
        ("a\r\nSet-Cookie: x.png", "image/png", "a__Set-Cookie_ x.png"),
        ("gpj\u202egnp.exe", "image/jpeg", "gpj_gnp.exe.jpg"),
        ("...", "image/png", "evidence.png"),
        ("", "application/pdf", "evidence.pdf"),
        (".htaccess", "text/plain", "htaccess.txt"),
        ("a.pdf", "", "a.pdf.bin"),
    ],
)
def test_a_file_is_given_out_under_a_harmless_name(
    filename: str, media_type: str, given_out: str
) -> None:
    assert safe_name(filename, media_type) == given_out


@given(st.text(max_size=300), st.sampled_from([*KINDS, "text/html"]))
def test_whatever_a_file_is_called_its_name_is_harmless(filename: str, media_type: str) -> None:
    name = safe_name(filename, media_type)
    assert 0 < len(name) < 140
    assert not set(name) & set('/\\"\r\n\0<>:;%')
    assert name.isprintable()
    assert not name.startswith(".")
    assert not named_otherwise(name, media_type)
