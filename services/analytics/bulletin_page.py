"""A bulletin as a page that reads on a screen and prints on A4. It asks for nothing from anywhere."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from html import escape
from typing import Any, Final

from services.analytics.domain.profile import Language

_STYLE: Final = """
:root { color-scheme: light; }
body { font: 14px/1.5 "Noto Sans SC", "Microsoft YaHei", "PingFang SC", system-ui, sans-serif; color: #1a1a1a;
  background: #fff; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
header { border-bottom: 3px solid #b01e1e; margin-bottom: 1rem; }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.1rem; margin: 1.5rem 0 .4rem; }
p.about { margin: .2rem 0 .8rem; color: #555; }
p.incomplete { border: 2px solid #b01e1e; padding: .5rem; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; }
th, td { border: 1px solid #999; padding: .25rem .5rem; text-align: left; vertical-align: top; }
th { background: #f2f2f2; } td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
@page { size: A4; margin: 15mm; }
@media print {
  body { max-width: none; margin: 0; padding: 0; font-size: 10pt; }
  thead { display: table-header-group; } tr, h2 { break-inside: avoid; } h2 { break-after: avoid; }
  th { background: none; border-bottom-width: 2px; }
}
"""
_WORDS: Final[Mapping[Language, Mapping[str, str]]] = {
    "zh": {
        "days": "统计日期",
        "made": "编制时间",
        "incomplete": "日志缺少部分事件，数字可能不完整。",
        "none": "无",
        "second": "秒",
        "minute": "分",
    },
    "en": {
        "days": "Days",
        "made": "Made",
        "incomplete": "Events are missing from the log: the figures may not be complete.",
        "none": "none",
        "second": "s",
        "minute": "min",
    },
}
_NUMBERS: Final = ("count", "share", "seconds", "yuan")


def page(bulletin: Mapping[str, Any], language: Language, zone: tzinfo) -> str:
    """HTML of the stored bulletin. zone: of its area, in which times are shown."""
    words = _WORDS[language]
    title = f"{bulletin['area_name'][language]} {bulletin['title'][language]}"
    made = datetime.fromisoformat(bulletin["made_at"]).astimezone(zone)
    body = "".join(_section(section, language, zone) for section in bulletin["sections"])
    warning = f'<p class="incomplete">{escape(words["incomplete"])}</p>' if bulletin["incomplete"] else ""
    return (
        f'<!doctype html>\n<html lang="{"zh-CN" if language == "zh" else "en"}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head>\n<body><header><h1>{escape(title)}</h1>"
        f'<p class="about">{words["days"]}: {bulletin["from"]} – {bulletin["to"]} · '
        f"{words['made']}: {made:%Y-%m-%d %H:%M} · {escape(bulletin['id'])}</p></header>\n{warning}<main>{body}</main>"
        "</body></html>\n"
    )


def _section(section: Mapping[str, Any], language: Language, zone: tzinfo) -> str:
    columns = section["columns"]
    head = "".join(f'<th scope="col">{escape(column["name"][language])}</th>' for column in columns)
    note = "" if section["note"] is None else f"<p>{escape(section['note'][language])}</p>"
    rows = "".join(
        "<tr>"
        + "".join(
            f"<td{' class=n' if column['kind'] in _NUMBERS else ''}>"
            f"{escape(shown(value, column['kind'], language, zone))}</td>"
            for value, column in zip(row, columns, strict=True)
        )
        + "</tr>"
        for row in section["rows"]
    )
    if not rows and section["note"] is None:
        note = f"<p>{escape(_WORDS[language]['none'])}</p>"
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>" if rows else ""
    return (
        f'<section id="{escape(section["id"])}"><h2>{escape(section["title"][language])}</h2>{note}{table}</section>\n'
    )


def shown(value: Any, kind: str, language: Language, zone: tzinfo) -> str:
    """A cell as people read it."""
    if value is None:
        return "–"
    if isinstance(value, dict):
        return str(value[language])
    match kind:
        case "share":
            return f"{value:.2%}" if value >= 0.001 or value == 0 else f"{value:.1e}"
        case "yuan":
            return f"{value:,.2f}"
        case "count":
            return f"{value:,}"
        case "seconds":
            words = _WORDS[language]
            if value < 120:
                return f"{value:.0f} {words['second']}"
            return f"{value / 60:.1f} {words['minute']}"
        case "instant":
            return f"{datetime.fromisoformat(value).astimezone(zone):%Y-%m-%d %H:%M}"
        case _:
            return str(value)
