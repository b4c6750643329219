"""A JSON file of an area's folder is read strictly, and its reader is led to what is wrong (D2)."""

from pathlib import Path

import pytest
from pydantic import Field

from fengqiao.geo.errors import GeoError, InvalidArea
from fengqiao.geo.json_file import Part, Row, contents, each_once, read, wrong


class Shift(Row):
    id: str
    hours: list[int] = Field(max_length=2)
    planned: dict[str, int | None] = Field(default_factory=dict)


class Post(Row):
    code: str
    name_zh: str
    shifts: list[Shift]


class Posts(Row):
    version: str
    posts: list[Post]


class Versioned(Part):
    version: str


TEXT = """{
 "version": "警务站-2024",
 "posts": [
  {"code": "P1", "name_zh": "枫桥", "shifts": []},
  {"code": "岗二", "name_zh": "高桥",
   "shifts": [
    {"id": "早", "hours": [6, 14]},
    {"id": "晚",
     "hours": [14, 22], "planned": {"民警": 2}}
   ]}
 ]
}
"""


def written(folder: Path, text: str | bytes) -> Path:
    file = folder / "posts.json"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def test_D2_a_file_in_utf8_is_read_as_it_is_written(tmp_path: Path) -> None:
    posts = read(Posts, written(tmp_path, TEXT)).posts
    assert [post.name_zh for post in posts] == ["枫桥", "高桥"]
    assert posts[1].shifts[1].planned == {"民警": 2}
    assert read(Versioned, tmp_path / "posts.json").version == "警务站-2024"


@pytest.mark.parametrize(
    ("was", "by", "line", "sentence"),
    [
        ('"name_zh": "枫桥", ', "", 4, "posts[0].name_zh (P1): is missing."),
        ('"version": "警务站-2024",', "", 1, "version: is missing."),
        ("22]", '"夜"]', 9, "posts[1].shifts[1].hours[1] (岗二): Input should be a valid integer, unable to parse"),
        ("22]", "22, 23]", 9, "posts[1].shifts[1].hours (岗二): List should have at most 2 items"),
        # int or None: the file knows nothing of the branches of the type.
        ('"民警": 2', '"民警": "二"', 9, "posts[1].shifts[1].planned.民警 (岗二): Input should be a valid integer"),
        ('{"id": "早"', '{"colour": 1, "id": "早"', 7, "posts[1].shifts[0].colour (岗二): is not known."),
        ('"hours": [6, 14]', '"hours": 6', 7, "posts[1].shifts[0].hours (岗二): Input should be a valid list."),
        ('"shifts": []', '"shifts": [7]', 4, "posts[0].shifts[0] (P1): "),
    ],
)
def test_D2_what_is_wrong_comes_with_file_line_and_field(
    tmp_path: Path, was: str, by: str, line: int, sentence: str
) -> None:
    file = written(tmp_path, TEXT.replace(was, by, 1))
    with pytest.raises(InvalidArea) as refused:
        read(Posts, file)
    assert str(refused.value).startswith(f"{file} line {line}: {sentence}")
    assert (refused.value.file, refused.value.line) == (file, line)
    assert sentence.startswith(refused.value.field)
    assert str(refused.value).endswith(f": {refused.value.problem}.")


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ('{\n "posts": [,]\n}', 2, "is not JSON: Expecting value."),
        ("", 1, "is not JSON: Expecting value."),
        ("\ufeff{}", 1, "begins with a byte order mark: save it as UTF-8 without one."),
        ('{\n "version": "警务站"\n}'.encode("gb18030"), 2, "is not UTF-8."),
    ],
)
def test_D2_what_is_no_json_in_utf8_comes_with_its_line(
    tmp_path: Path, text: str | bytes, line: int, problem: str
) -> None:
    file = written(tmp_path, text)
    with pytest.raises(GeoError) as refused:
        read(Posts, file)
    assert str(refused.value) == f"{file} line {line}: {problem}"


@pytest.mark.parametrize("text", ["[" * 100_000, '{"version": ' + "1" * 5000 + "}"])
def test_D2_what_no_reader_can_hold_is_refused_too(tmp_path: Path, text: str) -> None:
    file = written(tmp_path, text)
    with pytest.raises(InvalidArea, match=r"posts\.json: is not JSON: "):
        contents(file)


def test_D2_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(InvalidArea) as refused:
        read(Posts, tmp_path / "posts.json")
    assert str(refused.value) == f"{tmp_path / 'posts.json'}: cannot be read: No such file or directory."
    with pytest.raises(InvalidArea, match="cannot be read: Is a directory"):
        contents(tmp_path)


def test_D2_fields_that_do_not_hold_together_are_led_to_as_well(tmp_path: Path) -> None:
    file = written(tmp_path, TEXT)
    said = str(wrong(file, "posts[1].shifts[0].hours", "end before they begin"))
    assert said == f"{file} line 7: posts[1].shifts[0].hours (岗二): end before they begin."
    assert str(wrong(file, "posts[9].code", "is gone")) == f"{file} line 3: posts[9].code: is gone."
    each_once(file, "posts[{}].code", ("P1", "岗二"))
    with pytest.raises(InvalidArea, match=r"line 5: posts\[1\]\.code \(岗二\): P1 is there twice\."):
        each_once(file, "posts[{}].code", ("P1", "P1"))
