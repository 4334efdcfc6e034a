"""How an official paper looks: page, styles and parts after GB/T 9704-2012 (党政机关公文格式).

A template is an ordinary .docx: everything is set in named styles, so that an office changes a
typeface in one place. Fonts that a machine lacks are named with those that may stand in.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from docx import Document
from docx.document import Document as Docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Length, Mm, Pt, RGBColor

LEFT, CENTRE, RIGHT = (
    WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT,
)  # fmt: skip
RED, BLACK = "D7000F", "000000"
TEXT_WIDTH = Mm(156)
"""The type area of GB/T 9704: A4 less 28 mm on the left and 26 mm on the right."""
LABELS = Mm(36)
"""Width of the column of a form that names what stands beside it."""

XBS, FANGSONG, HEI, SONG = "方正小标宋简体", "仿宋_GB2312", "黑体", "宋体"
LATIN = "Times New Roman"
STAND_INS = {
    XBS: "方正小标宋_GBK,FZXiaoBiaoSong-B05S,华文中宋,STZhongsong,宋体,SimSun",
    FANGSONG: "仿宋,FangSong,华文仿宋,STFangsong",
    HEI: "SimHei,华文黑体,STHeiti",
    SONG: "SimSun,华文宋体,STSong",
    LATIN: "Liberation Serif",
}
"""Fonts that may stand in, in the order in which a word processor tries them."""

FOOT = (
    f'<w:framePr {nsdecls("w")} w:w="{TEXT_WIDTH.twips}" w:wrap="around" w:hAnchor="margin"'
    ' w:vAnchor="margin" w:xAlign="left" w:yAlign="bottom"/>'
)
"""Set on each paragraph, since not every word processor takes it from a style."""

UNNEEDED = (
    "thumbnail", "customXml", "theme", "webSettings", "stylesWithEffects", "numbering",
    "extended-properties",
)  # fmt: skip
"""What python-docx's blank document brings besides: nine tenths of its size."""


class Look(NamedTuple):
    """How a style looks; measures in points. ``lines`` is the exact line pitch, 0: as it comes."""

    font: str
    size: float
    lines: float
    align: WD_ALIGN_PARAGRAPH = LEFT
    indent: float = 0
    right: float = 0
    before: float = 0
    after: float = 0
    colour: str = BLACK
    bold: bool = False
    keep: bool = False


# Sizes: 3号 16 pt, 2号 22 pt, 4号 14 pt; 22 lines of 28 characters on a page.
CHINESE = {
    "密级": Look(HEI, 16, 28),
    "红头": Look(XBS, 34, 46, CENTRE, before=12, after=22, colour=RED),
    "红头（长）": Look(XBS, 26, 46, CENTRE, before=12, after=22, colour=RED),
    "文号": Look(FANGSONG, 16, 28, after=18),
    "公文标题": Look(XBS, 22, 34, CENTRE, after=16),
    "主送": Look(FANGSONG, 16, 28),
    "公文正文": Look(FANGSONG, 16, 28, indent=32),
    "导语": Look(FANGSONG, 16, 28, indent=32, after=8, keep=True),
    "结语": Look(FANGSONG, 16, 28, indent=32, keep=True),
    "落款": Look(FANGSONG, 16, 28, RIGHT, right=32, keep=True),
    "成文日期": Look(FANGSONG, 16, 28, RIGHT, right=64),
    "栏目": Look(HEI, 14, 22, CENTRE),
    "栏内": Look(FANGSONG, 14, 22),
    "版记": Look(FANGSONG, 14, 22),
    "页码": Look(SONG, 14, 0, CENTRE),
    "表后": Look(SONG, 1, 1),
}
"""The styles by the names under which a word processor lists them."""

ENGLISH = {
    "密级": Look(HEI, 11, 16, bold=True),
    "红头": Look(XBS, 22, 30, CENTRE, before=12, after=18, colour=RED, bold=True),
    "红头（长）": Look(XBS, 16, 30, CENTRE, before=12, after=18, colour=RED, bold=True),
    "文号": Look(FANGSONG, 11, 18, after=20),
    "公文标题": Look(XBS, 16, 24, CENTRE, before=4, after=18, bold=True),
    "主送": Look(FANGSONG, 12, 18, after=8),
    "公文正文": Look(FANGSONG, 12, 18, after=6),
    "导语": Look(FANGSONG, 12, 18, after=8, keep=True),
    "结语": Look(FANGSONG, 12, 18, after=6, keep=True),
    "落款": Look(FANGSONG, 12, 18, RIGHT, right=12, before=6, keep=True),
    "成文日期": Look(FANGSONG, 12, 18, RIGHT, right=12),
    "栏目": Look(HEI, 11, 18, LEFT, bold=True),
    "栏内": Look(FANGSONG, 11, 18),
    "版记": Look(FANGSONG, 10.5, 18),
    "页码": Look(SONG, 10, 0, CENTRE),
    "表后": Look(SONG, 1, 1),
}


def blank(lang: str) -> Docx:
    """An A4 page with our styles, a page number and no text."""
    made = Document()
    _lighten(made)
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(25)
    looks = CHINESE if lang.startswith("zh") else ENGLISH
    _dress(made.styles["Normal"], looks["公文正文"]._replace(indent=0, after=0))
    for name, look in looks.items():
        style = made.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style, style.quick_style = made.styles["Normal"], True
        _dress(style, look)
    _rule_and_tabs(made)
    _number_pages(section.footer.paragraphs[0], made.styles["页码"])
    return made


def line(made: Docx, style: str, text: str) -> None:
    """One paragraph in one of our styles; the notes (版记) keep to the foot of the page."""
    paragraph = made.add_paragraph(text, style)
    if style == "版记":
        paragraph._p.get_or_add_pPr().append(parse_xml(FOOT))


def form(made: Docx, rows: tuple[tuple[str, str, str], ...]) -> None:
    """A table: what a row is about, what stands there, and the condition under which it does.

    Text after a line break is another paragraph of the cell.
    """
    table = made.add_table(0, 2)
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    # The schema wants the borders before these.
    table._tblPr.xpath("./w:tblLayout | ./w:tblLook")[0].addprevious(_borders())
    for column, width in zip(table.columns, (LABELS, TEXT_WIDTH - LABELS), strict=True):
        column.width = Length(width)
    for label, text, condition in rows:
        if condition:
            # docxtpl takes the whole row of a ``tr`` tag away.
            table.add_row().cells[0].text = "{%tr if " + condition + " %}"
        row = table.add_row()
        row.height, row.height_rule = Mm(9), WD_ROW_HEIGHT_RULE.AT_LEAST
        if "{%p" not in text:  # what is as long as somebody writes may go over the page
            row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        _fill(row.cells[0], LABELS, "栏目", label)
        _fill(row.cells[1], Length(TEXT_WIDTH - LABELS), "栏内", text)
        if condition:
            table.add_row().cells[0].text = "{%tr endif %}"
    # A page does not end with a table: word processors put a paragraph there, as high as a line.
    line(made, "表后", "")


def _fill(cell: Any, width: Length, style: str, text: str) -> None:
    cell.width = width
    cell._tc.get_or_add_tcPr().append(parse_xml(f'<w:vAlign {nsdecls("w")} w:val="center"/>'))
    for number, words in enumerate(text.split("\n")):
        paragraph = cell.add_paragraph() if number else cell.paragraphs[0]
        paragraph.text, paragraph.style = words, style


def _lighten(made: Docx) -> None:
    """Take away what the blank document has and no paper needs."""
    for rels in (made.part.rels, made.part.package.rels):
        for key in [key for key, rel in rels.items() if rel.reltype.endswith(UNNEEDED)]:
            rels.pop(key)
    for rel in made.part.rels.values():
        if rel.reltype.endswith("fontTable"):
            rel.target_part._blob = _font_table()
    sheet = made.styles.element
    for child in list(sheet):
        if child.get(qn("w:default")) != "1" or child.get(qn("w:type")) == "numbering":
            sheet.remove(child)
    normal = made.styles["Normal"].element
    for child in normal.xpath("./w:pPr | ./w:rPr"):
        normal.remove(child)
    settings = made.settings.element
    for child in settings.xpath("./w:themeFontLang | ./w:rsids | ./w:clrSchemeMapping"):
        settings.remove(child)


def _font_table() -> bytes:
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{others}"/>'
        f'<w:charset w:val="{"00" if name == LATIN else "86"}"/>'
        f'<w:family w:val="{"swiss" if name == HEI else "roman"}"/></w:font>'
        for name, others in STAND_INS.items()
    )
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return f"{head}<w:fonts {nsdecls('w')}>{fonts}</w:fonts>".encode()


def _dress(style: Any, look: Look) -> None:
    style.font.name, style.font.size, style.font.bold = LATIN, Pt(look.size), look.bold
    style.font.color.rgb = RGBColor.from_string(look.colour)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), look.font)
    shape = style.paragraph_format
    shape.alignment, shape.keep_with_next = look.align, look.keep or None
    shape.line_spacing = Pt(look.lines) if look.lines else None
    shape.first_line_indent, shape.right_indent = Pt(look.indent), Pt(look.right)
    shape.space_before, shape.space_after = Pt(look.before), Pt(look.after)


def _rule_and_tabs(made: Docx) -> None:
    """The red line below the number, and the lines around the notes; both reach to the right."""
    for name in ("文号", "版记"):
        made.styles[name].paragraph_format.tab_stops.add_tab_stop(
            TEXT_WIDTH, WD_TAB_ALIGNMENT.RIGHT
        )
    _border(made.styles["文号"], {"bottom": (RED, 18)})
    _border(made.styles["版记"], dict.fromkeys(("top", "bottom", "between"), (BLACK, 6)))


def _border(style: Any, edges: dict[str, tuple[str, int]]) -> None:
    """Lines around paragraphs; their weight in eighths of a point."""
    shape = style.element.get_or_add_pPr()
    lines = "".join(
        f'<w:{edge} w:val="single" w:sz="{weight}" w:space="6" w:color="{colour}"/>'
        for edge, (colour, weight) in edges.items()
    )
    made = parse_xml(f"<w:pBdr {nsdecls('w')}>{lines}</w:pBdr>")
    # The schema wants it before what these set.
    later = shape.xpath("./w:tabs | ./w:spacing | ./w:ind | ./w:jc")
    later[0].addprevious(made)


def _borders() -> Any:
    lines = "".join(
        f'<w:{edge} w:val="single" w:sz="6" w:space="0" w:color="000000"/>'
        for edge in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    return parse_xml(f"<w:tblBorders {nsdecls('w')}>{lines}</w:tblBorders>")


def _number_pages(paragraph: Any, style: Any) -> None:
    """The page's number between dashes: — 1 —."""
    paragraph.style = style
    paragraph.add_run("— ")
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    field.append(parse_xml(f"<w:r {nsdecls('w')}><w:t>1</w:t></w:r>"))
    paragraph._p.append(field)
    paragraph.add_run(" —")
