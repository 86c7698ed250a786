"""Show that quiet hours hold to the minute, over midnight and over clock changes."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.quiet import QuietHours, is_quiet, quiet_until

NIGHT = QuietHours(22 * 60, 7 * 60)
NOON = QuietHours(12 * 60, 13 * 60)


def at(hour, minute=0, month=3, day=2):
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [(at(21, 59), False), (at(22), True), (at(3), True), (at(6, 59), True), (at(7), False)],
)
def test_a_night_spans_midnight_to_the_minute(moment, expected):
    assert expected is is_quiet(NIGHT, "Africa/Bamako", now=moment)


def test_a_night_ends_in_the_morning_of_the_reader():
    assert at(6) == quiet_until(NIGHT, "Africa/Niamey", now=at(23, day=1))
    assert at(12, 0) == quiet_until(NOON, "Africa/Niamey", now=at(11, 30))


def test_outside_the_quiet_hours_there_is_nothing_to_wait_for():
    assert (None, None) == (quiet_until(NIGHT, "UTC", now=at(12)), quiet_until(None, "UTC", now=at(3)))


def test_a_morning_on_the_day_the_clocks_change_comes_at_its_local_hour():
    before_change = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)

    assert datetime(2026, 3, 29, 5, tzinfo=UTC) == quiet_until(NIGHT, "Europe/Paris", now=before_change)


def test_an_unknown_zone_counts_as_utc():
    assert is_quiet(NIGHT, "Mars/Olympus", now=at(23)) is True


@pytest.mark.parametrize(("start", "end"), [(60, 60), (-1, 5), (5, 1440)])
def test_hours_that_say_nothing_are_refused(start, end):
    with pytest.raises(ValueError, match="start and an end that differ"):
        QuietHours(start, end)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)),  # noqa: DTZ001 - hypothesis wants naive bounds
    st.integers(0, 1439),
    st.integers(0, 1439),
    st.sampled_from(["Africa/Bamako", "Europe/Paris", "America/New_York", "Asia/Kathmandu"]),
)
def test_the_end_of_the_quiet_lies_ahead_and_within_two_days(naive, start, end, tz):
    if start == end:
        return
    now = naive.replace(tzinfo=UTC)
    until = quiet_until(QuietHours(start, end), tz, now=now)

    assert until is None or 0 < (until - now).total_seconds() <= 2 * 86_400
