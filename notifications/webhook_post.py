"""One call of a webhook, over HTTP: bounded in time and size, to the address that was checked.

The host is resolved once, its addresses are judged, and the connection is made to one of them: a
name that points elsewhere a moment later leads nowhere else. Redirects are not followed.
"""

from __future__ import annotations

import asyncio
import ipaddress
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self
from urllib.parse import urlsplit

from notifications import webhook_address, webhook_signature
from notifications.channels.base import Deferred, Outcome, Rejected, Retry, Sent
from notifications.cleaning import one_line
from rules.errors import InputError

if TYPE_CHECKING:
    import ssl

    import httpx

TIMEOUT = 10.0
"""Seconds for one call, from resolving the name to the end of the answer."""

MOST_READ = 2_000
"""Bytes of an answer that are looked at; the rest is not fetched."""

MOST_SENT = 64_000
"""Bytes of a body; far more than references take."""

GONE = 410
BUSY = (408, 425, 429, 500, 502, 503, 504)


class Call(NamedTuple):
    """What is to be said, and to whom."""

    url: str
    secret: str
    ident: str
    body: bytes
    allow_private: bool


class Poster:
    """Calls one receiver, on connections that stay open from one to the next. Raises nothing.

    A connection belongs to an address, not to a name: for another receiver, make another one.

    An outcome is ``Sent`` for any 2xx; ``Rejected`` only for 410, by which a receiver says that
    it wants no more; anything else is put off, and an outage when the receiver is down or busy,
    so that the next call would meet the same.
    """

    def __init__(
        self, *, timeout: float = TIMEOUT, tls_context: ssl.SSLContext | None = None
    ) -> None:
        self._timeout = timeout
        self._tls_context = tls_context

    async def __aenter__(self) -> Self:
        # Imported here: most installations have no webhooks.
        import httpx

        self._client = httpx.AsyncClient(
            verify=True if self._tls_context is None else self._tls_context,
            follow_redirects=False,
            trust_env=False,
            timeout=self._timeout,
            headers={"User-Agent": "Rectiflow-Webhook", "Content-Type": "application/json"},
        )
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._client.aclose()

    async def post(self, call: Call, at: datetime) -> Outcome:
        """Make one call at the aware instant ``at``, which is signed."""
        import httpx

        if len(call.body) > MOST_SENT:
            return Deferred("The body is too big.")
        try:
            return await asyncio.wait_for(self._post(call, at), self._timeout)
        except TimeoutError:
            return _outage(f"did not answer within {self._timeout:g} s")
        except InputError as error:
            return Deferred(error.message)
        except (httpx.HTTPError, OSError, ValueError) as error:
            return _outage(
                f"cannot be reached: {one_line(str(error))[:200] or type(error).__name__}"
            )

    async def _post(self, call: Call, at: datetime) -> Outcome:
        target = webhook_address.target_of(call.url)
        addresses = await webhook_address.resolve(target)
        if not call.allow_private and (private := webhook_address.private_among(addresses)):
            return Deferred(
                f"{target.host} is at {private}, an address of a private network. "
                "If that is right, add the webhook with --allow-private."
            )
        request = self._request(call, target, addresses[0], at)
        response = await self._client.send(request, stream=True)
        try:
            said = await _beginning(response)
        finally:
            await response.aclose()
        return _outcome(response.status_code, said)

    def _request(
        self, call: Call, target: webhook_address.Target, address: str, at: datetime
    ) -> httpx.Request:
        host = f"[{address}]" if ipaddress.ip_address(address).version == 6 else address
        parts = urlsplit(call.url)
        pinned = parts._replace(netloc=f"{host}:{target.port}", fragment="").geturl()
        signed = webhook_signature.headers(call.secret, call.ident, at, call.body)
        return self._client.build_request(
            "POST",
            pinned,
            content=call.body,
            headers={"Host": parts.netloc, **signed},
            extensions={"sni_hostname": target.host},
        )


async def _beginning(response: httpx.Response) -> str:
    """The first of the answer's bytes, for whoever looks for what went wrong."""
    read = b""
    async for piece in response.aiter_raw():
        read += piece
        if len(read) >= MOST_READ:
            break
    return one_line(read[:MOST_READ].decode("utf-8", "replace"))[:200]


def _outcome(status: int, said: str) -> Outcome:
    if 200 <= status < 300:
        return Sent(str(status))
    if status == GONE:
        return Rejected("The receiver wants no more calls: it answered 410.")
    if 300 <= status < 400:
        return Deferred(f"The receiver answered {status}: redirects are not followed.")
    reason = f"answered {status}{': ' if said else ''}{said}"
    return _outage(reason) if status in BUSY else Deferred(f"The receiver {reason}")


def _outage(reason: str) -> Deferred:
    return Deferred(f"The receiver {reason}.", Retry.OUTAGE)
