"""Show when a feed is polled next, and that nothing ever switches one off."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.feeds.cadence import CadenceSettings, PollFacts, interval, plan, wants_unconditional
from bot.feeds.fetch import Fetched, FetchFailed, NotModified
from bot.feeds.parsed import Rhythm
from storage.records import Cadence, FeedState, FeedToPoll, OutletSpec
from tests.bench.newsrooms import compared

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)
SETTINGS = CadenceSettings()
OK = Fetched(b"x", "hash", "text/xml", '"1"', "", hint_s=0, status=200)
SAME = NotModified('"2"', "", 0, 304)


def feed(**changes):
    given = {
        "id": 1, "url": "https://example.org/feed", "host": "example.org", "lease_token": 1, "state": FeedState.ACTIVE,
        "klass": "B", "lang": "fr", "scope": (), "outlet": OutletSpec("example", "Example"), "etag": '"1"', "last_modified": "",
        "body_hash": "old", "baseline": False, "full_text": False, "cadence": Cadence(),
    }  # fmt: skip
    return FeedToPoll(**given | changes)


def planned(result, given=None, *, now=NOW, settings=SETTINGS, **facts):
    return plan(given or feed(), result, facts=PollFacts(**facts), now=now, settings=settings)


def wait(outcome, now=NOW):
    return (outcome.next_at - now).total_seconds()


def test_a_busier_feed_is_polled_more_often_but_by_the_square_root():
    slow, fast = (
        interval(Cadence(rate=rate), klass="C", now=NOW, settings=SETTINGS) for rate in (1 / 345_600, 1 / 86_400)
    )

    assert pytest.approx(2.0, rel=0.01) == slow / fast


@pytest.mark.parametrize(("klass", "least", "most"), [("A", 120, 900), ("B", 300, 3600), ("C", 900, 21_600)])
def test_a_class_has_its_bounds(klass, least, most):
    busy, quiet = (interval(Cadence(rate=rate), klass=klass, now=NOW, settings=SETTINGS) for rate in (10.0, 1e-9))

    assert (least, most) == (busy, quiet)


def test_a_publishers_hint_lengthens_the_interval_within_reason():
    hinted = interval(Cadence(rate=10.0, hint_s=7200), klass="B", now=NOW, settings=SETTINGS)

    assert 3600 == hinted


def test_an_operator_may_ask_for_more_patience():
    assert 5000 == interval(Cadence(rate=10.0), klass="A", now=NOW, settings=CadenceSettings(min_interval_s=5000))


def test_a_busy_hour_is_polled_more_often_than_a_quiet_one():
    profile = tuple(50.0 if hour == 6 else 0.0 for hour in range(24))
    busy = interval(Cadence(rate=1 / 86_400, hour_profile=profile), klass="C", now=NOW, settings=SETTINGS)
    quiet = interval(
        Cadence(rate=1 / 86_400, hour_profile=profile), klass="C", now=NOW.replace(hour=18), settings=SETTINGS
    )

    assert busy < quiet


def test_jitter_spreads_the_next_poll_by_a_tenth():
    known = feed(cadence=Cadence(last_ok=NOW))
    early, late = (wait(planned(OK, known, jitter=jitter)) for jitter in (0.0, 1.0))

    assert pytest.approx(0.9 / 1.1) == early / late


def test_feeds_that_were_added_together_part_after_their_first_poll():
    early, late = (wait(planned(OK, jitter=jitter)) for jitter in (0.0, 1.0))

    assert pytest.approx(0.5 / 1.1) == early / late


def test_a_good_poll_ends_the_baseline_and_an_unchanged_one_does_not():
    assert (False, True) == (planned(OK, feed(baseline=True)).baseline, planned(SAME, feed(baseline=True)).baseline)


def test_new_validators_are_kept_also_when_nothing_changed():
    assert ('"2"', "old") == (planned(SAME).etag, planned(SAME).body_hash)


def test_failures_back_off_from_a_minute_to_an_hour():
    given, waits = feed(), []
    for _ in range(5):
        outcome = planned(FetchFailed("timeout", 0, "slow"), given)
        waits.append(wait(outcome))
        given = feed(cadence=outcome.cadence, state=outcome.state)

    assert [60, 300, 900, 3600, 3600] == waits
    assert FeedState.DEGRADED is given.state


def test_a_server_that_names_a_time_is_left_alone_for_it():
    assert 7200 == wait(planned(FetchFailed("throttled", 429, "", 7200)))


@pytest.mark.parametrize(
    ("kind", "days", "times", "state"),
    [
        ("blocked", 0, 1, FeedState.BLOCKED),
        ("not-a-feed", 0, 1, FeedState.NOT_FEED),
        ("http", 2, 9, FeedState.FAILING),
        ("gone", 2, 2, FeedState.GONE),
        ("gone", 0, 2, FeedState.ACTIVE),
        ("not-found", 15, 99, FeedState.GONE),
        ("not-found", 2, 9, FeedState.FAILING),
    ],
)
def test_each_kind_of_failure_leads_to_its_state_and_none_to_never(kind, days, times, state):
    cadence = Cadence(fail_count=times - 1, gone_count=times - 1, first_failed=NOW - timedelta(days=days))
    cadence = replace(cadence, fail_count=min(1, times - 1)) if state is FeedState.ACTIVE else cadence
    outcome = planned(FetchFailed(kind, 0, "x"), feed(cadence=cadence))

    assert state is outcome.state
    assert wait(outcome) <= 7 * 86_400 * 1.25


def test_a_success_leads_back_from_any_state():
    gone = feed(
        state=FeedState.GONE, cadence=Cadence(fail_count=50, gone_count=9, first_failed=NOW - timedelta(days=30))
    )
    outcome = planned(OK, gone, new=1)

    assert (FeedState.ACTIVE, 0, 0) == (outcome.state, outcome.cadence.fail_count, outcome.cadence.gone_count)


def test_a_body_that_cannot_be_parsed_counts_as_a_failure():
    outcome = planned(OK, error="more than 10 s", error_kind="parser-timeout")

    assert ("parser-timeout", 1, "old") == (outcome.state_reason, outcome.cadence.fail_count, outcome.body_hash)


def test_a_feed_that_answers_but_says_nothing_new_for_too_long_is_silent():
    quiet = Cadence(last_new=NOW - timedelta(hours=30), gap_p95_s=3600, last_ok=NOW - timedelta(hours=1))
    slow = Cadence(last_new=NOW - timedelta(hours=30), gap_p95_s=6 * 3600, last_ok=NOW - timedelta(hours=1))

    assert (FeedState.SILENT, FeedState.ACTIVE) == (
        planned(SAME, feed(cadence=quiet)).state,
        planned(SAME, feed(cadence=slow)).state,
    )


def test_a_permanent_redirect_is_adopted_after_five_times_over_three_days():
    given, adopted = feed(), []
    for day in range(6):
        now = NOW + timedelta(days=day)
        outcome = planned(replace(OK, moved_to="https://new.example.org/feed"), given, now=now)
        adopted.append(outcome.url)
        given = feed(cadence=outcome.cadence)

    assert ["", "", "", "", "https://new.example.org/feed", ""] == adopted


def test_a_redirect_that_ends_is_forgotten():
    once = planned(replace(OK, moved_to="https://new.example.org/feed")).cadence

    assert "" == planned(OK, feed(cadence=once)).cadence.redirect_to


def test_what_a_document_says_of_its_rhythm_holds_through_unchanged_answers():
    first = planned(OK, rhythm=Rhythm(hint_s=3000, skip_hours=(1,), skip_days=("sunday",)))
    second = planned(SAME, feed(cadence=first.cadence))

    assert (3000, (1,), ("sunday",)) == (
        second.cadence.own_hint_s,
        second.cadence.skip_hours,
        second.cadence.skip_days,
    )
    assert wait(second) >= 3000


def test_jitter_never_shortens_what_a_publisher_asked_for():
    assert [3000, 3300] == [round(wait(planned(replace(SAME, hint_s=3000), jitter=jitter))) for jitter in (0.0, 1.0)]


def test_without_validators_half_an_hour_is_the_least():
    assert 1800 == wait(planned(replace(OK, etag=""), jitter=0.0))


@pytest.mark.parametrize(("klass", "hour"), [("A", 6), ("B", 9), ("C", 9)])
def test_hours_in_which_a_publisher_sleeps_are_left_out(klass, hour):
    outcome = planned(OK, feed(klass=klass), rhythm=Rhythm(skip_hours=(6, 7, 8)))

    assert hour == outcome.next_at.hour


@pytest.mark.parametrize(("klass", "day"), [("B", "Sunday"), ("C", "Monday")])
def test_days_of_rest_are_left_out_for_the_slow_class(klass, day):
    outcome = planned(OK, feed(klass=klass), rhythm=Rhythm(skip_days=("sunday",)))

    assert day == f"{outcome.next_at:%A}"


def test_a_publisher_who_always_sleeps_is_polled_all_the_same():
    assert wait(planned(OK, rhythm=Rhythm(skip_hours=tuple(range(24))))) < 9 * 86_400


@pytest.mark.parametrize("status", [403, 404, 429, 500, 503])
def test_a_server_that_refused_is_asked_no_sooner_than_one_that_answered(status):
    cadence = Cadence(own_hint_s=3600)
    refused = planned(FetchFailed("http", status, "x"), feed(cadence=cadence), jitter=0.0)

    assert wait(refused) >= 3600


def test_a_line_of_ours_that_is_down_is_no_feeds_fault():
    given = feed(cadence=Cadence(fail_count=1))
    ours = planned(FetchFailed("dns", 0, "x"), given, line_down=True)
    theirs = planned(FetchFailed("http", 500, "x"), given, line_down=True)

    assert (1, 2) == (ours.cadence.fail_count, theirs.cadence.fail_count)
    assert wait(ours) <= 120


def test_a_silent_feed_is_asked_without_validators_once_a_day():
    silent = feed(state=FeedState.SILENT)
    asked = planned(SAME, silent, unconditional=True).cadence
    again = feed(state=FeedState.SILENT, cadence=asked)

    assert (False, True, False, True) == (
        wants_unconditional(feed(), NOW),
        wants_unconditional(silent, NOW),
        wants_unconditional(again, NOW + timedelta(hours=23)),
        wants_unconditional(again, NOW + timedelta(hours=25)),
    )


def test_a_blocked_feed_is_tried_after_an_hour_then_six_then_daily():
    given, waits = feed(), []
    for _ in range(4):
        outcome = planned(FetchFailed("blocked", 403, "x"), given)
        waits.append(wait(outcome) / 3600)
        given = feed(cadence=outcome.cadence, state=outcome.state)

    assert [1, 6, 24, 24] == waits


def test_a_failing_feed_is_tried_daily_in_the_end():
    long_ago = Cadence(fail_count=200, first_failed=NOW - timedelta(days=20))

    assert 86_400 == wait(planned(FetchFailed("timeout", 0, "x"), feed(cadence=long_ago)))


def test_news_is_found_sooner_than_by_a_fixed_interval_and_by_miniflux_at_as_many_polls():
    own, even, peer = compared(budget=48, days=35, feeds=6)

    assert pytest.approx(own.polls, rel=0.03) == even.polls
    assert pytest.approx(own.polls, rel=0.03) == peer.polls
    assert own.mean <= 0.80 * even.mean
    assert own.mean <= 0.45 * peer.mean
