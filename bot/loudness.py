"""Decide how loud a story may come to a chat: with sound, without, in the morning, past its limit, or in the digest. Pure.

| what | how |
| --- | --- |
| a critical term | rings at any hour, past any limit, and is counted |
| a chat of digests, a low term, what is not worth a ring, too few outlets | the digest; where there is none, without sound |
| quiet hours, a snooze | waits for their end: one catch-up message |
| more rings than the chat allows, or too many messages in a row | one catch-up message without sound |
| all else | rings |

A family of the catalogue rings for violence, abduction, political rupture and the charter;
what is watched by name rings for everything, since somebody asked for it by name.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from bot.quiet import QuietHours, quiet_until
from storage.delivery_records import WAITS_FOR_DIGEST, Waits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from storage.records import Heard, Subscriber

# From this severity on a story is violence, an abduction or a political rupture (matchers/types.py).
GRAVE: Final = 3
CHARTER: Final = "liptako-gourma-charter"
FAMILY: Final = "family:"
# Rings a day and an hour (issue of the chat: default 6 a day, 2 an hour).
BUDGET: Final = (6, 2)
# Messages of stories in ten minutes; more in a row nobody reads one by one.
MOST_IN_A_ROW: Final = 5
# What is past the limit waits so long for company, so that it comes as one message.
GATHERING: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Volume:
    """Hold how a story comes: `waits` says for what it is held, `until` when that ends."""

    silent: bool = False
    waits: str | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Weight:
    """Hold what makes a story worth a ring: how grave, told by how many independent outlets, of which entities."""

    severity: int = 1
    independent: int = 1
    entities: tuple[str, ...] = ()


def rings_for(subscriber: Subscriber, weight: Weight) -> bool:
    """Say whether a story is worth a ring to a chat, whatever the hour."""
    if is_critical(subscriber):
        return True
    by_name = any(not term.startswith(FAMILY) for term in subscriber.terms)
    grave = weight.severity >= GRAVE or CHARTER in weight.entities
    worth = by_name or grave or subscriber.settings.get("rings") == "all"
    return worth and not is_low(subscriber) and weight.independent >= wanted_outlets(subscriber.settings)


def how_loud(subscriber: Subscriber, heard: Heard, *, rings: bool, now: datetime) -> Volume:
    """Return how a chat is told of a story now; `rings` says whether it is worth a ring."""
    if is_critical(subscriber):
        return Volume()
    if subscriber.mode == "digest" or (not rings and subscriber.mode == "both"):
        return Volume(silent=True, waits=WAITS_FOR_DIGEST)
    waits = _rest(subscriber, now) or _past_limit(subscriber, heard, rings=rings, now=now)
    return replace(waits, silent=waits.silent or not rings) if waits else Volume(silent=not rings)


def _rest(subscriber: Subscriber, now: datetime) -> Volume | None:
    """Return how long a chat that sleeps or snoozes waits."""
    asleep = quiet_until(quiet_hours(subscriber.settings), subscriber.tz, now=now)
    if asleep:
        return Volume(waits=Waits.ASLEEP, until=asleep)
    snoozed = snoozed_until(subscriber.settings)
    return Volume(waits=Waits.SNOOZED, until=snoozed) if snoozed and snoozed > now else None


def _past_limit(subscriber: Subscriber, heard: Heard, *, rings: bool, now: datetime) -> Volume | None:
    """Return how long waits what is past a chat's limits."""
    day, hour = budget(subscriber.settings)
    if rings and (heard.loud_day >= day or heard.loud_hour >= hour):
        return Volume(silent=True, waits=Waits.LIMIT, until=now + GATHERING)
    if heard.lately >= MOST_IN_A_ROW:
        return Volume(silent=True, waits=Waits.FLOOD, until=now + GATHERING)
    return None


def is_critical(subscriber: Subscriber) -> bool:
    """Say whether one of the terms that matched rings at any hour."""
    return "critical" in subscriber.urgencies


def is_low(subscriber: Subscriber) -> bool:
    """Say whether all the terms that matched wait for the digest, or come without sound where there is none."""
    return bool(subscriber.urgencies) and set(subscriber.urgencies) == {"low"}


def quiet_hours(settings: Mapping[str, object]) -> QuietHours | None:
    """Read a chat's quiet hours from its settings: `quiet` is [start, end] in minutes of the day."""
    match settings.get("quiet"):
        case [int(start), int(end)] if start != end:
            return QuietHours(start, end)
        case _:
            return None


def snoozed_until(settings: Mapping[str, object]) -> datetime | None:
    """Read until when a chat snoozes."""
    stored = settings.get("snooze")
    return datetime.fromisoformat(stored) if isinstance(stored, str) else None


def budget(settings: Mapping[str, object]) -> tuple[int, int]:
    """Read how often a chat may be rung, a day and an hour: `loud` is [day, hour]."""
    match settings.get("loud"):
        case [int(day), int(hour)]:
            return day, hour
        case _:
            return BUDGET


def wanted_outlets(settings: Mapping[str, object]) -> int:
    """Read how many independent outlets a story needs before it rings."""
    wanted = settings.get("outlets")
    return wanted if isinstance(wanted, int) else 1
