"""Show what the gazetteer reader accepts, refuses and measures."""

from pathlib import Path

import pytest

from matchers.places import PlaceError, distance_km, parse_places

GAZETTEER = (Path(__file__).parents[2] / "matchers/data/places.toml").read_text(encoding="utf-8")
ROW = """
[context]
ML = ["mali"]

[[place]]
id = "ml-gao"
name = "Gao"
names = { ar = "غاو" }
country = "ML"
kind = "town"
lat = 16.272
lon = -0.045
ambiguous = true
"""


def places_by_id():
    return {place.id: place for place in parse_places(GAZETTEER)}


def test_a_place_carries_the_context_of_its_country():
    (gao,) = parse_places(ROW)

    assert ("mali",) == gao.context


def test_a_place_has_a_name_in_each_language_or_the_english_one():
    (gao,) = parse_places(ROW)

    assert ("غاو", "Gao") == (gao.name_in("ar"), gao.name_in("fr"))


def test_gao_and_kidal_are_two_hundred_and_eighty_kilometres_apart():
    places = places_by_id()

    assert pytest.approx(286, abs=3) == distance_km(places["ml-gao"], places["ml-kidal"])


def test_a_distance_is_the_same_both_ways_and_none_to_itself():
    places = places_by_id()
    there = distance_km(places["ml-bamako"], places["ne-niamey"])

    assert there == distance_km(places["ne-niamey"], places["ml-bamako"])
    assert 0 == distance_km(places["ml-bamako"], places["ml-bamako"])


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('kind = "town"', 'kind = "star"', "ml-gao: unknown kind star"),
        ("lat = 16.272", "lat = 162.72", "ml-gao: 162.72, -0.045 is not on the globe"),
        ("lat = 16.272", "", "ml-gao: lat missing"),
        ("ambiguous = true", "colour = 1", "ml-gao: unknown field colour"),
        ('ML = ["mali"]', "", "ml-gao: ambiguous, and there is no context for ML"),
    ],
)
def test_a_wrong_place_is_refused_with_its_name_and_the_reason(old, new, reason):
    with pytest.raises(PlaceError) as caught:
        parse_places(ROW.replace(old, new))

    assert reason == str(caught.value)


def test_two_places_with_one_id_are_refused():
    row = ROW[ROW.index("[[place]]") :]
    with pytest.raises(PlaceError, match="ml-gao: stands twice"):
        parse_places(ROW + row)


def test_broken_toml_is_refused_as_a_gazetteer_error():
    with pytest.raises(PlaceError, match="gazetteer"):
        parse_places("[[place")
