# ruff: noqa: E501  # titles of columns are read side by side
"""The justice bureau's report as a spreadsheet (M13): its columns and classes, the police's beside them. No names."""

import io
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import xlsxwriter

from services.mediation.domain.case import Case
from services.mediation.domain.kinds import Named
from services.mediation.domain.rules import Rules
from services.mediation.domain.scoring import settled

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_COLUMNS: Final = (
    ("序号", 6), ("案件编号", 44), ("受理时间", 17), ("办结时间", 17), ("司法分类代码", 12), ("司法分类", 14),
    ("公安分类代码", 12), ("公安分类", 14), ("来源", 16), ("调解方式", 10), ("协议形式", 10), ("涉及金额（元）", 14),
    ("涉及人数", 10), ("疑难复杂", 10), ("调解结果", 12), ("首调成功", 10), ("履行情况", 10), ("司法确认", 10),
    ("防止自杀", 10), ("防止民转刑", 12), ("防止群体性上访", 14), ("防止群体性械斗", 14), ("调解场所", 24),
)  # fmt: skip
_SOURCES: Final = {
    "initiative": "主动调解", "application": "依申请", "court": "委托移送（法院）", "procuratorate": "委托移送（检察院）",
    "police": "委托移送（公安）", "petition": "委托移送（信访）",
}  # fmt: skip
_OUTCOMES: Final = {
    "settled": "调解成功", "settled_on_scene": "当场调解成功", "failed": "调解不成", "withdrawn": "撤回", "transferred": "移送",
}  # fmt: skip
_PREVENTED: Final = ("suicide", "crime", "mass_petition", "fight")
_MODES: Final = {"people": "人民调解", "public_order": "治安调解"}
_UNCLASSED: Final = Named("", "未分类", "Unclassified")


def workbook(cases: Sequence[Case], period: str, rules: Rules) -> bytes:
    """The report of cases that were disposed of in `period` as .xlsx: a row each, sums by class, the crosswalk."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "remove_timezone": True}) as book:
        head = book.add_format(
            {"bold": True, "bg_color": "#DDE6F0", "border": 1, "text_wrap": True, "valign": "vcenter"}
        )
        money = book.add_format({"num_format": "#,##0.00"})
        when = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        _cases(book.add_worksheet("调解案件"), cases, rules, head, money, when)
        _sums(book.add_worksheet("分类汇总"), cases, period, rules, head, money)
        _crosswalk(book.add_worksheet("分类对照"), rules, head)
    return out.getvalue()


def justice_class(case: Case, rules: Rules) -> Named:
    """The class that was chosen, or the likeliest of its kind."""
    code = case.justice_class or next(iter(rules.kinds.justice_classes(case.kind)), "")
    return rules.kinds.classes.get(code, _UNCLASSED)


def _cases(sheet: Any, cases: Sequence[Case], rules: Rules, head: Any, money: Any, when: Any) -> None:
    for column, (title, width) in enumerate(_COLUMNS):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, title, head)
    sheet.freeze_panes(1, 2)
    for number, case in enumerate(cases, 1):
        for column, value in enumerate(_row(number, case, rules)):
            if value is None:
                continue
            if column in (2, 3):
                sheet.write_datetime(number, column, value, when)
            elif isinstance(value, str):
                # Never as a formula: an id of a venue may begin with anything.
                sheet.write_string(number, column, value)
            else:
                sheet.write_number(number, column, value, money if column == 11 else None)
    sheet.autofilter(0, 0, max(len(cases), 1), len(_COLUMNS) - 1)


def _row(number: int, case: Case, rules: Rules) -> list[Any]:
    kind, bureau = rules.kinds.name(case.kind), justice_class(case, rules)
    agreement = case.agreement
    venue = rules.force.venue(case.venue) if case.venue else None
    disposed = None if case.disposed_at is None else case.disposed_at.astimezone(rules.timezone)
    return [
        number,
        case.id,
        case.opened_at.astimezone(rules.timezone),
        disposed,
        bureau.code,
        bureau.name_zh,
        kind.code,
        kind.name_zh,
        _SOURCES.get(case.source or "", ""),
        _MODES.get(case.mode or "", "当场" if case.settled_on_scene else ""),
        ("口头" if agreement.oral else "书面") if agreement else "",
        case.money_yuan,
        case.people,
        "是" if case.grade in ("orange", "red") else "否",
        _OUTCOMES.get(case.outcome or "", ""),
        _yes(case.first_session_success),
        _yes(agreement.performed if agreement else None, "已履行", "未履行"),
        _yes(agreement.confirmed if agreement else None, "已确认", "未确认"),
        *("是" if what in case.prevented else "" for what in _PREVENTED),
        venue.name_zh if venue else case.venue,
    ]


def _yes(told: bool | None, yes: str = "是", no: str = "否") -> str:
    return "" if told is None else yes if told else no


def _sums(sheet: Any, cases: Sequence[Case], period: str, rules: Rules, head: Any, money: Any) -> None:
    titles = (
        "司法分类代码",
        "司法分类",
        "件数",
        "调解成功",
        "疑难复杂",
        "口头协议",
        "书面协议",
        "涉及人数",
        "涉及金额（元）",
    )
    sheet.write_string(0, 0, f"人民调解案件分类汇总 {period}")
    sheet.set_column(0, len(titles) - 1, 14)
    for column, title in enumerate(titles):
        sheet.write_string(1, column, title, head)
    by_class: dict[str, list[Case]] = {}
    for case in cases:
        by_class.setdefault(justice_class(case, rules).code, []).append(case)
    known = {code: named.name_zh for code, named in rules.kinds.classes.items()} | {"": _UNCLASSED.name_zh}
    codes = [code for code in known if code in by_class]
    for row, code in enumerate([*codes, None], 2):
        chosen = list(cases) if code is None else by_class[code]
        forms = Counter(case.agreement.oral for case in chosen if case.agreement)
        sheet.write_string(row, 0, "合计" if code is None else code)
        sheet.write_string(row, 1, "" if code is None else known[code])
        for column, count in enumerate(
            (
                len(chosen),
                sum(map(settled, chosen)),
                sum(case.grade in ("orange", "red") for case in chosen),
                forms[True],
                forms[False],
                sum(case.people or 0 for case in chosen),
            ),
            2,
        ):
            sheet.write_number(row, column, count)
        sheet.write_number(row, 8, sum(case.money_yuan or 0 for case in chosen), money)


def _crosswalk(sheet: Any, rules: Rules, head: Any) -> None:
    sheet.set_column(0, 3, 18)
    for column, title in enumerate(("公安分类代码", "公安分类", "司法分类代码", "司法分类")):
        sheet.write_string(0, column, title, head)
    row = 1
    for kind, classes in rules.kinds.crosswalk.items():
        if not kind.isdigit():
            continue
        for code in classes:
            named = rules.kinds.classes[code]
            for column, text in enumerate((kind, rules.kinds.name(kind).name_zh, code, named.name_zh)):
                sheet.write_string(row, column, text)
            row += 1
