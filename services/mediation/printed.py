# ruff: noqa: E501  # the words of a document are not broken
"""Documents of a case to print or keep as PDF: the agreement 调解协议书 and what is told on failure 告知书. Chinese, A4,
one self-contained HTML page each; nothing is fetched from anywhere."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any, Final

from services.mediation.domain.case import Case, Duty
from services.mediation.domain.rules import Rules

_STYLE: Final = """
@page { size: A4; margin: 25mm 22mm; }
body { font: 12pt/1.9 "Songti SC", SimSun, "Noto Serif CJK SC", serif; color: #000; max-width: 170mm; margin: 10mm auto; }
h1 { font-size: 20pt; text-align: center; letter-spacing: .2em; margin: 0 0 4mm; }
h2 { font-size: 13pt; margin: 6mm 0 1mm; }
.number { text-align: right; font-size: 10pt; }
table { border-collapse: collapse; width: 100%; } th, td { border: 1px solid #000; padding: 1mm 2mm; text-align: left; }
th { font-weight: normal; background: #eee; } p { margin: 1mm 0; text-indent: 2em; } ol { margin: 1mm 0; }
.sign { display: flex; flex-wrap: wrap; gap: 10mm 20mm; margin-top: 10mm; break-inside: avoid; }
.sign div { min-width: 65mm; } .sign u { display: inline-block; min-width: 35mm; } .seal { text-align: right; margin-top: 8mm; }
@media print { body { margin: 0; } }
"""
_ROLES: Final = {"party": "当事人", "guardian": "监护人", "representative": "代理人", "witness": "见证人"}
_REMEDIES: Final = {
    "litigation": "向有管辖权的人民法院提起诉讼",
    "arbitration": "依法申请仲裁",
    "penalty": "由公安机关依法对违反治安管理行为作出处理决定",
    "administrative_ruling": "依法申请行政裁决或者行政复议",
}

Parties = Sequence[Mapping[str, Any]]
Words = Mapping[str, Any]


def agreement_page(case: Case, parties: Parties, words: Words, rules: Rules) -> str:
    """The agreement of a case that has one. parties: unmasked. words: of its paper. Raises ValueError without one."""
    agreement = case.agreement
    if agreement is None:
        raise ValueError("the case has no agreement")
    public = case.mode == "public_order"
    title = "治安调解协议书" if public else "人民调解口头协议登记表" if agreement.oral else "人民调解协议书"
    duties = "".join(
        f"<li>{escape(text)}{_bound(duty, parties, rules)}</li>"
        for text, duty in zip(words["duties"], agreement.duties, strict=True)
    )
    signed = {signature.party: signature.signed_at for signature in agreement.signatures}
    signatures = "" if agreement.oral else _signatures(parties, signed, rules)
    confirm = ""
    if agreement.confirm_by is not None:
        confirm = (
            f"<p>双方当事人认为有必要的，可以自本协议生效之日起三十日内（{_day(agreement.confirm_by, rules)}前）"
            "共同向人民法院申请司法确认。</p>"
        )
    seal = rules.force.venue(agreement.seal) if agreement.seal else None
    body = f"""
{_parties(parties)}
<h2>纠纷主要事实、争议事项</h2><p>{escape(words["facts"])}</p>
<h2>双方达成的协议内容</h2><ol>{duties}</ol>
<h2>履行方式、地点、期限</h2>
<p>履行方式：{escape(words["manner"])}</p><p>履行地点：{escape(words["place"])}</p>
<p>履行期限：{_day(agreement.deadline, rules)}前</p>
{confirm}
<p>{_effect(public, agreement.oral)}</p>
{signatures}
<div class="sign"><div>调解员：<u>&nbsp;</u></div><div>记录人：<u>&nbsp;</u></div></div>
<div class="seal">{escape(seal.name_zh if seal else agreement.seal or "")}（盖章）<br>{_day(agreement.at, rules)}</div>
"""
    return _page(title, case, body, rules)


def scene_page(case: Case, parties: Parties, words: Words | None, rules: Rules) -> str:
    """The short form 简易程序 of a quarrel that was settled on the scene."""
    facts = escape(str((words or {}).get("description", ""))) or "双方因琐事发生纠纷。"
    body = f"""
{_parties(parties)}
<h2>简要事实</h2><p>{facts}</p>
<h2>调解结果</h2><p>经现场调解，双方自愿达成协议并当场履行，就此事不再追究。</p>
{_signatures(parties, {}, rules)}
<div class="sign"><div>现场民警：<u>&nbsp;</u></div><div>{_day(case.opened_at, rules)}</div></div>
"""
    return _page("现场调解协议书（简易）", case, body, rules)


def notice_page(case: Case, parties: Parties, rules: Rules) -> str:
    """What the parties are told when mediation has failed, and what is open to them."""
    ways = "".join(f"<li>{_REMEDIES[way]}；</li>" for way in case.open_to)
    body = f"""
{_parties(parties)}
<p>你们之间的纠纷经调解未能达成协议，调解终结。依法告知：当事人可以通过下列途径维护自己的权利：</p>
<ol>{ways}</ol>
<p>在此期间请保持克制，不得采取过激行为；如有人身危险，请立即拨打110。</p>
{_signatures(parties, {}, rules)}
<div class="seal">（盖章）<br>{_day(case.disposed_at or case.opened_at, rules)}</div>
"""
    return _page("终止调解告知书", case, body, rules)


def _page(title: str, case: Case, body: str, rules: Rules) -> str:
    kind = rules.kinds.name(case.kind).name_zh
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1>"
        f'<div class="number">编号：{escape(case.id)}　纠纷类型：{escape(kind)}</div>{body}</body></html>\n'
    )


def _parties(parties: Parties) -> str:
    rows = "".join(
        f"<tr><td>{_ROLES.get(one['role'], '')}</td><td>{escape(one['name'])}{'（未成年人）' if one.get('minor') else ''}"
        f"</td><td>{escape(one.get('id_number') or '')}</td><td>{escape(one.get('phone') or '')}</td>"
        f"<td>{escape(one.get('address') or '')}</td></tr>"
        for one in parties
    )
    return (
        f"<table><tr><th>身份</th><th>姓名（名称）</th><th>证件号码</th><th>电话</th><th>住址</th></tr>{rows}</table>"
    )


def _signatures(parties: Parties, signed: Mapping[str, datetime], rules: Rules) -> str:
    lines = []
    for one in parties:
        if one["role"] == "witness" or one.get("minor"):
            continue
        at = f"<br>{_day(signed[one['id']], rules)}" if one["id"] in signed else ""
        lines.append(f"<div>{_ROLES.get(one['role'], '')}（签名、捺印）：<u>{escape(one['name'])}</u>{at}</div>")
    return f'<div class="sign">{"".join(lines)}</div>'


def _bound(duty: Duty, parties: Parties, rules: Rules) -> str:
    name = next((one["name"] for one in parties if one["id"] == duty.party), None)
    who = f"义务人：{escape(name)}，" if name else ""
    return f"（{who}{_day(duty.deadline, rules)}前履行）"


def _effect(public: bool, oral: bool) -> str:
    if public:
        return "经调解达成协议并履行的，公安机关对违反治安管理行为人不予处罚；不履行的，依法处罚。"
    if oral:
        return "口头调解协议自各方当事人达成协议之日起生效，由人民调解员记录在案。"
    return "本协议自各方当事人签名、盖章或者按指印，人民调解员签名并加盖印章之日起生效，具有法律约束力，当事人应当按照约定履行。"


def _day(moment: datetime, rules: Rules) -> str:
    local = moment.astimezone(rules.timezone)
    return f"{local.year}年{local.month}月{local.day}日"
