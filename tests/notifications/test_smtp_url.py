"""The mail server's URL is read right, or refused in a sentence without the password."""

from __future__ import annotations

import pytest

from notifications.smtp_url import Encryption, SmtpSettings, parse_smtp_url
from rules.errors import InputError


@pytest.mark.parametrize(
    ("url", "settings"),
    [
        ("smtp://mail.example", SmtpSettings("mail.example", 25)),
        ("SMTP://Mail.Example:2525/", SmtpSettings("mail.example", 2525)),
        (" smtps://mail.example ", SmtpSettings("mail.example", 465, Encryption.IMPLICIT)),
        (
            "smtp://mail.example?starttls=required",
            SmtpSettings("mail.example", 587, Encryption.REQUIRED),
        ),
        ("smtp://mail.example?starttls=off", SmtpSettings("mail.example", 25, Encryption.OFF)),
        ("smtp://mail.example:1025?starttls=auto", SmtpSettings("mail.example", 1025)),
        (
            "smtps://office%40mail.example:p%40ss%3Aw%2Frd%25@mail.example:4650",
            SmtpSettings(
                "mail.example", 4650, Encryption.IMPLICIT, "office@mail.example", "p@ss:w/rd%"
            ),
        ),
        ("smtp://u:%E5%AF%86@[::1]:25", SmtpSettings("::1", 25, username="u", password="密")),
        (
            "smtp://u:a@b@mail.example",
            SmtpSettings("mail.example", 25, username="u", password="a@b"),
        ),
    ],
)
def test_a_url_says_where_and_how(url: str, settings: SmtpSettings) -> None:
    assert parse_smtp_url(url) == settings


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "must begin with smtp://"),
        ("mail.example:25", "must begin with smtp://"),
        ("http://mail.example", "must begin with smtp://"),
        ("smtp://", "names no host"),
        ("smtp://u:secret@", "names no host"),
        ("smtp://mail.example:0", "not a number from 1 to 65535"),
        ("smtp://mail.example:70000", "not a number from 1 to 65535"),
        ("smtp://u:12secret/x@mail.example", "after the mail server's host"),
        ("smtp://u:secret@mail.example:port", "not a number from 1 to 65535"),
        ("smtp://u:secret#1@mail.example", "after the mail server's host"),
        ("smtp://u:secret@mail.example/inbox", "after the mail server's host"),
        ("smtp://[::1", "cannot be read"),
        ("smtp://mail.example?starttls=maybe", "none of auto, required and off"),
        ("smtp://mail.example?starttls=", "none of auto, required and off"),
        ("smtp://mail.example?tls=1", "option other than starttls"),
        ("smtps://mail.example?starttls=off", "encrypted from the start"),
        ("smtp://u@mail.example", "a user but no password"),
        ("smtp://:secret@mail.example", "a password but no user"),
        ("smtp://mail example", "characters that no host name has"),
        ("smtp://邮件.example", "characters that no host name has"),
    ],
)
def test_a_bad_url_is_refused_in_a_sentence_without_the_password(url: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_smtp_url(url)
    assert said in caught.value.message
    assert caught.value.where == "RECTIFLOW_SMTP_URL"
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_settings_do_not_show_the_password() -> None:
    settings = parse_smtp_url("smtp://office:hushhush@mail.example")
    assert "hushhush" not in repr(settings)
    assert settings.server == "mail.example:25"
    assert parse_smtp_url("smtp://[::1]:25").server == "[::1]:25"
