"""Decide which chats hear of a story's revision, and how.

Pure: what a chat watches, what it has been told and the time come in, deliveries go out.

A chat hears of a story first by an `alert`. After that the living message is edited
when outlets join (`edit`); it rings again, as a reply (`update`), on a material revision
past that change's cool-down; a possible development comes as a silent reply
(`development`), at most one in thirty minutes. How loud each is, `bot/loudness.py` says.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bot.loudness import MOST_IN_A_ROW, Weight, how_loud, is_critical, rings_for
from matchers.types import ChangeKind
from storage.delivery_records import WAITS_FOR_DIGEST, DeliveryKind, NewDelivery, Waits
from storage.records import Heard

if TYPE_CHECKING:
    from datetime import datetime

    from bot.loudness import Volume
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
# A chat on a thin line pays for each edit.
LIGHT_EDIT_GAP: Final = timedelta(minutes=30)
LIGHT_MOST_EDITS: Final = 6
# An alert that could not go out for a day is news no more: it is dropped with that reason and counted.
EXPIRY: Final = timedelta(hours=24)
# A reader who sleeps or snoozes is not reached by a message without sound either.
_RESTS: Final = frozenset({Waits.ASLEEP.value, Waits.SNOOZED.value})
_NOTHING: Final = Heard()
_PLAIN: Final = Weight()


@dataclass(frozen=True, slots=True)
class StoryNews:
    """Hold what happened to a story: which revision, what it changed, what kind of entry came, from which outlet.

    `families` are those of the entities that the story names; `weight` is what makes it worth a ring now, `before` what did before this revision.
    """

    story: int
    number: int
    revision: Revision
    joins_outlets: bool
    begins_development: bool
    outlet: str = ""
    families: tuple[str, ...] = ()
    weight: Weight = _PLAIN
    before: Weight = _PLAIN


def decide(
    subscriber: Subscriber, told: Told | None, *, news: StoryNews, now: datetime, heard: Heard = _NOTHING
) -> tuple[NewDelivery, ...]:
    """Return what one chat is owed for one revision of one story; empty when nothing."""
    rings = rings_for(subscriber, news.weight)
    volume = how_loud(subscriber, heard, rings=rings, now=now)
    overtakes_digest = rings and volume.waits != WAITS_FOR_DIGEST
    if told is None or (told.waits == WAITS_FOR_DIGEST and overtakes_digest):
        return (_ring(subscriber, DeliveryKind.ALERT, news=news, volume=volume, now=now),)
    if told.waits is not None:
        # What is held will tell how things stand when it comes.
        return ()
    owed = []
    became = rings and not rings_for(subscriber, news.before)
    if became or rings_again(news.revision, since_last_ring=now - told.last_ring):
        owed.append(_ring(subscriber, DeliveryKind.UPDATE, news=news, volume=volume, now=now))
    elif news.begins_development and _may_develop(subscriber, told, heard=heard, now=now):
        owed.append(_develop(subscriber, news=news, volume=volume, now=now))
    edit_at = _next_edit(subscriber, told, now=now) if news.joins_outlets else None
    if edit_at:
        owed.append(_follow(subscriber, DeliveryKind.EDIT, news=news, at=edit_at))
    return tuple(owed)


def rings_again(revision: Revision, *, since_last_ring: timedelta) -> bool:
    """Say whether a revision is material and one of its changes is past its cool-down."""
    waits = [COOL_DOWN[change.kind] for change in revision.changes if change.kind in COOL_DOWN]
    return revision.material and any(since_last_ring >= wait for wait in waits)


def _may_develop(subscriber: Subscriber, told: Told, *, heard: Heard, now: datetime) -> bool:
    if subscriber.settings.get("developments") is False or not told.has_message or heard.lately >= MOST_IN_A_ROW:
        return False
    last = told.last_development or told.last_ring
    return now - last >= DEVELOPMENT_GAP


def _next_edit(subscriber: Subscriber, told: Told, *, now: datetime) -> datetime | None:
    """Return when the living message may be edited; None when there is none, or it was edited often enough."""
    light = bool(subscriber.settings.get("light"))
    if not told.has_message or (light and told.edits >= LIGHT_MOST_EDITS):
        return None
    last = told.last_edit or (told.last_ring if light else None)
    gap = LIGHT_EDIT_GAP if light else EDIT_GAP
    return max(now, last + gap) if last else now


def _ring(subscriber: Subscriber, kind: DeliveryKind, *, news: StoryNews, volume: Volume, now: datetime) -> NewDelivery:
    at = volume.until or now
    return NewDelivery(
        chat=subscriber.chat,
        kind=kind,
        priority=PRIORITY_URGENT if is_critical(subscriber) else PRIORITY_NORMAL,
        not_before=at,
        silent=volume.silent,
        story=news.story,
        revision=news.number,
        held=volume.waits is not None,
        reason=volume.waits or "",
        expires=at + EXPIRY,
    )


def _develop(subscriber: Subscriber, *, news: StoryNews, volume: Volume, now: datetime) -> NewDelivery:
    """Return a possible development: at once, or with all else when a chat that sleeps or snoozes wakes."""
    reply = _follow(subscriber, DeliveryKind.DEVELOPMENT, news=news, at=now)
    if volume.waits not in _RESTS or volume.until is None:
        return reply
    return replace(reply, held=True, reason=volume.waits or "", not_before=volume.until, expires=volume.until + EXPIRY)


def _follow(subscriber: Subscriber, kind: DeliveryKind, *, news: StoryNews, at: datetime) -> NewDelivery:
    """Return what follows a story's message without a sound."""
    return NewDelivery(
        chat=subscriber.chat,
        kind=kind,
        priority=PRIORITY_EDIT,
        not_before=at,
        silent=True,
        story=news.story,
        revision=news.number,
        expires=at + EXPIRY,
    )
