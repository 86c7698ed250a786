"""Declare every table; rows of these classes never leave `storage/`.

Times are aware UTC. Every constraint and index has a name, so that a migration
can speak of it on both databases. Idempotence is a constraint here, not an `if`
elsewhere: each thing that must happen once has a unique key.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Moment(TypeDecorator[datetime]):
    """Store an aware UTC time; SQLite keeps no zone, so one is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Refuse a naive time, whatever the database would make of it."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Give the time back in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite numbers rows of INTEGER keys only; PostgreSQL wants 64 bits.
Big = BigInteger().with_variant(Integer(), "sqlite")


class Table(SQLModel):
    """Give every table the naming convention and one metadata."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMES)


def _key() -> Any:
    return Field(default=None, sa_column=Column(Big, primary_key=True))


def _ref(target: str, *, null: bool = False, index: bool = False) -> Any:
    return Field(
        default=None, sa_column=Column(Big, ForeignKey(target, ondelete="CASCADE"), nullable=null, index=index)
    )


def _big(*, null: bool = False, default: int | None = None) -> Any:
    return Field(default=default, sa_column=Column(Big, nullable=null))


def _moment(*, null: bool = False, index: bool = False) -> Any:
    return Field(default=None, sa_column=Column(Moment(), nullable=null, index=index))


def _json(*, null: bool = False) -> Any:
    return Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=null))


def _text() -> Any:
    return Field(default="", sa_column=Column(Text(), nullable=False, server_default=""))


class Outlet(Table, table=True):
    """Keep who publishes."""

    __tablename__ = "outlets"
    __table_args__ = (UniqueConstraint("key"),)
    id: int | None = _key()
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
        Index("ix_feeds_due", "next_at", sqlite_where=text("enabled"), postgresql_where=text("enabled")),
        Index("ix_feeds_host", "host"),
    )
    id: int | None = _key()
    url: str = _text()
    host: str = ""
    outlet_id: int = _ref("outlets.id")
    title: str = ""
    lang: str = ""
    scope: list[str] = _json()
    klass: str = "B"
    enabled: bool = True
    full_text: bool = False
    state: str = "new"
    state_reason: str = _text()
    state_since: datetime | None = _moment(null=True)
    next_at: datetime = _moment()
    lease_by: str = ""
    lease_until: datetime | None = _moment(null=True)
    lease_token: int = 0
    etag: str = _text()
    last_modified: str = ""
    body_hash: str = ""
    baseline: bool = True
    last_status: int = 0
    last_error: str = _text()
    cadence: dict[str, Any] = _json()


class Host(Table, table=True):
    """Keep when a host may be asked again."""

    __tablename__ = "hosts"
    host: str = Field(primary_key=True)
    next_slot: datetime = _moment()


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
    )
    id: int | None = _key()
    feed_id: int = _ref("feeds.id")
    key: str
    guid_key: str = ""
    url_key: str = ""
    title_key: str = ""
    url: str = _text()
    title: str = _text()
    summary: str = _text()
    lang: str = ""
    published: datetime | None = _moment(null=True)
    effective: datetime = _moment()
    first_seen: datetime = _moment()
    last_seen: datetime = _moment()
    content_hash: str = ""
    revision: int = 0
    disposition: str = "alert"


class EntryAlias(Table, table=True):
    """Keep other guids under which a known entry came back."""

    __tablename__ = "entry_aliases"
    feed_id: int = Field(sa_column=Column(Big, ForeignKey("feeds.id", ondelete="CASCADE"), primary_key=True))
    key: str = Field(primary_key=True)
    entry_id: int = _ref("entries.id", index=True)


class MatchRow(Table, table=True):
    """Keep an entity found in an entry, with its score and reasons."""

    __tablename__ = "matches"
    __table_args__ = (UniqueConstraint("entry_id", "entity"), Index("ix_matches_entity", "entity", "entry_id"))
    id: int | None = _key()
    entry_id: int = _ref("entries.id")
    entity: str
    families: list[str] = _json()
    score: int
    mentions: list[dict[str, Any]] = _json()
    reasons: list[dict[str, Any]] = _json()


class Story(Table, table=True):
    """Keep a story; its id is the id of its first entry."""

    __tablename__ = "stories"
    __table_args__ = (Index("ix_stories_last", "last"),)
    id: int = Field(
        sa_column=Column(Big, ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    )
    opened: datetime = _moment()
    last: datetime = _moment()
    entries: int = 1
    revision: int = 0
    state: dict[str, Any] = _json()
    merged_into: int | None = _ref("stories.id", null=True)


class PlacementRow(Table, table=True):
    """Keep where each entry went, in the one order of all placements."""

    __tablename__ = "placements"
    __table_args__ = (
        UniqueConstraint("entry_id"),
        Index("ix_placements_story", "story_id"),
        Index("ix_placements_at", "at"),
    )
    seq: int | None = _key()
    entry_id: int = _ref("entries.id")
    story_id: int = _ref("stories.id")
    development: int = _big()
    kind: str
    similarity: float = 0.0
    merges: int | None = _big(null=True)
    entities: list[str] = _json()
    reasons: list[dict[str, Any]] = _json()
    seen: dict[str, Any] = _json()
    at: datetime = _moment()


class RevisionRow(Table, table=True):
    """Keep what an entry changed in its story."""

    __tablename__ = "revisions"
    __table_args__ = (UniqueConstraint("story_id", "number"),)
    id: int | None = _key()
    story_id: int = _ref("stories.id")
    number: int
    at: datetime = _moment()
    material: bool
    changes: list[dict[str, Any]] = _json()


class Chat(Table, table=True):
    """Keep where we talk: a Telegram chat and topic, and its settings."""

    __tablename__ = "chats"
    __table_args__ = (UniqueConstraint("telegram_id", "topic_id"),)
    id: int | None = _key()
    telegram_id: int = _big()
    topic_id: int = _big(default=0)
    kind: str = "private"
    status: str = "active"
    lang: str = "en"
    tz: str = "UTC"
    mode: str = "instant"
    digest_minute: int = 420
    digest_days: str = ""
    settings: dict[str, Any] = _json()
    created: datetime = _moment()


class Member(Table, table=True):
    """Keep a person's role; no name, no number."""

    __tablename__ = "members"
    user_id: int = Field(sa_column=Column(Big, primary_key=True, autoincrement=False))
    role: str
    since: datetime = _moment()


class Invite(Table, table=True):
    """Keep a one-time invitation by the hash of its code."""

    __tablename__ = "invites"
    code_hash: str = Field(primary_key=True)
    role: str
    expires: datetime = _moment()
    used_by: int | None = _big(null=True)


class Term(Table, table=True):
    """Keep what a chat watches."""

    __tablename__ = "terms"
    __table_args__ = (UniqueConstraint("chat_id", "entity"), Index("ix_terms_entity", "entity"))
    id: int | None = _key()
    chat_id: int = _ref("chats.id")
    entity: str
    expression: str = _text()
    urgency: str = "normal"
    created: datetime = _moment()


class Mute(Table, table=True):
    """Keep a silence that a chat asked for."""

    __tablename__ = "mutes"
    __table_args__ = (UniqueConstraint("chat_id", "kind", "target"),)
    id: int | None = _key()
    chat_id: int = _ref("chats.id")
    kind: str
    target: str = ""
    until: datetime | None = _moment(null=True)


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
    payload: dict[str, Any] | None = _json(null=True)
    received: datetime = _moment()
    handled: datetime | None = _moment(null=True)
    attempts: int = 0
    failure: str = _text()


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
    )
    id: int | None = _key()
    chat_id: int = _ref("chats.id")
    telegram_id: int = _big()
    kind: str
    state: str = "due"
    priority: int = 2
    silent: bool = False
    not_before: datetime = _moment()
    expires: datetime | None = _moment(null=True)
    story_id: int | None = _ref("stories.id", null=True)
    revision: int | None = None
    edition_id: int | None = _ref("editions.id", null=True)
    part: int | None = None
    update_id: int | None = _big(null=True)
    ordinal: int | None = None
    notice_key: str | None = None
    payload: dict[str, Any] | None = _json(null=True)
    attempts: int = 0
    lease_by: str = ""
    lease_until: datetime | None = _moment(null=True)
    lease_token: int = 0
    message_id: int | None = _big(null=True)
    possible_repeat: bool = False
    repeats: int = 0
    reason: str = _text()
    created: datetime = _moment()
    sent: datetime | None = _moment(null=True)


class Owed(Table, table=True):
    """Keep which story a subscription owed to a chat when it was committed; the audit reads it."""

    __tablename__ = "owed"
    chat_id: int = Field(sa_column=Column(Big, ForeignKey("chats.id", ondelete="CASCADE"), primary_key=True))
    story_id: int = Field(sa_column=Column(Big, ForeignKey("stories.id", ondelete="CASCADE"), primary_key=True))
    at: datetime = _moment()


class Parked(Table, table=True):
    """Keep until when Telegram asked us to leave a chat alone."""

    __tablename__ = "parked"
    telegram_id: int = Field(sa_column=Column(Big, primary_key=True, autoincrement=False))
    until: datetime = _moment()


class Edition(Table, table=True):
    """Keep one digest of one chat and day."""

    __tablename__ = "editions"
    __table_args__ = (UniqueConstraint("chat_id", "kind", "day"),)
    id: int | None = _key()
    chat_id: int = _ref("chats.id")
    kind: str
    day: str
    created: datetime = _moment()


class Lease(Table, table=True):
    """Keep who may do what only one process may do, and until when."""

    __tablename__ = "leases"
    name: str = Field(primary_key=True)
    holder: str = ""
    until: datetime = _moment()
    epoch: int = 0


class Fact(Table, table=True):
    """Keep small facts of the whole: the hash of the command menu, when the last poll was."""

    __tablename__ = "facts"
    name: str = Field(primary_key=True)
    value: dict[str, Any] = _json()
