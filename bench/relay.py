"""A mail server some way off: STARTTLS, and every command is answered after 20 ms.

In a process of its own. What it takes is thrown away; only its answers cost time, as a relay in
another building does.
"""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

DELAY = 0.02
"""Seconds before every answer."""


class Relay(NamedTuple):
    """Where it listens, and what trusts its certificate."""

    port: int
    trusting: ssl.SSLContext


@contextmanager
def relay() -> Iterator[Relay]:
    """A running relay."""
    with tempfile.TemporaryDirectory(prefix="rectiflow-bench-") as folder:
        pem = _certificate(Path(folder) / "relay.pem")
        command = [sys.executable, "-m", "bench.relay", str(pem)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        try:
            port = int(process.stdout.readline())
            yield Relay(port, ssl.create_default_context(cafile=str(pem)))
        finally:
            process.kill()
            process.wait()
            process.stdout.close()


def _certificate(pem: Path) -> Path:
    """A certificate for 127.0.0.1, signed by itself, with its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "relay.example")])
    born = datetime(2020, 1, 1, tzinfo=UTC)
    own = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(born)
        .not_valid_after(born + timedelta(days=36_500))
        .add_extension(own, critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    pem.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    return pem


async def _talk(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, tls: ssl.SSLContext
) -> None:
    """One connection. Commands that come together are still answered one after the other."""
    encrypted = False
    await _say(writer, b"220 relay")
    while line := await reader.readline():
        word = line[:4].upper()
        if word == b"EHLO":
            more = b"" if encrypted else b"250-STARTTLS\r\n"
            await _say(writer, b"250-relay\r\n" + more + b"250-PIPELINING\r\n250 8BITMIME")
        elif word == b"STAR":
            await _say(writer, b"220 go ahead")
            await writer.start_tls(tls)
            encrypted = True
        elif word == b"DATA":
            await _say(writer, b"354 go on")
            await reader.readuntil(b"\r\n.\r\n")
            await _say(writer, b"250 taken")
        else:
            await _say(writer, b"221 bye" if word == b"QUIT" else b"250 fine")
            if word == b"QUIT":
                break
    writer.close()


async def _say(writer: asyncio.StreamWriter, answer: bytes) -> None:
    await asyncio.sleep(DELAY)
    writer.write(answer + b"\r\n")
    await writer.drain()


async def _serve(pem: str) -> None:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(pem)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _talk(reader, writer, tls)
        except (OSError, asyncio.IncompleteReadError):
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1]))
