"""Keep what chats were told and how often they were rung, and make one message of what came at the wrong time.

held (asleep, snoozed, past the limit, many at once) ─its time comes─▶ merged into one catch-up message
                                                      └─ it is alone ─▶ due
due, and late (an outage) ─more than a few to one chat─▶ held
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlmodel import col, func, select, update

from storage.chats import mutes
from storage.delivery_records import DeliveryKind, NewDelivery, Waits
from storage.merging import members
from storage.outbox import owe
from storage.records import Heard, Told
from storage.tables import Delivery

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlmodel import Session

_RINGS: Final = (DeliveryKind.ALERT.value, DeliveryKind.UPDATE.value)
_TELLS: Final = (*_RINGS, DeliveryKind.DEVELOPMENT.value, DeliveryKind.CATCH_UP.value)
_GOES: Final = ("due", "sending", "sent")
_WAITS: Final = tuple(each.value for each in Waits)
_LATELY: Final = timedelta(minutes=10)
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
_MERGED: Final = "catch-up"
_SILENCED: Final = "muted"
# Catch-ups wait behind urgent alerts, like normal ones; they are news for a day.
_PRIORITY: Final = 2
_EXPIRY: Final = timedelta(hours=24)


def told(session: Session, story: int, *, chats: Sequence[int]) -> dict[int, Told]:
    """Return what each of these chats was already owed of a story, or of one that was merged into it.

    Chats that heard nothing are left out.
    """
    rows = session.exec(
        select(Delivery).where(
            col(Delivery.story_id).in_(members(story)),
            col(Delivery.chat_id).in_(chats),
            Delivery.state != "dropped",
        )
    )
    found: dict[int, list[Delivery]] = defaultdict(list)
    for row in rows:
        found[row.chat_id].append(row)
    return {chat: _told(chat, its) for chat, its in found.items() if any(row.kind in _RINGS for row in its)}


def _told(chat: int, rows: Sequence[Delivery]) -> Told:
    rings = [row for row in rows if row.kind in _RINGS]
    edits = [row.sent for row in rows if row.kind == DeliveryKind.EDIT.value and row.sent]
    held = {row.reason for row in rings if row.state == "held"}
    others = any(row.state != "held" for row in rings)
    return Told(
        chat=chat,
        last_ring=max(row.created for row in rings),
        last_development=max((row.created for row in rows if row.kind == DeliveryKind.DEVELOPMENT.value), default=None),
        last_edit=max(edits, default=None),
        edits=len(edits),
        waits=None if others else max(held),
        has_message=any(row.state in _GOES for row in rings),
    )


def heard(session: Session, chats: Sequence[int], *, now: datetime) -> dict[int, Heard]:
    """Return how much each of these chats was rung; what is held or was merged is not counted."""
    rows = session.exec(
        select(Delivery.chat_id, Delivery.silent, Delivery.created).where(
            col(Delivery.chat_id).in_(chats),
            col(Delivery.kind).in_(_TELLS),
            col(Delivery.state).in_(_GOES),
            Delivery.created > now - _DAY,
        )
    ).all()
    found = {}
    for chat in chats:
        its = [(silent, created) for owner, silent, created in rows if owner == chat]
        loud = [created for silent, created in its if not silent]
        found[chat] = Heard(
            loud_hour=sum(created > now - _HOUR for created in loud),
            loud_day=len(loud),
            lately=sum(created > now - _LATELY for _, created in its),
        )
    return found


def gather_late(session: Session, *, now: datetime, late: timedelta, most: int) -> int:
    """Hold what should long have gone out where more than `most` of it would come at once; return how many."""
    is_late = (
        (col(Delivery.state) == "due")
        & (col(Delivery.priority) >= _PRIORITY)
        & col(Delivery.kind).in_((*_RINGS, DeliveryKind.DEVELOPMENT.value))
        & (col(Delivery.created) < now - late)
    )
    chats = session.exec(
        select(Delivery.chat_id).where(is_late).group_by(col(Delivery.chat_id)).having(func.count() > most)
    ).all()
    if not chats:
        return 0
    return session.exec(
        update(Delivery)
        .where(is_late, col(Delivery.chat_id).in_(chats))
        .values(state="held", reason=Waits.FLOOD.value, silent=True, not_before=now)
    ).rowcount


def open_catch_ups(session: Session, *, now: datetime, soon: timedelta) -> int:
    """Make one message of what waits in each chat where its time has come; return how many chats.

    What would come within `soon` comes along, so that no second message follows at once.
    """
    waiting = (col(Delivery.state) == "held") & col(Delivery.reason).in_(_WAITS)
    chats = session.exec(select(Delivery.chat_id).where(waiting, Delivery.not_before <= now).distinct()).all()
    for chat in chats:
        rows = session.exec(
            select(Delivery)
            .where(waiting, Delivery.chat_id == chat, Delivery.not_before <= now + soon)
            .order_by(col(Delivery.id))
        ).all()
        _gather(session, chat, rows=_unmuted(session, chat, rows=rows, now=now), now=now)
    return len(chats)


def _unmuted(session: Session, chat: int, *, rows: Sequence[Delivery], now: datetime) -> list[Delivery]:
    """Drop what waits of stories that the chat silenced meanwhile; return the rest."""
    silent = {each.target for each in mutes(session, chat, now=now) if each.kind == "story"}
    told = []
    for row in rows:
        if str(row.story_id) in silent:
            row.state, row.reason = "dropped", _SILENCED
            session.add(row)
        else:
            told.append(row)
    return told


def _gather(session: Session, chat: int, *, rows: Sequence[Delivery], now: datetime) -> None:
    """Let a story that waited alone go out as itself; merge several into one message."""
    stories = list(dict.fromkeys(row.story_id for row in rows))
    if not stories:
        return
    if len(stories) == 1:
        first, *later = rows
        first.state, first.not_before = "due", now
        session.add(first)
        _merge(session, later)
        return
    reasons = {row.reason for row in rows}
    why = next(each for each in Waits if each.value in reasons)
    payload = {"stories": stories, "why": why.value, "since": min(row.created for row in rows).isoformat()}
    newest = max(row.id or 0 for row in rows)
    _merge(session, rows)
    catch_up = NewDelivery(
        chat=chat,
        kind=DeliveryKind.CATCH_UP,
        priority=_PRIORITY,
        not_before=now,
        silent=all(row.silent for row in rows),
        notice_key=f"catch-up:{newest}",
        payload=payload,
        expires=now + _EXPIRY,
    )
    owe(session, [catch_up], now=now)


def _merge(session: Session, rows: Iterable[Delivery]) -> None:
    for row in rows:
        row.state, row.reason = "merged", _MERGED
        session.add(row)


def wake(session: Session, chat: int, *, waits: Waits, now: datetime) -> int:
    """Let what waits for this reason come now; return how many."""
    return session.exec(
        update(Delivery)
        .where(col(Delivery.chat_id) == chat, col(Delivery.state) == "held", col(Delivery.reason) == waits.value)
        .values(not_before=now)
    ).rowcount


def next_catch_up_at(session: Session) -> datetime | None:
    """Return when the next catch-up may be made."""
    return session.exec(
        select(func.min(Delivery.not_before)).where(Delivery.state == "held", col(Delivery.reason).in_(_WAITS))
    ).one()
