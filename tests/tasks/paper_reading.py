"""Papers read back: the words of a .docx, in the order in which they stand on the page."""

from __future__ import annotations

import io
from pathlib import Path

from docx import Document
from docx.table import Table


def words(paper: Path | bytes) -> str:
    """Paragraphs and rows of tables, one a line; cells of a row with a tab between."""
    document = Document(io.BytesIO(paper) if isinstance(paper, bytes) else str(paper))
    lines: list[str] = []
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            lines += ["\t".join(cell.text for cell in row.cells) for row in block.rows]
        else:
            lines.append(block.text)
    return "\n".join(lines)
