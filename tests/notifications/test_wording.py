"""Every notice reads well in every language, says what matters, and leaks nothing."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from jinja2 import meta
from jinja2.sandbox import SandboxedEnvironment

from notifications.context import KINDS, LANGUAGES, NextStep, NoticeContext
from notifications.gathered import GATHERED_VARIABLES
from notifications.preview import bare_notice, preview_notice
from notifications.render import TEMPLATES, Rendered, Renderer, render
from notifications.view import VARIABLES, day_text, days_text, level_text, view
from rules.errors import InputError
from rules.notices import Seat
from rules.vocabulary import Role

every_notice = pytest.mark.parametrize(
    ("kind", "lang"), [(kind, lang) for kind in KINDS for lang in LANGUAGES]
)

DAY = {"zh-CN": "2026年3月5日（星期四）", "en": "Thursday 5 March 2026"}
ASKED_FOR = {"zh-CN": "2026年3月12日（星期四）", "en": "Thursday 12 March 2026"}
LEFT = {"zh-CN": "还剩3个工作日", "en": "3 working days left"}
OVERDUE = {"zh-CN": "已逾期2个工作日", "en": "2 working days overdue"}
ROUND = {"zh-CN": "第2轮", "en": "round 2"}
ACT = {"zh-CN": "约谈", "en": "interview"}
UNIT = {"zh-CN": "示例区服务中心", "en": "Example District Service Centre"}
ACTOR = {"zh-CN": "何其安", "en": "Eva Brook"}
OUTCOME = {"zh-CN": "已整改", "en": "Rectified"}
STAGE = {"zh-CN": "催办", "en": "Reminder"}
NOTHING_TO_DO = {"zh-CN": "无须办理", "en": "nothing you must do"}

WHAT_HAPPENED = {
    "assigned": (UNIT, DAY),
    "declined": (ACTOR,),
    "due_soon": (DAY, LEFT),
    "overdue": (DAY, OVERDUE),
    "escalated": (ACT,),
    "extension_requested": (ACTOR, ASKED_FOR),
    "extension_granted": (DAY,),
    "extension_refused": (DAY,),
    "verification_requested": (ROUND,),
    "failed": (ROUND,),
    "denied": (STAGE,),
    "closed": (OUTCOME,),
    "resumed": (DAY,),
    "hold_expired": (DAY,),
    "reopened": (ROUND,),
}
"""What the first sentence must say, beyond the item's number."""


def first_sentence(rendered: Rendered) -> str:
    """The paragraph after the salutation."""
    return rendered.text.split("\n\n")[1]


def readable(page: str) -> str:
    """The text of an HTML page."""
    return html.unescape(re.sub(r"<[^>]+>", " ", page))


def letters(text: str) -> str:
    """The text without spaces, case and punctuation."""
    return re.sub(r"[\W_]+", "", text).casefold()


@every_notice
def test_a_full_notice_carries_every_fact(kind: str, lang: str) -> None:
    notice = preview_notice(kind, lang)
    rendered = render(notice)
    facts = [
        *(notice.ref, notice.title, notice.unit_name, notice.responsible_name, notice.leader_name),
        *(notice.actor_name, notice.reason, notice.occurred_at, notice.why, notice.campaign_name),
        *(DAY[lang], ASKED_FOR[lang], ROUND[lang], OUTCOME[lang]),
    ]
    assert notice.next_step
    facts += [notice.next_step.at, notice.next_step.what]
    for fact in facts:
        assert fact in rendered.text
        assert fact in readable(rendered.html)
    facts = [notice.on_behalf_of, notice.link]
    assert all(fact in rendered.text for fact in facts)
    assert all(fact in rendered.html for fact in facts)
    assert notice.url
    assert notice.url in rendered.text
    assert notice.command_hint not in rendered.text + readable(rendered.html)
    assert f'href="{notice.url}"' in rendered.html
    assert rendered.subject.startswith(f"[{notice.ref}] ")
    assert notice.title in rendered.subject


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_command_is_told_where_no_page_can_be_reached(lang: str) -> None:
    notice = replace(preview_notice("overdue", lang), url=None)
    rendered = render(notice)
    assert notice.command_hint in rendered.text
    assert notice.command_hint in readable(rendered.html)


@every_notice
def test_a_notice_with_nothing_but_its_number_renders(kind: str, lang: str) -> None:
    rendered = render(bare_notice(kind, lang))
    assert rendered.subject.startswith("[EX-0043] ")
    assert "EX-0043" in first_sentence(rendered)
    for text in (rendered.subject, rendered.text):
        assert "None" not in text
        after_salutation = text.partition("\n")[2] or text
        assert not re.search(r"[：:，,] *$", after_salutation, re.MULTILINE)


@every_notice
def test_the_first_sentence_says_what_happened(kind: str, lang: str) -> None:
    rendered = render(replace(preview_notice(kind, lang), late_by=None))
    for fact in WHAT_HAPPENED.get(kind, ()):
        assert fact[lang] in first_sentence(rendered)


@every_notice
def test_text_and_html_say_the_same(kind: str, lang: str) -> None:
    rendered = render(preview_notice(kind, lang))
    page = letters(readable(rendered.html))
    headings = {"事项情况", "theitem"}
    lines = [letters(line) for line in rendered.text.splitlines() if "https://" not in line]
    missing = [line for line in lines if line not in page and line not in headings]
    assert missing == []


class Balance(HTMLParser):
    """Which elements of a page are open, and what was closed without being open."""

    VOID = frozenset({"meta", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.stray: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.open[-1:] == [tag]:
            self.open.pop()
        else:
            self.stray.append(tag)


@every_notice
@pytest.mark.parametrize("make", [preview_notice, bare_notice])
def test_a_page_closes_what_it_opens_and_loads_nothing(
    make: Callable[[str, str], NoticeContext], kind: str, lang: str
) -> None:
    page = render(make(kind, lang)).html
    balance = Balance()
    balance.feed(page)
    balance.close()
    assert (balance.open, balance.stray) == ([], [])
    assert f'<html lang="{lang}">' in page
    assert not re.search(r"<(img|link|script|iframe)\b|src=|url\(", page)


@every_notice
def test_a_confidential_item_leaks_neither_title_nor_reason(kind: str, lang: str) -> None:
    notice = replace(
        preview_notice(kind, lang), confidential=True, title="Secret name", reason="Because of X"
    )
    rendered = render(notice)
    for text in (rendered.subject, rendered.text, rendered.html):
        assert "Secret" not in text
        assert "Because" not in text
    mark = {"zh-CN": "[保密]", "en": "[Confidential]"}[lang]
    assert mark in rendered.subject
    assert mark in rendered.text
    assert mark in rendered.html


@every_notice
def test_no_text_from_people_can_break_a_subject_or_a_page(kind: str, lang: str) -> None:
    nasty = "a\r\nBcc: x@y.example\u2028<script>alert(1)</script>\x00\u202e"
    notice = preview_notice(kind, lang)
    texts: dict[str, Any] = dict.fromkeys(
        ("title", "unit_name", "reason", "actor_name", "act_name", "why", "ref"), nasty
    )
    rendered = render(replace(notice, **texts, next_step=NextStep(nasty, nasty)))
    assert not re.search(r"[\x00-\x1f\u2028\u202e]", rendered.subject)
    assert "\x00" not in rendered.text
    assert "\u202e" not in rendered.text
    assert "<script" not in rendered.html


@every_notice
def test_who_has_nothing_to_do_is_told_so(kind: str, lang: str) -> None:
    rendered = render(
        replace(preview_notice(kind, lang), command_hint="", recipient_role="coordinators")
    )
    assert NOTHING_TO_DO[lang] in rendered.text
    assert "rectiflow act" not in rendered.text + rendered.html


def test_who_has_something_to_do_is_not_told_otherwise() -> None:
    for lang in LANGUAGES:
        assert NOTHING_TO_DO[lang] not in render(preview_notice("overdue", lang)).text


def test_a_leader_is_asked_to_see_to_it() -> None:
    notice = replace(preview_notice("overdue", "en"), command_hint="", recipient_role="leader")
    assert "see to it that the responsible unit acts" in render(notice).text
    notice = replace(preview_notice("overdue", "zh-CN"), command_hint="", recipient_role="leader")
    assert "请您督促责任单位" in render(notice).text


def test_a_late_notice_says_by_how_much_and_one_in_time_says_nothing() -> None:
    late = preview_notice("overdue", "en")
    assert "2 hours late" in render(late).text
    assert "2 hours late" in render(late).html
    assert "LATE" not in render(replace(late, late_by=None)).text


def test_an_item_that_counts_as_received_is_not_asked_to_be_acknowledged() -> None:
    waiting = replace(preview_notice("acknowledge_due", "en"), stage="assignment")
    assert "Please acknowledge it now" in render(waiting).text
    deemed = render(replace(waiting, stage="deadline"))
    assert "counts as acknowledged" in first_sentence(replace_late(deemed))
    assert "Please acknowledge" not in deemed.subject + deemed.text


def replace_late(rendered: Rendered) -> Rendered:
    """The notice without its paragraph about being late."""
    return replace(rendered, text=re.sub(r"LATE:.*\n\n", "", rendered.text))


@pytest.mark.parametrize("role", [*Role, *Seat])
def test_the_footer_names_the_part_that_one_plays(role: str) -> None:
    notice = replace(preview_notice("overdue", "zh-CN"), recipient_role=role)
    footer = render(notice).text.split("\n--\n")[1]
    assert "身份为：" in footer
    assert not re.search("身份为：[a-z]", footer)


def test_no_template_mentions_an_unknown_variable() -> None:
    environment = SandboxedEnvironment()
    unknown = {
        (path.relative_to(TEMPLATES).as_posix(), name)
        for path in TEMPLATES.rglob("*.*")
        if path.is_file()
        for name in meta.find_undeclared_variables(
            environment.parse(path.read_text(encoding="utf-8"))
        )
        - (VARIABLES | GATHERED_VARIABLES)
    }
    assert unknown == set()


def test_a_template_sees_exactly_the_listed_variables() -> None:
    assert set(view(preview_notice("overdue", "en"))) == VARIABLES


def test_a_long_title_is_cut_in_the_subject_and_whole_in_the_body() -> None:
    notice = replace(preview_notice("overdue", "zh-CN"), title="题" * 300)
    rendered = render(notice)
    assert "题" * 79 + "…" in rendered.subject
    assert "题" * 80 not in rendered.subject
    assert "题" * 300 in rendered.text


def test_an_unknown_kind_or_language_is_refused() -> None:
    with pytest.raises(InputError, match="no notice of the kind"):
        preview_notice("weather", "en")
    with pytest.raises(InputError, match="Use one of: zh-CN, en"):
        bare_notice("overdue", "fr")


@pytest.mark.parametrize(
    ("days", "zh", "en"),
    [
        (5, "还剩5个工作日", "5 working days left"),
        (1, "还剩1个工作日", "1 working day left"),
        (0, "今日到期", "due today"),
        (-1, "已逾期1个工作日", "1 working day overdue"),
        (-12, "已逾期12个工作日", "12 working days overdue"),
        (None, "", ""),
    ],
)
def test_days_are_counted_in_words(days: int | None, zh: str, en: str) -> None:
    assert days_text(days, "zh-CN") == zh
    assert days_text(days, "en") == en


def test_no_day_and_no_rung_are_no_words() -> None:
    assert day_text(None, "en") == ""
    assert [level_text(level, "en") for level in (0, 1, 4, 5)] == [
        "",
        "Letter of reminder",
        "Supervised listing",
        "",
    ]


def replaced(folder: Path, path: str, text: str | bytes) -> Renderer:
    """A renderer with one template of an office's own."""
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return Renderer(folder)


def overdue(**changes: Any) -> NoticeContext:
    """An overdue notice in English."""
    return replace(preview_notice("overdue", "en"), **changes)


def test_an_office_replaces_single_templates(tmp_path: Path) -> None:
    renderer = replaced(tmp_path, "overdue.en/subject.txt", "[{{ ref }}] Hurry\nup\n")
    rendered = renderer.render(overdue())
    assert rendered.subject == "[EX-0042] Hurry up"
    assert rendered.text == render(overdue()).text
    assert renderer.check() == []


def test_a_replaced_template_cannot_leak_a_confidential_title(tmp_path: Path) -> None:
    body = "{{ title }}|{{ reason }}|{{ subject_title }}"
    renderer = replaced(tmp_path, "overdue.en/body.txt", body)
    assert renderer.render(overdue(confidential=True)).text == "||[Confidential]\n"


def test_a_template_is_read_once(tmp_path: Path) -> None:
    renderer = replaced(tmp_path, "overdue.en/subject.txt", "First")
    renderer.render(overdue())
    (tmp_path / "overdue.en" / "subject.txt").write_text("Second")
    assert renderer.render(overdue()).subject == "First"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ ref", "overdue.en/subject.txt, line 1"),
        ("{{ complainant }}", "'complainant' is undefined"),
        ("{{ ''.__class__.__mro__ }}", "unsafe"),
        ("{{ days + 'x' }}", "unsupported operand"),
        ("{{ days / 0 }}", "division by zero"),
        ("\u903e\u671f".encode("gbk"), "It must be UTF-8"),
        ("{% extends 'nowhere.txt' %}", "nowhere.txt"),
    ],
)
def test_a_wrong_template_is_named(tmp_path: Path, text: str | bytes, said: str) -> None:
    renderer = replaced(tmp_path, "overdue.en/subject.txt", text)
    with pytest.raises(InputError) as caught:
        renderer.render(overdue())
    assert said in str(caught.value)
    assert str(caught.value).startswith("overdue.en")
    assert [fault.where for fault in renderer.check()] == [caught.value.where]


def test_a_check_also_finds_what_only_a_bare_notice_trips_over(tmp_path: Path) -> None:
    renderer = replaced(tmp_path, "overdue.en/subject.txt", "{{ due.year }}")
    assert renderer.render(overdue()).subject == "2026"
    assert [fault.where for fault in renderer.check()] == ["overdue.en"]


def test_a_folder_of_templates_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist") as caught:
        Renderer(tmp_path / "nowhere")
    assert caught.value.where.endswith("nowhere")
