"""Simulate when newsrooms publish and when three rules would have seen it: ours, a fixed interval, miniflux's.

Arrivals have the shape that was measured on 18 world-news feeds over 81 days (43.6 entries a feed and day, from three
to two hundred, more by day than by night and at the weekend, several at a time, p95 of a two-hour poll 20), with one
week in which nothing arrives, as in that record. The moments are of our own making.

miniflux's rule (`entry_frequency`): a week divided by the entries of the last seven days times a factor, between five
minutes and a day; a feed without an entry in the last seven days is asked once a day.
"""

from __future__ import annotations

import bisect
import math
import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from statistics import NormalDist, mean

from bot.feeds.cadence import CadenceSettings, PollFacts, plan
from bot.feeds.fetch import Fetched
from storage.records import Cadence, FeedState, FeedToPoll, OutletSpec

DAY, WEEK = 86_400, 7 * 86_400
START = datetime(2026, 5, 4, tzinfo=UTC)  # a Monday
WARM_UP = 14  # days in which each rule learns and nothing is counted
MEDIAN, SPREAD = 25.0, 1.05  # entries a day and feed, log-normal: 43 on average
BATCH = 0.35  # of the moments at which something is published, several entries are
FEED = FeedToPoll(
    id=1, url="https://example.org/feed", host="example.org", lease_token=1, state=FeedState.ACTIVE, klass="B",
    lang="fr", scope=(), outlet=OutletSpec("example", "Example"), etag='"1"', last_modified="", body_hash="old",
    baseline=False, full_text=False, cadence=Cadence(),
)  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """Hold what a rule came to: delays in seconds, polls a feed and day, and the worst feed's mean."""

    delays: list[float]
    polls: float
    worst: float

    @property
    def mean(self):
        return mean(self.delays)


def newsrooms(*, feeds=18, days=81, seed=9, gap=True):
    """Return for each feed the seconds after the start at which its entries appear; `gap` is the empty week."""
    rng, quantile = random.Random(seed), NormalDist().inv_cdf
    rates = [MEDIAN * math.exp(SPREAD * quantile((n + 0.5) / feeds)) for n in range(feeds)]
    silent = (days * 0.7 // 7 * WEEK, (days * 0.7 // 7 + 1) * WEEK)
    streams = [_moments(rng, rate / DAY, days) for rate in rates]
    return [[at for at in stream if not (gap and silent[0] <= at < silent[1])] for stream in streams]


def _moments(rng, rate, days):
    at, shift, found = 0.0, rng.uniform(-2, 2), []
    busiest = rate * 1.7 / (1 + 1.5 * BATCH)
    while (at := at + rng.expovariate(busiest)) < days * DAY:
        if rng.random() < _weight(at, shift) / 1.7:
            size = rng.choice((2, 2, 2, 3, 3, 4)) if rng.random() < BATCH else 1
            found += [at + n for n in range(size)]
    return sorted(found)


def _weight(at, shift):
    """Return how much a newsroom publishes at a moment beside its mean over the week."""
    hour = (at / 3600 + shift) % 24
    by_hour = 1.0 + 0.55 * math.sin((hour - 8) / 24 * 2 * math.pi) if 5 < hour < 23 else 0.35
    return by_hour * (0.65 if at // DAY % 7 >= 5 else 1.12)


def seen_by(rule, streams, *, days):
    """Let a rule poll each feed; `rule(stream)` yields the moments of its polls."""
    delays, polls, worst = [], 0, 0.0
    for stream in streams:
        moments = [at for at in rule(stream) if WARM_UP * DAY <= at]
        own = [
            moments[place] - at
            for at in stream
            if at >= WARM_UP * DAY and (place := bisect.bisect_left(moments, at)) < len(moments)
        ]
        worst = max(worst, mean(own))
        delays += own
        polls += sum(at < days * DAY for at in moments)
    return Seen(delays, polls / len(streams) / (days - WARM_UP), worst)


def ours(settings, *, days, seed=3):
    """Return our rule: each poll is planned by the code that plans the real ones."""
    rng = random.Random(seed)

    def rule(stream):
        given, now, seen = FEED, START, 0
        while (at := (now - START).total_seconds()) < days * DAY:
            yield at
            new = bisect.bisect_right(stream, at) - seen
            seen += new
            facts = PollFacts(new=new, jitter=rng.random())
            answer = Fetched(b"x", str(at), "text/xml", '"1"', "", hint_s=0, status=200)
            outcome = plan(given, answer, facts=facts, now=now, settings=settings)
            given, now = replace(FEED, cadence=outcome.cadence), outcome.next_at
        yield at

    return rule


def fixed(interval_s, *, days):
    """Return a fixed interval."""

    def rule(_stream):
        return [number * interval_s for number in range(int(days * DAY / interval_s) + 2)]

    return rule


def miniflux(factor, *, days):
    """Return miniflux's rule; a factor of one is what it ships."""

    def rule(stream):
        at = 0.0
        while at < days * DAY:
            yield at
            weekly = bisect.bisect_right(stream, at) - bisect.bisect_left(stream, at - WEEK)
            at += min(max(WEEK / (weekly * factor), 300), DAY) if weekly else DAY
        yield at

    return rule


def at_as_many_polls(make, streams, polls, *, days, low, high):
    """Return what a rule comes to with the parameter at which it asks as often; more of it asks more often."""
    for _ in range(10):
        middle = math.sqrt(low * high)
        found = seen_by(make(middle), streams, days=days)
        low, high = (middle, high) if found.polls < polls else (low, middle)
    return found


def compared(*, budget, days=81, feeds=18, gap=True, seed=9):
    """Return what ours, a fixed interval and miniflux's rule come to at as many polls."""
    streams = newsrooms(feeds=feeds, days=days, seed=seed, gap=gap)
    settings = CadenceSettings(min_interval_s=60, budget_per_day=budget)
    own = seen_by(ours(settings, days=days), streams, days=days)
    even = seen_by(fixed(DAY / own.polls, days=days), streams, days=days)
    peer = at_as_many_polls(lambda factor: miniflux(factor, days=days), streams, own.polls, days=days, low=0.2, high=50)
    return own, even, peer
