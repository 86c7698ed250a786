"""Show when an edition is due, across zones and clock changes, and what stands in it."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digest.choose import LATE, audible, due_edition, due_editions
from storage.records import ChatRecord, MuteRecord

EARLY = datetime(2025, 1, 1, tzinfo=UTC)


def chat(tz="UTC", minute=420, *, number=1, days="", settings=None, created=EARLY):
    return ChatRecord(
        number, number, 0, "private", "active", "en", tz, "digest", minute, days, settings or {}, created=created
    )


def at(text, tz="UTC"):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(tz)).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-03-01T06:59:59", None),
        ("2026-03-01T07:00", "2026-03-01"),
        ("2026-03-01T19:00", "2026-03-01"),
        ("2026-03-01T19:01", None),
    ],
)
def test_an_edition_is_due_from_its_hour_for_half_a_day(now, day):
    due = due_edition(chat(), now=at(now))

    assert day == (due.day if due else None)


def test_an_evening_edition_that_was_missed_still_comes_after_midnight():
    due = due_edition(chat(minute=20 * 60), now=at("2026-03-02T00:30"))

    assert "2026-03-01" == due.day


def test_an_hour_set_after_it_has_passed_begins_tomorrow():
    asked = chat(settings={"digest_from": at("2026-03-01T15:00").isoformat()})

    assert due_edition(asked, now=at("2026-03-01T15:01")) is None
    assert "2026-03-02" == due_edition(asked, now=at("2026-03-02T07:00")).day


def test_a_chat_made_after_its_hour_waits_for_tomorrow():
    assert due_edition(chat(created=at("2026-03-01T08:00")), now=at("2026-03-01T08:30")) is None


def test_a_skipped_hour_comes_when_it_would_have_come():
    paris = chat("Europe/Paris", 150)
    before, after = at("2026-03-29T01:59", "Europe/Paris"), at("2026-03-29T03:30", "Europe/Paris")

    assert due_edition(paris, now=before) is None
    assert "2026-03-29" == due_edition(paris, now=after).day


def test_only_the_chosen_days_have_an_edition():
    weekdays = chat(days="12345")

    assert due_edition(weekdays, now=at("2026-03-01T08:00")) is None
    assert "2026-03-02" == due_edition(weekdays, now=at("2026-03-02T08:00")).day


def test_what_was_opened_is_not_due_again():
    one, other = chat(number=1), chat(number=2)

    assert [2] == [
        due.chat.id for due in due_editions([one, other], {(1, "daily", "2026-03-01")}, now=at("2026-03-01T08:00"))
    ]


ZONES = (
    "UTC",
    "Europe/Paris",
    "America/New_York",
    "Africa/Bamako",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Kolkata",
)


@pytest.mark.slow
@given(
    st.sampled_from(ZONES),
    st.integers(0, 1439),
    st.sampled_from(["2026-03-05", "2026-03-26", "2026-10-22", "2026-10-29", "2026-04-02"]),
    st.integers(7, 180),
)
def test_each_day_has_one_edition_whatever_the_zone_and_however_often_one_looks(tz, minute, begin, step):
    one, had = chat(tz, minute), set()
    start = at(begin)
    moments = []
    now = start
    while now < start + timedelta(days=7):
        for due in due_editions([one], had, now=now):
            had.add((due.chat.id, due.kind, due.day))
            moments.append((due.moment, now))
        now += timedelta(minutes=step)
    days = sorted(day for _, _, day in had)

    assert len(days) == len(moments)
    assert 7 <= len(days) <= 8
    assert [] == [moment for moment, opened in moments if not timedelta(0) <= opened - moment <= LATE]


def view(story, *, outlets=("a",), severity=0, terms=("jnim",), last=EARLY):
    entries = [SimpleNamespace(outlet=SimpleNamespace(key=key, owner=key)) for key in outlets]
    matches = [SimpleNamespace(term=term) for term in terms]
    state = {"severity": severity, "voices": list(outlets)}
    return SimpleNamespace(story=story, entries=entries, matches=matches, state=state, last=last)


def test_a_weekly_edition_comes_on_its_day_only():
    weekly = chat(days="5", settings={"digest_kind": "weekly"})

    assert due_edition(weekly, now=at("2026-03-05T08:00")) is None
    assert ("weekly", "2026-03-06") == (
        (due := due_edition(weekly, now=at("2026-03-06T08:00"))).kind,
        due.day,
    )


def test_what_a_chat_silenced_is_not_in_its_digest():
    views = [view(1), view(2, terms=("fama",)), view(3, outlets=("loud",)), view(4, outlets=("loud", "a"))]
    mutes = [MuteRecord(0, 1, kind, target, None) for kind, target in
             (("story", "1"), ("term", "fama"), ("outlet", "loud"))]  # fmt: skip

    assert [4] == [each.story for each in audible(views, mutes)]
