"""Names of residential compounds that many towns have, none of them twice in one area."""

from __future__ import annotations

from typing import Final

_STEMS: Final = (
    ("锦绣", "Jinxiu"), ("阳光", "Yangguang"), ("翠竹", "Cuizhu"), ("金桂", "Jingui"), ("碧波", "Bibo"),
    ("紫荆", "Zijing"), ("景秀", "Jingxiu"), ("康乐", "Kangle"), ("东方", "Dongfang"), ("嘉园", "Jiayuan"),
    ("华庭", "Huating"), ("福临", "Fulin"), ("听雨", "Tingyu"), ("望江", "Wangjiang"), ("明珠", "Mingzhu"),
    ("丽景", "Lijing"), ("怡和", "Yihe"), ("盛世", "Shengshi"), ("枫华", "Fenghua"), ("湘宁", "Xiangning"),
    ("碧桂", "Bigui"), ("百草", "Baicao"), ("江湾", "Jiangwan"), ("月城", "Yuecheng"), ("邛海", "Qionghai"),
    ("航天", "Hangtian"), ("凤凰", "Fenghuang"), ("金域", "Jinyu"), ("翡翠", "Feicui"), ("水岸", "Shui'an"),
    ("云顶", "Yunding"), ("书香", "Shuxiang"), ("绿地", "Lüdi"), ("世纪", "Shiji"), ("天和", "Tianhe"),
    ("泰安", "Tai'an"), ("同心", "Tongxin"), ("滨河", "Binhe"), ("南苑", "Nanyuan"), ("北苑", "Beiyuan"),
    ("东苑", "Dongyuan"), ("西苑", "Xiyuan"), ("荣盛", "Rongsheng"), ("名门", "Mingmen"), ("御景", "Yujing"),
    ("观澜", "Guanlan"),
)  # fmt: skip
_KINDS: Final = (
    ("花园", "Garden"), ("小区", "Compound"), ("家苑", "Court"), ("公寓", "Apartments"),
    ("名邸", "Residence"), ("新村", "New Village"),
)  # fmt: skip
_FEW: Final = 20
"""An area that can do with the first stems has them only."""


def compound_name(n: int, total: int) -> tuple[str, str]:
    """Chinese and English of compound `n` of `total`."""
    stems = _STEMS[:_FEW] if total <= _FEW * len(_KINDS) else _STEMS
    # Walking the stems, and the endings once per round of stems, repeats none.
    zh, en = stems[n % len(stems)]
    kind_zh, kind_en = _KINDS[n // len(stems)]
    return f"{zh}{kind_zh}", f"{en} {kind_en}"
