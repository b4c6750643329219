"""Datums: published check values, and inverses within a millimetre."""

from __future__ import annotations

from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fengqiao.geo.datums import Datum, from_wgs84, to_wgs84
from fengqiao.geo.distance import haversine_metres
from fengqiao.geo.errors import InvalidPlace

# A kilometre inside the box that is shifted: on its rim no inverse can be exact.
china = st.tuples(st.floats(72.1, 137.7), st.floats(0.9, 55.7))
mainland = st.tuples(st.floats(73.0, 135.0), st.floats(18.0, 53.0))
"""South of it, over the sea, GCJ-02 leaves some places where they are; here it moves by 17 m at least (searched)."""
globe = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


@pytest.mark.parametrize(
    ("wgs84", "gcj02"),
    [
        # The check values of googollee/eviltransform: Shanghai, Shenzhen, Beijing.
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
        # wandergis/coordtransform.
        ((116.404, 39.915), (116.41024449916938, 39.91640428150164)),
    ],
)
def test_I3_gcj02_agrees_with_published_values(wgs84: tuple[float, float], gcj02: tuple[float, float]) -> None:
    assert from_wgs84(*wgs84, Datum.GCJ02) == pytest.approx(gcj02, abs=1e-9)


def test_I3_bd09_agrees_with_a_published_value() -> None:
    # wandergis/coordtransform: gcj02tobd09(116.404, 39.915).
    wgs84 = to_wgs84(116.404, 39.915, Datum.GCJ02)
    assert from_wgs84(*wgs84, Datum.BD09) == pytest.approx((116.41036949371029, 39.92133699351021), abs=1e-9)


def test_I3_bd09_inverse_is_near_the_published_approximation() -> None:
    # wandergis/coordtransform: bd09togcj02(116.404, 39.915), an approximation good to some decimetres.
    gcj02 = from_wgs84(*to_wgs84(116.404, 39.915, Datum.BD09), Datum.GCJ02)
    assert haversine_metres(*gcj02, 116.39762729119315, 39.90865673957631) < 0.5


@given(china, st.sampled_from(Datum))
def test_I3_there_and_back_is_within_a_millimetre(place: tuple[float, float], datum: Datum) -> None:
    assert haversine_metres(*to_wgs84(*from_wgs84(*place, datum), datum), *place) <= 0.001


@given(china, st.sampled_from(Datum))
def test_I3_back_and_there_is_within_a_millimetre(place: tuple[float, float], datum: Datum) -> None:
    assert haversine_metres(*from_wgs84(*to_wgs84(*place, datum), datum), *place) <= 0.001


@given(mainland)
def test_I3_gcj02_moves_a_place_by_some_hundred_metres(place: tuple[float, float]) -> None:
    assert 10 < haversine_metres(*from_wgs84(*place, Datum.GCJ02), *place) < 800


def test_I3_gcj02_leaves_the_rest_of_the_world_alone() -> None:
    assert from_wgs84(-113.49, 53.54, Datum.GCJ02) == (-113.49, 53.54)


@given(globe)
def test_I3_wgs84_is_left_alone(place: tuple[float, float]) -> None:
    assert to_wgs84(*place, "wgs84") == place == from_wgs84(*place, "wgs84")


@pytest.mark.parametrize("place", [(181.0, 0.0), (0.0, 90.1), (nan, 0.0), (0.0, float("inf"))])
def test_I3_what_is_no_place_is_refused(place: tuple[float, float]) -> None:
    with pytest.raises(InvalidPlace, match="is no place"):
        to_wgs84(*place, Datum.GCJ02)
    with pytest.raises(InvalidPlace):
        from_wgs84(*place, Datum.BD09)


def test_I3_an_unknown_datum_is_refused() -> None:
    with pytest.raises(ValueError, match="wgs72"):
        to_wgs84(113.0, 28.0, "wgs72")


def test_distance_of_a_degree_of_latitude() -> None:
    assert haversine_metres(113.0, 28.0, 113.0, 29.0) == pytest.approx(111_195.08, abs=0.1)
    assert haversine_metres(0.0, 0.0, 180.0, 0.0) == pytest.approx(20_015_115, abs=10)
