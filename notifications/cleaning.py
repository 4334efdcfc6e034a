"""Text from people, made safe to print: no control characters, no reordering tricks.

Line breaks inside a title would forge mail headers; directional overrides would let one text pose
as another on screen (Unicode TR 36). Joiners stay, since emoji and some scripts need them.
"""

from __future__ import annotations

import re

_SURROGATES = re.compile("[\ud800-\udfff]")
_REORDERING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_BREAKS = re.compile("[\x00-\x20\x7f-\x9f\u2028\u2029]+")
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")


def _printable(text: str) -> str:
    return _REORDERING.sub("", _SURROGATES.sub("\ufffd", text))


def one_line(text: str) -> str:
    """The text on one line: every run of white space or control characters is one blank."""
    return _BREAKS.sub(" ", _printable(text)).strip()


def many_lines(text: str) -> str:
    """The text with plain line feeds, and no other control character but the tab."""
    return _CONTROLS.sub("", _LINE_ENDS.sub("\n", _printable(text))).strip()
