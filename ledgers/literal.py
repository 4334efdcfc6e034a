"""How does any text survive a spreadsheet, neither run as a formula nor changed on the way back?

A leading apostrophe says "take the rest literally". :func:`quoted` puts it before a text that a
spreadsheet could run, or that reading would trim or take for a blank; :func:`unquoted` removes it
from exactly such texts, so that ``unquoted(quoted(text)) == text`` and a foreign "'tis" stays.
The apostrophe is part of the text, in workbooks too: a workbook saved as CSV stays harmless.
"""

from __future__ import annotations

import re
from collections.abc import Collection

# OWASP, "CSV Injection": the signs that begin a formula; spreadsheets take the full-width ones too.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")

_LINE_ENDS = re.compile("\r\n?")
# What XML 1.0 cannot carry (its section 2.2, "Char"); half a surrogate pair no encoding can.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_INVISIBLE = "\u200b\ufeff"
_INVISIBLE_ENDS = re.compile(r"^[\s\u200b\ufeff]+|[\s\u200b\ufeff]+$")


def clean(text: str) -> str:
    """The text with line ends as "\\n" and without characters that no file can carry."""
    if "\r" in text:
        text = _LINE_ENDS.sub("\n", text)
    return text if text.isprintable() else _UNPRINTABLE.sub("", text)


def trimmed(text: str) -> str:
    """The text without white space around it; the invisible marks of web pages count as such."""
    text = text.strip()
    if text and (text[0] in _INVISIBLE or text[-1] in _INVISIBLE):
        text = _INVISIBLE_ENDS.sub("", text)
    return text


def quoted(text: str, blanks: Collection[str] = ()) -> str:
    """The text as it is written to a cell."""
    return f"'{text}" if _needs_quote(text, blanks) else text


def unquoted(text: str, blanks: Collection[str] = ()) -> str:
    """The text that a cell means: literal after an apostrophe, else trimmed, "" for a blank."""
    text = clean(text)
    if text.startswith("'") and _needs_quote(text[1:], blanks):
        return text[1:]
    text = trimmed(text)
    return "" if text in blanks else text


def _needs_quote(text: str, blanks: Collection[str]) -> bool:
    return bool(text) and (
        text.startswith(("'", *DANGEROUS)) or text in blanks or trimmed(text) != text
    )
