"""What the house's papers say, in Chinese and English: the words that ``make`` lays out."""

from __future__ import annotations

from typing import NamedTuple

Rows = tuple[tuple[str, str, str], ...]
"""What a line is about, what stands there, and the condition under which it does ("": always)."""


class Words(NamedTuple):
    """What all papers of a language have in common. A tab leads to the right edge; ``head`` is how
    many characters the red head has room for before it gets smaller."""

    head: int
    confidential: str
    signer: str
    seal: str
    copies: str
    registered: str
    sealed: str
    register: str


class Act(NamedTuple):
    """A letter. A text ``condition|words`` stands there only under its condition."""

    title: str
    to: str
    before: tuple[str, ...]
    facts: Rows
    after: tuple[str, ...] = ()
    signed: bool = True
    copied: bool = True


class Form(NamedTuple):
    """A form: a sentence, and a table."""

    title: str
    before: tuple[str, ...]
    rows: Rows
    to: str = ""
    signed: bool = True


WORDS = {
    "zh-CN": Words(
        head=13,
        confidential="【保密】本件只供办理人员阅看，不得转发。",
        signer="签发人：{{ signer or '　　　　' }}",
        seal="{{ issuer }}（印章）",
        copies="抄送：{{ copies }}。",
        registered="登记号：{{ serial }}\t{{ day }}印发",
        sealed="制发单位",
        register="登记号",
    ),
    "en": Words(
        head=38,
        confidential="CONFIDENTIAL: for those who work on the item only; not to be passed on.",
        signer="Signed: {{ signer }}",
        seal="{{ issuer }} (seal)",
        copies="Copy to: {{ copies }}",
        registered="Register: {{ serial }}\tIssued {{ day }}",
        sealed="Issued by",
        register="Register",
    ),
}

_TITLE = '{{ title or "（保密，请登录系统查看）" }}'
_TITLE_EN = '{{ title or "(confidential; please look it up in the system)" }}'
_FACTS: Rows = (
    ("事项题目：", _TITLE, ""),
    ("责任人：", "{{ responsible }}{% if leader %}；包案领导：{{ leader }}{% endif %}",
     "responsible"),
)  # fmt: skip
_FACTS_EN: Rows = (
    ("Title: ", _TITLE_EN, ""),
    ("Responsible person: ", "{{ responsible }}{% if leader %}; leader: {{ leader }}{% endif %}",
     "responsible"),
)  # fmt: skip
_TO = '{{ unit or "有关单位" }}{% if addressee %}并{{ addressee }}同志{% endif %}：'
_TO_EN = (
    'To: {{ unit or "the unit concerned" }}'
    "{% if addressee %}, for the attention of {{ addressee }}{% endif %}"
)
_LATE = (
    "{% if due %}整改时限为{{ due }}，{% endif %}"
    "{% if overdue %}截至{{ day }}已逾期{{ overdue }}个工作日，{% endif %}"
)
_LATE_EN = (
    "{% if due %} It was due on {{ due }}{% if overdue %}"
    " and is {{ overdue }} working day{{ '' if overdue == 1 else 's' }} late{% endif %}.{% endif %}"
)
_NEXT = "next_act|逾期仍未报送核查的，将依照规定予以{{ next_act }}。"
_NEXT_EN = "next_act|If it is not submitted then, the next step is: {{ next_act }}."

ACTS = {
    "zh-CN": {
        "letter": Act(
            "关于{{ ref }}号整改事项的提醒函", _TO,
            (f"你单位承办的{{{{ ref }}}}号整改事项，{_LATE}至今未报送核查。现予提醒。",), _FACTS,
            ("请抓紧整改，书面说明逾期原因，并将整改情况和佐证材料报送核查。收到本函后请予确认。",
             _NEXT),
        ),
        "interview": Act(
            "约谈通知书", _TO,
            (f"你单位承办的{{{{ ref }}}}号整改事项，{_LATE}经督促至今未办结。经研究，决定约谈责任人"
             "{{ responsible }}{% if leader %}和包案领导{{ leader }}{% endif %}。",), _FACTS,
            ("约谈时间、地点另行通知。请准备书面说明，内容包括逾期原因、目前进展、"
             "整改措施和完成时间。收到本通知书后请予确认。", _NEXT),
        ),
        "circular": Act(
            "关于{{ ref }}号整改事项逾期的通报", "各有关单位：",
            (f"{{{{ unit or '有关单位' }}}}承办的{{{{ ref }}}}号整改事项，{_LATE}"
             "经督促至今未办结。现将有关情况通报如下。",), _FACTS,
            ("承办单位要立即整改，并将结果报送核查。各有关单位要引以为戒，按期办理。", _NEXT),
        ),
        "listing": Act(
            "挂牌督办通知书", _TO,
            (f"你单位承办的{{{{ ref }}}}号整改事项，{_LATE}经多次督促至今未办结。"
             "经研究，决定挂牌督办。",), _FACTS,
            ("请{% if leader %}由包案领导{{ leader }}负责，{% endif %}明确措施、责任和完成时间，"
             "限期办结，并定期报告进展。办结并经核查、审批后予以摘牌。收到本通知书后请予确认。",),
        ),
        "reply": Act(
            "关于反映事项办理情况的答复", "（反映人）：",
            ("您反映的下列事项已办理，现将结果答复如下。",),
            (("事项编号：", "{{ ref }}", ""), ("事项题目：", "{{ title }}", "title"),
             ("承办单位：", "{{ unit }}", "unit"), ("办理结果：", "{{ outcome }}", "")),
            ("感谢您的监督和支持。",
             "（拟稿说明：请审核并填写反映人后送达，送达前删去本段；答复中不写责任人姓名。）"),
            signed=False, copied=False,
        ),
    },
    "en": {
        "letter": Act(
            "Letter of Reminder", _TO_EN,
            (f"Item {{{{ ref }}}}, in the charge of your unit, has not been submitted for "
             f"verification.{_LATE_EN}",), _FACTS_EN,
            ("Please put it right, explain the delay in writing, and submit the result with "
             "evidence. Please confirm that you have received this letter.", _NEXT_EN),
        ),
        "interview": Act(
            "Notice of Interview", _TO_EN,
            (f"Item {{{{ ref }}}}, in the charge of your unit, is still unsettled although urged."
             f"{_LATE_EN} It has been decided to interview the responsible person"
             "{% if responsible %}, {{ responsible }}{% endif %}"
             "{% if leader %}, and the leader, {{ leader }}{% endif %}.",), _FACTS_EN,
            ("Time and place follow. Please prepare a written account: why it is late, how it "
             "stands, what will be done and by when. Please confirm receipt.", _NEXT_EN),
        ),
        "circular": Act(
            "Circular", "To: all units concerned",
            ("Item {{ ref }}, in the charge of {{ unit or 'the unit concerned' }}, is still "
             f"unsettled although it was urged.{_LATE_EN} "
             "This is hereby made known.",), _FACTS_EN,
            ("The unit has to put it right at once and submit the result. All units are asked to "
             "settle what is assigned to them in time.", _NEXT_EN),
        ),
        "listing": Act(
            "Notice of Supervised Listing", _TO_EN,
            ("Item {{ ref }}, in the charge of your unit, is still unsettled although it has been "
             f"urged more than once.{_LATE_EN} It is now under listed supervision.",), _FACTS_EN,
            ("{% if leader %}The leader, {{ leader }}, answers for its settlement. {% endif %}"
             "Please name measures, people and dates, settle it in time, and report regularly. "
             "The listing ends when the item is verified and approved. Please confirm receipt.",),
        ),
        "reply": Act(
            "Reply", "To: (whoever raised it)",
            ("The matter below, which you raised, has been dealt with. The result follows.",),
            (("Item: ", "{{ ref }}", ""), ("Title: ", "{{ title }}", "title"),
             ("Dealt with by: ", "{{ unit }}", "unit"), ("Result: ", "{{ outcome }}", "")),
            ("Thank you for telling us.",
             "(Draft. For the office: please check it, fill in to whom it goes, take this "
             "paragraph out, and send it. It names no person who worked on it.)"),
            signed=False, copied=False,
        ),
    },
}  # fmt: skip

_LINES = "{%p for each in #s %}\n{{ each }}\n{%p endfor %}"
_UNIT = ("承办单位", "{{ unit }}", "unit")
_UNIT_EN = ("Unit", "{{ unit }}", "unit")

FORMS = {
    "zh-CN": {
        "order": Form(
            "整改事项交办单",
            ("现将下列事项交由你单位整改。请明确责任，按期完成，并将整改情况和佐证材料报送核查。"
             "收到后请予签收。",),
            (("事项编号", "{{ ref }}", ""), ("事项题目", _TITLE, ""), _UNIT,
             ("责任人", "{{ responsible }}", "responsible"), ("包案领导", "{{ leader }}", "leader"),
             ("整改时限", "{{ due }}", "due"),
             ("整改要求", _LINES.replace("#s", "requirement"), "requirement"),
             ("抄送", "{{ copies }}", "copies"),
             ("签收", "签收人：                    年   月   日", "")),
            to=_TO,
        ),
        "closing": Form(
            "整改事项销号单",
            ("end == 'approved'|下列事项经核查、审批，同意销号。",
             "end == 'merged'|下列事项与其他事项并案办理，予以销号。",
             "end == 'transferred'|下列事项已移送办理，予以销号。",
             "end == 'unsubstantiated'|下列事项经审核查否，不予立项，予以销号。",
             "end not in ('approved', 'merged', 'transferred', 'unsubstantiated')"
             "|下列事项已办结，予以销号。"),
            (("事项编号", "{{ ref }}", ""), ("事项题目", _TITLE, ""), _UNIT,
             ("责任人", "{{ responsible }}", "responsible"), ("包案领导", "{{ leader }}", "leader"),
             ("整改时限", "{{ due }}", "due"), ("办结结论", "{{ outcome }}", ""),
             ("整改轮次", "{{ round }}", ""), ("履历记录", "{{ events }}条", ""),
             ("履历校验值", "{{ head }}", "")),
        ),
        "minutes": Form(
            "约谈记录", (),
            (("约谈通知", "{{ act_number }}", "act_number"), ("事项编号", "{{ ref }}", ""),
             ("事项题目", _TITLE, ""), _UNIT, ("被约谈人", "{{ addressee }}", "addressee"),
             ("约谈人", "{{ held_by }}", "held_by"), ("约谈日期", "{{ held_on }}", "held_on"),
             ("约谈内容", _LINES.replace("#s", "minutes"), "minutes"),
             ("签字", "被约谈人：\n约谈人：\n记录人：", "")),
            signed=False,
        ),
    },
    "en": {
        "order": Form(
            "Order",
            ("The item below is assigned to your unit. Please make clear who answers for it, put "
             "it right in time, and submit the result with evidence. Please acknowledge receipt.",),
            (("Item", "{{ ref }}", ""), ("Title", _TITLE_EN, ""), _UNIT_EN,
             ("Responsible person", "{{ responsible }}", "responsible"),
             ("Leader", "{{ leader }}", "leader"), ("Deadline", "{{ due }}", "due"),
             ("Required", _LINES.replace("#s", "requirement"), "requirement"),
             ("Copy to", "{{ copies }}", "copies"), ("Received", "Name, date:", "")),
            to=_TO_EN,
        ),
        "closing": Form(
            "Closing Record",
            ("end == 'approved'|The item below has been verified and approved, and is struck off.",
             "end == 'merged'|The item below goes on as part of another one, and is struck off.",
             "end == 'transferred'|The item below has been handed to another body, and is struck "
             "off.",
             "end == 'unsubstantiated'|The item below was found unsubstantiated and not taken on, "
             "and is struck off.",
             "end not in ('approved', 'merged', 'transferred', 'unsubstantiated')"
             "|The item below has been settled, and is struck off."),
            (("Item", "{{ ref }}", ""), ("Title", _TITLE_EN, ""), _UNIT_EN,
             ("Responsible person", "{{ responsible }}", "responsible"),
             ("Leader", "{{ leader }}", "leader"), ("Deadline", "{{ due }}", "due"),
             ("Outcome", "{{ outcome }}", ""), ("Rounds of work", "{{ round }}", ""),
             ("Entries in the history", "{{ events }}", ""),
             ("Hash of the history", "{{ head }}", "")),
        ),
        "minutes": Form(
            "Minutes of an Interview", (),
            (("Notice", "{{ act_number }}", "act_number"), ("Item", "{{ ref }}", ""),
             ("Title", _TITLE_EN, ""), _UNIT_EN, ("Interviewed", "{{ addressee }}", "addressee"),
             ("Held by", "{{ held_by }}", "held_by"), ("Held on", "{{ held_on }}", "held_on"),
             ("What was said", _LINES.replace("#s", "minutes"), "minutes"),
             ("Signatures", "Interviewed:\nHeld by:\nKept by:", "")),
            signed=False,
        ),
    },
}  # fmt: skip
