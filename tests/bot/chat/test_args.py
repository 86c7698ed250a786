"""Show how words behind a command and the data of buttons are read."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.args import (
    MOST_DATA,
    Press,
    clock,
    read_clock,
    read_duration,
    read_hours,
    read_plain,
    read_press,
    read_silence,
    read_words,
    read_zone,
)
from bot.chat.ask import read_number
from bot.chat.verbs import PRESSES


@pytest.mark.parametrize(
    ("words", "duration"),
    [
        ("30m", timedelta(minutes=30)),
        ("8h", timedelta(hours=8)),
        ("1d", timedelta(days=1)),
        ("1j", timedelta(days=1)),
        ("2w", timedelta(weeks=2)),
        ("2s", timedelta(weeks=2)),
        ("0h", None),
        ("h", None),
        ("9999h", None),
        ("٣h", None),
        ("", None),
    ],
)
def test_durations_are_read_in_both_languages(words, duration):
    assert duration == read_duration(words)


@pytest.mark.parametrize(
    ("words", "read"),
    [
        ("8h", (timedelta(hours=8), "")),
        ("jnim 1d", (timedelta(days=1), "jnim")),
        ("1d Studio Tamani", (timedelta(days=1), "Studio Tamani")),
        ("Studio Tamani", (None, "Studio Tamani")),
        ("", (None, "")),
    ],
)
def test_a_silence_has_its_duration_before_or_behind_the_name(words, read):
    assert read == read_silence(words)


@pytest.mark.parametrize(
    ("words", "minutes"),
    [
        ("7", 420),
        ("07:00", 420),
        ("7h30", 450),
        ("7h", 420),
        ("23.59", 1439),
        ("24:00", None),
        ("7:60", None),
        ("", None),
    ],
)
def test_hours_of_the_day_are_read(words, minutes):
    assert minutes == read_clock(words)


@pytest.mark.parametrize(
    ("words", "hours"),
    [("22:00-07:00", (1320, 420)), ("22h – 7h", (1320, 420)), ("7-7", None), ("7", None), ("22:00-25:00", None)],
)
def test_a_range_needs_two_hours_that_differ(words, hours):
    assert hours == read_hours(words)


@pytest.mark.parametrize(
    ("words", "zone"),
    [
        ("Bamako", "Africa/Bamako"),
        ("africa/algiers", "Africa/Algiers"),
        ("new york", "America/New_York"),
        ("utc", "UTC"),
        ("Atlantis", None),
        ("", None),
        ("../../etc/passwd", None),
    ],
)
def test_a_zone_is_found_by_its_city(words, zone):
    assert zone == read_zone(words)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("/watch", ""),
        ("/watch jnim", "jnim"),
        ("/watch@tocsin_bot  a \n b", "a b"),
        ("/watch a\x00b", "a b"),
        ("/watch \ud800x", "x"),
    ],
)
def test_words_stand_on_one_line_without_what_no_database_keeps(said, words):
    assert words == read_words(said)


@given(st.text())
def test_what_a_person_says_can_always_be_kept(said):
    plain = read_plain(said)

    assert plain == " ".join(plain.split())
    assert "\x00" not in plain.encode().decode()


@given(st.text(max_size=200))
def test_any_data_is_a_press_or_nothing(data):
    press = read_press(data)

    assert press is None or press.verb


@given(st.sampled_from(sorted(PRESSES)), st.lists(st.text("abc-0123456789", max_size=12), max_size=3))
def test_a_press_that_fits_comes_back_as_it_was(verb, args):
    press = Press(verb, tuple(args))
    try:
        data = press.pack()
    except ValueError:
        return

    assert len(data.encode()) <= MOST_DATA
    assert press == read_press(data)


@pytest.mark.parametrize("data", ["", "1", "1:", "0:why:1", "2:why:1", ":", "why"])
def test_another_version_says_nothing(data):
    assert read_press(data) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12), ("0", 0), ("-1", None), ("x", None), ("", None), ("٣", None), ("9" * 19, None), ("9" * 400, None)],
)
def test_numbers_are_those_that_a_database_holds(text, number):
    assert number == read_number(text)


@given(st.integers(0, 1439))
def test_the_clock_shows_what_it_reads(minutes):
    assert minutes == read_clock(clock(minutes))
