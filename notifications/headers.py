"""How is a header written so that every mail program reads it back? RFC 5322, 2047 and 2392.

The standard library's ``EmailMessage`` does all this too, at a tenth of the speed; a test compares
the two.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from functools import lru_cache
from urllib.parse import quote

from notifications.addresses import Mailbox
from notifications.cleaning import one_line

_FOLD = "\r\n "
_LINE = 76
# An encoded word has at most 75 characters (RFC 2047 2), 12 of them "=?utf-8?b?" and "?=".
_WORD_BYTES = (75 - 12) // 4 * 3
_PLAIN = re.compile(r"[!-~]+(?: [!-~]+)*")
_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_SPECIALS = re.compile(r'([\\"])')
_LONGEST_ID_PART = 120


def text_header(name: str, text: str) -> str:
    """An unstructured header (``Subject``, ``X-...``), folded, with its line end."""
    text = one_line(text)
    if len(name) + 2 + len(text) <= _LINE and _stays_plain(text):
        return f"{name}: {text}\r\n"
    return f"{name}: {_encoded_words(text, len(name) + 2)}\r\n"


def mailbox_header(name: str, mailbox: Mailbox) -> str:
    """An address header (``From``, ``To``), folded, with its line end."""
    return f"{name}: {_with_phrase(mailbox.name, mailbox.address, len(name) + 2)}\r\n"


def list_id_header(description: str, identifier: str) -> str:
    """The ``List-Id`` header (RFC 2919), folded, with its line end."""
    return f"List-Id: {_with_phrase(description, identifier, len('List-Id: '))}\r\n"


@lru_cache(maxsize=10_000)
def id_part(text: str) -> str:
    """Any text as part of a message identifier: different texts stay different.

    Everything but letters, digits, ``_``, ``~`` and ``-`` is percent-encoded, for identifiers are
    ASCII; what would be too long for a line, which cannot be folded here, is a digest.
    """
    encoded = quote(one_line(text), safe="").replace(".", "%2E")
    if len(encoded) <= _LONGEST_ID_PART:
        return encoded
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def _stays_plain(text: str) -> bool:
    """Whether a reader gets the text back unencoded: ASCII that does not look encoded itself."""
    return not text or (_PLAIN.fullmatch(text) is not None and "=?" not in text)


def _with_phrase(phrase: str, address: str, used: int) -> str:
    phrase = one_line(phrase)
    if not phrase:
        return f"<{address}>" if "@" not in address else address
    if not _stays_plain(phrase) or used + len(phrase) + 2 > _LINE:
        written = _encoded_words(phrase, used)
    elif _PHRASE.fullmatch(phrase):
        written = phrase
    else:
        escaped = _SPECIALS.sub(r"\\\1", phrase)
        written = f'"{escaped}"'
    fold = written.rfind(_FOLD)
    column = used + len(written) if fold < 0 else len(written) - fold - len("\r\n")
    gap = " " if column + len(address) + 3 <= _LINE else _FOLD
    return f"{written}{gap}<{address}>"


def _encoded_words(text: str, used: int) -> str:
    """The text as folded encoded words; no character is split between two of them.

    ``used`` is what the header's name takes of the first line.
    """
    words: list[str] = []
    room = max((_LINE - used - 12) // 4 * 3, 12)
    chunk = bytearray()
    for character in text:
        encoded = character.encode()
        if len(chunk) + len(encoded) > room:
            words.append(_encoded_word(chunk))
            chunk, room = bytearray(), _WORD_BYTES
        chunk += encoded
    words.append(_encoded_word(chunk))
    return _FOLD.join(words)


def _encoded_word(chunk: bytes | bytearray) -> str:
    return f"=?utf-8?b?{b64encode(chunk).decode('ascii')}?="
