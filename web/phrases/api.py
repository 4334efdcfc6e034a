"""Words of the page that describes the API."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "api.title": ("接口说明", "The API"),
    "api.lead": (
        "程序可代办理人使用控制台的各项功能：令牌的权限不超过其本人，也只能看到其本人能看到的事项。",
        "What the console can do, for programs that act for a person. A token does what its person"
        " may do and sees what they may see.",
    ),
    "api.token": (
        "令牌在“我的接口令牌”页生成（或用命令 rectiflow user token），"
        "只显示一次；每次请求都要带上：",
        "A token is made under “My API tokens” (or with rectiflow user token) and shown once. "
        "Every request brings it:",
    ),
    "api.machine": ("供程序读取的说明（OpenAPI 3.1）", "For programs: OpenAPI 3.1"),
    "api.contents": ("目录", "Contents"),
    "api.scope": ("权限：{scope}", "scope: {scope}"),
    "api.field": ("参数", "Field"),
    "api.place": ("位置", "In"),
    "api.kind": ("类型", "Type"),
    "api.about": ("说明", "About"),
    "api.required": ("必填", "required"),
    "api.example": ("示例", "Example"),
    "api.answers": ("应答", "Answers"),
    "api.problems": ("错误类别", "Kinds of problems"),
    "api.status": ("状态码", "Status"),
    "api.problem_title": ("标题", "Title"),
}
