"""Name what travels to and from the outbox: frozen, narrow, all times aware UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class DeliveryKind(StrEnum):
    """Name what a delivery is; `update` rings as a reply, `development` is a silent one."""

    ALERT = "alert"
    EDIT = "edit"
    UPDATE = "update"
    DEVELOPMENT = "development"
    DIGEST = "digest"
    REPLY = "reply"
    NOTICE = "notice"
    CATCH_UP = "catch-up"
    DELETE = "delete"


class Waits(StrEnum):
    """Name for what a held ring waits that comes in a catch-up message; it stands in the delivery's reason."""

    ASLEEP = "asleep"
    SNOOZED = "snoozed"
    LIMIT = "past the limit"
    FLOOD = "many at once"


# The reason of a held delivery that the next digest tells.
WAITS_FOR_DIGEST: Final = ""


class DeliveryState(StrEnum):
    """Name the states of a delivery; ARCHITECTURE.md draws them."""

    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    DROPPED = "dropped"
    HELD = "held"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """Hold one message or edit owed to one chat; `held` waits for a digest or a catch-up, `reason` says for which."""

    chat: int
    kind: DeliveryKind
    priority: int
    not_before: datetime
    silent: bool = False
    held: bool = False
    story: int | None = None
    revision: int | None = None
    edition: int | None = None
    part: int | None = None
    update_id: int | None = None
    ordinal: int | None = None
    notice_key: str | None = None
    payload: Mapping[str, Any] | None = None
    expires: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DueDelivery:
    """Hold a claimed delivery with what rendering and sending need of its chat.

    `message_id` is the message to edit; `reply_to` the Telegram message that it answers.
    """

    id: int
    chat: int
    telegram_id: int
    topic_id: int
    chat_kind: str
    lang: str
    tz: str
    settings: Mapping[str, Any]
    kind: DeliveryKind
    priority: int
    silent: bool
    story: int | None
    revision: int | None
    edition: int | None
    part: int | None
    payload: Mapping[str, Any] | None
    attempts: int
    possible_repeat: bool
    message_id: int | None
    reply_to: int | None
    created: datetime
    expires: datetime | None
    lease_token: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryOutcome:
    """Hold what became of a claimed delivery; `due` puts it back until `not_before`."""

    delivery: int
    lease_token: int
    state: DeliveryState
    message_id: int | None = None
    not_before: datetime | None = None
    reason: str = ""
    possible_repeat: bool = False
    counts_as_attempt: bool = True


@dataclass(frozen=True, slots=True)
class Leaving:
    """Hold how many deliveries could leave now: of all chats, of the private chat and the group that have most; since when."""

    count: int = 0
    private: int = 0
    group: int = 0
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Backlog:
    """Hold the state of the outbox: how much is due, since when, how many chats are parked, what could leave now."""

    due: int
    sending: int
    held: int
    oldest_due: datetime | None
    parked: int
    leaving: Leaving = Leaving()


@dataclass(frozen=True, slots=True)
class Balance:
    """Hold what the tables say was read, matched, told, sent, merged, dropped and possibly repeated."""

    entries: int
    matched: int
    stories: int
    copies: int
    sent: Mapping[str, int] = field(default_factory=dict)
    dropped: Mapping[str, int] = field(default_factory=dict)
    possible_repeats: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True)
class InboxUpdate:
    """Hold a stored update until it is handled."""

    update_id: int
    payload: Mapping[str, Any]
    received: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class EditionRecord:
    """Hold one digest of one chat: kind daily or weekly, `day` the local date that it closes."""

    id: int
    chat: int
    kind: str
    day: str
    created: datetime
