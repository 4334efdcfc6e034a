"""The documented examples read invented rows in the layout of the ledgers they describe."""

from datetime import UTC, date, datetime
from pathlib import Path

from ledgers.row import LedgerRow
from rules.vocabulary import Source
from tests.ledgers.files import naive, only, read, refused, text, warned, workbook

BOSTON = (
    "case_enquiry_id,open_dt,target_dt,closed_dt,ontime,case_status,closure_reason,case_title,"
    "subject,reason,type,queue,department,submittedphoto,closedphoto,location,fire_district,"
    "pwd_district,city_council_district,police_district,neighborhood,"
    "neighborhood_services_district,ward,precinct,location_street_name,location_zipcode,"
    "latitude,longitude,source"
)
AUDIT = (
    "序号", "集团", "所属责任公司", "问题来源", "问题简述", "提示问题金额（万元）", "问题类型",
    "整改计划及措施", "是否整改完成", "2025年上半年度金额类整改目标",
    "2025年年度非金额类整改目标", "本月金额类整改进展", "本年度金额类累计整改进展",
    "非金额类累计整改进展", "累计计提减值（万元）", "备注", "问题编号", "问题分类",
    "问题明细分类", "整改责任领导", "整改责任人", "验收负责人", "整改完成时间", "内外部审计",
    "红黑榜事项", "整改完成数量", "未完成整改数量", "目标设定完成时间",
)  # fmt: skip


def boston(path: Path, *cases: dict[str, str]) -> Path:
    names = BOSTON.split(",")
    given = [
        {"case_title": "Pothole", "reason": "Roads", "department": "PWDx", **case} for case in cases
    ]
    lines = [",".join(case.get(name, "") for name in names) for case in given]
    return text(path, "\n".join((BOSTON, *lines)))


def audit(path: Path, *findings: dict[str, object]) -> Path:
    given = [
        {"集团": "七星集团", "所属责任公司": "甲公司", "问题简述": "制度缺失", **finding}
        for finding in findings
    ]
    rows = [[finding.get(name) for name in AUDIT] for finding in given]
    return workbook(path, [AUDIT, *rows], lambda sheet: sheet.parent.create_sheet("Sheet1"))


def test_a_municipal_case_is_read_in_its_own_zone(tmp_path: Path) -> None:
    case = {
        "case_enquiry_id": "1", "open_dt": "2011-12-01 23:30:00",
        "target_dt": "2011-12-15 08:30:00", "closed_dt": "2011-12-16 00:10:00",
        "ontime": "OVERDUE", "case_status": "Closed", "closure_reason": " ", "location": "1 Elm St",
        "source": "Citizens Connect App",
    }  # fmt: skip
    row = only(read(boston(tmp_path / "a.csv", case), "boston311"))
    assert row.opened == datetime(2011, 12, 2, 4, 30, tzinfo=UTC)
    assert row.due == date(2011, 12, 15)
    assert (row.closed, row.closed_at) == (True, datetime(2011, 12, 16, 5, 10, tzinfo=UTC))
    assert (row.unit, row.category, row.source) == ("PWDx", "Roads", Source.ONLINE)
    assert (row.description, row.note) == ("Location: 1 Elm St", "")
    assert row.extra == {"target_dt": "2011-12-15 08:30:00", "ontime": "OVERDUE"}
    assert row.warnings == ()


def test_the_oddities_of_municipal_cases_are_survived(tmp_path: Path) -> None:
    opened = {"open_dt": "2011-08-05 14:20:00", "case_status": "Open"}
    cases = [
        {"case_enquiry_id": "1", **opened},
        {"case_enquiry_id": "2", **opened, "target_dt": "2059-12-31 00:00:00"},
        {"case_enquiry_id": "3", **opened, "target_dt": "2011-08-05 00:00:00"},
        {"case_enquiry_id": "4", **opened, "target_dt": "2011-08-04 00:00:00"},
        {"case_enquiry_id": "5", **opened, "location": "Caf\u00e9 Señor \u2013 rear"},
        {"case_enquiry_id": "6", **opened, "open_dt": " "},
        {"case_enquiry_id": "7", **opened, "source": "Carrier pigeon"},
    ]
    rows = read(boston(tmp_path / "a.csv", *cases), "boston311")
    taken = {row.number: row for row in rows if isinstance(row, LedgerRow)}
    assert taken["1"].due is None
    assert warned(taken["2"]) == [("target_dt", "due_far")]
    assert warned(taken["3"]) == []
    assert warned(taken["4"]) == [("target_dt", "due_before_opening")]
    assert taken["5"].description == "Location: Caf\u00e9 Señor \u2013 rear"
    assert refused(rows) == [(7, "open_dt", "required")]
    assert taken["7"].source == "Carrier pigeon"


def test_an_audit_finding_is_read(tmp_path: Path) -> None:
    finding: dict[str, object] = {
        "问题编号": 33, "问题来源": "集团全面审计", "整改计划及措施": "补齐制度",
        "是否整改完成": "是", "整改完成时间": naive(2024, 6, 4),
        "目标设定完成时间": naive(2024, 8, 1), "备注": 45345,
        "提示问题金额（万元）": 18130.9, "2025年上半年度金额类整改目标": " /", "序号": 1,
        "整改责任人": "江一", "整改责任领导": "海二", "验收负责人": "曹三",
        "本月金额类整改进展": "\\", "非金额类累计整改进展": "\n",
        "问题分类": "合同管理", "2025年年度非金额类整改目标": 300,
    }  # fmt: skip
    row = only(read(audit(tmp_path / "a.xlsx", finding), "zh-audit-ledger"))
    assert row == LedgerRow(
        row=2,
        number="甲公司/33",
        title="制度缺失",
        description="制度缺失\n整改计划及措施：补齐制度",
        category="合同管理",
        source="集团全面审计",
        unit="七星集团/甲公司",
        responsible="江一",
        leader="海二",
        verifier="曹三",
        due=date(2024, 8, 1),
        closed=True,
        closed_at=datetime(2024, 6, 3, 16, 0, tzinfo=UTC),
        note="45345",
        extra={"序号": "1", "提示问题金额（万元）": "18130.9", "2025年年度非金额类整改目标": "300"},
    )


def test_the_oddities_of_audit_ledgers_are_survived(tmp_path: Path) -> None:
    path = audit(
        tmp_path / "a.xlsx",
        {"问题编号": 33, "是否整改完成": "否", "整改完成时间": naive(2021, 8, 10)},
        {"问题编号": 34, "是否整改完成": "是", "整改完成时间": "\\"},
        {"问题编号": 33, "所属责任公司": "乙公司", "是否整改完成": "否"},
        {"问题编号": 33, "是否整改完成": "否", "问题简述": "另一个"},
        {"问题编号": " /", "是否整改完成": "否"},
    )
    rows = read(path, "zh-audit-ledger")
    taken = [row for row in rows if isinstance(row, LedgerRow)]
    assert [row.number for row in taken] == ["甲公司/33", "甲公司/34", "乙公司/33"]
    assert [row.closed for row in taken] == [False, True, False]
    assert taken[0].extra == {"整改完成时间": "2021-08-10"}
    assert [code for row in taken for _, code in warned(row)] == [
        "open_with_date", "closed_without_date",
    ]  # fmt: skip
    assert refused(rows) == [(5, "C5", "duplicate"), (6, "Q6", "required")]
