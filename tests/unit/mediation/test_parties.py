"""What is kept and shown of persons (M8)."""

import stat
from pathlib import Path

import pytest

from services.mediation.masking import masked
from services.mediation.party_marks import PartyKeyError, PartyMarks, party_key

MARKS = PartyMarks(b"k" * 32)


def test_M8_records_of_one_person_have_a_mark_in_common() -> None:
    first = MARKS.of("李建国", "138 0013 8000", "43010219700101123x")
    second = MARKS.of("李 建国", "+86 13800138000", None)
    third = MARKS.of("Li Jianguo", None, "43010219700101123X")
    assert set(first) & set(second)
    assert set(first) & set(third)
    assert not set(first) & set(MARKS.of("李建国", "13900139000", None))
    assert MARKS.of("李建国", None, None) == MARKS.of("李　建国", None, None)


def test_M8_a_mark_says_nothing_without_the_key() -> None:
    assert not set(MARKS.of("李建国", "13800138000", None)) & set(
        PartyMarks(b"j" * 32).of("李建国", "13800138000", None)
    )
    assert all("13800138000" not in mark and len(mark) == 64 for mark in MARKS.of("李", "13800138000", None))


def test_the_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "party-marks.key"
    assert party_key(file) == party_key(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_text("short")
    with pytest.raises(PartyKeyError, match="shorter"):
        party_key(file)


def test_a_masked_party_hides_who_it_is() -> None:
    shown = masked(
        {
            "id": "p1",
            "role": "party",
            "name": "李建国",
            "phone": "13800138000",
            "id_number": "430102197001011234",
            "address": "永定社区",
        }
    )
    assert shown == {
        "id": "p1",
        "role": "party",
        "name": "李某",
        "phone": "138****8000",
        "id_number": "4****4",
        "address": "****",
    }
    assert masked({"name": "李", "phone": "110"})["phone"] == "****"
