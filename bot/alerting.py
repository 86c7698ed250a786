"""Decide which chats hear of a story's revision, and how.

Pure: what a chat watches, what it has been told and the time come in, deliveries go out.

A chat hears of a story first by an `alert`. After that the living message is edited
when outlets join (`edit`); it rings again, as a reply (`update`), on a material revision
past that change's cool-down; a possible development comes as a silent reply
(`development`), at most one in thirty minutes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bot.quiet import QuietHours, quiet_until
from matchers.types import ChangeKind
from storage.delivery_records import DeliveryKind, NewDelivery

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from matchers.types import Revision
    from storage.records import Subscriber, Told

# Lower goes first; facts on delivery 6.2: replies, urgent, normal, edits, digests.
PRIORITY_URGENT: Final = 1
PRIORITY_NORMAL: Final = 2
PRIORITY_EDIT: Final = 3
# A reader's patience for "this may be new": one silent reply a story and half an hour (DESIGN, promise 2).
DEVELOPMENT_GAP: Final = timedelta(minutes=30)
# How soon after the last ring a change may ring again. What can cost a life rings at once;
# "many outlets now" right after the alert tells the reader nothing that the edit does not.
COOL_DOWN: Final = {
    ChangeKind.TOLL: timedelta(0),
    ChangeKind.STATE: timedelta(0),
    ChangeKind.CLAIM: timedelta(minutes=20),
    ChangeKind.DENIAL: timedelta(minutes=20),
    ChangeKind.CONFIRMATION: timedelta(minutes=30),
    ChangeKind.PLACE: timedelta(minutes=30),
    ChangeKind.OUTLETS_3: timedelta(hours=1),
    ChangeKind.OUTLETS_10: timedelta(hours=1),
}
# An edit says "3 → 7 outlets"; more often than once a minute nobody reads it and Telegram counts it.
EDIT_GAP: Final = timedelta(minutes=1)
# An alert that could not go out for a day is news no more: it is dropped with that reason and counted.
EXPIRY: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class StoryNews:
    """Hold what happened to a story: which revision, what it changed, what kind of entry came, from which outlet."""

    story: int
    number: int
    revision: Revision
    joins_outlets: bool
    begins_development: bool
    outlet: str = ""


def decide(subscriber: Subscriber, told: Told | None, *, news: StoryNews, now: datetime) -> tuple[NewDelivery, ...]:
    """Return what one chat is owed for one revision of one story; empty when nothing."""
    if told is None:
        return (_ring(subscriber, DeliveryKind.ALERT, news=news, now=now),)
    owed = []
    if rings_again(news.revision, since_last_ring=now - told.last_ring):
        owed.append(_ring(subscriber, DeliveryKind.UPDATE, news=news, now=now))
    elif news.begins_development and _may_develop(subscriber, told, now=now):
        owed.append(_owe(subscriber, DeliveryKind.DEVELOPMENT, news=news, not_before=now))
    if news.joins_outlets:
        after = told.last_edit + EDIT_GAP if told.last_edit else now
        owed.append(_owe(subscriber, DeliveryKind.EDIT, news=news, not_before=max(now, after)))
    return tuple(owed)


def rings_again(revision: Revision, *, since_last_ring: timedelta) -> bool:
    """Say whether a revision is material and one of its changes is past its cool-down."""
    waits = [COOL_DOWN[change.kind] for change in revision.changes if change.kind in COOL_DOWN]
    return revision.material and any(since_last_ring >= wait for wait in waits)


def _may_develop(subscriber: Subscriber, told: Told, *, now: datetime) -> bool:
    if subscriber.settings.get("developments") is False:
        return False
    last = told.last_development or told.last_ring
    return now - last >= DEVELOPMENT_GAP


def _ring(subscriber: Subscriber, kind: DeliveryKind, *, news: StoryNews, now: datetime) -> NewDelivery:
    until = None if is_critical(subscriber) else quiet_until(quiet_hours(subscriber.settings), subscriber.tz, now=now)
    return _owe(subscriber, kind, news=news, not_before=until or now)


def _owe(subscriber: Subscriber, kind: DeliveryKind, *, news: StoryNews, not_before: datetime) -> NewDelivery:
    rings = kind in {DeliveryKind.ALERT, DeliveryKind.UPDATE}
    urgent = PRIORITY_URGENT if is_critical(subscriber) else PRIORITY_NORMAL
    low = is_low(subscriber)
    return NewDelivery(
        chat=subscriber.chat,
        kind=kind,
        priority=urgent if rings else PRIORITY_EDIT,
        not_before=not_before,
        silent=not rings or low,
        story=news.story,
        revision=news.number,
        held=subscriber.mode == "digest" or (low and subscriber.mode == "both"),
        expires=not_before + EXPIRY,
    )


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
