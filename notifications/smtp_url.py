"""Which mail server? The value of ``RECTIFLOW_SMTP_URL``, read and checked.

    smtp://user:password@mail.example.org:587?starttls=required
    smtps://user:password@mail.example.org

``starttls`` is ``auto`` (the default: encrypted when the server offers it), ``required`` or
``off``. A password is sent without encryption only when ``off`` says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from rules.errors import InputError

SETTING = "RECTIFLOW_SMTP_URL"
_FORM = "Write it as smtp://user:password@host:port?starttls=auto, required or off; or smtps://."
_ESCAPES = (
    "In the user and the password write @ as %40, : as %3A, / as %2F, ? as %3F, # as %23, % as %25."
)


class Encryption(StrEnum):
    """How a connection is encrypted: from its first byte, or by STARTTLS, or not at all."""

    IMPLICIT = "implicit"
    AUTO = "auto"
    REQUIRED = "required"
    OFF = "off"


_DEFAULT_PORTS = {
    Encryption.IMPLICIT: 465,
    Encryption.REQUIRED: 587,
    Encryption.AUTO: 25,
    Encryption.OFF: 25,
}


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """A mail server and how to speak with it. The password is not shown when printed."""

    host: str
    port: int
    encryption: Encryption = Encryption.AUTO
    username: str = ""
    password: str = field(default="", repr=False)

    @property
    def server(self) -> str:
        """Host and port, as sentences name the server."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_smtp_url(url: str) -> SmtpSettings:
    """The settings in the URL. Raises ``InputError``, never repeating the password, for a bad one.

    Without a port it is 465 for ``smtps``, 587 when STARTTLS is required, else 25.
    """
    parts = _split(url.strip())
    encryption = _encryption(parts)
    return SmtpSettings(
        host=_host(parts),
        port=_port(parts) or _DEFAULT_PORTS[encryption],
        encryption=encryption,
        username=_credential(parts.username, parts.password, "a password but no user"),
        password=_credential(parts.password, parts.username, "a user but no password"),
    )


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.hostname
    except ValueError:
        raise _bad("The address of the mail server cannot be read.", _FORM) from None
    if parts.scheme not in ("smtp", "smtps"):
        raise _bad("The mail server's URL must begin with smtp:// or smtps://.", _FORM)
    if parts.fragment or parts.path not in ("", "/"):
        raise _bad("There is something after the mail server's host and port.", _ESCAPES)
    return parts


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if not host:
        raise _bad("The mail server's URL names no host.", _FORM)
    if not host.isascii() or any(character.isspace() for character in host):
        raise _bad("The mail server's host has characters that no host name has.", _FORM)
    return host


def _port(parts: SplitResult) -> int | None:
    try:
        port = parts.port
    except ValueError:
        # The value is not repeated: an unescaped slash puts half a password in the port's place.
        raise _bad("The mail server's port is not a number from 1 to 65535.", _ESCAPES) from None
    if port == 0:
        raise _bad("The mail server's port is not a number from 1 to 65535.")
    return port


def _encryption(parts: SplitResult) -> Encryption:
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    starttls = options.pop("starttls", None)
    if options:
        raise _bad("The mail server's URL has an option other than starttls.", _FORM)
    if parts.scheme == "smtps":
        if starttls is not None:
            raise _bad("smtps:// is encrypted from the start and takes no starttls.", _FORM)
        return Encryption.IMPLICIT
    if starttls is None:
        return Encryption.AUTO
    if starttls not in ("auto", "required", "off"):
        raise _bad("starttls is none of auto, required and off.", _FORM)
    return Encryption(starttls)


def _credential(value: str | None, other: str | None, fault: str) -> str:
    if bool(other) and not value:
        raise _bad(f"The mail server's URL has {fault}.", _FORM)
    return unquote(value or "")


def _bad(message: str, hint: str = "") -> InputError:
    return InputError(message, hint, where=SETTING)
