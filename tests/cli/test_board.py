"""The board fits every terminal, says what it shows in words, and hides what it must."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from rich.cells import cell_len
from sqlalchemy import Engine

from cli.board import Frame, News, Post, board
from cli.board_rows import event_words
from config.profiles import load_profile
from models import board as reads
from models.board import Happening
from models.engine import open_engine, reading
from rules.commands import Register
from rules.vocabulary import Stage
from tasks.act import fire_due, register
from tasks.founding import found
from tests.conftest import MONDAY
from tests.stock import entered, led_by, staffed

COMMANDS = (
    "export RECTIFLOW_HOME=/var/tmp/a-folder-with-quite-a-long-name/rectiflow-demo-abcdefgh",
    ".venv/bin/rectiflow act QC2026-00133 pass --as city-office-v1",
)
SECRET = "不可外传的事项"
SIZES = [(20, 5), (40, 16), (60, 20), (80, 24), (100, 30), (119, 50), (120, 33), (200, 60)]


@pytest.fixture(scope="module")
def frame(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Frame]:
    """A board over a store with red, yellow, green and confidential items."""
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('board') / 'rectiflow.db'}")
    found(engine, load_profile("education-rectification"), MONDAY)
    yield filled(engine)
    engine.dispose()


def filled(engine: Engine) -> Frame:
    """The board, after a sweep, with sixty mails."""
    stock = staffed(engine)
    late, soon, far = date(2026, 10, 20), date(2026, 11, 5), date(2026, 12, 31)
    entered(engine, [
        led_by(stock, "bureau", Stage.REMINDER, due=late, level=2, title="窗口推诿" * 30),
        led_by(stock, "bureau", Stage.REMINDER, due=late, confidential=True, title=SECRET),
        led_by(stock, "bureau", Stage.DEADLINE, due=soon, title="a\x1b[31mb"),
        *(led_by(stock, "court", Stage.DEADLINE, due=far) for _ in range(70)),
    ])  # fmt: skip
    register(engine, Register(title=SECRET, confidential=True), "coordinator", MONDAY)
    fire_due(engine, MONDAY)
    with reading(engine) as connection:
        news = News(
            MONDAY,
            reads.counts(connection, MONDAY),
            reads.progress(connection),
            reads.urgent(connection, MONDAY, 60),
            reads.happenings(connection, 60),
            [Post(f"person-{n}@rectiflow.example", "[QC] 整改逾期" * 9) for n in range(60)],
        )
    return Frame(
        "泉城市政法队伍教育整顿（虚构示例）", "每 5 秒过一个工作日", "", "已连通",
        "http://127.0.0.1:4200", "/var/tmp/caught", COMMANDS,
        load_profile("education-rectification"), news,
    )  # fmt: skip


def shown(frame: Frame, width: int, height: int, lang: str = "zh-CN") -> list[str]:
    return [line.plain for line in board(frame, width, height, lang)]


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_it_fits_the_terminal(frame: Frame, width: int, height: int, lang: str) -> None:
    for one in (frame, frame._replace(news=None, doing="正在导入台账……" * 9)):
        lines = shown(one, width, height, lang)
        assert len(lines) <= height
        assert [line for line in lines if cell_len(line) > width] == []


@pytest.mark.parametrize(("width", "height"), [size for size in SIZES if size[1] >= 16])
def test_lights_stages_and_items_are_told_in_words(frame: Frame, width: int, height: int) -> None:
    text = "\n".join(shown(frame, width, height))
    for word in ("红灯", "黄灯", "绿灯", "催办", "限期整改", "最急", "刚刚发生", "刚刚寄出"):
        assert word in text
    assert "ZG-00001" in text


def test_english_words_are_shown_on_request(frame: Frame) -> None:
    text = "\n".join(shown(frame, 100, 30, "en"))
    for word in ("Red 2", "Yellow", "Reminder", "Most urgent", "interview", "by itself"):
        assert word in text


def test_colour_only_repeats_what_a_word_says(frame: Frame) -> None:
    for line in board(frame, 140, 40, "zh-CN"):
        for span in line.spans:
            if "red" in str(span.style):
                assert "红灯" in line.plain[span.start : span.end]


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_what_a_confidential_item_is_about_is_not_shown(
    frame: Frame, width: int, height: int
) -> None:
    assert SECRET not in "\n".join(shown(frame, width, height))


def test_control_characters_of_a_ledger_reach_no_terminal(frame: Frame) -> None:
    assert "\x1b" not in "\n".join(shown(frame, 200, 60))


@pytest.mark.parametrize("width", [40, 80, 140])
def test_commands_for_the_second_terminal_are_whole(frame: Frame, width: int) -> None:
    text = "".join(line.ljust(width) for line in shown(frame, width, 40))
    for command in COMMANDS:
        assert command in text


def test_a_high_terminal_has_the_counts_as_a_table(frame: Frame) -> None:
    rows = shown(frame, 140, 40)
    head = next(line for line in rows if "限期整改" in line)
    red = next(line for line in rows if line.startswith("红灯"))
    column = head[: head.index("催办")]
    # The number of red items under reminder stands in the column of that stage.
    assert [cell for cell in red.split() if cell != "·"] == ["红灯", "2"]
    assert cell_len(red[: red.index("2")]) == cell_len(column)


def test_the_newest_event_and_mail_come_first(frame: Frame) -> None:
    assert frame.news is not None
    posts = [Post("old@rectiflow.example", "old"), Post("new@rectiflow.example", "new")]
    rows = shown(frame._replace(news=frame.news._replace(posts=posts)), 80, 40)
    new = next(place for place, line in enumerate(rows) if "new@" in line)
    assert "old@" in rows[new + 1]


def test_before_the_campaign_is_there_it_says_what_is_done(frame: Frame) -> None:
    text = "\n".join(shown(frame._replace(news=None, doing="正在导入台账……"), 80, 24))
    assert "正在导入台账……" in text
    assert "最急" not in text


@pytest.mark.parametrize(
    ("kind", "data", "zh", "en"),
    [
        ("submitted", {}, "报核", "Submitted"),
        ("step_fired", {"step": "rung", "level": 2}, "升级督促：约谈", "escalation: interview"),
        ("step_fired", {"step": "overdue", "level": 0}, "发出逾期通知",
         "the overdue notice is sent"),
        ("recorded", {"document": "listing"}, "制发文书 挂牌督办", "Recorded Supervised listing"),
        ("recorded", {"document": "order"}, "制发文书 交办单", "Recorded order"),
        ("recorded", {"document": "routing", "detail": SECRET}, "建议承办单位", "Unit suggested"),
        ("approved", {"outcome": "long_term"}, "批准销号 转入长期坚持",
         "Approved Kept up for the long term"),
    ],
)  # fmt: skip
def test_an_event_is_told_by_what_it_did(
    kind: str, data: dict[str, object], zh: str, en: str
) -> None:
    event = Happening(1, "ZG-00001", MONDAY, kind, "", data, 1)
    policy = load_profile("education-rectification")
    assert [event_words(event, policy, lang) for lang in ("zh-CN", "en")] == [zh, en]
