"""How does a notice read in a chat or a text message? Its subject and a few short lines.

Masked as in mails, for it is made of the same values; and nothing in it acts: whoever reads a
group's chat is not whoever is asked.
"""

from __future__ import annotations

from typing import NamedTuple

from notifications.channels.base import Envelope
from notifications.context import NoticeContext
from notifications.render import Overrides, Rendered, render, sentence
from notifications.view import visible

LONGEST = 500
"""Characters of a text: a text message is cut or split beyond that by most gateways."""

_NEXT = {"zh-CN": "下一步：{at} {what}", "en": "Next: {at}, {what}"}
_TO = {"zh-CN": "{name}：{what}", "en": "{name}: {what}"}


class Brief(NamedTuple):
    """A notice in a few words."""

    title: str
    text: str


def brief(context: NoticeContext, overrides: Overrides = None) -> Brief:
    """The notice in a few words of its language.

    Raises:
        InputError: a template is unusable.
    """
    shown = visible(context)
    title = render(context, overrides).subject
    what = sentence(context, overrides)
    lines = [_TO[shown.lang].format(name=shown.recipient_name, what=what).lstrip("：: ")]
    if (step := shown.next_step) is not None:
        lines.append(_NEXT[shown.lang].format(at=step.at, what=step.what))
    lines.append(shown.campaign_name)
    return Brief(title, _cut("\n".join(line for line in lines if line)))


def of_rendered(rendered: Rendered) -> Brief:
    """A rendered mail in a few words, for notices about many items: its subject and its head.

    Lines with links are left out: some act for whoever follows them.
    """
    lines = [line for line in rendered.text.splitlines() if "://" not in line]
    return Brief(rendered.subject, _cut("\n".join(lines).strip()))


def envelope(ident: str, sender: str, channel: str, words: Brief) -> Envelope:
    """The words as they are kept and handed to a channel: title, an empty line, text; in UTF-8."""
    data = f"{words.title}\n\n{words.text}\n".encode("utf-8", "replace")
    return Envelope(ident, sender, channel, data)


def read(data: bytes) -> Brief:
    """The words that :func:`envelope` has kept."""
    title, _, text = data.decode("utf-8", "replace").partition("\n\n")
    return Brief(title, text.strip())


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"
