"""Templates of papers: the house's are as the script makes them, an office's are used with care."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from docx import Document

from rules.errors import InputError
from tasks import paper_templates
from tasks.paper_numbers import KINDS
from tasks.paper_templates import LANGS, MOST_BYTES, PAPERS, check, problems, render
from tasks.paper_values import PaperValues, meanings, paragraphs, sample
from tasks.papers import layout
from tasks.papers.make import templates
from tests.tasks.paper_reading import words

EVERY = [(kind, lang) for kind in KINDS for lang in LANGS]
LETTER = "letter.zh-CN.docx"


@pytest.fixture(autouse=True)
def nothing_complained_of() -> None:
    """What is said once a process is said in each test; two files of a moment may be the same."""
    paper_templates._complain.cache_clear()


def parts(content: bytes) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def repacked(content: bytes, changed: Mapping[str, bytes | str]) -> bytes:
    """The file with parts changed or added."""
    made = io.BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as packed:
        for name, part in {**parts(content), **changed}.items():
            packed.writestr(name, part)
    return made.getvalue()


@cache
def blank() -> bytes:
    """A page with our styles: those of a word processor are slow to read a hundred times."""
    made = io.BytesIO()
    layout.blank("zh-CN").save(made)
    return made.getvalue()


def written(text: str, *, footer: str = "", title: str = "") -> bytes:
    """A template as an office makes one from ours."""
    document = Document(io.BytesIO(blank()))
    document.add_paragraph(text)
    document.sections[0].footer.paragraphs[0].text = footer
    document.core_properties.title = title
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def offices(folder: Path, content: bytes, name: str = LETTER) -> Path:
    (folder / name).write_bytes(content)
    return folder / name


# The house's


def test_the_templates_are_as_the_script_makes_them() -> None:
    made = dict(templates())
    assert set(made) == {f"{kind}.{lang}.docx" for kind, lang in EVERY}
    assert {file.name for file in PAPERS.glob("*.docx")} == set(made)
    for name, content in made.items():
        # Compressed alike or not, depending on the machine's zlib.
        assert parts((PAPERS / name).read_bytes()) == parts(content), (
            "run: python -m tasks.papers.make"
        )


@pytest.mark.parametrize(("kind", "lang"), EVERY)
def test_every_paper_can_be_drawn_up_with_everything_and_with_nothing(
    kind: str, lang: str, tmp_path: Path
) -> None:
    for values in (sample(lang), PaperValues()):
        text = words(render(tmp_path, kind, lang, values))
        assert "{{" not in text
        assert "{%" not in text
        assert "None" not in text
    full = words(render(tmp_path, kind, lang, sample(lang)))
    assert sample(lang).title in full
    assert sample(lang).issuer in full


def test_a_paper_is_a_fraction_of_what_a_blank_document_weighs(tmp_path: Path) -> None:
    content = render(tmp_path, "letter", "zh-CN", sample("zh-CN"))
    assert len(content) < 10_000
    assert "word/media" not in str(sorted(parts(content)))
    assert parts(content)["word/document.xml"].startswith(b"<?xml")


def test_fonts_that_a_machine_lacks_are_named_with_others(tmp_path: Path) -> None:
    fonts = parts(render(tmp_path, "letter", "zh-CN", sample("zh-CN")))["word/fontTable.xml"]
    text = fonts.decode()
    assert '<w:font w:name="仿宋_GB2312"><w:altName w:val="仿宋,' in text
    assert '<w:font w:name="方正小标宋简体"><w:altName w:val="' in text


def test_the_head_is_red_and_the_pages_are_numbered(tmp_path: Path) -> None:
    made = Document(io.BytesIO(render(tmp_path, "order", "zh-CN", sample("zh-CN"))))
    head = next(p for p in made.paragraphs if p.style is not None and p.style.name == "红头")
    assert head.text == "示例行动领导小组办公室"
    assert str(head.style.font.color.rgb) == "D7000F"  # type: ignore[union-attr]
    footer = made.sections[0].footer.paragraphs[0]
    assert 'w:instr="PAGE"' in footer._p.xml
    assert made.core_properties.title == "ZG-letter-2026-0012"


# An office's own


def test_an_offices_own_template_is_used(tmp_path: Path) -> None:
    own = written("〔{{ number }}〕{{ unit }}", footer="{{ serial }}", title="{{ ref }}")
    check(offices(tmp_path, own))
    made = render(tmp_path, "letter", "zh-CN", sample("zh-CN"))
    assert words(made) == "〔ZG提〔2026〕12号〕示例县某局"
    assert Document(io.BytesIO(made)).sections[0].footer.paragraphs[0].text == "ZG-letter-2026-0012"
    assert "Letter of Reminder" in words(render(tmp_path, "letter", "en", sample("en")))


def test_a_template_that_was_put_right_is_used_at_once(tmp_path: Path) -> None:
    offices(tmp_path, written("{{ nubmer }}"))
    assert "提醒函" in words(render(tmp_path, "letter", "zh-CN", sample("zh-CN")))
    offices(tmp_path, written("{{ number }}"))
    assert words(render(tmp_path, "letter", "zh-CN", sample("zh-CN"))) == "ZG提〔2026〕12号"


def test_every_variable_and_the_tags_of_paragraphs_and_rows_may_be_used(tmp_path: Path) -> None:
    document = Document()
    for name in meanings():
        document.add_paragraph("{{ " + name + " }}")
    document.add_paragraph("{%p for each in requirement %}")
    document.add_paragraph("{{ loop.index }}. {{ each }}")
    document.add_paragraph("{%p endfor %}")
    document.add_paragraph("{{ unit | upper | default('x') }} {{ requirement | join('、') }}")
    made = io.BytesIO()
    document.save(made)
    check(offices(tmp_path, made.getvalue()))
    assert "1. 一、公开办理时限。\n2. 二、报送结果。" in words(
        render(tmp_path, "letter", "zh-CN", sample("zh-CN"))
    )


HOSTILE = [
    "{{ ''.__class__ }}", "{{ title.__class__.__mro__ }}", "{{ title['__class__'] }}",
    "{{ ''|attr('__class__') }}", "{{ self.__init__ }}", "{{ self._TemplateReference__context }}",
    "{{ lipsum() }}", "{{ cycler.__init__.__globals__ }}", "{{ range(9) }}",
    "{{ title|safe }}", "{% autoescape false %}{{ title }}{% endautoescape %}",
    "{{ 9**9**9 }}", "{{ 'a' * 999999999 }}", "{{ '%99999999d' % 1 }}",
    "{{ title.center(99999999) }}", "{{ title|center(99999999) }}", "{{ title.encode() }}",
    "{% include 'order.zh-CN.docx' %}", "{% import 'os' as os %}",
    "{% for x in requirement %}{{ loop.__class__ }}{% endfor %}",
    "{{ unknown }}", "{{ nubmer }}", "{% if %}", "{{ title", "{% endif %}", "{{ title | frob }}",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_a_template_that_reaches_for_more_than_words_is_refused_and_ours_is_used(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    for content in (written(text), written("", footer=text), written("", title=text)):
        file = offices(tmp_path, content)
        with pytest.raises(InputError, match="cannot be used") as refused:
            check(file)
        assert refused.value.where == LETTER
        caplog.clear()
        with caplog.at_level(logging.ERROR):
            made = render(tmp_path, "letter", "zh-CN", sample("zh-CN"))
        assert "号整改事项的提醒函" in words(made)
        assert "template=letter.zh-CN.docx" in caplog.text
    assert [problem.file for problem in problems(tmp_path)] == [file]


def test_a_footnote_is_filled_in_by_the_same_rules(tmp_path: Path) -> None:
    def with_note(text: str) -> bytes:
        content = written("x")
        kind = (
            '<Override PartName="/word/footnotes.xml" ContentType="application/vnd.openxmlformats-'
            'officedocument.wordprocessingml.footnotes+xml"/></Types>'
        )
        rel = (
            '<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
            'relationships/footnotes" Target="footnotes.xml"/></Relationships>'
        )
        old = parts(content)
        note = (
            '<w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
            f'<w:footnote w:id="1"><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:footnote>'
            "</w:footnotes>"
        )
        return repacked(content, {
            "word/footnotes.xml": note.encode(),
            "[Content_Types].xml": old["[Content_Types].xml"].decode().replace("</Types>", kind),
            "word/_rels/document.xml.rels": old["word/_rels/document.xml.rels"].decode().replace(
                "</Relationships>", rel
            ),
        })  # fmt: skip

    offices(tmp_path, with_note("{{ title }}"))
    made = parts(render(tmp_path, "letter", "zh-CN", sample("zh-CN")))
    assert "办事窗口&lt;推诿&gt;&amp;拖延" in made["word/footnotes.xml"].decode()
    with pytest.raises(InputError, match="unsafe"):
        check(offices(tmp_path, with_note("{{ ''.__class__ }}")))


def _macro_content_type(content: bytes) -> bytes:
    types = parts(content)["[Content_Types].xml"].decode()
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    macro = "application/vnd.ms-word.document.macroEnabled.main+xml"
    assert main in types
    return repacked(content, {"[Content_Types].xml": types.replace(main, macro)})


def _fetching(content: bytes) -> bytes:
    rels = parts(content)["word/_rels/document.xml.rels"].decode()
    rel = (
        '<Relationship Id="rId98" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships/attachedTemplate" Target="http://elsewhere.example/x.dotm"'
        ' TargetMode="External"/></Relationships>'
    )
    changed = {"word/_rels/document.xml.rels": rels.replace("</Relationships>", rel)}
    return repacked(content, changed)


def _with_entities(content: bytes) -> bytes:
    body = parts(content)["word/document.xml"].decode()
    head, rest = body.split("?>", 1)
    doctype = '?><!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
    return repacked(content, {"word/document.xml": head + doctype + rest})


WRONG: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "no zip": (lambda _: "提醒函".encode(), "no .docx"),
    "empty": (lambda _: b"", "no .docx"),
    "cut short": (lambda content: content[: len(content) // 2], "no .docx"),
    "another zip": (lambda _: repacked_empty(), "no .docx"),
    "macros": (lambda c: repacked(c, {"word/vbaProject.bin": b"x"}), "macros"),
    "macro type": (_macro_content_type, "macros"),
    "object": (lambda c: repacked(c, {"word/embeddings/a.xlsx": b"x"}), "macros or embedded"),
    "fetches": (_fetching, "fetches something from elsewhere"),
    "entities": (_with_entities, "declares entities"),
    "too large": (lambda c: c + bytes(MOST_BYTES), "larger than 4 MiB"),
    "bomb": (lambda c: repacked(c, {"word/media/a.png": bytes(40 << 20)}), "unpacks to more"),
    "many files": (
        lambda c: repacked(c, {f"word/media/{n}": b"" for n in range(300)}), "unpacks to more",
    ),
}  # fmt: skip


def repacked_empty() -> bytes:
    made = io.BytesIO()
    with ZipFile(made, "w") as packed:
        packed.writestr("hello.txt", "hello")
    return made.getvalue()


@pytest.mark.parametrize("what", WRONG)
def test_a_file_that_is_no_harmless_docx_is_refused(tmp_path: Path, what: str) -> None:
    spoil, reason = WRONG[what]
    file = offices(tmp_path, spoil(written("{{ number }}")))
    with pytest.raises(InputError, match=reason):
        check(file)
    assert "提醒函" in words(render(tmp_path, "letter", "zh-CN", sample("zh-CN")))


def test_a_bomb_that_lies_about_its_size_is_not_unpacked(tmp_path: Path) -> None:
    content = bytearray(repacked(written("x"), {"word/a.xml": bytes(40 << 20)}))
    real = (40 << 20).to_bytes(4, "little")
    while (at := content.find(real)) >= 0:
        content[at : at + 4] = (1000).to_bytes(4, "little")
    with pytest.raises(InputError, match=r"no \.docx"):
        check(offices(tmp_path, bytes(content)))


def test_tags_that_cut_the_page_in_two_are_noticed(tmp_path: Path) -> None:
    document = Document()
    document.add_paragraph("{% if confidential %}")
    document.add_paragraph("x{% endif %}{%p if level %}")
    made = io.BytesIO()
    document.save(made)
    with pytest.raises(InputError):
        check(offices(tmp_path, made.getvalue()))


def test_a_folder_in_a_templates_place_keeps_nobody_from_the_paper(tmp_path: Path) -> None:
    (tmp_path / LETTER).mkdir()
    assert "提醒函" in words(render(tmp_path, "letter", "zh-CN", sample("zh-CN")))
    assert [problem.reason for problem in problems(tmp_path)] != []


def test_a_file_under_another_name_is_pointed_out(tmp_path: Path) -> None:
    offices(tmp_path, written("x"), "提醒函.docx")
    offices(tmp_path, b"", "~$letter.zh-CN.docx")
    (problem,) = problems(tmp_path)
    assert problem.file.name == "提醒函.docx"
    assert "name" in problem.reason


def test_what_only_real_values_bring_out_still_leads_to_a_paper(tmp_path: Path) -> None:
    offices(tmp_path, written("{% if round > 6 %}{{ nobody }}{% endif %}x"))
    values = sample("zh-CN")
    assert words(render(tmp_path, "letter", "zh-CN", values)) == "x"
    assert "提醒函" in words(render(tmp_path, "letter", "zh-CN", replace(values, round=7)))


# Values


@pytest.mark.parametrize(
    "value",
    [
        "<w:p>", "</w:t></w:r></w:p>", "&lt;w:p&gt;", "&amp;", "]]>", '"', "{{ 7 * 7 }}",
        "{%p if x %}", "{# x #}", "{{ ''.__class__ }}", "😀龘", "x" * 50_000, "%s %(a)s {0}",
    ],
)  # fmt: skip
@pytest.mark.parametrize(("kind", "lang"), [("letter", "zh-CN"), ("order", "en")])
def test_whatever_stands_in_a_value_is_printed_as_it_is(
    tmp_path: Path, kind: str, lang: str, value: str
) -> None:
    values = replace(sample(lang), title=value, requirement=paragraphs(value), unit=value)
    text = words(render(tmp_path, kind, lang, values))
    assert text.count(value) >= 2
    assert "49" not in text


def test_what_xml_forbids_and_what_reorders_a_line_is_left_out(tmp_path: Path) -> None:
    bad = "甲" + "".join(map(chr, [0, 1, 7, 8, 11, 12, 27, 31, 127, 133, 0xFFFE, 0xFFFF, 0xD800]))
    values = replace(
        sample("zh-CN"), title=f"{bad}\u202e乙\r\n丙\t丁", requirement=paragraphs(f"一{bad}\n\n二")
    )
    text = words(render(tmp_path, "order", "zh-CN", values))
    assert "甲 \ufffd乙 丙 丁" in text
    assert "\n二" in text
    assert not any(ord(character) < 32 and character not in "\n\t" for character in text)


def test_rendering_is_done_once_for_what_is_the_same_for_all(tmp_path: Path) -> None:
    render(tmp_path, "letter", "zh-CN", sample("zh-CN"))
    before = paper_templates._sandbox()._compiled.cache_info()
    for number in range(5):
        values = replace(sample("zh-CN"), serial=str(number), title=f"第{number}件")
        render(tmp_path, "letter", "zh-CN", values)
    after = paper_templates._sandbox()._compiled.cache_info()
    assert after.misses == before.misses
