"""``rectiflow evidence``: the files that show what was done, and whether they are whole."""

from __future__ import annotations

import string
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import shapes
from cli.act import act
from cli.here import here
from cli.options import AsJson, AsPerson, InLang, Key, Lang, Ref
from cli.output import clean, emit, show, table
from cli.words import titles
from config.calendars import calendar_for
from config.settings import works_elsewhere
from models import evidence_files, items, policies
from models.engine import reading
from models.evidence_files import EVERYTHING, FileFacts
from rules.errors import InputError, NotFound, Refused
from rules.evidence_facts import Fact
from tasks.evidence_check import check as inspect
from tasks.evidence_facts import noticed, sentence
from tasks.files.storage import open_store

app = typer.Typer(add_completion=False)


@app.callback()
def evidence() -> None:
    """See what files of evidence are, what to notice about them, and whether they are whole."""


@app.command("list")
def list_evidence(ref: Ref, as_json: AsJson = False, lang: InLang = Lang.ZH) -> None:
    """List an item's evidence, oldest first, with what a reviewer should notice."""
    if works_elsewhere():
        _list_elsewhere(ref, as_json, lang)
        return
    with here() as office, reading(office.engine) as connection:
        item, policy_id = items.by_ref(connection, ref) or _no_item(ref)
        zone = calendar_for(policies.policy(connection, policy_id)).zone
        found = evidence_files.pieces(connection, item.id)
        remarks = noticed(connection, item.id, found, zone, EVERYTHING)
    said: dict[int, list[str]] = {}
    for fact in remarks:
        words = sentence(fact, zone, chinese=lang is Lang.ZH)
        said.setdefault(fact.seq, []).append(words)
    told = [_document(piece, [f for f in remarks if f.seq == piece.seq]) for piece in found]
    if as_json:
        emit({"ref": item.ref, "evidence": told})
    else:
        _show_list(told, said, lang)


def _list_elsewhere(ref: str, as_json: bool, lang: Lang) -> None:
    """The same of a server elsewhere."""
    from cli.remote import at, server

    with server(lang) as there:
        document = there.get(f"{at(ref)}/evidence")
    said = {one["seq"]: [each["sentence"] for each in one["notice"]]
            for one in document["evidence"]}  # fmt: skip
    if as_json:
        emit(document)
    else:
        _show_list(document["evidence"], said, lang)


def _show_list(told: list[dict[str, Any]], said: dict[int, list[str]], lang: Lang) -> None:
    made = table(*titles(lang, "序号|轮次|文件|类型|字节|sha256|请注意",
                         "event|round|file|kind|bytes|sha256|notice"))  # fmt: skip
    for one in told:
        notice = "\n".join(clean(words) for words in said.get(one["seq"], ()))
        made.add_row(str(one["seq"]), str(one["round"]), clean(one["filename"]),
                     one["media_type"] or "?", str(one["size"]), one["sha256"][:16],
                     notice)  # fmt: skip
    show(made)


@app.command("attach")
def attach(
    ref: Ref,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="the file to attach")],
    person: AsPerson = "",
    note: Annotated[str, typer.Option(help="what it shows")] = "",
    key: Key = None,
    as_json: AsJson = False,
    lang: InLang = Lang.ZH,
) -> None:
    """Store a file and attach it to an item: the same as act REF attach_evidence --file FILE."""
    act(
        ref=ref, command="attach_evidence", person=person, sets=[f"note={note}"] if note else None,
        file=file, key=key, version=None, as_json=as_json, lang=lang,
    )  # fmt: skip


@app.command("show")
def show_evidence(
    sha: Annotated[
        str, typer.Argument(metavar="SHA", help="the file's SHA-256, or its first characters")
    ],
    as_json: AsJson = False,
    lang: InLang = Lang.ZH,
) -> None:
    """Show what is known of a file, and on which items it is."""
    with here() as office, reading(office.engine) as connection:
        sha256 = _whole(evidence_files.beginning_with(connection, sha.lower()), sha)
        facts = evidence_files.known(connection, [sha256]).get(sha256)
        uses = evidence_files.uses(connection, sha256, EVERYTHING)
        size = open_store(office.settings).size(sha256)
    document = {**_facts(facts), "sha256": sha256, "stored": size is not None, "size": size,
                "uses": shapes.plain(uses)}  # fmt: skip
    if as_json:
        emit(document)
        return
    made = table(*titles(lang, "项|内容", "what|value"))
    for name, value in document.items():
        if name != "uses":
            made.add_row(name, clean("" if value is None else str(value)))
    for use in uses:
        made.add_row(clean(f"{use.ref} #{use.seq}"), clean(use.filename))
    show(made)


@app.command("check")
def check_evidence(
    everything: Annotated[
        bool, typer.Option("--all", help="closed items, small pictures and unused files as well")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read every file of open items and compare it with its digest; 1 when one is not whole."""
    with here() as office:
        verdict = inspect(office, everything=everything)
    if as_json:
        emit({"intact": not verdict.faults, **shapes.plain(verdict)})
    else:
        if verdict.faults:
            made = table("file", "problem", "items")
            for fault in verdict.faults:
                made.add_row(fault.sha256, fault.problem, clean(", ".join(fault.refs)))
            show(made)
        words = f"{verdict.files} files read, {len(verdict.faults)} missing or changed."
        unused = f" {verdict.unused} files are on no item." if everything else ""
        show(words + unused)
    if verdict.faults:
        raise typer.Exit(Refused.exit_code)


def _no_item(ref: str) -> Any:
    raise NotFound(f"There is no item {ref!r}.", "See: rectiflow list.")


def _whole(found: list[str], sha: str) -> str:
    """The one digest that begins as was typed."""
    if not sha or not set(sha) <= set(string.hexdigits):
        raise InputError(f"{sha!r} is no SHA-256.", "See: rectiflow evidence list REF.")
    if not found:
        raise NotFound(f"There is no file {sha!r}.", "See: rectiflow evidence list REF.")
    if len(found) > 1:
        raise InputError(f"More than one file begins with {sha!r}.", "Give more characters.")
    return found[0]


def _facts(facts: FileFacts | None) -> dict[str, Any]:
    """What was found in a file; nulls when nobody has looked into it."""
    values = facts._asdict() if facts else dict.fromkeys(FileFacts._fields)
    return {name: value for name, value in values.items() if name not in ("sha256", "size")}


def _document(piece: evidence_files.Piece, remarks: list[Fact]) -> dict[str, Any]:
    values: dict[str, Any] = shapes.plain(piece)
    del values["file"]
    notice = [{name: value for name, value in shapes.plain(fact).items() if name != "seq"}
              for fact in remarks]  # fmt: skip
    return {**values, **_facts(piece.file), "notice": notice}
