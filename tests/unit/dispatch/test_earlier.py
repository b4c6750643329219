"""D9: which document of a place and month an incident is written into."""

from services.dispatch.earlier import SAME_PLACE_M, place_documents
from services.dispatch.entries import numbered
from services.dispatch.surroundings import square, squares_near
from tests.unit.dispatch.area import Area, incident


def test_D9_an_incident_lies_in_the_square_and_month_where_it_was_opened() -> None:
    area = Area().reported("a", place={"lon": 113.0, "lat": 28.0}).reported("b", place={"lon": 113.0, "lat": 28.0})
    documents, rows = place_documents("testarea", numbered(0, area.every, None))
    (document,) = documents
    assert document["_id"] == "testarea/{}.{}/2024-10".format(*square(113.0, 28.0))
    assert rows[document["_id"]] == [f"{incident(name)} 113.000000 28.000000" for name in "ab"]
    opened = [one.sequence for one in numbered(0, area.every, None) if one.event.TYPE == "fengqiao.incident.opened.v1"]
    assert document["sequence"] == opened[-1]


def test_D9_one_that_moves_lies_where_it_is_now_too_and_another_correction_writes_nothing() -> None:
    area = Area().reported("a").updated("a", place={"lon": 113.1, "lat": 28.1})
    documents, _ = place_documents("testarea", numbered(0, area.events, None))
    assert [one["_id"] for one in documents] == ["testarea/{}.{}/2024-10".format(*square(113.1, 28.1))]
    documents, _ = place_documents("testarea", numbered(0, area.updated("a", 3, weapon=True).events, None))
    assert documents == []


def test_D9_every_square_within_reach_of_a_place_is_looked_into() -> None:
    for lon, lat in ((113.0, 28.0), (113.0019999, 28.0019999), (113.001, 28.001)):
        near = squares_near(lon, lat, SAME_PLACE_M)
        assert square(lon, lat) in near
        assert 1 <= len(near) <= 4
        for east in (-0.0006, 0.0006):
            for north in (-0.00053, 0.00053):
                assert square(lon + east, lat + north) in near
