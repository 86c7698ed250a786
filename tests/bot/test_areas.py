"""Show how an area is read, and which places lie in it."""

from datetime import UTC, datetime

import pytest

from bot.areas import covered, read_area
from bot.catalogue import load_gazetteer
from bot.sighting import place_matches, places_in
from matchers.places import distance_km, distance_to_leg_km
from matchers.types import EntryText, Field, Placement, PlacementKind, StoryEntry

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def asked(words, km=50):
    found = read_area(words, load_gazetteer(), km=km)
    return ([stop.name for stop in found.stops], found.km, found.unknown)


@pytest.mark.parametrize(
    ("words", "read"),
    [
        ("Gao 100", (["Gao"], 100, "")),
        ("gao", (["Gao"], 50, "")),
        ("Gao 100 km", (["Gao"], 100, "")),
        ("Bamako Sévaré 30", (["Bamako", "Sévaré"], 30, "")),
        ("Bamako–Ségou–Sévaré 30km", (["Bamako", "Ségou", "Sévaré"], 30, "")),
        ("Bamako - segou", (["Bamako", "Ségou"], 50, "")),
        ("Bamako-Ségou 20", (["Bamako", "Ségou"], 20, "")),
        ("Bobo Dioulasso Ouagadougou", (["Bobo-Dioulasso", "Ouagadougou"], 50, "")),
        ("Bamako San 30", (["Bamako", "San"], 30, "")),
        ("Atlantis 30", ([], 0, "Atlantis")),
        ("Mali 100", ([], 0, "Mali")),
        ("", ([], 50, "")),
    ],
)
def test_an_area_is_read(words, read):
    assert read == asked(words)


def names(words, km):
    found = read_area(words, load_gazetteer(), km=km)
    return [place.name for place in covered(found.stops, load_gazetteer(), km=found.km)]


def test_a_circle_holds_what_is_near_nearest_first_and_no_country():
    near = names("Gao 100", 100)

    assert "Gao" in near[:3]
    assert "Ansongo" in near
    assert {"Bamako", "Mali", "Kidal"}.isdisjoint(near)


def test_a_road_bends_where_it_is_told_to():
    straight, bent = names("Bamako Sévaré", 30), names("Bamako San Sévaré", 30)

    assert ("Ségou" in straight, "San" in straight, "San" in bent) == (True, False, True)


def test_the_distance_to_a_leg_is_to_its_ends_beyond_them():
    places = {place.name: place for place in load_gazetteer().places()}
    bamako, segou, gao = places["Bamako"], places["Ségou"], places["Gao"]

    assert 0 == round(distance_to_leg_km(bamako, bamako, end=segou))
    assert distance_to_leg_km(gao, bamako, end=segou) > 600
    assert distance_to_leg_km(gao, segou, end=segou) == pytest.approx(distance_km(gao, segou), rel=0.01)


def told(title, summary="", kind=PlacementKind.NEW):
    places = places_in(EntryText(title, summary, "fr", ()), ())
    seen = StoryEntry("1", title, NOW, NOW, summary)
    found = place_matches(places, Placement(seen, kind, "1", "1", 1.0))
    return {match.best.text: (match.entity, match.best.field) for match in found}


def test_a_storys_place_is_the_one_that_a_headline_names():
    assert ["Ansongo"] == list(told("Attaque près d'Ansongo", "Ménaka avait été visée hier, selon Bamako."))


def test_a_first_summary_names_the_place_when_the_headline_does_not_and_a_capital_only_speaks():
    assert {"Ansongo": ("ml-ansongo", Field.SUMMARY)} == told("Attaque au Mali", "Près d'Ansongo, selon Bamako.")
    assert {} == told("Attaque au Mali", "Près d'Ansongo.", PlacementKind.FOLLOW_UP)


def test_a_place_inside_another_word_is_none():
    assert {} == told("Ansongolais en colère au Mali")
