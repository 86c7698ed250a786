"""Decide when a feed is polled next, and in which state it is. Pure: time and jitter come in.

    interval = C / sqrt(rate × weight of the hour), inside the class's bounds, × 0.9–1.1

The square root is the optimum for Poisson arrivals (Sia, Cho, Cho, "Efficient Monitoring
Algorithm for Fast News Alerts"); at the same number of requests it finds news in 1.91
minutes on average where a fixed interval needs 2.50 and a rate-proportional one 4.55.
A publisher's own word lengthens it (max-age, ttl, sy:, skipHours, skipDays), a failure backs off
to once a day or once a week, nothing ever switches a feed off.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from bot.feeds.fetch import Fetched, FetchFailed, FetchResult, NotModified
from storage.records import Cadence, FeedState, FeedToPoll, PollOutcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.feeds.parsed import Rhythm

_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86_400
# class -> (shortest, longest, longest that a publisher's hint may ask for), seconds
_BOUNDS: Final = {
    "A": (2 * _MINUTE, 15 * _MINUTE, 15 * _MINUTE),
    "B": (5 * _MINUTE, _HOUR, _HOUR),
    "C": (15 * _MINUTE, 6 * _HOUR, _DAY),
}
_FIRST_RATE: Final = 1 / _HOUR  # entries a second, before anything was learnt
_HALF_LIFE: Final = 3 * _DAY
# A feed without validators costs its whole body each time (facts 1.3: at least half an hour).
_NO_VALIDATORS: Final = 30 * _MINUTE
_BACK_OFF: Final = (_MINUTE, 5 * _MINUTE, 15 * _MINUTE, _HOUR)
# state -> seconds until each next try; the last holds on
_SLOW_STATES: Final = {
    FeedState.FAILING: (4 * _HOUR,) * 42 + (_DAY,),  # a week of four-hourly tries, then daily
    FeedState.BLOCKED: (_HOUR, 6 * _HOUR, _DAY),
    FeedState.NOT_FEED: (6 * _HOUR, _DAY),
    FeedState.GONE: (7 * _DAY,),
}
# An answer that is meant to stand is not asked for again by the minute.
_SLOW_KINDS: Final = {"gone": 12 * _HOUR, "not-found": _HOUR}
_NEVER: Final = timedelta.max
# What kept us from a server at all: our line as likely as theirs.
NETWORK_KINDS: Final = frozenset({"dns", "connect", "timeout"})
# Seconds until a feed is tried again while our own line is down.
_LINE_DOWN: Final = _MINUTE
# "Gone" must be said twice: 410 a day apart, 404 or no such name for two weeks.
_GONE_AFTER: Final = {"gone": timedelta(days=1), "not-found": timedelta(days=14), "dns": timedelta(days=14)}
_AT_ONCE: Final = {
    "blocked": FeedState.BLOCKED,
    "refused-address": FeedState.BLOCKED,
    "not-a-feed": FeedState.NOT_FEED,
}
_SILENT_LEAST: Final = 12 * _HOUR
_REDIRECT_TIMES: Final = 5
_REDIRECT_AGE: Final = timedelta(days=3)
_UNCONDITIONAL_AGE: Final = timedelta(days=1)
_WEEK_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class PollFacts:
    """Hold what a poll showed beside its answer: how many entries were new, the document's own word on its rhythm.

    `rhythm` is None when no document was read, and what it said before still holds. `jitter` in [0, 1)
    spreads the next poll, so that feeds do not march in step.
    """

    new: int = 0
    rhythm: Rhythm | None = None
    error: str = ""
    error_kind: str = ""
    jitter: float = 0.5
    unconditional: bool = False
    line_down: bool = False


@dataclass(frozen=True, slots=True)
class CadenceSettings:
    """Hold what the operator allows: seconds between polls at least, polls a day and feed."""

    min_interval_s: int = 120
    budget_per_day: int = 150


def plan(
    feed: FeedToPoll, result: FetchResult, *, facts: PollFacts, now: datetime, settings: CadenceSettings
) -> PollOutcome:
    """Return what a poll leaves behind: state, validators, rhythm and the next time."""
    if isinstance(result, FetchFailed) or facts.error_kind:
        return _failed(feed, result, facts=facts, now=now, settings=settings)
    cadence = replace(
        _learn(feed.cadence, facts, now=now),
        hint_s=result.hint_s,
        validated=bool(result.etag or result.last_modified),
    )
    cadence = _follow_redirect(cadence, result.moved_to, now=now)
    state = _state(cadence, now=now)
    adopted = cadence.redirect_to if _may_adopt(cadence, now) else ""
    return PollOutcome(
        feed=feed.id,
        lease_token=feed.lease_token,
        at=now,
        state=state,
        state_reason="" if state is not FeedState.SILENT else "nothing new for longer than usual",
        next_at=_next_poll(feed, cadence, facts=facts, now=now, settings=settings),
        status=result.status,
        error="",
        etag=result.etag,
        last_modified=result.last_modified,
        body_hash=result.body_hash if isinstance(result, Fetched) else feed.body_hash,
        baseline=feed.baseline and isinstance(result, NotModified),
        cadence=replace(cadence, redirect_to="", redirect_since=None, redirect_count=0) if adopted else cadence,
        url=adopted,
    )


def wants_unconditional(feed: FeedToPoll, now: datetime) -> bool:
    """Say whether to ask without validators: the feed is silent, and its 304 may be a wrong one; once a day at most."""
    last = feed.cadence.last_unconditional
    return (
        feed.state is FeedState.SILENT
        and bool(feed.etag or feed.last_modified)
        and (last is None or now - last >= _UNCONDITIONAL_AGE)
    )


def expected_since(cadence: Cadence, now: datetime) -> float:
    """Return how many new entries the learnt rate promises since the feed was last read."""
    elapsed = (now - cadence.last_ok).total_seconds() if cadence.last_ok else 0.0
    return (cadence.rate or _FIRST_RATE) * max(0.0, elapsed)


def _next_poll(
    feed: FeedToPoll, cadence: Cadence, *, facts: PollFacts, now: datetime, settings: CadenceSettings
) -> datetime:
    """Return when to poll again: jitter moves what we chose by a tenth, and only lengthens what others asked for.

    After a first good poll it moves it by as much as half: feeds that were added together part at once.
    """
    klass, least_share = feed.klass, 0.9 if feed.cadence.last_ok else 0.5
    share = least_share + (1.1 - least_share) * facts.jitter
    chosen = _chosen(cadence, klass=klass, now=now, settings=settings) * share
    least = _least(cadence, klass=klass, settings=settings) * (1 + 0.1 * facts.jitter)
    return _after_skipped(now + timedelta(seconds=max(chosen, least)), cadence, klass=klass)


def interval(cadence: Cadence, *, klass: str, now: datetime, settings: CadenceSettings) -> float:
    """Return seconds until the next poll, before jitter."""
    return max(
        _chosen(cadence, klass=klass, now=now, settings=settings), _least(cadence, klass=klass, settings=settings)
    )


def _chosen(cadence: Cadence, *, klass: str, now: datetime, settings: CadenceSettings) -> float:
    """Return the square-root law's interval inside the class's bounds."""
    shortest, longest, _ = _bounds(klass)
    rate = (cadence.rate or _FIRST_RATE) * _hour_weight(cadence.hour_profile, now.hour)
    budget = _DAY / settings.budget_per_day * math.sqrt(_FIRST_RATE)
    return min(max(budget / math.sqrt(rate), shortest), longest)


def _least(cadence: Cadence, *, klass: str, settings: CadenceSettings) -> float:
    """Return what publisher and operator ask for at least, within reason."""
    _, longest, most_hint = _bounds(klass)
    asked = min(max(cadence.hint_s, cadence.own_hint_s), most_hint)
    unvalidated = 0 if cadence.validated else min(_NO_VALIDATORS, longest)
    return max(asked, unvalidated, settings.min_interval_s)


def _bounds(klass: str) -> tuple[int, int, int]:
    return _BOUNDS.get(klass, _BOUNDS["B"])


def _after_skipped(moment: datetime, cadence: Cadence, *, klass: str) -> datetime:
    """Move a poll out of the hours that the publisher says it sleeps, and for class C out of the days too."""
    hours = frozenset(cadence.skip_hours) if klass != "A" else frozenset()
    days = frozenset(cadence.skip_days) if klass == "C" else frozenset()
    for _ in range(24 * 8):
        if moment.hour not in hours and _WEEK_DAYS[moment.weekday()] not in days:
            break
        # Minutes stay as they are, so that feeds which wake together are still spread over the hour.
        moment += timedelta(hours=1)
    return moment


def _hour_weight(profile: Sequence[float], hour: int) -> float:
    """Return how busy an hour is beside the day's mean, smoothed ¼ ½ ¼ with two pseudo-counts a bin."""
    if len(profile) != 24:
        return 1.0
    mean = sum(profile) / 24 + 2
    smooth = profile[hour - 1] / 4 + profile[hour] / 2 + profile[(hour + 1) % 24] / 4 + 2
    return smooth / mean


def _learn(cadence: Cadence, facts: PollFacts, *, now: datetime) -> Cadence:
    """Fold one good poll into the rhythm: the rate by half-life, the hour's count, the gaps."""
    elapsed = (now - cadence.last_ok).total_seconds() if cadence.last_ok else 0.0
    rate = cadence.rate
    if elapsed > 0:
        keep = 0.5 ** (elapsed / _HALF_LIFE)
        rate = (rate or _FIRST_RATE) * keep + facts.new / elapsed * (1 - keep)
    profile = list(cadence.hour_profile) if len(cadence.hour_profile) == 24 else [0.0] * 24
    profile[now.hour] += facts.new
    gap = cadence.gap_p95_s
    if facts.new and cadence.last_new:
        gap = _quantile_step(gap, int((now - cadence.last_new).total_seconds()))
    return replace(
        cadence,
        rate=rate,
        hour_profile=tuple(profile),
        gap_p95_s=gap,
        own_hint_s=facts.rhythm.hint_s if facts.rhythm else cadence.own_hint_s,
        skip_hours=facts.rhythm.skip_hours if facts.rhythm else cadence.skip_hours,
        skip_days=facts.rhythm.skip_days if facts.rhythm else cadence.skip_days,
        last_unconditional=now if facts.unconditional else cadence.last_unconditional,
        fail_count=0,
        gone_count=0,
        first_failed=None,
        last_ok=now,
        last_try=now,
        last_new=now if facts.new else cadence.last_new,
    )


def _quantile_step(estimate: int, gap: int) -> int:
    """Move a running 95 % quantile: far up for a longer gap, a little down for a shorter one."""
    if not estimate:
        return max(gap, _HOUR)
    step = max(60, estimate // 20)
    return estimate + step * 19 // 10 if gap > estimate else max(_HOUR, estimate - step // 10)


def _state(cadence: Cadence, *, now: datetime) -> FeedState:
    quiet = (now - (cadence.last_new or now)).total_seconds()
    if quiet > max(_SILENT_LEAST, 6 * cadence.gap_p95_s):
        return FeedState.SILENT
    return FeedState.ACTIVE


def _follow_redirect(cadence: Cadence, moved_to: str, *, now: datetime) -> Cadence:
    if not moved_to:
        return replace(cadence, redirect_to="", redirect_since=None, redirect_count=0)
    if moved_to != cadence.redirect_to:
        return replace(cadence, redirect_to=moved_to, redirect_since=now, redirect_count=1)
    return replace(cadence, redirect_count=cadence.redirect_count + 1)


def _may_adopt(cadence: Cadence, now: datetime) -> bool:
    """Say whether a permanent redirect has held long enough to be believed: five times over three days."""
    since = cadence.redirect_since
    return since is not None and cadence.redirect_count >= _REDIRECT_TIMES and now - since >= _REDIRECT_AGE


def _failed(
    feed: FeedToPoll, result: FetchResult, *, facts: PollFacts, now: datetime, settings: CadenceSettings
) -> PollOutcome:
    left = _left_alone(feed, result, facts=facts, now=now)
    kind = left.state_reason
    if facts.line_down and kind in NETWORK_KINDS:
        return replace(left, next_at=now + timedelta(seconds=_LINE_DOWN * (1 + facts.jitter)))
    cadence = replace(
        feed.cadence,
        fail_count=feed.cadence.fail_count + 1,
        gone_count=feed.cadence.gone_count + (kind in _GONE_AFTER),
        first_failed=feed.cadence.first_failed or now,
        last_try=now,
    )
    state = failure_state(cadence, kind, now=now) or feed.state
    wait = _back_off(state, cadence.fail_count) * (0.75 + 0.5 * facts.jitter)
    wait = max(wait, _SLOW_KINDS.get(kind, 0) * (1 + 0.1 * facts.jitter))
    if result.status:  # the server did answer: it is asked no sooner than if the answer had been a good one
        usual = interval(cadence, klass=feed.klass, now=now, settings=settings) * (1 + 0.1 * facts.jitter)
        asked = result.retry_after_s if isinstance(result, FetchFailed) else 0
        wait = max(wait, usual, asked)
    return replace(left, state=state, cadence=cadence, next_at=now + timedelta(seconds=wait))


def _back_off(state: FeedState, failures: int) -> int:
    waits = _SLOW_STATES.get(state, _BACK_OFF)
    return waits[min(failures, len(waits)) - 1]


def _left_alone(feed: FeedToPoll, result: FetchResult, *, facts: PollFacts, now: datetime) -> PollOutcome:
    """Return the outcome of a failure that leaves everything of the feed as it was."""
    failed = result if isinstance(result, FetchFailed) else None
    return PollOutcome(
        feed=feed.id,
        lease_token=feed.lease_token,
        at=now,
        state=feed.state,
        state_reason=facts.error_kind or (failed.kind if failed else ""),
        next_at=now,
        status=result.status,
        error=facts.error or (failed.detail if failed else ""),
        etag=feed.etag,
        last_modified=feed.last_modified,
        body_hash=feed.body_hash,
        baseline=feed.baseline,
        cadence=feed.cadence,
    )


def failure_state(cadence: Cadence, kind: str, *, now: datetime) -> FeedState | None:
    """Return the state that a failure leads to, None for the one it had; a success leads back from each."""
    failing_for = now - (cadence.first_failed or now)
    if cadence.gone_count >= 2 and failing_for >= _GONE_AFTER.get(kind, _NEVER):
        return FeedState.GONE
    if kind in _AT_ONCE:
        return _AT_ONCE[kind]
    if failing_for >= timedelta(days=1):
        return FeedState.BLOCKED if kind == "throttled" else FeedState.FAILING
    return FeedState.DEGRADED if cadence.fail_count >= 3 else None
