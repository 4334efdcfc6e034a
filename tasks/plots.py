"""Bars as inline SVG: drawn here, so that a report loads nothing from anywhere.

Colours are classes (``s0``, ``s1``...), which the page's style gives for light and dark. Every
plot says in words what it shows; its numbers stand in a table beside it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from markupsafe import Markup, escape

WIDTH, HEIGHT = 720, 220
LEFT, RIGHT, TOP, BOTTOM = 56, 8, 10, 26
ROW, LABELS, NUMBERS = 14, 230, 60
TICKS = 4


class Series(NamedTuple):
    """One series: what it is called, and a number for each label."""

    name: str
    numbers: Sequence[int]


def columns(title: str, labels: Sequence[str], series: Sequence[Series]) -> Markup:
    """Upright bars over ``labels``, those of the series beside one another."""
    top = scale(max((n for one in series for n in one.numbers), default=0))
    parts = [*_axis(top)]
    slot = (WIDTH - LEFT - RIGHT) / max(len(labels), 1)
    width = slot * 0.8 / max(len(series), 1)
    for place, label in enumerate(labels):
        for number, one in enumerate(series):
            height = one.numbers[place] / top * (HEIGHT - TOP - BOTTOM)
            x = LEFT + place * slot + slot * 0.1 + number * width
            tip = f"{label}, {one.name}: {one.numbers[place]}"
            parts.append(_bar(x, HEIGHT - BOTTOM - height, width, height, number, tip))
    every = max(1, math.ceil(len(labels) / 12))
    for place in range(0, len(labels), every):
        x = LEFT + (place + 0.5) * slot
        parts.append(_text(x, HEIGHT - 8, labels[place], "middle"))
    return _svg(title, HEIGHT, parts)


def rows(title: str, labels: Sequence[str], series: Sequence[Series]) -> Markup:
    """Lying bars, a group a label, with the label before it and its number behind it."""
    most = max((n for one in series for n in one.numbers), default=0)
    height = (len(series) * ROW + 8) * len(labels) + 4
    parts = []
    room = WIDTH - LABELS - NUMBERS
    for place, label in enumerate(labels):
        y = 4 + place * (len(series) * ROW + 8)
        parts.append(_text(LABELS - 8, y + len(series) * ROW / 2 + 4, _cut(label), "end"))
        for number, one in enumerate(series):
            count = one.numbers[place]
            width = count / most * room if most else 0
            top = y + number * ROW
            tip = f"{label}, {one.name}: {count}"
            parts.append(_bar(LABELS, top + 1, width, ROW - 2, number, tip))
            parts.append(_text(LABELS + width + 5, top + ROW - 3, str(count), "start"))
    return _svg(title, height, parts)


def scale(most: int) -> int:
    """The top of an axis: the next round number that is a multiple of :data:`TICKS`."""
    if most <= TICKS:
        return TICKS
    step = 1
    while step * 10 * TICKS < most:
        step *= 10
    return (
        next(step * times for times in (1, 2, 3, 4, 5, 6, 8, 10) if step * times * TICKS >= most)
        * TICKS
    )


def _axis(top: int) -> Iterator[str]:
    for tick in range(TICKS + 1):
        y = HEIGHT - BOTTOM - tick / TICKS * (HEIGHT - TOP - BOTTOM)
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield _text(LEFT - 6, y + 4, str(top * tick // TICKS), "end")


def _bar(x: float, y: float, width: float, height: float, number: int, tip: str) -> str:
    return (
        f'<rect class="s{number}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}"'
        f' height="{height:.1f}"><title>{escape(tip)}</title></rect>'
    )


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _cut(label: str, most: int = 34) -> str:
    return label if len(label) <= most else label[: most - 1] + "…"


def _svg(title: str, height: float, parts: Sequence[str]) -> Markup:
    head = f'<svg role="img" viewBox="0 0 {WIDTH} {height:.0f}" aria-label="{escape(title)}">'
    return Markup(f"{head}{''.join(parts)}</svg>")
