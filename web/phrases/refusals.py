"""Why something is refused, in the reader's language: a sentence for each rule.

Rules say in English, with every detail, what is the matter; in Chinese there is a sentence for each
rule here. What is no rule's (a file, a name, a mail server) has its Chinese in ``rules.said``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from rules.errors import InputError, RectiflowError, Refusal, Refused
from rules.worded import in_chinese, worded

ZH: Mapping[str, str] = {
    "FollowTheLifecycle": "当前环节不能办理此事。",
    "HoldTheDuty": "您的身份不能办理此事。",
    "OneWriterAtATime": "事项刚刚被他人更改，请查看最新情况后再办。",
    "RequireReason": "请填写理由。",
    "RequireTitle": "标题不能为空。",
    "RequirePercent": "进度应在 0 到 100 之间。",
    "RequireKnownCategory": "问题类别不在目录内，请选择目录中的类别。",
    "RequireOpenMergeTarget": "并入的事项不存在、已销号或属于另一行动。",
    "RequireResponsibleInUnit": "请指定责任单位及该单位的在职责任人。",
    "RequireOpenUnit": "单位已停用，请改选接替它的单位，或请管理员重新启用。",
    "RequireAssignment": "尚未指定责任人，请先交办。",
    "RequireFutureDue": "期限已过，请填写以后的日期。",
    "KeepDueInSight": "期限过远，请填写较近的日期。",
    "KeepWithinSuperiorLimit": "不得晚于上级时限。",
    "RequireEvidence": "本轮尚未附佐证材料，请先上传再报核。",
    "RequireDigest": "请上传文件。",
    "RequireContent": "文件是空的，或有密码保护。",
    "RequireWholeFile": "文件已损坏，请重新保存后再传。",
    "AllowEvidenceKind": "不接受此类文件，请传照片、PDF、办公文档或文本。",
    "RefuseActiveContent": "文件含有程序、脚本、宏或网页，不能作为佐证材料。",
    "RefuseBombs": "文件展开后过大或无法在限度内检查，请分开或另存后再传。",
    "LimitEvidenceSize": "文件超过大小上限。",
    "LimitFilesAtOnce": "一次上传的文件过多，请分批上传。",
    "RequireIndependentVerifier": "请指定与责任单位无关、有核查职责的人。",
    "ForbidSelfVerification": "您是此事项的责任人或包案领导，不能自查自批。",
    "ForbidJudgingOwnUnit": "您属于责任单位，不能评判本单位的整改。",
    "ForbidApprovingOwnVerification": "核查人不能同时审批销号，请另一位督导办理。",
    "ForbidWaivingForOneself": "此例外不能由您准予，或对此人无须、不得准予。",
    "RequireChecklist": "请逐项核对并勾选审批清单。",
    "ForbidInBulk": "此事须逐项办理，不能批量办理。",
    "ForbidBulkApproval": "按规则，此事项须逐项审批，不能批量批准销号。",
    "KnowTheItem": "没有这个事项。",
    "RequireRunningClock": "事项已中止计时，请先恢复。",
    "RequireStoppedClock": "事项没有中止计时。",
    "RequireRelapsePossible": "此事项的办结结论不能重启，请登记新事项。",
    "NeverEarly": "还没有到点的步骤。",
    "RequireLaterDue": "新期限须晚于现行期限。",
    "RequireUnexpiredDue": "期限已过或尚无期限，不能申请延期。",
    "LimitExtensions": "延期次数已达上限。",
    "OneRequestAtATime": "已有一项延期申请待审批。",
    "RequirePendingRequest": "没有待审批的延期申请。",
    "RequireListedReason": "请从规定的延期理由中选择。",
    "LimitExtensionLength": "一次延期的天数超过上限。",
    "RequireDecider": "按规则，延期不由您审批。",
    "LimitHold": "中止计时的截止日不在允许的范围内。",
    "OneHoldRequestAtATime": "已有一项中止申请待审批。",
    "RequirePendingHoldRequest": "没有待审批的中止申请。",
    "RequireUnservedAct": "没有待送达的督办文书。",
    "RequireUnconfirmedAct": "没有待确认的督办文书。",
    "KeepServiceInTime": "送达日期不在允许的范围内。",
    "RequireMinutes": "请填写约谈记录。",
    "LimitStay": "暂缓升级的截止日不在允许的范围内。",
    "RequireRunningStay": "当前没有暂缓升级。",
    "RequireLongPassword": "密码不足 10 个字符。",
    "RequireShorterPassword": "密码超过 256 个字符。",
    "ForbidLoginAsPassword": "密码不能包含账号。",
    "ForbidGuessedPassword": "这个密码太容易被猜到，请换一个。",
    "RequireOldPassword": "原密码不正确。",
    "RequireNewPassword": "新密码与原密码相同。",
    "RequireShownCode": "验证码不正确。",
    "OneSecondFactor": "已经开启两步验证。",
    "RequireCandidate": "请选择由谁担任管理员。",
    "RequireOpenAccount": "此账号已停用。",
    "KeepAnAdministrator": "此人是管理员，请先取消其管理员身份或另设管理员。",
    "RequireActivePerson": "此人已停用。",
    "LetCoordinatorsDecide": "须由整改办决定。",
    "AdministerTheConsole": "只有管理员可以办理。",
    "NotOneself": "不能对自己办理，请由其他管理员办理。",
    "MergeDraftsOnly": "只有待确认的单位或人员可以归并。",
    "MergeTwo": "不能归并到自己。",
    "MergeUpwards": "不能归并到自己的下级单位，请先调整隶属。",
    "MoveSideways": "不能调整到自己或自己的下级单位之下。",
    "CloseEmptyUnits": "单位名下还有未销号事项、未停用的下级单位或在职人员，请先处理或移交。",
    "KeepTheRoot": "最上级单位不能停用。",
    "ConfirmDraftsFirst": "单位待确认，请先确认或归并。",
    "HandOverOutside": "不能移交给自己或自己的下级单位。",
    "OpenClosedUnits": "单位没有停用。",
    "KeepJudgesApart": "归并后同一人既承办又核查，请先改派或另行指定核查人。",
    "RequireSeatToChange": "事项没有提到此单位或人员。",
    "RequireStorable": "文字过长，或有无法保存的字符。",
    "RequireContact": "责任人已经联系不上。",
    "RequireLostContact": "责任人联系得上。",
    "RequireComputedDue": "期限由人工指定，或已是此日期，不再重算。",
    "RequireKnownPolicy": "没有这个规则，或事项已按此规则办理。",
}

DUTIES: Mapping[str, str] = {
    "a coordinator over its unit": "该单位的整改办",
    "a supervisor over its unit": "该单位的督导",
    "its verifier": "核查人",
    "its responsible person": "责任人",
    "its leader": "包案领导",
    "the program itself": "系统",
    "somebody of a co-unit": "协办单位人员",
    "somebody who works on it": "参与办理或者督办本事项的人员",
}
"""Relations as ``rules.duties`` words them."""


def reason_of(refusal: Refusal, lang: str) -> str:
    """Why not, and what it would take, in one or two sentences."""
    if not lang.startswith("zh") or refusal.rule not in ZH:
        return worded(str(refusal), lang)
    said = ZH[refusal.rule]
    if refusal.rule == "HoldTheDuty" and refusal.remedy.startswith("It takes "):
        words = refusal.remedy.removeprefix("It takes ").rstrip(".")
        who = [DUTIES.get(part, part) for part in words.split(" or ")]
        return f"须由{'、'.join(who)}办理。"
    return said


def told(error: RectiflowError, lang: str, label: str = "") -> str:
    """What went wrong with what somebody has sent; ``label`` names the field it is about.

    Where in a file is told, and which setting; not where the file lies.
    """
    if isinstance(error, Refused):
        return reason_of(error.refusal, lang)
    where = place(error.where, lang) if isinstance(error, InputError) else ""
    if not lang.startswith("zh"):
        said = worded(f"{error.message} {error.hint}".strip(), lang)
        return f"{label or where}: {said}" if label or where else said
    said = in_chinese(error.message)
    if not said:
        return _UNTOLD[isinstance(error, InputError)].format(f"“{label}”" if label else "内容")
    said += in_chinese(error.hint)
    return f"“{label}”填写有误：{said}" if label else f"{where}：{said}" if where else said


_UNTOLD = ("暂时无法办理，请稍后再试，或联系系统管理员。", "{}填写有误或未填写。")
"""What is said of an error that has no words here; of an input that has none."""

_ROW = re.compile(r"(?:^|, |:)(?:(row|line) )?(\d+)(?:, ([A-Z]{1,3}\d+))?$")


def place(where: str, lang: str) -> str:
    """The row of a file, or the setting, that an error is about; empty for anything else."""
    if found := _ROW.search(where):
        row = worded(f"{found[1] or 'line'} {found[2]}", lang)
        return f"{row} {found[3]}" if found[3] else row
    return where if where.replace("_", "").isupper() else ""
