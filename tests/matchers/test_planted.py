"""Hold what is found of names that were changed in known ways; the full run is tests/bench/planted.py."""

from tests.bench.planted import MOST_ALARMS, TARGETS, alarms, planted

# Thirty a change: one miss is 0.033, so the floors lie two misses below the targets.
SLACK = 0.07
BRUTAL = "one edit in six"


def test_changed_names_are_found():
    shares, _ = planted(a_change=30)
    below = {change: share for change, share in shares.items() if change != BRUTAL and share < TARGETS[change] - SLACK}

    assert {} == below
    assert shares[BRUTAL] >= 0.6


def test_hardly_a_name_rings_that_is_not_there():
    rate, _ = alarms()

    assert rate <= MOST_ALARMS
