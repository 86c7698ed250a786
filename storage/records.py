"""Name what storage hands out and takes in: frozen, narrow, all times aware UTC."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from matchers.tuning import Tuning

# ── feeds ────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class OutletSpec:
    """Describe who publishes: kind is state, independent, exile, wire or institution; reliability A-F."""

    key: str
    name: str
    kind: str = ""
    owner: str = ""
    country: str = ""
    lang: str = ""
    reliability: str = "F"


@dataclass(frozen=True, slots=True)
class FeedSpec:
    """Describe a feed to be polled; `klass` is A, B or C, `scope` the countries that it writes about."""

    url: str
    outlet: OutletSpec
    title: str = ""
    lang: str = ""
    scope: tuple[str, ...] = ()
    klass: str = "B"
    enabled: bool = True
    full_text: bool = False


class FeedState(StrEnum):
    """Name the states of a feed; ARCHITECTURE.md draws them."""

    NEW = "new"
    ACTIVE = "active"
    DEGRADED = "degraded"
    FAILING = "failing"
    BLOCKED = "blocked"
    NOT_FEED = "not-feed"
    GONE = "gone"
    SILENT = "silent"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Cadence:
    """Hold what was learnt of a feed's rhythm; rates are entries a second, hints and gaps seconds.

    `hint_s` is what the last answer's headers asked for, `own_hint_s`, `skip_hours` (UTC) and `skip_days`
    what stands in the document itself, which a 304 does not repeat; `validated` is false while the
    publisher gives no validator, so that each poll costs it a whole body.
    """

    rate: float = 0.0
    hour_profile: tuple[float, ...] = ()
    gap_p95_s: int = 0
    hint_s: int = 0
    own_hint_s: int = 0
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[str, ...] = ()
    validated: bool = True
    fail_count: int = 0
    gone_count: int = 0
    first_failed: datetime | None = None
    last_ok: datetime | None = None
    last_new: datetime | None = None
    last_try: datetime | None = None
    last_unconditional: datetime | None = None
    redirect_to: str = ""
    redirect_since: datetime | None = None
    redirect_count: int = 0


@dataclass(frozen=True, slots=True)
class FeedToPoll:
    """Hold what a poll needs of a feed that was claimed; `baseline` is true until a first good poll."""

    id: int
    url: str
    host: str
    lease_token: int
    state: FeedState
    klass: str
    lang: str
    scope: tuple[str, ...]
    outlet: OutletSpec
    etag: str
    last_modified: str
    body_hash: str
    baseline: bool
    full_text: bool
    cadence: Cadence


@dataclass(frozen=True, slots=True)
class FeedRecord:
    """Hold everything of a feed that a list shows."""

    id: int
    url: str
    title: str
    lang: str
    scope: tuple[str, ...]
    klass: str
    enabled: bool
    full_text: bool
    outlet: OutletSpec
    state: FeedState
    state_reason: str
    state_since: datetime | None
    next_at: datetime
    last_status: int
    last_error: str
    cadence: Cadence


@dataclass(frozen=True, slots=True)
class PollOutcome:
    """Hold what one poll makes of its feed; written in the poll's one transaction."""

    feed: int
    lease_token: int
    at: datetime
    state: FeedState
    state_reason: str
    next_at: datetime
    status: int
    error: str
    etag: str
    last_modified: str
    body_hash: str
    baseline: bool
    cadence: Cadence
    url: str = ""


# ── entries ──────────────────────────────────────────────────────────────────


class Disposition(StrEnum):
    """Name what triage makes of a new entry; only `alert` rings."""

    ALERT = "alert"
    BASELINE = "baseline"
    LATE = "late"
    HELD = "held"
    TWIN = "twin"


@dataclass(frozen=True, slots=True)
class NewEntry:
    """Hold an entry to be stored; `key` is its identity in the feed (guid key, else URL key)."""

    key: str
    guid_key: str
    url_key: str
    title_key: str
    url: str
    title: str
    summary: str
    lang: str
    published: datetime | None
    effective: datetime
    content_hash: str
    disposition: Disposition


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """Hold what triage needs of an entry that we have."""

    id: int
    guid_key: str
    url_key: str
    title_key: str
    content_hash: str
    first_seen: datetime


@dataclass(frozen=True, slots=True)
class KnownEntries:
    """Hold the known entries of one feed, reachable by each of their keys; aliases count as guid keys."""

    by_guid: Mapping[str, KnownEntry]
    by_url: Mapping[str, KnownEntry]
    by_title: Mapping[str, KnownEntry]


@dataclass(frozen=True, slots=True)
class ChangedEntry:
    """Hold an edit of a known entry, and the churned guid under which it came, if any."""

    id: int
    title: str
    summary: str
    title_key: str
    content_hash: str
    alias: str = ""


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """Hold an entry with its outlet, as lists, exports and searches show it."""

    id: int
    feed: int
    outlet: OutletSpec
    url: str
    title: str
    summary: str
    lang: str
    scope: tuple[str, ...]
    published: datetime | None
    first_seen: datetime


@dataclass(frozen=True, slots=True)
class ArchivedText:
    """Hold what a trial of a term reads of an entry; `is_known` when the watch list found something in it."""

    title: str
    summary: str
    lang: str
    url: str
    outlet: str
    outlet_name: str
    is_known: bool
    seen: datetime | None = None
    feed: str = ""


# ── chats, terms ─────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class ChatRecord:
    """Hold a chat: kind private, group or channel; status active, stopped or closed; mode instant, digest or both."""

    id: int
    telegram_id: int
    topic_id: int
    kind: str
    status: str
    lang: str
    tz: str
    mode: str
    digest_minute: int
    digest_days: str
    settings: Mapping[str, Any]
    created: datetime


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """Hold a person's role: owner, admin, member or banned. No name is kept."""

    user_id: int
    role: str
    since: datetime


@dataclass(frozen=True, slots=True)
class TermRecord:
    """Hold what a chat watches: an entity id, `family:<id>`, or own words (`w:<hash>` with the expression)."""

    id: int
    chat: int
    entity: str
    expression: str
    urgency: str
    created: datetime


@dataclass(frozen=True, slots=True)
class TuningRecord:
    """Hold one change that a chat made to what its terms mean to it."""

    id: int
    tuning: Tuning
    created: datetime


@dataclass(frozen=True, slots=True)
class DeskRecord:
    """Hold what a member of a team did with a story.

    `kind` is take, release, verified, false, duplicate, open, note, same or split; `other` is the story it is the same as.
    """

    story: int
    user: int
    kind: str
    at: datetime
    note: str = ""
    other: int | None = None


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """Hold what somebody who runs the bot did."""

    user: int
    act: str
    target: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MuteRecord:
    """Hold a silence: kind all, term, story, outlet or place; `until` None means until revoked."""

    id: int
    chat: int
    kind: str
    target: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Hold a chat that watches something a story matched, with the terms that did."""

    chat: int
    telegram_id: int
    kind: str
    lang: str
    tz: str
    mode: str
    settings: Mapping[str, Any]
    terms: tuple[str, ...]
    urgencies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """Hold how much a chat was rung: rings of the last hour and day, messages of stories of the last ten minutes."""

    loud_hour: int = 0
    loud_day: int = 0
    lately: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """Hold what a chat was already owed of a story.

    `waits` is for what all of it waits (None: not all of it); `has_message` when a message of the
    story's own stands in the chat or is about to.
    """

    chat: int
    last_ring: datetime
    last_development: datetime | None
    last_edit: datetime | None = None
    edits: int = 0
    waits: str | None = None
    has_message: bool = True
