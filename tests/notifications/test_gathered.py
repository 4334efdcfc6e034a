"""Mails about many items read well in every language, name everything, and leak nothing."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from notifications.context import LANGUAGES
from notifications.gathered import GATHERED, GATHERED_VARIABLES, Line, Section, gathered_view
from notifications.preview import bare_gathered, preview_gathered
from notifications.render import render
from rules.errors import InputError
from tests.notifications.test_wording import Balance, letters, readable

every_kind = pytest.mark.parametrize(
    ("kind", "lang"), [(kind, lang) for kind in GATHERED for lang in LANGUAGES]
)

MORE = {"zh-CN": "另有3项", "en": "and 3 more"}
AWAY = {"zh-CN": "（您在罗一鸣外出期间代收）", "en": "(for Ben Moss, who is away)"}
OVERDUE = {"zh-CN": "已逾期2个工作日", "en": "2 working days overdue"}
WHY = {"zh-CN": "您收到本邮件，是因为", "en": "You get this mail because"}


@every_kind
def test_every_fact_is_told_in_text_and_in_html(kind: str, lang: str) -> None:
    mail = preview_gathered(kind, lang)
    rendered = render(mail)
    assert mail.next_step is not None
    facts = [
        *(mail.recipient_name, mail.campaign_name, mail.reason, mail.command_hint, mail.why),
        *("EX-0042", "2026-03-06 09:00", mail.next_step.at, mail.next_step.what),
        *(MORE[lang], AWAY[lang], OVERDUE[lang], WHY[lang], mail.sections[0].lines[0].title),
    ]
    for fact in facts:
        assert fact in rendered.text
        assert fact in readable(rendered.html)
    assert rendered.subject.startswith(f"[{mail.campaign_name}] ")
    assert "5" in rendered.subject


@every_kind
def test_with_nothing_but_what_every_such_mail_has_it_renders(kind: str, lang: str) -> None:
    rendered = render(bare_gathered(kind, lang))
    assert "None" not in rendered.subject + rendered.text
    assert WHY[lang] in rendered.text


@every_kind
def test_text_and_html_say_the_same(kind: str, lang: str) -> None:
    rendered = render(preview_gathered(kind, lang))
    page = letters(readable(rendered.html))
    missing = [line for line in map(letters, rendered.text.splitlines()) if line not in page]
    assert missing == []


@every_kind
def test_a_page_closes_what_it_opens(kind: str, lang: str) -> None:
    balance = Balance()
    balance.feed(render(preview_gathered(kind, lang)).html)
    balance.close()
    assert (balance.open, balance.stray) == ([], [])


@every_kind
def test_no_title_of_a_confidential_item_and_no_trick_gets_through(kind: str, lang: str) -> None:
    nasty = "a\r\nBcc: x@y.example\u2028<script>alert(1)</script>\x00\u202e"
    line = Line(ref=nasty, title="Secret", confidential=True, unit_name=nasty, on_behalf_of=nasty)
    section = Section(heading=nasty, why=nasty, lines=(line,))
    mail = replace(preview_gathered(kind, lang), sections=(section,), campaign_name=nasty)
    rendered = render(mail)
    assert "Secret" not in rendered.subject + rendered.text + rendered.html
    assert not re.search(r"[\x00-\x1f\u2028\u202e]", rendered.subject)
    assert "<script" not in rendered.html


def test_a_template_sees_exactly_the_listed_variables() -> None:
    assert set(gathered_view(preview_gathered("bundle", "en"))) == GATHERED_VARIABLES


def test_another_kind_or_language_is_refused() -> None:
    with pytest.raises(InputError, match="no mail of the kind"):
        bare_gathered("overdue", "en")
    with pytest.raises(InputError, match="no mail of the kind"):
        bare_gathered("bundle", "fr")
