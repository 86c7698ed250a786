"""Show that words are found by what is left of them, wherever their remainders are kept."""

import random

import pytest

from matchers import neighbourhood
from matchers.neighbourhood import Neighbourhood


def words(count):
    draw = random.Random(7)
    return ["".join(draw.choices("abdeikmnorstuwz", k=draw.randint(4, 11))) for _ in range(count)]


def filed(listed):
    near = Neighbourhood()
    for number, word in enumerate(listed):
        near.add(word, number, taken=2)
    return near


@pytest.mark.parametrize("taken", [0, 1, 2])
def test_a_word_is_found_by_any_remainder(taken):
    near = filed(["bamako", "kidal", "menaka"])
    damaged = {0: "bamako", 1: "bamxko", 2: "bxmxko"}[taken]

    assert {0} == near.find(damaged, taken=taken)
    assert set() == near.find("bxmxkx"[: 6 - taken], taken=0)


def test_packed_remainders_answer_like_those_in_the_dictionary(monkeypatch):
    listed = words(400)
    loose = filed(listed)
    monkeypatch.setattr(neighbourhood, "_RECENT", 500)
    packed = filed(listed)
    asked = [*listed, *words(900)[400:], "a", ""]

    assert len(packed._keys) > 5_000
    assert not len(loose._keys)
    assert [loose.find(word, taken=2) for word in asked] == [packed.find(word, taken=2) for word in asked]
