"""Declare where a chat's stories go beside Telegram."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLModel reads the annotations

from sqlalchemy import Index, UniqueConstraint

from storage.columns import key_column, moment_column, ref_column, text_column
from storage.tables import Table


class Output(Table, table=True):
    """Keep a feed of what a chat watches, by the hash of its unguessable token."""

    __tablename__ = "outputs"
    __table_args__ = (UniqueConstraint("chat_id"), UniqueConstraint("token_hash"))
    id: int | None = key_column()
    chat_id: int = ref_column("chats.id")
    token_hash: str
    created: datetime = moment_column()


class Hook(Table, table=True):
    """Keep where a chat's stories are posted; `secret` signs them, so it is kept as it is and shown only once."""

    __tablename__ = "hooks"
    __table_args__ = (UniqueConstraint("chat_id"),)
    id: int | None = key_column()
    chat_id: int = ref_column("chats.id")
    url: str = text_column()
    secret: str
    created: datetime = moment_column()
    failures: int = 0
    not_before: datetime | None = moment_column(null=True)
    trouble: str = text_column()
    last_ok: datetime | None = moment_column(null=True)


class HookCall(Table, table=True):
    """Keep one revision of a story that is owed to a webhook: its outbox, so that no receiver holds up a chat."""

    __tablename__ = "hook_calls"
    __table_args__ = (
        UniqueConstraint("hook_id", "story_id", "revision"),
        Index("ix_hook_calls_open", "state", "id"),
        Index("ix_hook_calls_story", "story_id"),
    )
    id: int | None = key_column()
    hook_id: int = ref_column("hooks.id")
    story_id: int = ref_column("stories.id")
    revision: int
    state: str = "due"
    attempts: int = 0
    lease_until: datetime | None = moment_column(null=True)
    lease_token: int = 0
    reason: str = text_column()
    created: datetime = moment_column()
    settled: datetime | None = moment_column(null=True)
