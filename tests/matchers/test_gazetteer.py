"""Show that places are found in texts, and a place by any of its names."""

from importlib.resources import files

import pytest

from matchers.gazetteer import Gazetteer
from matchers.places import parse_places


@pytest.fixture(scope="module")
def gazetteer():
    return Gazetteer.compile(parse_places((files("matchers") / "data" / "places.toml").read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Attaque du GSIM contre un camp près de Gao", ["ml-gao"]),
        ("Le club de Gao bat Rival United au tennis", []),
        ("Convoy burns between Kidal and Tinzaouatène", ["ml-kidal", "ml-tinzaouaten"]),
        ("هجوم قرب كيدال في مالي", ["ml-kidal", "country-ml"]),
        ("Rien de tel ici", []),
        ("", []),
    ],
)
def test_places_are_found_in_the_order_of_the_text(gazetteer, text, places):
    assert places == [place.id for place in gazetteer.find(text)]


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("gao", "ml-gao"),
        ("GAO", "ml-gao"),
        ("غاو", "ml-gao"),
        ("Tinzawaten", "ml-tinzaouaten"),
        ("Gao Mopti", None),
        ("", None),
    ],
)
def test_a_place_is_found_by_any_of_its_names(gazetteer, words, place):
    assert place == getattr(gazetteer.named(words), "id", None)


def test_a_place_is_found_by_its_id(gazetteer):
    assert "Gao" == gazetteer.place("ml-gao").name
    assert gazetteer.place("nowhere") is None
