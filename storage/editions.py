"""Keep which digest each chat has had; a day has one edition, whoever asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import col, select

from storage.chats import to_record
from storage.delivery_records import EditionRecord
from storage.dialect import insert_one
from storage.tables import Chat, Edition

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

    from storage.records import ChatRecord


def open_edition(session: Session, chat: int, *, kind: str, day: str, now: datetime) -> int | None:
    """Open the edition of a chat and day; None when it was opened before."""
    return insert_one(session, Edition, row={"chat_id": chat, "kind": kind, "day": day, "created": now})


def last_edition(session: Session, chat: int, *, kind: str) -> EditionRecord | None:
    """Return the newest edition of a chat."""
    row = session.exec(
        select(Edition).where(Edition.chat_id == chat, Edition.kind == kind).order_by(col(Edition.id).desc())
    ).first()
    return EditionRecord(row.id or 0, row.chat_id, row.kind, row.day, created=row.created) if row else None


def editions_since(session: Session, *, day: str) -> frozenset[tuple[int, str, str]]:
    """Return the (chat, kind, day) of every edition of a local day or later."""
    rows = session.exec(select(Edition.chat_id, Edition.kind, Edition.day).where(col(Edition.day) >= day))
    return frozenset((chat, kind, opened) for chat, kind, opened in rows)


def digest_chats(session: Session) -> tuple[ChatRecord, ...]:
    """Return the active chats that want a digest."""
    rows = session.exec(
        select(Chat).where(Chat.status == "active", col(Chat.mode).in_(("digest", "both"))).order_by(col(Chat.id))
    )
    return tuple(to_record(row) for row in rows)
