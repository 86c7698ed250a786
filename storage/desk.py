"""Keep what a team did with stories: who took one, what it was stamped, notes, merges and splits as labels.

Each act is a row and none is ever changed: the state of a story is what its acts add up to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlmodel import col, select

from storage.chat_tables import AuditRow, DeskAct
from storage.delivery_records import DeliveryKind
from storage.records import AuditRecord, DeskRecord
from storage.tables import Delivery

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlmodel import Session

_LIVING: Final = (DeliveryKind.ALERT.value, DeliveryKind.EDIT.value)


def act(session: Session, chat: int, record: DeskRecord) -> None:
    """Write down what somebody did with a story."""
    session.add(
        DeskAct(
            chat_id=chat,
            story_id=record.story,
            user_id=record.user,
            kind=record.kind,
            note=record.note,
            other=record.other,
            at=record.at,
        )
    )
    session.flush()


def acts_of(session: Session, chat: int, *, story: int) -> tuple[DeskRecord, ...]:
    """Return what a team did with one story, oldest first."""
    rows = session.exec(
        select(DeskAct).where(DeskAct.chat_id == chat, DeskAct.story_id == story).order_by(col(DeskAct.id))
    )
    return tuple(_record(row) for row in rows)


def acts_since(session: Session, chat: int, *, since: datetime) -> tuple[DeskRecord, ...]:
    """Return what a team did since a moment, oldest first."""
    rows = session.exec(select(DeskAct).where(DeskAct.chat_id == chat, DeskAct.at >= since).order_by(col(DeskAct.id)))
    return tuple(_record(row) for row in rows)


def message_of_story(session: Session, chat: int, *, story: int) -> int | None:
    """Return the newest message in which a chat reads a story, the one that edits change."""
    return session.exec(
        select(Delivery.message_id)
        .where(
            Delivery.chat_id == chat,
            Delivery.story_id == story,
            col(Delivery.kind).in_(_LIVING),
            col(Delivery.message_id).is_not(None),
        )
        .order_by(col(Delivery.id).desc())
    ).first()


def labels(session: Session, *, kinds: Sequence[str]) -> tuple[DeskRecord, ...]:
    """Return every act of these kinds of all chats: what readers said of how stories were put together."""
    rows = session.exec(select(DeskAct).where(col(DeskAct.kind).in_(kinds)).order_by(col(DeskAct.id)))
    return tuple(_record(row) for row in rows)


def _record(row: DeskAct) -> DeskRecord:
    return DeskRecord(row.story_id, row.user_id, row.kind, at=row.at, note=row.note, other=row.other)


def audit(session: Session, user: int, *, act: str, target: str = "", now: datetime) -> None:
    """Write down what somebody who runs the bot did."""
    session.add(AuditRow(user_id=user, act=act, target=target, at=now))
    session.flush()


def audited(session: Session, *, limit: int = 20) -> tuple[AuditRecord, ...]:
    """Return the newest acts of those who run the bot, newest first."""
    rows = session.exec(select(AuditRow).order_by(col(AuditRow.id).desc()).limit(limit))
    return tuple(AuditRecord(row.user_id, row.act, row.target, row.at) for row in rows)
