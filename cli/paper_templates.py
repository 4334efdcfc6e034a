"""The templates of papers as ``rectiflow papers templates`` tells of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cli.output import clean, show, table
from cli.words import pick, said, titles
from tasks.paper_numbers import NAMES


def described(folder: Path) -> dict[str, Any]:
    """The templates by file, whether the office has its own, and every variable."""
    from tasks import paper_templates
    from tasks.paper_values import meanings

    wrong = {problem.file.name: problem.reason for problem in paper_templates.problems(folder)}
    return {
        "folder": str(folder),
        "templates": [
            {
                "file": name,
                "kind": name.split(".", 1)[0],
                "own": (folder / name).exists(),
                "problem": wrong.pop(name, ""),
            }
            for name in paper_templates.FILES
        ],
        "others": [{"file": name, "problem": reason} for name, reason in wrong.items()],
        "variables": meanings(),
    }


def show_templates(found: dict[str, Any], copied: list[str], lang: str) -> None:
    """The same as text."""
    made = table(*titles(lang, "模板|文书|来源|问题", "template|paper|whose|problem"))
    for each in found["templates"]:
        whose = pick(lang, "自有", "own") if each["own"] else pick(lang, "内置", "built in")
        kind = said(NAMES, each["kind"], lang)
        made.add_row(each["file"], kind, whose, clean(each["problem"]))
    for each in found["others"]:
        made.add_row(clean(each["file"]), "", "", clean(each["problem"]))
    words = table(*titles(lang, "变量|含义", "variable|what it is"))
    for name, meaning in found["variables"].items():
        words.add_row(name, meaning)
    place = found["folder"]
    show(made, words, pick(lang, f"自有模板放在 {place}", f"Templates of your own go to {place}"))
    if copied:
        count = len(copied)
        show(pick(lang, f"已复制{count}个模板。", f"{count} templates were copied."))
