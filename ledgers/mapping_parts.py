"""The pieces that a mapping is made of, each validated by itself."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator


class Frozen(BaseModel):
    """A value that knows only the keys that it declares."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple))


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Text = Annotated[str, Field(min_length=1)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_several)]
Names = Annotated[tuple[Text, ...], BeforeValidator(_several), Field(min_length=1)]


class Part(Frozen):
    """A column, under any of its names; ``label`` is put before its value in a joined field."""

    column: Names
    label: str = ""


def _part(value: Any) -> Any:
    return {"column": value} if isinstance(value, str) or _is_list(value) else value


Parts = Annotated[
    tuple[Annotated[Part, BeforeValidator(_part)], ...],
    BeforeValidator(_several),
    Field(min_length=1),
]


class Column(Frozen):
    """Where a field's value comes from: one column, or several joined by ``separator``."""

    join: Parts
    separator: str = Field("\n", alias="with")


class Key(Frozen):
    """The columns that together make a row's number, which no other row may have."""

    columns: Parts
    separator: str = "/"


class Closing(Frozen):
    """Which column says that a row is closed, in which words, and since when.

    With ``by_date`` a date alone says so where the column is blank or missing.
    """

    column: Names | None = None
    yes: Texts = ()
    no: Texts = ()
    date: Names | None = None
    by_date: bool = True


class Dates(Frozen):
    """How dates are read. ``zone`` (IANA) is for times without one, default: the campaign's.

    A year outside ``minimum_year``..``maximum_year`` refuses the row; a deadline more than
    ``far_years`` after the opening (or after today) is accepted with a warning.
    """

    zone: str | None = None
    formats: Texts = ()
    minimum_year: int = Field(1980, ge=1900, le=9990)
    maximum_year: int = Field(2100, ge=1900, le=9990)
    far_years: int = Field(10, ge=1, le=1000)

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                ZoneInfo(value)
            except (KeyError, OSError, ValueError) as error:
                raise ValueError(
                    f'"{value}" is not a time zone; write one like Asia/Shanghai'
                ) from error
        return value

    @field_validator("formats")
    @classmethod
    def _formats_work(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        day = datetime(2024, 11, 23, 13, 45, 56)  # noqa: DTZ001 - only tries the format
        for form in value:
            try:
                read = datetime.strptime(day.strftime(form), form)  # noqa: DTZ007
            except ValueError as error:
                raise ValueError(f'"{form}" is not a date format: {error}') from error
            if read.date() != day.date():
                raise ValueError(f'"{form}" does not tell year, month and day')
        return value


class FileShape(Frozen):
    """Where in the file the table is.

    ``sheet``: a name, a number from 1, or None for the first sheet that has the header.
    ``header_row``: its number, or None to look for it in the first ``header_within`` rows.
    ``encoding`` and ``delimiter`` are those of a text file, None to find out.
    """

    sheet: Annotated[int, Field(ge=1)] | Text | None = None
    header_row: int | None = Field(None, ge=1, le=1000)
    header_within: int = Field(20, ge=1, le=1000)
    encoding: str | None = None
    delimiter: Literal[",", ";", "\t", "|"] | None = None

    @field_validator("encoding")
    @classmethod
    def _encoding_exists(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                b"    ".decode(value, "replace")
            except LookupError as error:
                raise ValueError(f'"{value}" is not an encoding; write one like gb18030') from error
        return value
