"""Show that a planted wave is found, and how often a flat series raises a false one."""

import math
import random

import pytest

from bot.digest.spikes import LEVEL, chance, spikes

TRIALS = 1000
ENTITIES = 5


def poisson(dice, mean):
    """Draw by counting arrivals (Knuth)."""
    limit, count, product = math.exp(-mean), 0, dice.random()
    while product > limit:
        count, product = count + 1, product * dice.random()
    return count


def clumped(dice, mean):
    """Draw a day whose own mean varies: variance four times the mean at a mean of three."""
    return poisson(dice, dice.gammavariate(1, mean))


def series(dice, draw, mean):
    return {f"e{n}": (draw(dice, mean), [draw(dice, mean) for _ in range(28)]) for n in range(ENTITIES)}


@pytest.mark.parametrize("mean", [0.5, 3, 12])
def test_flat_series_raise_no_more_false_waves_than_stated(mean):
    dice = random.Random(27)
    false = sum(bool(spikes(series(dice, poisson, mean))) for _ in range(TRIALS))

    assert false <= TRIALS * LEVEL


def test_clumped_series_raise_no_more_than_the_guard_lets_through():
    dice = random.Random(28)
    false = sum(len(spikes(series(dice, clumped, 3))) for _ in range(TRIALS))

    assert false <= TRIALS * ENTITIES / 29


@pytest.mark.parametrize(("usual", "planted"), [(1, 8), (3, 14), (12, 32)])
def test_a_planted_wave_is_found(usual, planted):
    dice = random.Random(29)
    found = 0
    for _ in range(200):
        counts = series(dice, poisson, usual)
        counts["e0"] = (planted, counts["e0"][1])
        found += "e0" in [spike.entity for spike in spikes(counts)]

    assert found >= 190


def test_a_wave_says_how_many_and_how_many_are_usual():
    (spike,) = spikes({"jnim": (20, [2] * 28), "fama": (2, [2] * 28)})

    assert ("jnim", 20, 2.0) == (spike.entity, spike.count, spike.usual)


def test_a_week_is_held_against_every_run_of_seven_days():
    baseline = [0] * 21 + [10] * 7

    assert () == spikes({"jnim": (70, baseline)}, days=7)
    assert ["jnim"] == [spike.entity for spike in spikes({"jnim": (90, baseline)}, days=7)]


def test_a_young_archive_raises_nothing():
    assert () == spikes({"jnim": (20, [0] * 13)})


def test_the_chance_is_that_of_the_binomial():
    assert math.isclose(1 - (28 / 29) ** 3, chance(1, 2, share=1 / 29))
    assert math.isclose((1 / 29) ** 3, chance(3, 0, share=1 / 29))
