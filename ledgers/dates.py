"""Which day or instant does a cell mean?

Accepted: real dates, "2024-08-01", "2024/8/1", "2024.8.1", "2024年8月1日", "20240801", each with an
optional time and offset, a spreadsheet's serial number, and the formats that a mapping adds.
Day-first and month-first texts are refused unless a mapping names their format: they cannot be
told apart.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

from openpyxl.utils.datetime import from_excel

from ledgers.values import Value

_TEXT = re.compile(
    r"""(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*日?
    (?:[T\s]*(?P<hour>\d{1,2})\s*[:时]\s*(?P<minute>\d{1,2})\s*
       (?:[:分]\s*(?:(?P<second>\d{1,2})(?:\.(?P<fraction>\d{1,9}))?)?\s*秒?)?
       \s*(?P<offset>Z|[+-]\d{2}:?\d{2})?)?""",
    re.VERBOSE,
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SERIAL = re.compile(r"\d{5,6}(?:\.\d+)?")
# Smaller numbers are years or counts; as a serial number this is a day of 1927.
_LEAST_SERIAL = 10_000


class NotADate(ValueError):
    """The cell's content is no date that can be told for certain."""


def moment(value: Value, formats: Sequence[str], epoch: datetime) -> tuple[date, bool]:
    """What the cell says and whether a bare number was taken for a date.

    A ``date`` when there is no time of day, else a ``datetime``, aware only when an offset was
    written. ``epoch`` is day zero of serial numbers. Raises :class:`NotADate`.
    """
    if isinstance(value, datetime):
        return (value.date() if value.time() == time() else value), False
    if isinstance(value, date):
        return value, False
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _from_number(value, epoch)
    if isinstance(value, str):
        return _from_text(value, formats, epoch)
    raise NotADate


def day(said: date, zone: tzinfo) -> date:
    """The calendar day in ``zone``."""
    if not isinstance(said, datetime):
        return said
    return (said.astimezone(zone) if said.tzinfo else said).date()


def instant(said: date, zone: tzinfo) -> datetime:
    """The instant in UTC; a day without a time is its first instant in ``zone``.

    A time that the clock shows twice (the hour before summer time ends) is taken as the first.
    """
    if not isinstance(said, datetime):
        said = datetime.combine(said, time(), zone)
    elif said.tzinfo is None:
        said = said.replace(tzinfo=zone)
    try:
        return said.astimezone(UTC)
    except OverflowError as error:
        raise NotADate from error


def _from_number(value: int | float, epoch: datetime) -> tuple[date, bool]:
    compact = _COMPACT.fullmatch(str(value))
    if compact:
        return _date(*compact.groups()), False
    if value < _LEAST_SERIAL:
        raise NotADate
    try:
        said = from_excel(value, epoch)
    except (OverflowError, ValueError) as error:
        raise NotADate from error
    if not isinstance(said, datetime):
        raise NotADate
    return (said.date() if said.time() == time() else said), True


def _from_text(text: str, formats: Sequence[str], epoch: datetime) -> tuple[date, bool]:
    for form in formats:
        try:
            said = datetime.strptime(text, form)  # noqa: DTZ007 - the caller knows the zone
        except ValueError:
            continue
        has_time = any(sign in form for sign in ("%H", "%I", "%X", "%c", "%T"))
        return (said if has_time else said.date()), False
    # Full-width digits and signs are common in Chinese texts.
    text = unicodedata.normalize("NFKC", text).strip()
    if found := _TEXT.fullmatch(text):
        return _from_parts(found), False
    if compact := _COMPACT.fullmatch(text):
        return _date(*compact.groups()), False
    if _SERIAL.fullmatch(text):
        return _from_number(float(text), epoch)
    raise NotADate


def _from_parts(found: re.Match[str]) -> date:
    part = found.groupdict()
    said = _date(part["year"], part["month"], part["day"])
    if part["hour"] is None:
        return said
    fraction = (part["fraction"] or "0").ljust(6, "0")[:6]
    try:
        clock = time(
            int(part["hour"]), int(part["minute"]), int(part["second"] or 0), int(fraction)
        )
        return datetime.combine(said, clock, _offset(part["offset"]))
    except ValueError as error:
        raise NotADate from error


def _offset(text: str | None) -> tzinfo | None:
    if text is None:
        return None
    if text == "Z":
        return UTC
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[-2:])))


def _date(year: str, month: str, dayofmonth: str) -> date:
    try:
        return date(int(year), int(month), int(dayofmonth))
    except ValueError as error:
        raise NotADate from error
