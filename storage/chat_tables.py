"""Declare what a chat taught the bot, where it looks, what a team did with stories, and what admins did.

Of people only ids are kept; whose id it is, Telegram says when it is shown.
"""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLModel reads the annotations

from sqlalchemy import Column, ForeignKey, Index, UniqueConstraint
from sqlmodel import Field

from storage.columns import Big, big_column, key_column, moment_column, ref_column, text_column
from storage.tables import Table


class Tuning(Table, table=True):
    """Keep one thing by which a chat narrowed or widened what it watches."""

    __tablename__ = "tunings"
    __table_args__ = (UniqueConstraint("chat_id", "entity", "kind", "value"),)
    id: int | None = key_column()
    chat_id: int = ref_column("chats.id")
    entity: str
    kind: str
    value: str
    created: datetime = moment_column()


class DeskAct(Table, table=True):
    """Keep one thing that a member of a team did with a story; the last of its kind counts."""

    __tablename__ = "desk_acts"
    __table_args__ = (
        Index("ix_desk_acts_chat_story", "chat_id", "story_id"),
        Index("ix_desk_acts_story", "story_id"),
    )
    id: int | None = key_column()
    chat_id: int = ref_column("chats.id")
    story_id: int = ref_column("stories.id")
    user_id: int = big_column(default=0)
    kind: str
    note: str = text_column()
    other: int | None = big_column(null=True)
    at: datetime = moment_column()


class Area(Table, table=True):
    """Keep where a person looks for a few days: places by their ids in the gazetteer, nothing else.

    `stops` are the places that were named, one for a circle, several for a road; never logged, copied or exported.
    """

    __tablename__ = "areas"
    __table_args__ = (UniqueConstraint("chat_id", "stops", "km"),)
    id: int | None = key_column()
    chat_id: int = ref_column("chats.id")
    stops: str
    km: int
    until: datetime = moment_column()


class AreaPlace(Table, table=True):
    """Keep one place that lies in an area."""

    __tablename__ = "area_places"
    __table_args__ = (Index("ix_area_places_place", "place"),)
    area_id: int = Field(sa_column=Column(Big, ForeignKey("areas.id", ondelete="CASCADE"), primary_key=True))
    place: str = Field(primary_key=True)


class EntryPlace(Table, table=True):
    """Keep one place that an entry names."""

    __tablename__ = "entry_places"
    __table_args__ = (Index("ix_entry_places_place", "place"),)
    entry_id: int = Field(sa_column=Column(Big, ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True))
    place: str = Field(primary_key=True)


class AuditRow(Table, table=True):
    """Keep one thing that somebody who runs the bot did."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_at", "at"),)
    id: int | None = key_column()
    user_id: int = big_column(default=0)
    act: str
    target: str = text_column()
    at: datetime = moment_column()
