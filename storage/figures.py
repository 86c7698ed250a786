"""Say in figures how things stand: what health, alarms and metrics read. Nothing is changed here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlmodel import col, func, select

from storage.delivery_records import Backlog, Leaving
from storage.outbox import lost
from storage.tables import Chat, Delivery, Entry, Feed, Inbox, MatchRow, Outlet, Parked

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlmodel import Session


_A_DAY: Final = timedelta(days=1)
_NOTHING: Final = Leaving()


@dataclass(frozen=True, slots=True)
class Figures:
    """Hold deliveries and enabled feeds by state, what could leave now, what waits and what was lost."""

    deliveries: Mapping[str, int] = field(default_factory=dict)
    feeds: Mapping[str, int] = field(default_factory=dict)
    leaving: Leaving = _NOTHING
    parked: int = 0
    possible_repeats: int = 0
    lost: int = 0
    inbox: int = 0
    chats: int = 0
    newest_entry: datetime | None = None
    newest_match: datetime | None = None
    held_back: Mapping[str, int] = field(default_factory=dict)


def figures(session: Session, *, now: datetime) -> Figures:
    """Read all of them in one snapshot; `lost` is the audit, which reads no counter of the sender's."""
    count = func.count
    by_state = select(Delivery.state, count()).group_by(Delivery.state)
    feeds = select(Feed.state, count()).where(col(Feed.enabled)).group_by(Feed.state)
    return Figures(
        deliveries=dict(session.exec(by_state).all()),
        feeds=dict(session.exec(feeds).all()),
        leaving=leaving(session, now=now),
        parked=session.exec(select(count()).select_from(Parked).where(Parked.until > now)).one(),
        possible_repeats=session.exec(select(func.coalesce(func.sum(Delivery.repeats), 0))).one(),
        lost=lost(session),
        inbox=session.exec(select(count()).select_from(Inbox).where(col(Inbox.payload).is_not(None))).one(),
        chats=session.exec(select(count()).select_from(Chat).where(Chat.status == "active")).one(),
        newest_entry=session.exec(select(func.max(Entry.first_seen))).one(),
        newest_match=newest_match(session),
        held_back=_held_back(session, since=now - _A_DAY),
    )


def _held_back(session: Session, *, since: datetime) -> dict[str, int]:
    """Return, by outlet, how many entries of a flood were kept and did not ring."""
    rows = (
        select(Outlet.name, func.count())
        .select_from(Entry)
        .join(Feed, col(Feed.id) == col(Entry.feed_id))
        .join(Outlet, col(Outlet.id) == col(Feed.outlet_id))
        .where(Entry.disposition == "held", Entry.first_seen > since)
        .group_by(Outlet.name)
    )
    return dict(session.exec(rows).all())


def backlog(session: Session, *, now: datetime) -> Backlog:
    """Return how much is due, since when, how many chats are parked, and what could leave now."""
    counts = dict(session.exec(select(Delivery.state, func.count()).group_by(Delivery.state)).all())
    oldest = session.exec(select(func.min(Delivery.not_before)).where(Delivery.state == "due")).one()
    parked = session.exec(select(func.count()).select_from(Parked).where(Parked.until > now)).one()
    return Backlog(
        counts.get("due", 0),
        counts.get("sending", 0),
        counts.get("held", 0),
        oldest,
        parked=parked,
        leaving=leaving(session, now=now),
    )


def leaving(session: Session, *, now: datetime) -> Leaving:
    """Count what could leave now: due, past its moment, and its chat not parked."""
    parked = select(Parked.telegram_id).where(Parked.telegram_id == Delivery.telegram_id, Parked.until > now).exists()
    rows = session.exec(
        select(Delivery.telegram_id, func.count(), func.min(Delivery.not_before))
        .where(Delivery.state == "due", Delivery.not_before <= now, ~parked)
        .group_by(col(Delivery.telegram_id))
    ).all()
    return Leaving(
        count=sum(count for _, count, _ in rows),
        private=max((count for chat, count, _ in rows if chat > 0), default=0),
        group=max((count for chat, count, _ in rows if chat < 0), default=0),  # as Telegram numbers groups and channels
        oldest=min((since for _, _, since in rows), default=None),
    )


def queue_of(session: Session, chat: int) -> int:
    """Return how much is due to one chat."""
    return session.exec(
        select(func.count()).select_from(Delivery).where(Delivery.chat_id == chat, Delivery.state == "due")
    ).one()


def newest_match(session: Session) -> datetime | None:
    """Return when the newest entry came in which something was found."""
    newest = select(func.max(MatchRow.entry_id)).scalar_subquery()
    return session.exec(select(Entry.first_seen).where(Entry.id == newest)).first()


def matched_since(session: Session, moment: datetime) -> int:
    """Count the entries since a moment in which something was found."""
    matched = select(func.count(func.distinct(MatchRow.entry_id))).join(Entry, col(Entry.id) == MatchRow.entry_id)
    return session.exec(matched.where(Entry.first_seen >= moment)).one()
