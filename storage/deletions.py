"""Keep which messages of ours are to be deleted, and when: a delivery like any other, so that a restart forgets none."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlmodel import col, select, update

from storage.delivery_records import DeliveryKind, NewDelivery
from storage.outbox import owe
from storage.tables import Delivery

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlmodel import Session

# Telegram lets a bot delete its messages for 48 hours.
DELETABLE: Final = timedelta(hours=48)
PRIORITY: Final = 5


def deletion(chat: int, message_id: int, *, sent: datetime, after: timedelta) -> NewDelivery:
    """Return the delivery that deletes a message; the key makes it one, however often it is owed."""
    return NewDelivery(
        chat=chat,
        kind=DeliveryKind.DELETE,
        priority=PRIORITY,
        not_before=sent + after,
        silent=True,
        notice_key=f"delete:{message_id}",
        payload={"deletes": message_id},
        expires=sent + DELETABLE,
    )


def owe_deletions(session: Session, chat: int, *, after: timedelta, now: datetime) -> int:
    """Owe the deletion of everything that was sent to a chat and can still be deleted; return how many are new."""
    end_deletions(session, chat)
    rows = session.exec(
        select(Delivery.message_id, Delivery.sent).where(
            Delivery.chat_id == chat, col(Delivery.message_id).is_not(None), col(Delivery.sent) > now - DELETABLE
        )
    ).all()
    first: dict[int, datetime] = {}
    for message, sent in rows:
        if message and sent:
            first[message] = min(sent, first.get(message, sent))
    return owe(session, [deletion(chat, message, sent=sent, after=after) for message, sent in first.items()], now=now)


def end_deletions(session: Session, chat: int) -> None:
    """Owe no deletion any more; the keys are free for another hour."""
    session.exec(
        update(Delivery)
        .where(col(Delivery.chat_id) == chat, col(Delivery.kind) == "delete", col(Delivery.state) == "due")
        .values(state="dropped", reason="kept after all", notice_key=None)
    )


def forget_messages(session: Session, chat: int, *, messages: Sequence[int]) -> None:
    """Forget messages that are gone: nothing edits or answers them any more."""
    session.exec(
        update(Delivery)
        .where(col(Delivery.chat_id) == chat, col(Delivery.message_id).in_(messages))
        .values(message_id=None)
    )


def forget_payload(session: Session, delivery: int) -> None:
    """Forget what an answer said once it has been said."""
    session.exec(update(Delivery).where(col(Delivery.id) == delivery).values(payload=None))
