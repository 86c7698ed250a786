"""Decide when a feed is polled next, and in which state it is. Pure: time and jitter come in.

    interval = C / sqrt(rate × weight of the hour), inside the class's bounds, × 0.9–1.1

The square root is the optimum for Poisson arrivals (Sia, Cho, Cho, "Efficient Monitoring
Algorithm for Fast News Alerts"); at the same number of requests it finds news in 1.91
minutes on average where a fixed interval needs 2.50 and a rate-proportional one 4.55.
A publisher's own hint lengthens it, a failure backs off, nothing ever switches a feed off.
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
_SLOW_STATES: Final = {
    FeedState.FAILING: 4 * _HOUR,
    FeedState.BLOCKED: 6 * _HOUR,
    FeedState.NOT_FEED: 6 * _HOUR,
    FeedState.GONE: 7 * _DAY,
}
_NEVER: Final = timedelta.max
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


@dataclass(frozen=True, slots=True)
class PollFacts:
    """Hold what a poll showed beside its answer: how many entries were new, the feed's own hint in seconds.

    `jitter` in [0, 1) spreads the next poll, so that feeds do not march in step.
    """

    new: int = 0
    hint_s: int = 0
    error: str = ""
    error_kind: str = ""
    jitter: float = 0.5


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
        return _failed(feed, result, facts=facts, now=now)
    cadence = _learn(feed.cadence, facts, hint=max(result.hint_s, facts.hint_s), now=now)
    cadence = _follow_redirect(cadence, result.moved_to, now=now)
    state = _state(cadence, now=now)
    wait = interval(cadence, klass=feed.klass, now=now, settings=settings)
    if not (result.etag or result.last_modified):
        wait = max(wait, min(_NO_VALIDATORS, _BOUNDS[feed.klass][1]))
    adopted = cadence.redirect_to if _may_adopt(cadence, now) else ""
    return PollOutcome(
        feed=feed.id,
        lease_token=feed.lease_token,
        at=now,
        state=state,
        state_reason="" if state is not FeedState.SILENT else "nothing new for longer than usual",
        next_at=now + timedelta(seconds=wait * (0.9 + 0.2 * facts.jitter)),
        status=result.status,
        error="",
        etag=result.etag,
        last_modified=result.last_modified,
        body_hash=result.body_hash if isinstance(result, Fetched) else feed.body_hash,
        baseline=feed.baseline and isinstance(result, NotModified),
        cadence=replace(cadence, redirect_to="", redirect_since=None, redirect_count=0) if adopted else cadence,
        url=adopted,
    )


def interval(cadence: Cadence, *, klass: str, now: datetime, settings: CadenceSettings) -> float:
    """Return seconds until the next poll, before jitter."""
    shortest, longest, most_hint = _BOUNDS.get(klass, _BOUNDS["B"])
    rate = (cadence.rate or _FIRST_RATE) * _hour_weight(cadence.hour_profile, now.hour)
    budget = _DAY / settings.budget_per_day * math.sqrt(_FIRST_RATE)
    wait = min(max(budget / math.sqrt(rate), shortest), longest)
    wait = max(wait, min(cadence.hint_s, most_hint))
    return max(wait, settings.min_interval_s)


def _hour_weight(profile: Sequence[float], hour: int) -> float:
    """Return how busy an hour is beside the day's mean, smoothed ¼ ½ ¼ with two pseudo-counts a bin."""
    if len(profile) != 24:
        return 1.0
    mean = sum(profile) / 24 + 2
    smooth = profile[hour - 1] / 4 + profile[hour] / 2 + profile[(hour + 1) % 24] / 4 + 2
    return smooth / mean


def _learn(cadence: Cadence, facts: PollFacts, *, hint: int, now: datetime) -> Cadence:
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
        hint_s=hint,
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


def _failed(feed: FeedToPoll, result: FetchResult, *, facts: PollFacts, now: datetime) -> PollOutcome:
    kind = facts.error_kind or (result.kind if isinstance(result, FetchFailed) else "")
    asked = result.retry_after_s if isinstance(result, FetchFailed) else 0
    cadence = replace(
        feed.cadence,
        fail_count=feed.cadence.fail_count + 1,
        gone_count=feed.cadence.gone_count + (kind in _GONE_AFTER),
        first_failed=feed.cadence.first_failed or now,
        last_try=now,
    )
    state = failure_state(cadence, kind, now=now) or feed.state
    wait: float = _SLOW_STATES.get(state) or _BACK_OFF[min(cadence.fail_count, len(_BACK_OFF)) - 1]
    wait = max(wait * (0.75 + 0.5 * facts.jitter), asked)
    return PollOutcome(
        feed=feed.id,
        lease_token=feed.lease_token,
        at=now,
        state=state,
        state_reason=kind,
        next_at=now + timedelta(seconds=wait),
        status=result.status,
        error=facts.error or (result.detail if isinstance(result, FetchFailed) else ""),
        etag=feed.etag,
        last_modified=feed.last_modified,
        body_hash=feed.body_hash,
        baseline=feed.baseline,
        cadence=cadence,
    )


def failure_state(cadence: Cadence, kind: str, *, now: datetime) -> FeedState | None:
    """Return the state that a failure leads to, None for the one it had; a success leads back from each."""
    failing_for = now - (cadence.first_failed or now)
    if cadence.gone_count >= 2 and failing_for >= _GONE_AFTER.get(kind, _NEVER):
        return FeedState.GONE
    if kind in _AT_ONCE:
        return _AT_ONCE[kind]
    if failing_for >= timedelta(days=1):
        return FeedState.FAILING
    return FeedState.DEGRADED if cadence.fail_count >= 3 else None
