"""Declare where a chat's stories go beside Telegram."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLModel reads the annotations

from sqlalchemy import UniqueConstraint

from storage.columns import key_column, moment_column, ref_column
from storage.tables import Table


class Output(Table, table=True):
    """Keep a feed of what a chat watches, by the hash of its unguessable token."""

    __tablename__ = "outputs"
    __table_args__ = (UniqueConstraint("chat_id"), UniqueConstraint("token_hash"))
    id: int | None = key_column()
    chat_id: int = ref_column("chats.id")
    token_hash: str
    created: datetime = moment_column()
