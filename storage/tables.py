"""Declare every table; rows of these classes never leave `storage/`.

Times are aware UTC. Every constraint and index has a name, so that a migration
can speak of it on both databases. Idempotence is a constraint here, not an `if`
elsewhere: each thing that must happen once has a unique key.
"""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLModel reads the annotations
from typing import Any, ClassVar

from sqlalchemy import Column, ForeignKey, Index, MetaData, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.columns import (
    Big,
    big_column,
    bytes_column,
    json_column,
    key_column,
    moment_column,
    ref_column,
    text_column,
)

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(SQLModel):
    """Give every table the naming convention and one metadata."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMES)


class Outlet(Table, table=True):
    """Keep who publishes."""

    __tablename__ = "outlets"
    __table_args__ = (UniqueConstraint("key"),)
    id: int | None = key_column()
    key: str
    name: str
    kind: str = ""
    owner: str = ""
    country: str = ""
    lang: str = ""
    reliability: str = "F"


class Feed(Table, table=True):
    """Keep one polled address, its validators, its rhythm and its lease."""

    __tablename__ = "feeds"
    __table_args__ = (
        UniqueConstraint("url"),
        Index("ix_feeds_given", "given_url"),
        Index("ix_feeds_due", "next_at", sqlite_where=text("enabled"), postgresql_where=text("enabled")),
        Index("ix_feeds_host", "host"),
    )
    id: int | None = key_column()
    url: str = text_column()
    # the address under which it was added; `url` moves on when a permanent redirect is adopted
    given_url: str = text_column()
    host: str = ""
    outlet_id: int = ref_column("outlets.id")
    title: str = ""
    lang: str = ""
    scope: list[str] = json_column()
    klass: str = "B"
    enabled: bool = True
    full_text: bool = False
    state: str = "new"
    state_reason: str = text_column()
    state_since: datetime | None = moment_column(null=True)
    next_at: datetime = moment_column()
    lease_by: str = ""
    lease_until: datetime | None = moment_column(null=True)
    lease_token: int = 0
    etag: str = text_column()
    last_modified: str = ""
    body_hash: str = ""
    baseline: bool = True
    last_status: int = 0
    last_error: str = text_column()
    cadence: dict[str, Any] = json_column()


class Host(Table, table=True):
    """Keep when a host may be asked again."""

    __tablename__ = "hosts"
    host: str = Field(primary_key=True)
    next_slot: datetime = moment_column()


class Entry(Table, table=True):
    """Keep one item as a feed gave it."""

    __tablename__ = "entries"
    __table_args__ = (
        UniqueConstraint("feed_id", "key"),
        Index("ix_entries_feed_guid", "feed_id", "guid_key"),
        Index("ix_entries_feed_url", "feed_id", "url_key"),
        Index("ix_entries_feed_title", "feed_id", "title_key"),
        Index("ix_entries_url_key", "url_key"),
        Index("ix_entries_first_seen", "first_seen"),
        Index("ix_entries_feed_seen", "feed_id", "last_seen"),
    )
    id: int | None = key_column()
    feed_id: int = ref_column("feeds.id")
    key: str
    guid_key: str = ""
    url_key: str = ""
    title_key: str = ""
    url: str = text_column()
    title: str = text_column()
    summary: str = text_column()
    lang: str = ""
    published: datetime | None = moment_column(null=True)
    effective: datetime = moment_column()
    first_seen: datetime = moment_column()
    last_seen: datetime = moment_column()
    content_hash: str = ""
    revision: int = 0
    disposition: str = "alert"


class EntryAlias(Table, table=True):
    """Keep other guids under which a known entry came back."""

    __tablename__ = "entry_aliases"
    feed_id: int = Field(sa_column=Column(Big, ForeignKey("feeds.id", ondelete="CASCADE"), primary_key=True))
    key: str = Field(primary_key=True)
    entry_id: int = ref_column("entries.id", index=True)


class MatchRow(Table, table=True):
    """Keep an entity found in an entry, with its score and reasons."""

    __tablename__ = "matches"
    __table_args__ = (UniqueConstraint("entry_id", "entity"), Index("ix_matches_entity", "entity", "entry_id"))
    id: int | None = key_column()
    entry_id: int = ref_column("entries.id")
    entity: str
    families: list[str] = json_column()
    score: int
    mentions: list[dict[str, Any]] = json_column()
    reasons: list[dict[str, Any]] = json_column()


class Story(Table, table=True):
    """Keep a story; its id is the id of its first entry."""

    __tablename__ = "stories"
    __table_args__ = (Index("ix_stories_last", "last"), Index("ix_stories_merged", "merged_into"))
    id: int = Field(
        sa_column=Column(Big, ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    )
    opened: datetime = moment_column()
    last: datetime = moment_column()
    entries: int = 1
    revision: int = 0
    state: dict[str, Any] = json_column()
    merged_into: int | None = ref_column("stories.id", null=True)


class PlacementRow(Table, table=True):
    """Keep where each entry went, in the one order of all placements."""

    __tablename__ = "placements"
    __table_args__ = (
        UniqueConstraint("entry_id"),
        Index("ix_placements_story", "story_id"),
        Index("ix_placements_at", "at"),
    )
    seq: int | None = key_column()
    entry_id: int = ref_column("entries.id")
    story_id: int = ref_column("stories.id")
    development: int = big_column()
    kind: str
    similarity: float = 0.0
    merges: int | None = big_column(null=True)
    entities: list[str] = json_column()
    reasons: list[dict[str, Any]] = json_column()
    seen: dict[str, Any] = json_column()
    at: datetime = moment_column()
    traits: bytes | None = bytes_column()


class RevisionRow(Table, table=True):
    """Keep what an entry changed in its story."""

    __tablename__ = "revisions"
    __table_args__ = (UniqueConstraint("story_id", "number"),)
    id: int | None = key_column()
    story_id: int = ref_column("stories.id")
    number: int
    at: datetime = moment_column()
    material: bool
    changes: list[dict[str, Any]] = json_column()


class Chat(Table, table=True):
    """Keep where we talk: a Telegram chat and topic, and its settings."""

    __tablename__ = "chats"
    __table_args__ = (UniqueConstraint("telegram_id", "topic_id"),)
    id: int | None = key_column()
    telegram_id: int = big_column()
    topic_id: int = big_column(default=0)
    kind: str = "private"
    status: str = "active"
    lang: str = "en"
    tz: str = "UTC"
    mode: str = "instant"
    digest_minute: int = 420
    digest_days: str = ""
    settings: dict[str, Any] = json_column()
    created: datetime = moment_column()


class Member(Table, table=True):
    """Keep a person's role; no name, no number."""

    __tablename__ = "members"
    user_id: int = Field(sa_column=Column(Big, primary_key=True, autoincrement=False))
    role: str
    since: datetime = moment_column()


class Invite(Table, table=True):
    """Keep a one-time invitation by the hash of its code."""

    __tablename__ = "invites"
    code_hash: str = Field(primary_key=True)
    role: str
    expires: datetime = moment_column()
    used_by: int | None = big_column(null=True)


class Term(Table, table=True):
    """Keep what a chat watches."""

    __tablename__ = "terms"
    __table_args__ = (UniqueConstraint("chat_id", "entity"), Index("ix_terms_entity", "entity"))
    id: int | None = key_column()
    chat_id: int = ref_column("chats.id")
    entity: str
    expression: str = text_column()
    urgency: str = "normal"
    created: datetime = moment_column()


class Mute(Table, table=True):
    """Keep a silence that a chat asked for."""

    __tablename__ = "mutes"
    __table_args__ = (UniqueConstraint("chat_id", "kind", "target"),)
    id: int | None = key_column()
    chat_id: int = ref_column("chats.id")
    kind: str
    target: str = ""
    until: datetime | None = moment_column(null=True)


class Inbox(Table, table=True):
    """Keep what a handler needs of an update until it is handled; then the payload is NULL."""

    __tablename__ = "inbox"
    __table_args__ = (
        Index(
            "ix_inbox_pending",
            "update_id",
            sqlite_where=text("payload IS NOT NULL"),
            postgresql_where=text("payload IS NOT NULL"),
        ),
    )
    update_id: int = Field(sa_column=Column(Big, primary_key=True, autoincrement=False))
    payload: dict[str, Any] | None = json_column(null=True)
    received: datetime = moment_column()
    handled: datetime | None = moment_column(null=True)
    attempts: int = 0
    failure: str = text_column()


class Delivery(Table, table=True):
    """Keep one message or edit owed to one chat: the outbox."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("chat_id", "story_id", "revision", "kind"),
        UniqueConstraint("chat_id", "edition_id", "part"),
        UniqueConstraint("update_id", "ordinal"),
        UniqueConstraint("notice_key", "chat_id"),
        Index(
            "ix_deliveries_due",
            "priority",
            "id",
            sqlite_where=text("state = 'due'"),
            postgresql_where=text("state = 'due'"),
        ),
        Index(
            "ix_deliveries_sending",
            "telegram_id",
            sqlite_where=text("state = 'sending'"),
            postgresql_where=text("state = 'sending'"),
        ),
        Index("ix_deliveries_chat_story", "chat_id", "story_id"),
        # what refers to a story or an edition is found when that is removed
        Index("ix_deliveries_story", "story_id"),
        Index("ix_deliveries_edition", "edition_id"),
    )
    id: int | None = key_column()
    chat_id: int = ref_column("chats.id")
    telegram_id: int = big_column()
    kind: str
    state: str = "due"
    priority: int = 2
    silent: bool = False
    not_before: datetime = moment_column()
    expires: datetime | None = moment_column(null=True)
    story_id: int | None = ref_column("stories.id", null=True)
    revision: int | None = None
    edition_id: int | None = ref_column("editions.id", null=True)
    part: int | None = None
    update_id: int | None = big_column(null=True)
    ordinal: int | None = None
    notice_key: str | None = None
    payload: dict[str, Any] | None = json_column(null=True)
    attempts: int = 0
    lease_by: str = ""
    lease_until: datetime | None = moment_column(null=True)
    lease_token: int = 0
    message_id: int | None = big_column(null=True)
    possible_repeat: bool = False
    repeats: int = 0
    reason: str = text_column()
    created: datetime = moment_column()
    sent: datetime | None = moment_column(null=True)


class Owed(Table, table=True):
    """Keep which story a subscription owed to a chat when it was committed; the audit reads it."""

    __tablename__ = "owed"
    __table_args__ = (Index("ix_owed_story", "story_id"),)
    chat_id: int = Field(sa_column=Column(Big, ForeignKey("chats.id", ondelete="CASCADE"), primary_key=True))
    story_id: int = Field(sa_column=Column(Big, ForeignKey("stories.id", ondelete="CASCADE"), primary_key=True))
    at: datetime = moment_column()


class Parked(Table, table=True):
    """Keep until when Telegram asked us to leave a chat alone."""

    __tablename__ = "parked"
    telegram_id: int = Field(sa_column=Column(Big, primary_key=True, autoincrement=False))
    until: datetime = moment_column()


class Edition(Table, table=True):
    """Keep one digest of one chat and day."""

    __tablename__ = "editions"
    __table_args__ = (UniqueConstraint("chat_id", "kind", "day"),)
    id: int | None = key_column()
    chat_id: int = ref_column("chats.id")
    kind: str
    day: str
    created: datetime = moment_column()


class Lease(Table, table=True):
    """Keep who may do what only one process may do, and until when."""

    __tablename__ = "leases"
    name: str = Field(primary_key=True)
    holder: str = ""
    until: datetime = moment_column()
    epoch: int = 0


class Fact(Table, table=True):
    """Keep small facts of the whole: the hash of the command menu, when the last poll was."""

    __tablename__ = "facts"
    name: str = Field(primary_key=True)
    value: dict[str, Any] = json_column()
