"""Show that thousands of feeds are asked evenly, and that neither a long list nor a restart is a storm."""

import heapq
import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import insert, update

from bot.feeds.cadence import CadenceSettings, PollFacts, plan
from bot.feeds.fetch import NotModified
from bot.polling import AT_ONCE, PER_SECOND
from storage.feeds import add_feed, claim_feeds, next_due_at, spread_overdue
from storage.records import Cadence, FeedSpec, FeedState, FeedToPoll, OutletSpec
from storage.tables import Feed

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)
FEEDS = 8_000
SAME = NotModified('"1"', "", 0, 304)
OUTLET = OutletSpec("o", "O")


def fill(database, count):
    """Add so many feeds on as many hosts, all due."""
    with database.transaction() as session:
        first = add_feed(session, FeedSpec("https://0.example.org/", OUTLET), now=NOW)
        made = session.get(Feed, first)
        like = made.model_dump(exclude={"id", "url", "given_url", "host"})
        rows = [
            like | {"url": f"https://{n}.example/", "given_url": f"https://{n}.example/", "host": f"{n}.example"}
            for n in range(1, count)
        ]
        session.connection().execute(insert(Feed), rows)


def begun(database, *, seconds):
    """Claim second by second as the loop does; return how many feeds each second began."""
    counts = []
    for second in range(seconds):
        now = NOW + timedelta(seconds=second)
        with database.transaction() as session:
            claimed = claim_feeds(session, now=now, limit=AT_ONCE, lease_s=60, holder="test")
            ids = [feed.id for feed in claimed]
            polled = {"next_at": NOW + timedelta(days=1), "lease_until": None, "lease_by": ""}
            session.exec(update(Feed).where(Feed.id.in_(ids)).values(**polled))
        counts.append(len(claimed))
    return counts


def spread(database):
    with database.transaction() as session:
        return spread_overdue(session, now=NOW, at_once=AT_ONCE, per_second=PER_SECOND)


def test_a_restart_with_overdue_feeds_begins_them_at_a_steady_rate(sqlite_database):
    fill(sqlite_database, 1_000)
    waiting = spread(sqlite_database)
    counts = begun(sqlite_database, seconds=26)

    assert 1_000 - AT_ONCE == waiting
    assert 1_000 == sum(counts)
    assert AT_ONCE == counts[0]
    assert max(counts[1:]) <= PER_SECOND + 1


@pytest.mark.slow
def test_a_restart_with_eight_thousand_overdue_feeds_has_asked_each_within_four_minutes(sqlite_database):
    fill(sqlite_database, FEEDS)
    spread(sqlite_database)
    counts = begun(sqlite_database, seconds=240)
    with sqlite_database.reading() as session:
        left = next_due_at(session)

    assert FEEDS == sum(counts)
    assert max(counts[1:]) <= PER_SECOND + 1
    assert left > NOW + timedelta(hours=12)


def hours_of(feeds, *, hours, begin):
    """Plan every poll of so many feeds that begin at `begin(n)` seconds; return polls by minute."""
    rng, settings = random.Random(5), CadenceSettings()
    given = FeedToPoll(
        id=1, url="", host="", lease_token=1, state=FeedState.ACTIVE, klass="B", lang="fr", scope=(), outlet=OUTLET,
        etag='"1"', last_modified="", body_hash="", baseline=False, full_text=False, cadence=Cadence(),
    )  # fmt: skip
    rates = [rng.lognormvariate(0, 1) * 10 / 86_400 for _ in range(feeds)]
    queue = [(begin(n), n, given) for n in range(feeds)]
    heapq.heapify(queue)
    by_minute = Counter()
    while queue[0][0] < hours * 3600:
        at, n, feed = queue[0]
        by_minute[int(at // 60)] += 1
        now = NOW + timedelta(seconds=at)
        known = replace(feed, cadence=replace(feed.cadence, rate=rates[n]))
        outcome = plan(known, SAME, facts=PollFacts(jitter=rng.random()), now=now, settings=settings)
        following = (outcome.next_at - NOW).total_seconds()
        heapq.heapreplace(queue, (following, n, replace(feed, cadence=outcome.cadence)))
    return by_minute


def busiest(by_minute, *, after_hours, hours):
    counts = [by_minute[minute] for minute in range(after_hours * 60, hours * 60)]
    return max(counts) / (sum(counts) / len(counts))


@pytest.mark.slow
def test_feeds_that_were_added_at_once_are_asked_evenly_after_an_hour():
    by_minute = hours_of(1_000, hours=3, begin=lambda n: n / PER_SECOND)

    assert busiest(by_minute, after_hours=1, hours=3) < 2


@pytest.mark.slow
def test_eight_thousand_feeds_that_were_added_at_once_are_asked_evenly_after_an_hour():
    by_minute = hours_of(FEEDS, hours=2, begin=lambda n: n / PER_SECOND)

    assert busiest(by_minute, after_hours=1, hours=2) < 1.3
