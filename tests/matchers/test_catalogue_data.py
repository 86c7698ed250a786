"""Hold the shipped catalogue, gazetteer and labelled sentences to what others rely on."""

import json
import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from matchers.places import parse_places

ROOT = Path(__file__).parents[2]
DATA = ROOT / "matchers/data"
GOLD = ROOT / "tests/gold"
FAMILIES = {
    *("alliance", "jihadists", "tuareg-groups", "leaders", "juntas", "forces", "institutions", "accords"),
    "armed-groups",
}
# Latitude and longitude that no part of the country lies outside of, rounded outwards.
BOXES = {
    "ML": (10.1, 25.1, -12.3, 4.3),
    "BF": (9.3, 15.1, -5.6, 2.5),
    "NE": (11.6, 23.6, 0.1, 16.0),
    "DZ": (18.9, 37.2, -8.7, 12.0),
    "MR": (14.7, 27.4, -17.1, -4.8),
    "BJ": (6.2, 12.5, 0.7, 3.9),
    "TG": (6.1, 11.2, -0.2, 1.9),
    "CI": (4.3, 10.8, -8.7, -2.4),
    "GH": (4.7, 11.2, -3.3, 1.2),
    "NG": (4.2, 13.9, 2.6, 14.7),
    "SN": (12.3, 16.7, -17.6, -11.3),
    "LY": (19.5, 33.2, 9.3, 25.2),
    "GN": (7.1, 12.7, -15.1, -7.6),
    "TD": (7.4, 23.5, 13.4, 24.1),
}
FIVE = {"aes", "jnim", "goita", "tuareg", "liptako_gourma"}
ETHNONYMS = {
    "tuareg",
    "touareg",
    "touaregs",
    "tuaregs",
    "الطوارق",
    "طوارق",
    "fulani",
    "peul",
    "peuls",
    "songhai",
    "dogon",
}


def documents():
    return {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(DATA.glob("*.toml"))}


def entities():
    return [
        {**entity, "families": entity.get("families", [document["family"]])}
        for document in documents().values()
        for entity in document.get("entity", [])
    ]


def aliases():
    return [(entity, alias) for entity in entities() for alias in entity["alias"]]


def gold(name):
    lines = (GOLD / f"mentions-{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_the_ids_that_others_rely_on_exist():
    ids = {entity["id"] for entity in entities()}

    assert set() == {"aes", "liptako-gourma-charter", "jnim", "goita", "tuareg-groups"} - ids


def test_there_is_one_file_a_family():
    assert {stem for stem in documents() if stem not in {"_contexts", "places"}} == FAMILIES


def test_no_id_stands_twice():
    ids = Counter(entity["id"] for entity in entities())
    ids.update(place.id for place in parse_places((DATA / "places.toml").read_text(encoding="utf-8")))

    assert [] == [name for name, count in ids.items() if count > 1]


def test_every_entity_has_a_note_an_alias_and_a_french_name():
    assert [] == [e["id"] for e in entities() if not e.get("note") or not e["alias"] or not e["names"].get("fr")]


def test_designations_name_an_authority_a_day_and_a_source():
    wrong = [
        entity["id"]
        for entity in entities()
        for designation in entity.get("designated", [])
        if designation.keys() != {"by", "since", "source"}
    ]

    assert [] == wrong


def test_no_alias_that_nobody_vouches_for_is_strong():
    assert [] == [a["text"] for _, a in aliases() if not a.get("verified", True) and not a.get("weak", False)]


def test_every_alias_says_its_kind_script_and_source():
    assert [] == [a["text"] for _, a in aliases() if not a.keys() >= {"kind", "script", "source"}]


def test_a_weak_alias_has_a_context_to_stand_beside():
    assert [] == [(e["id"], a["text"]) for e, a in aliases() if a.get("weak") and not e.get("context")]


def test_every_named_context_exists():
    contexts = documents()["_contexts"]["contexts"]
    named = {entity["context"] for entity in entities() if isinstance(entity.get("context"), str)}

    assert set() == named - contexts.keys()


def test_short_acronyms_are_weak():
    short = [a for _, a in aliases() if a["kind"] == "acronym" and sum(c.isalpha() for c in a["text"]) <= 3]

    assert [] == [a["text"] for a in short if not a.get("weak")]


def test_the_tuareg_movements_are_in_the_family():
    members = {entity["id"] for entity in entities() if "tuareg-groups" in entity["families"]}

    assert set() == {"mnla", "hcua", "cma", "csp", "fla", "maa", "gatia", "msa", "tuareg-groups"} - members


def test_no_people_s_name_alone_stands_for_an_armed_group():
    assert [] == [a["text"] for e, a in aliases() if e["kind"] in {"group", "topic"} and a["text"].lower() in ETHNONYMS]


def test_gsim_and_jnim_are_one_entity():
    owners = {a["text"]: e["id"] for e, a in aliases() if a["text"] in {"GSIM", "JNIM"}}

    assert {"GSIM": "jnim", "JNIM": "jnim"} == owners


def test_in_french_the_coalition_is_called_gsim():
    (jnim,) = [entity for entity in entities() if entity["id"] == "jnim"]

    assert "GSIM" == jnim["names"]["fr"]


def test_the_catalogue_is_as_large_as_promised():
    places = parse_places((DATA / "places.toml").read_text(encoding="utf-8"))

    assert len(entities()) >= 120
    assert len(aliases()) >= 1200
    assert len(places) >= 250


@pytest.mark.parametrize("country", sorted(BOXES))
def test_places_lie_within_their_country(country):
    south, north, west, east = BOXES[country]
    places = [p for p in parse_places((DATA / "places.toml").read_text(encoding="utf-8")) if p.country == country]

    assert places
    assert [] == [p.id for p in places if not (south <= p.lat <= north and west <= p.lon <= east)]


def test_every_place_is_in_a_country_that_we_know():
    places = parse_places((DATA / "places.toml").read_text(encoding="utf-8"))

    assert BOXES.keys() == {place.country for place in places}


def test_labelled_sentences_are_many_and_half_of_them_hard():
    rows = gold("dev") + gold("heldout")

    assert len(rows) >= 600
    assert sum(row["kind"].startswith("trap") for row in rows) >= 200


def test_a_third_of_the_labelled_sentences_or_more_is_held_out():
    share = len(gold("heldout")) / len(gold("dev") + gold("heldout"))

    assert share >= 0.3


def test_no_labelled_sentence_stands_twice():
    titles = Counter(row["title"] for row in gold("dev") + gold("heldout"))

    assert [] == [title for title, count in titles.items() if count > 1]


def test_the_charter_is_labelled_with_both_outcomes_twenty_times():
    rows = gold("dev") + gold("heldout")

    assert sum("liptako_gourma" in row["entities"] for row in rows) >= 20
    assert sum(row["kind"].startswith("trap-charter") for row in rows) >= 20


def test_both_outcomes_of_each_ambiguous_acronym_are_labelled():
    rows = gold("dev") + gold("heldout")
    lacking = []
    for entity, alias in aliases():
        if alias.get("weak") and alias["kind"] == "acronym" and alias["text"].isascii():
            pattern = re.compile(rf"(?<!\w){re.escape(alias['text'])}(?!\w)")
            family = "tuareg" if "tuareg-groups" in entity["families"] else entity["id"]
            named = [row for row in rows if pattern.search(f"{row['title']} {row.get('summary') or ''}")]
            meant = [{entity["id"], family} & set(row["entities"]) != set() for row in named]
            if not {True, False} <= set(meant):
                lacking.append(alias["text"])

    assert [] == lacking


def test_labels_are_the_five_or_catalogue_ids():
    known = FIVE | {entity["id"] for entity in entities()}
    rows = gold("dev") + gold("heldout")

    assert set() == {label for row in rows for label in (*row["entities"], *row.get("not", ()))} - known


def test_a_hard_negative_has_none_of_the_five():
    assert [] == [
        r["id"] for r in gold("dev") + gold("heldout") if r.get("hard_negative") and FIVE & set(r["entities"])
    ]


def test_counts_in_the_readme_are_those_of_the_data():
    readme = (ROOT / "README.md").read_text(encoding="utf-8") if (ROOT / "README.md").exists() else ""
    places = parse_places((DATA / "places.toml").read_text(encoding="utf-8"))
    counts = {"entities": len(entities()), "aliases": len(aliases()), "places": len(places)}
    said = [(what, int(number.replace(",", ""))) for number, what in re.findall(r"(\d[\d,]*) (\w+)", readme)]

    assert [] == [(what, number) for what, number in said if what in counts and counts[what] != number]
