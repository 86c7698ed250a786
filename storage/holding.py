"""Keep what the flood rule held back, and what an admin then let ring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlmodel import col, func, select, update

from storage.entries import placed_in, ringing_entries
from storage.feeds import feeds_to_poll
from storage.leases import fact, set_fact
from storage.records import Disposition
from storage.tables import Entry

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlmodel import Session

    from storage.records import FeedToPoll, NewEntry

_RELEASED: Final = "feeds.released"


@dataclass(frozen=True, slots=True)
class Released:
    """Hold the entries of a feed that may ring now, by their ids."""

    feed: FeedToPoll
    entries: Mapping[int, NewEntry]


def held_back(session: Session, feed: int, *, since: datetime) -> int:
    """Return how many entries of a feed the flood rule has kept from ringing since a moment."""
    held = (Entry.feed_id == feed, Entry.disposition == Disposition.HELD.value, col(Entry.first_seen) >= since)
    return session.exec(select(func.count()).select_from(Entry).where(*held)).one()


def release(session: Session, feed: int, *, since: datetime) -> int:
    """Let what was held back of a feed since a moment ring after all; return how many entries."""
    held = (col(Entry.feed_id) == feed, Entry.disposition == Disposition.HELD.value, col(Entry.first_seen) >= since)
    ids = [number for number in session.exec(select(Entry.id).where(*held)) if number is not None]
    session.exec(update(Entry).where(col(Entry.id).in_(ids)).values(disposition=Disposition.ALERT.value))
    waiting = dict(fact(session, _RELEASED) or {})
    set_fact(session, _RELEASED, waiting | {str(feed): sorted({*waiting.get(str(feed), ()), *ids})})
    return len(ids)


def released(session: Session) -> tuple[Released, ...]:
    """Return what was let ring and has not been placed yet."""
    waiting = fact(session, _RELEASED) or {}
    if not waiting:
        return ()
    feeds = {str(feed.id): feed for feed in feeds_to_poll(session, [int(number) for number in waiting])}
    return tuple(Released(feed, ringing_entries(session, waiting[number])) for number, feed in feeds.items())


def settle_released(session: Session, feed: int) -> frozenset[int]:
    """Take a feed's released entries to be placed in this transaction; return those that no other process placed."""
    waiting = dict(fact(session, _RELEASED) or {})
    ids = waiting.pop(str(feed), ())
    set_fact(session, _RELEASED, waiting)
    return frozenset(ids) - placed_in(session, ids).keys()
