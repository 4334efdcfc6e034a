"""The catching server: a standard client's mail lands in its folder, and nowhere else."""

from __future__ import annotations

import smtplib
import socket
from email.message import EmailMessage
from pathlib import Path

import pytest

from notifications.catcher import Catcher
from tests.notifications.conftest import MakeCatcher


def send(catcher: Catcher, *subjects: str) -> None:
    """Mails from the standard library's client."""
    with smtplib.SMTP(catcher.host, catcher.port, timeout=10) as client:
        for subject in subjects:
            message = EmailMessage()
            message["From"] = "office@rectify.example"
            message["To"] = "lin@rectify.example"
            message["Subject"] = subject
            message["Message-ID"] = f"<{subject}@rectify.example>"
            message.set_content("整改逾期")
            client.send_message(message)


def test_a_caught_mail_can_be_looked_at(catcher: Catcher) -> None:
    send(catcher, "one")
    (mail,) = catcher.mails
    assert (mail.sender, mail.recipients) == ("office@rectify.example", ("lin@rectify.example",))
    assert mail.message_id == "<one@rectify.example>"
    assert mail.parsed()["Subject"] == "one"
    assert mail.parsed().get_content().strip() == "整改逾期"
    assert mail.path.read_bytes() == mail.data


def test_repeats_are_kept_apart(catcher: Catcher) -> None:
    send(catcher, "one", "one", "two")
    assert [mail.path.name for mail in catcher.mails] == [
        "000001-one@rectify.example.eml",
        "000002-one@rectify.example.eml",
        "000003-two@rectify.example.eml",
    ]
    assert catcher.connections == 1


def test_mails_of_an_earlier_run_are_left_alone(make_catcher: MakeCatcher, tmp_path: Path) -> None:
    first = make_catcher()
    send(first, "one")
    first.stop()
    second = make_catcher()
    send(second, "one")
    assert len(list((tmp_path / "caught").iterdir())) == 2
    assert len(second.mails) == 1


def test_a_mail_that_cannot_be_kept_is_put_off_and_not_refused(
    make_catcher: MakeCatcher, tmp_path: Path
) -> None:
    catcher = make_catcher()
    (tmp_path / "caught").rmdir()
    with pytest.raises(smtplib.SMTPDataError) as caught:
        send(catcher, "one")
    assert caught.value.smtp_code == 452
    assert catcher.mails == []


def test_a_free_port_is_found_and_told(catcher: Catcher) -> None:
    assert catcher.port > 0
    assert catcher.url == f"smtp://127.0.0.1:{catcher.port}"


def test_a_port_that_is_taken_is_an_error_and_nothing_is_left_running(
    catcher: Catcher, tmp_path: Path
) -> None:
    other = Catcher(tmp_path, port=catcher.port)
    with pytest.raises(OSError, match="Address already in use"):
        other.start()
    other.stop()


def test_stopping_frees_the_port_even_with_somebody_connected(tmp_path: Path) -> None:
    catcher = Catcher(tmp_path).start()
    with socket.create_connection((catcher.host, catcher.port), timeout=5) as guest:
        assert guest.recv(100).startswith(b"220 localhost")
        catcher.stop()
        catcher.stop()
    with socket.create_server((catcher.host, catcher.port)):
        pass
