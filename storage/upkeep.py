"""Remove what is past its retention, in short slices, so that the writer never waits long."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlmodel import col, delete, func, select, update

from storage.areas import expire_areas
from storage.inbox import forget_old
from storage.outbox import unpark
from storage.tables import Delivery, Edition, Entry, Inbox, Mute, PlacementRow

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

# An entry's keys must outlive its stay in the feed; 90 days after it was last seen there it is history. A feed
# that says nothing for longer still shows its last entries: what stood in its last document is kept.
ENTRIES: Final = timedelta(days=90)
SHOWN_TOGETHER: Final = timedelta(days=2)
# Telegram keeps updates for 24 hours; what we could not handle by then is forgotten.
INBOX_PAYLOADS: Final = timedelta(hours=24)
INBOX_ROWS: Final = timedelta(days=7)
DELIVERIES: Final = timedelta(days=120)
# rows a call: a slice stays far under the 100 ms for which a writer may be kept waiting
SLICE: Final = 500


def prune(session: Session, *, now: datetime) -> int:
    """Remove one slice of everything past its retention; return how many rows, 0 when nothing is left."""
    removed = forget_old(session, before=now - INBOX_PAYLOADS) + unpark(session, now=now)
    removed += session.exec(delete(Mute).where(col(Mute.until) <= now)).rowcount
    removed += session.exec(delete(Inbox).where(col(Inbox.handled) < now - INBOX_ROWS)).rowcount
    removed += session.exec(delete(Edition).where(col(Edition.created) < now - DELIVERIES)).rowcount
    removed += _forget_answers(session, now=now) + expire_areas(session, now=now)
    placed = select(PlacementRow.entry_id).where(PlacementRow.entry_id == Entry.id).exists()
    removed += session.exec(delete(Entry).where(col(Entry.id).in_(_gone(session, placed, now=now)))).rowcount
    told = select(Delivery.id).where(
        Delivery.created < now - DELIVERIES,
        col(Delivery.state).in_(("sent", "dropped", "merged")),
        col(Delivery.story_id).is_(None),
    )
    removed += session.exec(delete(Delivery).where(col(Delivery.id).in_(told.limit(SLICE)))).rowcount
    return removed


def _forget_answers(session: Session, *, now: datetime) -> int:
    """Forget what was answered; a discreet chat may show an answer again for a day."""
    said = (col(Delivery.kind) == "reply") & col(Delivery.state).in_(("sent", "dropped"))
    old = said & col(Delivery.payload).is_not(None) & (col(Delivery.created) < now - INBOX_PAYLOADS)
    return session.exec(update(Delivery).where(old).values(payload=None)).rowcount


def _gone(session: Session, placed: Any, *, now: datetime) -> list[int]:
    """Return entries that left their feed long ago: older than the feed's own last document, too."""
    newest = select(Entry.feed_id, func.max(Entry.last_seen)).group_by(col(Entry.feed_id))
    found: list[int] = []
    for feed, last in session.exec(newest).all():
        before = min(now - ENTRIES, last - SHOWN_TOGETHER)
        old = select(Entry.id).where(Entry.feed_id == feed, Entry.last_seen < before, ~placed)
        found += [entry for entry in session.exec(old.limit(SLICE - len(found))) if entry is not None]
        if len(found) >= SLICE:
            break
    return found


def newest_entry(session: Session) -> datetime | None:
    """Return when the newest entry came."""
    return session.exec(select(func.max(Entry.first_seen))).one()
