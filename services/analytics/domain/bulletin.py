"""A bulletin as data: sections of titled tables in Chinese and English, from which page and spreadsheet are made (A6).

每日严格检查, 每周五汇总, 每周一通报: the daily check looks at yesterday, the Friday summary at the seven days up to
Thursday, the Monday bulletin at the week that is over, with overdue cases and supervision 执法监督.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal

from services.analytics.domain.cases import Overdue
from services.analytics.domain.comparing import Change, Line
from services.analytics.domain.hazards import Hazard
from services.analytics.domain.indicators import NOT_KEPT, Indicator
from services.analytics.domain.losses import Losses
from services.analytics.domain.periods import Compared, Span
from services.analytics.domain.profile import BulletinKind, Name
from services.analytics.domain.ranking import Ranking
from services.analytics.domain.reviewing import FINDINGS, Reviewed

ColumnKind = Literal["text", "count", "share", "seconds", "yuan", "instant"]
Value = str | int | float | None | Name
MOST_LISTED: Final = 50

TITLES: Final[Mapping[BulletinKind, Name]] = {
    "daily": Name("每日检查", "Daily check"),
    "friday": Name("每周汇总", "Friday summary"),
    "monday": Name("每周通报", "Monday bulletin"),
}
_LATE: Final = {
    "stage": Name("阶段超期", "too long in its stage"),
    "visit": Name("回访超期", "visit overdue"),
    "performance": Name("履行超期", "performance overdue"),
    "plan": Name("一案一策超期", "no plan in time"),
    "mediation": Name("调解期限已过", "the time to mediate has passed"),
}
_STAGES: Final = {
    "screened": Name("排查", "screened"),
    "assessed": Name("评估", "assessed"),
    "referred": Name("流转", "referred"),
    "in_resolution": Name("化解", "in resolution"),
    "disposed": Name("处置", "disposed"),
    "in_control": Name("管控", "in control"),
    "followed_up": Name("回访", "followed up"),
}
_GRADES: Final = {"yellow": Name("黄", "yellow"), "orange": Name("橙", "orange"), "red": Name("红", "red")}


@dataclass(frozen=True, slots=True)
class Column:
    name: Name
    kind: ColumnKind = "text"


@dataclass(frozen=True, slots=True)
class Section:
    """note: a sentence below the title; also what to say where there is no row."""

    id: str
    title: Name
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    note: Name | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "title": _json(self.title),
            "columns": [{"name": _json(column.name), "kind": column.kind} for column in self.columns],
            "rows": [[_json(value) for value in row] for row in self.rows],
            "note": None if self.note is None else _json(self.note),
        }


def _json(value: Value) -> Any:
    return {"zh": value.zh, "en": value.en} if isinstance(value, Name) else value


def spans(kind: BulletinKind, issued: date) -> Compared:
    """The days that a bulletin issued on this local day is about, and what they are held against."""
    match kind:
        case "daily":
            span = Span(issued - timedelta(days=1), issued - timedelta(days=1))
        case "friday":
            thursday = issued - timedelta(days=(issued.isoweekday() - 4) % 7 or 7)
            span = Span(thursday - timedelta(days=6), thursday)
        case "monday":
            sunday = issued - timedelta(days=issued.isoweekday())
            span = Span(sunday - timedelta(days=6), sunday)
    shift, year = timedelta(days=len(span)), timedelta(days=364)
    return Compared(
        span.first.isoformat(),
        span,
        Span(span.first - shift, span.last - shift),
        Span(span.first - year, span.last - year),
        False,
    )


def compared(lines: Iterable[Line], id: str = "compared", title: Name | None = None) -> Section:
    return Section(
        id,
        title or Name("警情同比、环比", "Incidents, year on year and period on period"),
        (
            Column(Name("类别", "Category")),
            Column(Name("本期", "Now"), "count"),
            Column(Name("上期", "Before"), "count"),
            Column(Name("环比", "Change")),
            Column(Name("去年同期", "Last year"), "count"),
            Column(Name("同比", "Year on year")),
        ),
        tuple(
            (
                line.name,
                line.count,
                line.on_period.before,
                line.on_period.text,
                line.on_year.before,
                line.on_year.text,
            )
            for line in lines
        ),
    )


def response_times(rows: Sequence[tuple[Name, Mapping[str, Any] | None]]) -> Section:
    """rows: a segment's name and the row that A1 answers for it, None where nothing was timed."""
    return Section(
        "response_times",
        Name("响应时间", "Response times"),
        (
            Column(Name("环节", "Segment")),
            Column(Name("起数", "Count"), "count"),
            Column(Name("平均", "Mean"), "seconds"),
            Column(Name("中位", "p50"), "seconds"),
            Column(Name("90%", "p90"), "seconds"),
            Column(Name("达标率", "Within target"), "share"),
        ),
        tuple(
            (name, 0, None, None, None, None)
            if row is None
            else (name, row["count"], row["mean_s"], row["p50_s"], row["p90_s"], row["within_target"])
            for name, row in rows
        ),
    )


def indicators(found: Iterable[Indicator]) -> Section:
    return Section(
        "indicators",
        Name("综合指挥室指标", "Command-room indicators"),
        (
            Column(Name("指标", "Indicator")),
            Column(Name("数", "Count"), "count"),
            Column(Name("总数", "Of"), "count"),
            Column(Name("比率", "Share"), "share"),
            Column(Name("口径", "How it is counted")),
        ),
        tuple((one.name, one.count, one.of, one.share, one.means) for one in found),
        Name("；".join(why.zh for _, _, why in NOT_KEPT) + "。", "; ".join(why.en for _, _, why in NOT_KEPT) + "."),
    )


def losses(lines: Sequence[tuple[Name, Losses, Change]]) -> Section:
    """lines: the view's name, its sums, and the change of its losses on the year."""
    return Section(
        "losses",
        Name("涉案损失与追回", "Losses and recoveries"),
        (
            Column(Name("类别", "View")),
            Column(Name("起数", "Count"), "count"),
            Column(Name("损失（元）", "Lost (yuan)"), "yuan"),
            Column(Name("追回（元）", "Recovered (yuan)"), "yuan"),
            Column(Name("止付（元）", "Prevented (yuan)"), "yuan"),
            Column(Name("追回车辆", "Vehicles recovered"), "count"),
            Column(Name("损失同比", "Losses, year on year")),
        ),
        tuple(
            (
                name,
                one.count,
                one.lost_yuan,
                one.recovered_yuan,
                one.prevented_yuan,
                one.vehicles_recovered,
                change.text,
            )
            for name, one, change in lines
        ),
    )


def rankings(found: Iterable[Ranking], by: Literal["station", "unit"]) -> Section:
    """The first and the worst on each clock, with the share in the first bucket."""
    rows: list[tuple[Value, ...]] = []
    for ranking in found:
        if not ranking.places:
            continue
        best, last = ranking.places[0], ranking.places[-1]
        named = [best] if best is last else [best, last]
        for place in named:
            worst = place.key == ranking.worst
            rows.append(
                (
                    ranking.clock.name,
                    place.name,
                    place.rank,
                    place.count,
                    place.mean_s,
                    place.buckets[0].within_s,
                    place.buckets[0].share,
                    Name("末位", "worst") if worst else None,
                )
            )
    return Section(
        f"rankings_by_{by}",
        Name("派出所排名", "Stations ranked") if by == "station" else Name("警组排名", "Crews ranked"),
        (
            Column(Name("环节", "Clock")),
            Column(Name("单位", "Who")),
            Column(Name("名次", "Rank"), "count"),
            Column(Name("起数", "Count"), "count"),
            Column(Name("平均", "Mean"), "seconds"),
            Column(Name("时限", "Within"), "seconds"),
            Column(Name("达标率", "Share"), "share"),
            Column(Name("点名", "Named")),
        ),
        tuple(rows),
    )


def unfinished(found: Iterable[Ranking]) -> Section:
    rows = tuple(
        (ranking.clock.name, one["number"], one["day"], one["incident_id"])
        for ranking in found
        for one in ranking.unfinished[:MOST_LISTED]
    )
    return Section(
        "unfinished",
        Name("未完成环节", "Unfinished"),
        (
            Column(Name("环节", "Clock")),
            Column(Name("警情编号", "Number")),
            Column(Name("日期", "Day")),
            Column(Name("警情标识", "Incident")),
        ),
        rows,
        None if rows else Name("无未完成环节", "Nothing is unfinished."),
    )


def overdue_cases(found: Sequence[Overdue], now: Any) -> Section:
    return Section(
        "overdue_cases",
        Name("超期案件督办", "Overdue cases"),
        (
            Column(Name("案件", "Case")),
            Column(Name("等级", "Grade")),
            Column(Name("阶段", "Stage")),
            Column(Name("事项", "What")),
            Column(Name("应于", "Due"), "instant"),
            Column(Name("超期（天）", "Days late"), "count"),
            Column(Name("责任人", "Who has it")),
        ),
        tuple(
            (
                late.case.id,
                _GRADES.get(late.case.grade or "", Name("未定级", "not graded")),
                _STAGES.get(late.case.stage, Name(late.case.stage, late.case.stage)),
                _LATE[late.what],
                late.since.isoformat(),
                (now - late.since).days,
                ", ".join(late.case.mediators) or Name("未指定", "nobody yet"),
            )
            for late in found[: 4 * MOST_LISTED]
        ),
        None if found else Name("无超期案件", "No case is overdue."),
    )


def overdue_hazards(found: Sequence[Hazard], now: datetime) -> Section:
    return Section(
        "overdue_hazards",
        Name("整改逾期隐患", "Hazards not put right in time"),
        (
            Column(Name("隐患", "Hazard")),
            Column(Name("类别", "Kind")),
            Column(Name("警格", "Grid cell")),
            Column(Name("应于", "Due"), "instant"),
            Column(Name("超期（天）", "Days late"), "count"),
        ),
        tuple(
            (one.id, one.kind, one.grid_cell, one.due_at.isoformat(), (now - one.due_at).days)
            for one in found[: 4 * MOST_LISTED]
            if one.due_at is not None
        ),
        None if found else Name("无逾期隐患", "No hazard is overdue."),
    )


def listed(id: str, title: Name, incidents: Sequence[Mapping[str, str]], none: Name) -> Section:
    """Incidents by number, such as small cases that are overdue."""
    return Section(
        id,
        title,
        (Column(Name("警情编号", "Number")), Column(Name("日期", "Day")), Column(Name("警情标识", "Incident"))),
        tuple((one["number"], one["day"], one["incident_id"]) for one in incidents[: 4 * MOST_LISTED]),
        None if incidents else none,
    )


def reviewed(found: Reviewed) -> Section:
    return Section(
        "review",
        Name("执法监督：警情抽查", "Supervision: records drawn for review"),
        (Column(Name("警情编号", "Number")), Column(Name("日期", "Day")), Column(Name("问题", "Findings"))),
        tuple(
            (
                one.number,
                one.day,
                Name(
                    "；".join(FINDINGS[name].zh for name in one.findings),
                    "; ".join(FINDINGS[name].en for name in one.findings),
                )
                if one.findings
                else Name("合格", "sound"),
            )
            for one in found.sample
        ),
        Name(
            f"已结{found.closed}起，抽查{len(found.sample)}起，合格{found.sound}起",
            f"{found.closed} closed, {len(found.sample)} drawn, {found.sound} sound.",
        ),
    )


def warnings(found: Sequence[Mapping[str, Any]]) -> Section:
    """found: warnings as they are stored."""
    return Section(
        "warnings",
        Name("态势预警", "Early warnings"),
        (
            Column(Name("预警", "Warning")),
            Column(Name("截至", "Until"), "instant"),
            Column(Name("预期", "Expected"), "count"),
            Column(Name("实际", "Seen"), "count"),
            Column(Name("偶然概率", "By accident"), "share"),
        ),
        tuple(
            (
                Name(one["text"]["zh"], one["text"]["en"]),
                one["ends"],
                round(one["expected"], 1),
                one["seen"],
                one["chance"],
            )
            for one in found
        ),
        None if found else Name("无预警", "No warning."),
    )
