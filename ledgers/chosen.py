"""How do choices that somebody makes column by column become a mapping?

    document = chosen(fit.mapping, fit.names, fit.choices, what_they_chose, file)
    mapping = read_mapping(text_of(document), name)

The mapping that fitted best stays where nothing else was chosen: its labels, joins, words and
dates. What comes out is the text of a mapping, and is read like one that was written by hand.
"""

from __future__ import annotations

import glob
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from ledgers.header import is_listed
from ledgers.layout import own_mapping
from ledgers.mapping import FieldName
from ledgers.mapping import Mapping as LedgerMapping
from ledgers.mapping_parts import Part
from ledgers.values import folded

KEEP, IGNORE = "keep", "ignore"

FIELDS: tuple[str, ...] = ("number", *get_args(FieldName), "closed", "closed_at")
"""What a column may be taken for, besides being kept or ignored."""

SEPARATORS = {"unit": "/", "category": "/", "title": " "}
"""Between the columns of a joined field that no mapping has joined before; else a line end."""

Document = dict[str, Any]


def text_of(document: Document) -> str:
    """The document as the text of a mapping: JSON, which is YAML, too."""
    return json.dumps(document, ensure_ascii=False)


def document_of(mapping: LedgerMapping) -> Document:
    """A mapping as a document."""
    document: Document = mapping.model_dump(mode="json", by_alias=True, exclude={"name"})
    return document


def chosen(
    base: LedgerMapping,
    names: Sequence[str],
    before: Sequence[str],
    after: Sequence[str],
    file: Mapping[str, object],
) -> Document:
    """The mapping ``base`` with each column of ``names`` taken for what ``after`` says.

    ``before`` is what the base takes them for: a column that keeps its choice keeps whatever else
    the base does with it. ``file`` says where in the file the table is.
    """
    plan = _Choice(base, names, before, after)
    own = own_mapping()
    document = document_of(base)
    fields = {field: parts for field in FIELDS if (parts := list(plan.parts(field)))}
    document["file"] = {**document["file"], **file}
    document["key"] = {"columns": fields.pop("number", []), "separator": base.key.separator}
    document["closed"] = {
        **document["closed"],
        "column": _single(fields.pop("closed", [])),
        "date": _single(fields.pop("closed_at", [])),
        "yes": list(base.closed.yes or own.closed.yes),
        "no": list(base.closed.no or own.closed.no),
    }
    document["columns"] = {
        field: {"join": parts, "with": _separator(base, field)} for field, parts in fields.items()
    }
    document["required"] = [
        field for field in ("title", *(each for each in base.required if each != "title"))
        if field in fields or field == "title"
    ]  # fmt: skip
    document["extra"] = plan.also_kept()
    document["extra_prefix"] = [] if plan.drops_prefixed() else list(base.extra_prefix)
    document["ignore"] = [_exactly(n) for n, one in zip(names, after, strict=True)
                          if one == IGNORE and n]  # fmt: skip
    document["unknown"] = KEEP
    return document


def with_words(document: Document, meanings: Mapping[tuple[str, str], str]) -> Document:
    """The same, and what words of the ledger mean: by field and word one of our words, or "" to
    take the ledger's word as it is."""
    made: Document = json.loads(text_of(document))
    for (field, word), meaning in meanings.items():
        if field == "closed":
            for say in ("yes", "no"):
                kept = [one for one in made["closed"][say] if folded(one) != folded(word)]
                made["closed"][say] = [*kept, word] if meaning == say else kept
        elif meaning:
            made["values"].setdefault(field, {})[word] = meaning
        else:
            made["values"].get(field, {}).pop(word, None)
    return made


class _Choice:
    """What was chosen, against what the base would do."""

    def __init__(
        self, base: LedgerMapping, names: Sequence[str], before: Sequence[str],
        after: Sequence[str],
    ) -> None:  # fmt: skip
        self._base, self._names, self._after = base, names, after
        self._same = [old == new for old, new in zip(before, after, strict=True)]

    def parts(self, field: str) -> Iterator[Document]:
        """The columns of a field: those of the base in its order, then the others."""
        taken: set[int] = set()
        for part in self._base.parts(field):  # type: ignore[arg-type]
            index = self._place(part)
            if index is not None and (self._after[index] == field or self._same[index]):
                taken.add(index)
                yield {"column": self._names[index], "label": part.label}
        for index, choice in enumerate(self._after):
            if choice == field and index not in taken:
                name = self._names[index]
                labelled = bool(taken) and field in ("description", "requirement", "note")
                taken.add(index)
                yield {"column": name, "label": f"{name}：" if labelled else ""}

    def also_kept(self) -> list[str]:
        """Columns that the base keeps although a field is made of them, too."""
        return [
            _exactly(name)
            for name, choice, same in zip(self._names, self._after, self._same, strict=True)
            if same and choice in FIELDS and name and is_listed(name, self._base.extra)
        ]

    def drops_prefixed(self) -> bool:
        """Whether a column is not to be kept that the base keeps for how its name begins."""
        prefixes = tuple(folded(prefix) for prefix in self._base.extra_prefix)
        return any(
            choice != KEEP and bool(prefixes) and folded(name).startswith(prefixes)
            for name, choice in zip(self._names, self._after, strict=True)
        )

    def _place(self, part: Part) -> int | None:
        wanted = {folded(name) for name in part.column}
        return next((i for i, name in enumerate(self._names) if folded(name) in wanted), None)


def _single(parts: Sequence[Document]) -> list[str] | None:
    return [part["column"] for part in parts] or None


def _separator(base: LedgerMapping, field: str) -> str:
    column = base.columns.get(field)  # type: ignore[call-overload]
    if column is not None and len(column.join) > 1:
        return str(column.separator)
    return SEPARATORS.get(field, "\n")


def _exactly(name: str) -> str:
    """A name in a list where a star means any text."""
    return glob.escape(name) if "*" in name else name
