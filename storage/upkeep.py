"""Remove what is past its retention: find it in a reading transaction, remove it in short writing ones.

find (reads, keeps no writer waiting) ─ids→ remove a slice of them (writes; asks again whether each is past it)

What is alive is never past it: an entry that its feed may still show, an entry of a story, a story that grew, that a
team has stamped, or of which a delivery or a webhook's call is still owed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam
from sqlalchemy.orm import aliased
from sqlmodel import col, delete, func, or_, select, update

from storage.areas import expire_areas
from storage.chat_tables import AuditRow, DeskAct
from storage.inbox import forget_old
from storage.outbox import unpark
from storage.output_tables import HookCall
from storage.tables import Delivery, Edition, Entry, Feed, Inbox, Invite, Mute, Owed, PlacementRow, Story

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from sqlmodel import Session

    Find = Callable[..., Sequence[Any]]
    Remove = Callable[..., int]

# A feed that says nothing for long still shows its last entries: what stood in its last document is kept.
SHOWN_TOGETHER: Final = timedelta(days=2)
# Telegram keeps updates for 24 hours; what we could not handle by then is forgotten.
INBOX_PAYLOADS: Final = timedelta(hours=24)
_INVITES: Final = timedelta(days=7)
_OPEN: Final = ("due", "sending", "held")
_DONE: Final = ("sent", "dropped", "merged")


@dataclass(frozen=True, slots=True)
class Keep:
    """Hold for how long things are kept: what is past it may go."""

    entries: timedelta = timedelta(days=90)
    stories: timedelta = timedelta(days=365)
    deliveries: timedelta = timedelta(days=120)
    commands: timedelta = timedelta(days=7)
    audit: timedelta = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Sweep:
    """Hold how one kind of thing is found and removed.

    `find(session, keep, now=, limit=)` returns ids; `remove(session, ids, keep=, now=)` returns how many went.
    """

    name: str
    find: Find
    remove: Remove


def forget(session: Session, *, now: datetime) -> int:
    """Forget what is over: payloads of updates, parkings, silences, areas; few at any time; return how many."""
    over = forget_old(session, before=now - INBOX_PAYLOADS) + unpark(session, now=now)
    over += session.exec(delete(Mute).where(col(Mute.until) <= now)).rowcount
    return over + expire_areas(session, now=now)


def _plain(table: Any, key: Any, *, past: Callable[[Keep, datetime], tuple[Any, ...]]) -> tuple[Find, Remove]:
    """Return how rows are found and removed that are past it by themselves."""

    def find(session: Session, keep: Keep, *, now: datetime, limit: int) -> Sequence[Any]:
        return session.exec(select(key).where(*past(keep, now)).order_by(key).limit(limit)).all()

    def remove(session: Session, ids: Sequence[Any], *, keep: Keep, now: datetime) -> int:
        return session.exec(delete(table).where(key.in_(ids), *past(keep, now))).rowcount

    return find, remove


# ── answers, deliveries, editions ────────────────────────────────────────────


def _answered(now: datetime) -> tuple[Any, ...]:
    """Return the condition that an answer is said; a discreet chat may show one again for a day."""
    said = (col(Delivery.kind) == "reply") & col(Delivery.state).in_(("sent", "dropped"))
    return said, col(Delivery.payload).is_not(None), col(Delivery.created) < now - INBOX_PAYLOADS


def _find_answers(session: Session, _keep: Keep, *, now: datetime, limit: int) -> Sequence[Any]:
    return session.exec(select(Delivery.id).where(*_answered(now)).limit(limit)).all()


def _forget_answers(session: Session, ids: Sequence[Any], *, keep: Keep, now: datetime) -> int:
    del keep  # how long an answer is kept is not for an operator to say
    return session.exec(
        update(Delivery).where(col(Delivery.id).in_(ids), *_answered(now)).values(payload=None)
    ).rowcount


def _told(keep: Keep, now: datetime) -> tuple[Any, ...]:
    """Return the condition that a delivery is history, and its story grows no more."""
    before = now - keep.deliveries
    over = select(Story.id).where(Story.id == Delivery.story_id, Story.last < before).exists()
    return (
        col(Delivery.state).in_(_DONE),
        col(Delivery.created) < before,
        or_(col(Delivery.story_id).is_(None), over),
    )


def _find_told(session: Session, keep: Keep, *, now: datetime, limit: int) -> Sequence[Any]:
    return session.exec(select(Delivery.id).where(*_told(keep, now)).order_by(col(Delivery.id)).limit(limit)).all()


def _remove_told(session: Session, ids: Sequence[Any], *, keep: Keep, now: datetime) -> int:
    """Remove deliveries, and with the last one of a story the note that it was owed, or the audit would miss it."""
    gone = (col(Delivery.id).in_(ids), *_told(keep, now))
    named = select(Delivery.chat_id, Delivery.story_id).where(*gone, col(Delivery.story_id).is_not(None)).distinct()
    pairs = [{"chat": chat, "story": story} for chat, story in session.exec(named)]
    removed = session.exec(delete(Delivery).where(*gone)).rowcount
    if pairs:
        left = select(Delivery.id).where(Delivery.chat_id == Owed.chat_id, Delivery.story_id == Owed.story_id).exists()
        this = (col(Owed.chat_id) == bindparam("chat"), col(Owed.story_id) == bindparam("story"))
        session.connection().execute(delete(Owed).where(*this, ~left), pairs)
    return removed


def _closed(keep: Keep, now: datetime) -> tuple[Any, ...]:
    owed = select(Delivery.id).where(Delivery.edition_id == Edition.id, col(Delivery.state).in_(_OPEN)).exists()
    return col(Edition.created) < now - keep.deliveries, ~owed


# ── stories, entries ─────────────────────────────────────────────────────────


def _history(keep: Keep, now: datetime) -> tuple[Any, ...]:
    """Return the condition that a story is history, together with what was merged into it or it was merged into."""
    before, other = now - keep.stories, aliased(Story)
    owed = select(Delivery.id).where(Delivery.story_id == Story.id, col(Delivery.state).in_(_OPEN)).exists()
    posted = select(HookCall.id).where(HookCall.story_id == Story.id, col(HookCall.state).in_(_OPEN)).exists()
    worked_on = select(DeskAct.id).where(DeskAct.story_id == Story.id).exists()
    kin = or_(other.merged_into == Story.id, other.id == Story.merged_into)
    grows = select(other.id).where(kin, col(other.last) >= before).exists()
    return col(Story.last) < before, ~owed, ~posted, ~worked_on, ~grows


def _shown_before(session: Session, feed: int, *, keep: Keep, now: datetime) -> datetime | None:
    """Return before when an entry must have been seen last to have left its feed; None for a feed without entries."""
    newest = session.exec(select(func.max(Entry.last_seen)).where(Entry.feed_id == feed)).one()
    return min(now - keep.entries, newest - SHOWN_TOGETHER) if newest else None


def _loose() -> Any:
    """Return the condition that an entry is in no story."""
    return ~select(PlacementRow.entry_id).where(PlacementRow.entry_id == Entry.id).exists()


def _find_entries(session: Session, keep: Keep, *, now: datetime, limit: int) -> Sequence[Any]:
    """Return entries that left their feed long ago: older than the feed's own last document, too."""
    found: list[Any] = []
    for feed in session.exec(select(Feed.id)).all():
        before = _shown_before(session, feed or 0, keep=keep, now=now)
        if before is not None:
            old = select(Entry.id).where(Entry.feed_id == feed, Entry.last_seen < before, _loose())
            found += session.exec(old.limit(limit - len(found))).all()
        if len(found) >= limit:
            break
    return found


def _remove_entries(session: Session, ids: Sequence[Any], *, keep: Keep, now: datetime) -> int:
    """Remove entries; one that was shown again meanwhile was seen just now."""
    gone = (col(Entry.id).in_(ids), col(Entry.last_seen) < now - keep.entries, _loose())
    return session.exec(delete(Entry).where(*gone)).rowcount


SWEEPS: Final = (
    Sweep("answers", _find_answers, _forget_answers),
    Sweep("commands", *_plain(Inbox, col(Inbox.update_id), past=lambda keep, now: (col(Inbox.handled) < now - keep.commands,))),
    Sweep("audit", *_plain(AuditRow, col(AuditRow.id), past=lambda keep, now: (col(AuditRow.at) < now - keep.audit,))),
    Sweep("invites", *_plain(Invite, col(Invite.code_hash), past=lambda _, now: (col(Invite.expires) < now - _INVITES,))),
    Sweep("deliveries", _find_told, _remove_told),
    Sweep("editions", *_plain(Edition, col(Edition.id), past=_closed)),
    Sweep("calls", *_plain(HookCall, col(HookCall.id), past=lambda keep, now: (col(HookCall.settled) < now - keep.deliveries,))),
    Sweep("stories", *_plain(Story, col(Story.id), past=_history)),
    Sweep("entries", _find_entries, _remove_entries),
)  # fmt: skip


def newest_entry(session: Session) -> datetime | None:
    """Return when the newest entry came."""
    return session.exec(select(func.max(Entry.first_seen))).one()
