"""Say whether messages get out, and from which outlets each chat's stories came."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlmodel import col, func, select

from storage.tables import Delivery, Entry, Feed, Outlet, Owed, PlacementRow

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session


def waiting_since(session: Session, *, now: datetime) -> datetime | None:
    """Return since when the oldest delivery that was tried waits for Telegram; a retry moves it on, so its birth counts."""
    tried = (col(Delivery.state).in_(("due", "sending"))) & (col(Delivery.attempts) > 0)
    return session.exec(select(func.min(Delivery.created)).where(tried, col(Delivery.created) <= now)).one()


def sent_since(session: Session, since: datetime) -> datetime | None:
    """Return when the first message was sent after a moment."""
    return session.exec(select(func.min(Delivery.sent)).where(col(Delivery.sent) > since)).one()


def found_since(session: Session, chat: int, *, since: datetime) -> int:
    """Return how many stories a chat was owed since a moment."""
    return session.exec(select(func.count()).select_from(Owed).where(Owed.chat_id == chat, Owed.at >= since)).one()


def outlets_of_chats(session: Session, *, since: datetime) -> dict[int, frozenset[str]]:
    """Return the outlets whose entries told each chat's stories since a moment."""
    rows = session.exec(
        select(Owed.chat_id, Outlet.key)
        .join(PlacementRow, col(PlacementRow.story_id) == col(Owed.story_id))
        .join(Entry, col(Entry.id) == col(PlacementRow.entry_id))
        .join(Feed, col(Feed.id) == col(Entry.feed_id))
        .join(Outlet, col(Outlet.id) == col(Feed.outlet_id))
        .where(Owed.at >= since)
        .distinct()
    )
    found: dict[int, set[str]] = defaultdict(set)
    for chat, outlet in rows:
        found[chat].add(outlet)
    return {chat: frozenset(outlets) for chat, outlets in found.items()}
