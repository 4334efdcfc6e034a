"""Statements that every command and every due step goes through: compiled once, run by the driver.

SQLAlchemy's own way from a statement to the driver takes several times as long as a small
statement itself. Here it is gone once for each statement and database; types convert as ever,
and the driver's errors arrive as SQLAlchemy's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import ClauseElement, Connection, Dialect, Select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

Processor = Callable[[Any], Any] | None
Values = Mapping[str, Any]


class _Ready(NamedTuple):
    """A statement as one driver takes it, and how values go in and come out."""

    sql: str
    positional: bool
    binds: tuple[tuple[str, Processor], ...]
    picked: Callable[[Values], Iterable[Any]]
    converted: tuple[tuple[int, Callable[[Any], Any]], ...]
    """How the values are picked in their order, and the places of those that are converted."""
    fixed: Mapping[str, Any]
    """Values that the statement itself holds."""
    results: tuple[tuple[int, Callable[[Any], Any]], ...]
    """The places in a row whose values do not come as they are."""

    def bound(self, values: Values) -> Any:
        """The values as the driver takes them."""
        if self.fixed:
            values = {**self.fixed, **values}
        if not self.positional:
            return {
                name: values[name] if process is None else process(values[name])
                for name, process in self.binds
            }
        bound = list(self.picked(values))
        for place, process in self.converted:
            bound[place] = process(bound[place])
        return bound

    def made(self, row: Iterable[Any]) -> list[Any]:
        """A row of the driver's answer, as the columns' types have it."""
        values = list(row)
        for place, process in self.results:
            if values[place] is not None:
                values[place] = process(values[place])
        return values


class Prepared:
    """One statement; ``columns`` names those that an insert fills."""

    def __init__(self, statement: ClauseElement, columns: Sequence[str] | None = None) -> None:
        self._statement = statement
        self._columns = columns
        self._known: dict[str, _Ready] = {}

    def rows(self, connection: Connection, values: Values) -> list[list[Any]]:
        """All rows of the answer.

        Raises:
            DBAPIError: what the driver says, as from SQLAlchemy.
        """
        ready = self._ready(connection.dialect)
        with _cursor(connection, ready.sql) as cursor:
            cursor.execute(ready.sql, ready.bound(values))
            return [ready.made(row) for row in cursor.fetchall()]

    def run(self, connection: Connection, *given: Values) -> int:
        """Run it with each of the values given; how many rows were written in all.

        Raises:
            DBAPIError: what the driver says, as from SQLAlchemy.
        """
        ready = self._ready(connection.dialect)
        with _cursor(connection, ready.sql) as cursor:
            if len(given) == 1:
                cursor.execute(ready.sql, ready.bound(given[0]))
            else:
                cursor.executemany(ready.sql, [ready.bound(values) for values in given])
            return int(cursor.rowcount)

    def _ready(self, dialect: Dialect) -> _Ready:
        known = self._known.get(dialect.name)
        if known is None:
            known = self._known[dialect.name] = self._compiled(dialect)
        return known

    def _compiled(self, dialect: Dialect) -> _Ready:
        compiled: Any = self._statement.compile(dialect=dialect, column_keys=self._columns)
        names = compiled.positiontup if compiled.positional else list(compiled.binds)
        binds = tuple(
            (n, _own(compiled.binds[n].type, dialect).bind_processor(dialect)) for n in names
        )
        converted = tuple((place, p) for place, (_, p) in enumerate(binds) if p is not None)
        fixed = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        columns = self._statement.selected_columns if isinstance(self._statement, Select) else ()
        processors = (_own(c.type, dialect).result_processor(dialect, None) for c in columns)
        results = tuple((place, made) for place, made in enumerate(processors) if made is not None)
        return _Ready(
            compiled.string, compiled.positional, binds, _picker(names), converted, fixed, results
        )


def _picker(names: Sequence[str]) -> Callable[[Values], Iterable[Any]]:
    """The values with these names, in this order, at one go."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda values: [values[name] for name in names]


def _own(kind: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    """The type as this database has it."""
    return kind.dialect_impl(dialect)


@contextmanager
def _cursor(connection: Connection, sql: str) -> Iterator[Any]:
    dialect: Any = connection.dialect
    cursor = connection.connection.cursor()
    try:
        yield cursor
    except dialect.loaded_dbapi.Error as error:
        lost = dialect.is_disconnect(error, connection.connection.driver_connection, cursor)
        if lost:
            connection.invalidate(error)
        raise DBAPIError.instance(
            sql, None, error, dialect.loaded_dbapi.Error,
            hide_parameters=True, connection_invalidated=lost, dialect=dialect,
        ) from error  # fmt: skip
    finally:
        cursor.close()
