"""Receivers of events are entered and forgotten, each with its secret: by commands and the API."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from config import webhook_secrets
from models import webhooks
from models.engine import writing
from notifications import webhook_address, webhook_signature
from rules.errors import InputError, NotFound
from rules.events import PAST
from tasks.office import Office


def check(name: str, url: str, kinds: Sequence[str], allow_private: bool) -> None:
    """Whether a receiver may be entered like this. It is looked up by its name in the network.

    Raises:
        InputError: the name, the address or a kind of event is not usable, or the receiver is in
            a private network without this being said.
    """
    if problem := webhook_secrets.name_problem(name):
        raise InputError(problem, where="name")
    known = sorted(PAST.values())
    for one in kinds:
        if one not in known:
            raise InputError(f"There is no event {one!r}.", f"Known: {', '.join(known)}.", "kinds")
    target = webhook_address.target_of(url)
    try:
        addresses = asyncio.run(webhook_address.resolve(target))
    except OSError:
        # It may not be there yet; every call looks again.
        return
    if not allow_private and (private := webhook_address.private_among(addresses)):
        raise InputError(
            f"{target.host} is at {private}, an address of a private network.",
            "If that is right, say --allow-private.",
            where="url",
        )


def add(
    office: Office, name: str, url: str, kinds: Sequence[str], now: datetime, *,
    allow_private: bool = False,
) -> str | None:  # fmt: skip
    """Enter a receiver; its secret, None when all of them have the one of the settings.

    Raises:
        InputError: the name is taken, or the secret of the settings is not usable.
    """
    shared = office.settings.webhook_secret
    if shared and (problem := webhook_signature.secret_problem(shared)):
        raise InputError(problem, where=webhook_secrets.SETTING)
    secret = None if shared else webhook_signature.new_secret()
    with writing(office.engine) as connection:
        once = tuple(dict.fromkeys(kinds))
        if not webhooks.add(connection, name, url, once, now, allow_private=allow_private):
            raise InputError(f"There is a webhook {name} already.", "Remove it first.", "name")
        # Before the commit: a webhook without a secret could not be called.
        if secret is not None:
            webhook_secrets.keep(office.settings, name, secret)
    return secret


def remove(office: Office, name: str) -> None:
    """Forget a receiver, its calls and its secret.

    Raises:
        NotFound: there is none of this name.
    """
    with writing(office.engine) as connection:
        hook = webhooks.by_name(connection, name)
        if hook is None:
            raise NotFound(f"There is no webhook {name!r}.", "See: rectiflow webhook list.")
        webhooks.remove(connection, hook.id)
    webhook_secrets.forget(office.settings, name)
