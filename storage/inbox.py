"""Keep updates until they are handled: stored before Telegram forgets them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlmodel import col, func, select, update

from storage.delivery_records import InboxUpdate
from storage.dialect import insert_new
from storage.tables import Inbox

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlmodel import Session


def store_updates(session: Session, updates: Sequence[tuple[int, Mapping[str, Any]]], *, now: datetime) -> int:
    """Store the projections of updates by their ids; return how many were new."""
    rows = [{"update_id": key, "payload": dict(payload), "received": now} for key, payload in updates]
    return insert_new(session, Inbox, rows)


def next_updates(session: Session, *, limit: int = 50) -> tuple[InboxUpdate, ...]:
    """Return updates that are not handled yet, in Telegram's order."""
    rows = session.exec(
        select(Inbox).where(col(Inbox.payload).is_not(None)).order_by(col(Inbox.update_id)).limit(limit)
    )
    return tuple(InboxUpdate(row.update_id, row.payload or {}, row.received, row.attempts) for row in rows)


def handled(session: Session, update_id: int, *, now: datetime) -> None:
    """Mark an update as handled and forget what it said."""
    session.exec(update(Inbox).where(col(Inbox.update_id) == update_id).values(payload=None, handled=now))


def fail_update(session: Session, update_id: int, *, reason: str, now: datetime, give_up: bool) -> None:
    """Note that a handler failed; when given up, forget what the update said."""
    values: dict[str, Any] = {"attempts": col(Inbox.attempts) + 1, "failure": reason}
    if give_up:
        values |= {"payload": None, "handled": now}
    session.exec(update(Inbox).where(col(Inbox.update_id) == update_id).values(**values))


def last_update_id(session: Session) -> int | None:
    """Return the newest update that we have stored."""
    return session.exec(select(func.max(Inbox.update_id))).one()


def forget_old(session: Session, *, before: datetime) -> int:
    """Forget what updates said that nobody could handle in time (24 hours at most)."""
    return session.exec(
        update(Inbox)
        .where(col(Inbox.received) < before, col(Inbox.payload).is_not(None))
        .values(payload=None, failure="too old")
    ).rowcount
