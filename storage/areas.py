"""Keep where people look for a few days, and find who hears of what happened there.

Only ids of the gazetteer are kept, for 72 hours; nothing here is logged, copied to a backup or exported.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam
from sqlmodel import col, delete, func, select, update

from storage.chat_tables import Area, AreaPlace, EntryPlace
from storage.dialect import insert_new, insert_or_update
from storage.entries import entry
from storage.merging import members
from storage.records import Subscriber
from storage.tables import Chat, Delivery, Entry, Feed, PlacementRow
from storage.terms import silenced

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlmodel import Session

    from storage.records import EntryRecord

# Where somebody goes is nobody's business for longer than the journey.
KEPT: Final = timedelta(hours=72)
# How a subscriber's terms name an area; it says that, and not where.
AREA_TERM: Final = "area"
_NEWEST: Final = 3
_LOOKED: Final[Any] = select(col(Area.id)).where(col(Area.until) > bindparam("now")).limit(1)


@dataclass(frozen=True, slots=True)
class AreaRecord:
    """Hold where a chat looks: the stops by their ids in the gazetteer, how far around them, until when."""

    id: int
    stops: tuple[str, ...]
    km: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Reported:
    """Hold what was reported of an area: how many entries, by how many outlets, the newest ones."""

    entries: int
    outlets: int
    newest: tuple[EntryRecord, ...]


def note_places(session: Session, entry: int, *, places: Iterable[str]) -> None:
    """Keep which places an entry names."""
    insert_new(session, EntryPlace, [{"entry_id": entry, "place": place} for place in places])


def set_area(
    session: Session, chat: int, *, stops: Sequence[str], km: int, places: Iterable[str], now: datetime
) -> None:
    """Let a chat look somewhere from now on, or for another while."""
    row = {"chat_id": chat, "stops": " ".join(stops), "km": km, "until": now + KEPT}
    insert_or_update(session, Area, row=row, key=["chat_id", "stops", "km"], change=["until"])
    found = session.exec(
        select(Area.id).where(Area.chat_id == chat, Area.stops == " ".join(stops), Area.km == km)
    ).one()
    insert_new(session, AreaPlace, [{"area_id": found, "place": place} for place in places])


def renew_areas(session: Session, chat: int, *, now: datetime) -> None:
    """Let a chat look where it looks for another while."""
    session.exec(update(Area).where(col(Area.chat_id) == chat, col(Area.until) > now).values(until=now + KEPT))


def end_areas(session: Session, chat: int) -> None:
    """Forget where a chat looks, and that it was to be reminded."""
    session.exec(delete(Area).where(col(Area.chat_id) == chat))
    drop_reminders(session, chat)


def drop_reminders(session: Session, chat: int) -> None:
    """Owe a chat no reminder that its look is about to end."""
    session.exec(
        update(Delivery)
        .where(col(Delivery.chat_id) == chat, col(Delivery.state) == "due")
        .where(col(Delivery.notice_key).startswith(f"{AREA_TERM}:"))
        .values(state="dropped", reason="renewed or ended")
    )


def expire_areas(session: Session, *, now: datetime) -> int:
    """Forget areas whose time is over; return how many."""
    return session.exec(delete(Area).where(col(Area.until) <= now)).rowcount


def areas(session: Session, chat: int, *, now: datetime) -> tuple[AreaRecord, ...]:
    """Return where a chat looks, oldest first."""
    rows = session.exec(select(Area).where(Area.chat_id == chat, Area.until > now).order_by(col(Area.id)))
    return tuple(AreaRecord(row.id or 0, tuple(row.stops.split()), row.km, until=row.until) for row in rows)


def is_looked_for(session: Session, *, now: datetime) -> bool:
    """Say whether anybody looks anywhere."""
    return session.connection().execute(_LOOKED, {"now": now}).first() is not None


def area_subscribers(session: Session, story: int, *, now: datetime, outlet: str = "") -> tuple[Subscriber, ...]:
    """Return every active chat in whose area a story happened and that has not silenced it."""
    there = (
        select(Area.chat_id)
        .join(AreaPlace, col(AreaPlace.area_id) == col(Area.id))
        .join(EntryPlace, col(EntryPlace.place) == col(AreaPlace.place))
        .join(PlacementRow, col(PlacementRow.entry_id) == col(EntryPlace.entry_id))
        .where(col(PlacementRow.story_id).in_(members(story)), Area.until > now)
    )
    rows = session.exec(
        select(Chat)
        .where(col(Chat.id).in_(there), Chat.status == "active")
        .where(~silenced(now=now, story=story, outlet=outlet, term=False))
        .order_by(col(Chat.id))
    )
    return tuple(
        Subscriber(
            chat=chat.id or 0,
            telegram_id=chat.telegram_id,
            kind=chat.kind,
            lang=chat.lang,
            tz=chat.tz,
            mode="instant",  # a road does not wait for the digest
            settings=chat.settings,
            terms=(AREA_TERM,),
            urgencies=("normal",),
        )
        for chat in rows
    )


def reported(session: Session, places: Sequence[str], *, since: datetime) -> Reported:
    """Return what entries since a moment say of places."""
    there = select(EntryPlace.entry_id).where(col(EntryPlace.place).in_(places))
    fresh = (col(Entry.id).in_(there)) & (col(Entry.first_seen) >= since)
    entries, outlets = session.exec(
        select(func.count(), func.count(func.distinct(Feed.outlet_id)))
        .select_from(Entry)
        .join(Feed, col(Feed.id) == col(Entry.feed_id))
        .where(fresh)
    ).one()
    newest = session.exec(select(Entry.id).where(fresh).order_by(col(Entry.effective).desc()).limit(_NEWEST)).all()
    found = (entry(session, number or 0) for number in newest)
    return Reported(entries, outlets, tuple(each for each in found if each))
