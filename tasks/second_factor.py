"""The second factor: six digits that a program on somebody's phone shows (TOTP, RFC 6238).

The secret that the phone keeps is worked out of the installation's own secret and a nonce of the
account's: whoever reads the database alone cannot show the factor. A code works once, and one of
the recovery codes stands in for a lost phone. Instants are wall time.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

import pyotp
from sqlalchemy import Connection, Engine

from config.secrets import secret_key
from config.settings import Settings
from models import accounts
from models.accounts import AccountFact
from models.engine import reading, writing
from rules.errors import Refusal, Refused
from tasks import passwords

PURPOSE = b"rectiflow.totp.v1"
RECOVERY = b"rectiflow.recovery.v1"

STEP = 30
"""Seconds that a code stands for."""
DRIFT = (0, -1, 1)
"""Steps by which a phone's clock may be off."""

RECOVERY_CODES = 10
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""None of which is taken for another."""


def enrol(engine: Engine, settings: Settings, account_id: int, issuer: str) -> str:
    """The address (otpauth://) that a phone's program reads; it counts once a code was shown.

    Raises:
        Refused: the account has a second factor.
    """
    with writing(engine) as connection:
        account = accounts.by_id(connection, account_id)
        assert account is not None
        if account.totp_on:
            raise Refused(Refusal("OneSecondFactor", "There is a second factor already."))
        # The same until it counts: a page that is loaded again shows the same picture.
        nonce = account.totp_nonce or secrets.token_hex(32)
        accounts.change(connection, account_id, totp_nonce=nonce)
    return pyotp.TOTP(_secret(settings, nonce)).provisioning_uri(
        name=account.login, issuer_name=issuer
    )


def confirm(
    engine: Engine, settings: Settings, account_id: int, code: str, now: datetime
) -> tuple[str, ...]:
    """Turn the second factor on; the recovery codes, told this once.

    Raises:
        Refused: the code is not the one that is shown now.
    """
    codes = tuple(_recovery_code() for _ in range(RECOVERY_CODES))
    with writing(engine) as connection:
        account = accounts.by_id(connection, account_id)
        assert account is not None
        if account.totp_on or not _step_shown(connection, settings, account, code, now):
            raise Refused(Refusal("RequireShownCode", "This is not the code that is shown now."))
        kept = tuple(_kept(settings, one) for one in codes)
        accounts.change(connection, account_id, totp_on=True, recovery=kept)
    return codes


def turn_off(engine: Engine, account_id: int, password: str) -> None:
    """Do without the second factor again.

    Raises:
        Refused: the password is not right.
    """
    with reading(engine) as connection:
        account = accounts.by_id(connection, account_id)
    if account is None or not passwords.fits(account.password_hash, password):
        raise Refused(Refusal("RequireOldPassword", "The password is not right."))
    drop(engine, account_id)


def drop(engine: Engine, account_id: int) -> None:
    """Take an account's second factor away, for who has lost phone and codes."""
    with writing(engine) as connection:
        accounts.change(connection, account_id, totp_on=False, totp_nonce="", recovery=())


def shown(
    connection: Connection, settings: Settings, account: AccountFact, code: str, now: datetime
) -> bool:
    """Whether this is the code of now, or a recovery code; either works once."""
    text = code.replace(" ", "").replace("-", "").upper()
    if text.isdecimal() and len(text) == 6:
        return _step_shown(connection, settings, account, text, now)
    return accounts.use_recovery(connection, account, _kept(settings, text))


def _step_shown(
    connection: Connection, settings: Settings, account: AccountFact, code: str, now: datetime
) -> bool:
    text = code.replace(" ", "")
    if not account.totp_nonce or not (text.isascii() and text.isdecimal()):
        return False
    made = pyotp.TOTP(_secret(settings, account.totp_nonce))
    here = int(now.timestamp()) // STEP
    for step in (here + off for off in DRIFT):
        if hmac.compare_digest(made.generate_otp(step), text):
            return accounts.use_step(connection, account.id, step)
    return False


def _secret(settings: Settings, nonce: str) -> str:
    made = _mixed(settings, PURPOSE, nonce)
    return base64.b32encode(made[:20]).decode()


def _kept(settings: Settings, code: str) -> str:
    """What is kept of a recovery code. With 50 bits it needs more than a plain digest."""
    return _mixed(settings, RECOVERY, code.replace("-", "")).hex()


def _mixed(settings: Settings, purpose: bytes, text: str) -> bytes:
    key = secret_key(settings).encode()
    return hmac.new(key, purpose + b"\0" + text.encode("utf-8", "replace"), hashlib.sha256).digest()


def _recovery_code() -> str:
    letters = "".join(secrets.choice(_LETTERS) for _ in range(10))
    return f"{letters[:5]}-{letters[5:]}"
