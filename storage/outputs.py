"""Keep which feeds of watch lists there are; a token is known by its hash only."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sqlmodel import col, delete, select

from storage.chats import to_record
from storage.dialect import insert_or_update
from storage.output_tables import Output
from storage.tables import Chat

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

    from storage.records import ChatRecord


def token_hash(token: str) -> str:
    """Return under which name a token is kept."""
    return hashlib.sha256(f"tocsin-output:{token}".encode()).hexdigest()


def open_output(session: Session, chat: int, *, token: str, now: datetime) -> None:
    """Give a chat's watch list a feed under a token; the token before is worth nothing from then on."""
    row = {"chat_id": chat, "token_hash": token_hash(token), "created": now}
    insert_or_update(session, Output, row=row, key=["chat_id"], change=["token_hash", "created"])


def close_output(session: Session, chat: int) -> bool:
    """Take a chat's feed away; say whether there was one."""
    return session.exec(delete(Output).where(col(Output.chat_id) == chat)).rowcount > 0


def chat_of_token(session: Session, token: str) -> ChatRecord | None:
    """Return the chat whose feed a token opens."""
    row = session.exec(
        select(Chat).join(Output, col(Output.chat_id) == col(Chat.id)).where(Output.token_hash == token_hash(token))
    ).first()
    return to_record(row) if row else None
