"""The cast that mails are written to, a catching mail server, and a certificate of its own."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from notifications.addresses import Mailbox
from notifications.catcher import Catcher
from notifications.message import Letterhead

MakeCatcher = Callable[..., Catcher]


class Tls(NamedTuple):
    """Both ends of an encrypted connection to 127.0.0.1."""

    server: ssl.SSLContext
    trusting: ssl.SSLContext


@pytest.fixture
def letterhead() -> Letterhead:
    """The office that writes."""
    return Letterhead(
        Mailbox("office@rectify.example", "示例市整改办"), "edu-2026", "示例市整改行动（虚构）"
    )


@pytest.fixture
def make_catcher(tmp_path: Path) -> Iterator[MakeCatcher]:
    """Starts catching mail servers, and stops them when the test ends."""
    with ExitStack() as running:

        def make(**options: Any) -> Catcher:
            folder = options.pop("folder", tmp_path / "caught")
            return running.enter_context(Catcher(folder, **options))

        yield make


@pytest.fixture
def catcher(make_catcher: MakeCatcher) -> Catcher:
    """A catching mail server without faults."""
    return make_catcher()


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    """A server's certificate for 127.0.0.1, signed by itself, and a client that trusts it."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "catcher.example")])
    born = datetime(2020, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(born)
        .not_valid_after(born + timedelta(days=365 * 100))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    pem = folder / "both.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(pem)
    return Tls(server, ssl.create_default_context(cafile=str(pem)))
