"""What the pages about edited ledgers say in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "launch.round": ("导出编辑再导入", "Edit offline"),
    "launch.round_more": (
        "导出台账，在 Excel 里修改，再上传：逐格核对差异后应用。",
        "Export a ledger, edit it, upload it: every difference is shown before it is applied.",
    ),
    "launch.kind.edited": ("编辑过的台账", "Edited ledger"),
}
