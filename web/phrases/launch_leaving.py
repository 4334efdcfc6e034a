"""What the pages about ledgers that leave in the background say in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "launch.kind.leaving": ("导出以供编辑", "Export to edit"),
    "launch.left.title": ("导出台账以供编辑（{count} 项）", "Ledger to edit: {count} items"),
    "launch.left.state.running": ("正在导出", "Exporting"),
    "launch.left.state.done": ("可以下载", "Ready"),
    "launch.left.state.failed": ("未成功", "Failed"),
    "launch.left.state.interrupted": ("已中断", "Interrupted"),
    "launch.left.state.cancelled": ("已放弃", "Given up"),
    "launch.left.state.stopped": ("已停止", "Stopped"),
    "launch.left.reading": ("正在读取事项……", "Reading the items…"),
    "launch.left.storing.running": ("正在写入文件……", "Writing the file…"),
    "launch.left.signing": (
        "正在记下导出时的内容，供以后比对……",
        "Noting what stands there now, to be compared with later…",
    ),
    "launch.left.so_far": ("已处理 {done} 项，共 {of} 项", "{done} of {of} items"),
    "launch.left.leave": (
        "可以离开此页，导出会继续进行；完成后在“我的工作”和“登记与导入”页都能找到。",
        "You may leave this page; the export goes on, and is found in My work and under Launch.",
    ),
    "launch.left.stop.running": (
        "停止后不会留下文件，可以重新导出。",
        "No file is left; you can export again.",
    ),
    "launch.left.ready": ("已导出 {count} 项，请下载。", "{count} items are exported."),
    "launch.left.confidential": (
        "其中保密件 {count} 项，查看已留痕。请妥善保管文件。",
        "{count} of them are confidential, which is noted as read. Keep the file safe.",
    ),
    "launch.left.fetch": ("下载台账", "Download the ledger"),
    "launch.left.gone": (
        "文件已过保存期（7 天），请重新导出。",
        "The file is kept for 7 days and is gone. Export again.",
    ),
    "launch.left.others": (
        "导出之后您的职责已有变动，此文件不再提供。请重新导出。",
        "Your duties have changed since the export: this file is not handed out. Export again.",
    ),
    "launch.left.ended.stopped": (
        "已按要求停止，没有留下文件。",
        "Stopped as you asked; no file is left.",
    ),
    "launch.left.ended.interrupted": (
        "导出中断，没有留下文件。可以重新导出。",
        "The export broke off; no file is left. You can have it written again.",
    ),
    "launch.left.ended.cancelled": ("已放弃，没有留下文件。", "Given up; no file is left."),
    "launch.left.again": ("重新导出", "Export again"),
    "launch.left.cancel": ("放弃", "Give it up"),
    "launch.left.back": ("返回离线编辑", "Back to editing offline"),
}
