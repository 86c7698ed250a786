"""Decide what follows from Telegram's answer: a table, with no clock and no network.

| answer | sent? | then |
| --- | --- | --- |
| Sent, Unmodified | yes | sent |
| Throttled | no | that chat is parked for as long as Telegram says; no attempt is counted |
| ChatGone | no | the chat is closed, its deliveries are dropped with the reason |
| ChatMoved | no | the chat's id is changed everywhere, then it is sent anew |
| TargetGone | no | what should have been edited is sent anew, once, and a story counted as a possible repeat: it may stand in |
| | | a group's history from before it moved; a story's edit is dropped where its message stands but takes no edit any more |
| TopicGone | no | to the chat's General topic instead, once |
| Rejected | no | once more as plain text without buttons, then dropped with the reason |
| Failed, surely not sent | no | again after 1, 2, 4 … 60 s, until it expires |
| Failed, perhaps sent | unknown | again likewise, and counted as a possible repeat; an edit cannot repeat |

How the next try differs stands in the delivery's reason, so that it outlives a crash.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from storage.delivery_records import DeliveryKind, DeliveryOutcome, DeliveryState

if TYPE_CHECKING:
    from datetime import datetime

    from storage.delivery_records import DueDelivery, NewDelivery

# seconds: 1, 2, 4, 8, 16, 32, then a minute each time, half as much again by jitter
_LONGEST_WAIT_S: Final = 60.0
# What a delivery's reason holds once Telegram has refused its text: the next try is plain.
_REJECTED: Final = "rejected"
# The message to edit is gone: the next try sends it anew. The topic is gone: the next try goes to General.
_TARGET_GONE: Final = "message gone"
_TOPIC_GONE: Final = "topic gone"
# A delivery that we cannot even render so often is our bug; it is dropped and counted.
_MOST_BROKEN: Final = 8
# A perhaps-sent message waits longer before it risks a second copy (facts on delivery 6.4).
_AMBIGUOUS_WAIT_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Sent:
    """Say that Telegram took the message."""

    message_id: int


@dataclass(frozen=True, slots=True)
class Unmodified:
    """Say that the message reads so already."""


@dataclass(frozen=True, slots=True)
class Throttled:
    """Say that Telegram wants this chat left alone for so many seconds."""

    retry_after_s: float


@dataclass(frozen=True, slots=True)
class ChatGone:
    """Say that we may not write to this chat any more."""

    reason: str


@dataclass(frozen=True, slots=True)
class ChatMoved:
    """Say that a group has a new id."""

    new_id: int


@dataclass(frozen=True, slots=True)
class TargetGone:
    """Say that the message to edit or to answer is no longer there, or `stands` but takes no edit any more."""

    stands: bool = False


@dataclass(frozen=True, slots=True)
class TopicGone:
    """Say that the forum topic was closed or deleted."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """Say that Telegram will never take this message as it is."""

    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """Say that the call failed; `perhaps_sent` when Telegram may have taken the message."""

    reason: str
    perhaps_sent: bool


SendResult = Sent | Unmodified | Throttled | ChatGone | ChatMoved | TargetGone | TopicGone | Rejected | Failed


@dataclass(frozen=True, slots=True)
class Action:
    """Hold what follows: the delivery's outcome, what to do about its chat, and what is still to be said."""

    outcome: DeliveryOutcome
    telegram_id: int = 0
    park_until: datetime | None = None
    close_reason: str = ""
    moved_to: int | None = None
    rest: tuple[NewDelivery, ...] = ()


def is_plain(due: DueDelivery) -> bool:
    """Say whether Telegram refused this delivery's styles or buttons before."""
    return _REJECTED in due.reason


def is_anew(due: DueDelivery) -> bool:
    """Say whether the message that this delivery should edit is gone."""
    return _TARGET_GONE in due.reason


def is_for_general(due: DueDelivery) -> bool:
    """Say whether the topic of this delivery is gone."""
    return _TOPIC_GONE in due.reason


def is_edit(due: DueDelivery) -> bool:
    """Say whether this delivery changes or deletes a message; doing that twice is harmless."""
    edits = due.kind in {DeliveryKind.EDIT, DeliveryKind.DELETE} or (due.payload or {}).get("edits") is not None
    return edits and not is_anew(due)


def follow(result: SendResult, due: DueDelivery, *, now: datetime, jitter: float) -> Action:
    """Return what follows from an answer; `jitter` is in [0, 1)."""
    action = _about_chat(result, due, now=now, jitter=jitter) or _about_message(result, due, now=now, jitter=jitter)
    return replace(action, telegram_id=due.telegram_id)


def _about_chat(result: SendResult, due: DueDelivery, *, now: datetime, jitter: float) -> Action | None:
    """Return what follows when the answer concerns all that is owed to the chat."""
    match result:
        case Throttled(seconds):
            until = now + timedelta(seconds=seconds + jitter)
            return Action(_again(due, until, counts=False), park_until=until)
        case ChatGone(reason):
            return Action(_outcome(due, DeliveryState.DROPPED, reason=reason), close_reason=reason)
        case ChatMoved(new_id):
            return Action(_again(due, now, counts=False), moved_to=new_id)
        case _:
            return None


def _about_message(result: SendResult, due: DueDelivery, *, now: datetime, jitter: float) -> Action:
    """Return what follows when the answer concerns this message."""
    match result:
        case Sent(message_id):
            return Action(_outcome(due, DeliveryState.SENT, message_id=message_id))
        case TargetGone(stands=True) if due.kind is DeliveryKind.EDIT:  # sent anew it would be told twice
            return Action(_outcome(due, DeliveryState.DROPPED, reason="the message takes no edit any more"))
        case TargetGone():
            outcome = _once_more(due, _TARGET_GONE, now=now)
            told_twice = due.kind is DeliveryKind.EDIT and outcome.state is DeliveryState.DUE
            return Action(replace(outcome, possible_repeat=told_twice))
        case TopicGone():
            return Action(_once_more(due, _TOPIC_GONE, now=now))
        case Rejected(reason):
            return Action(_once_more(due, _REJECTED, now=now, says=reason))
        case Failed(reason, perhaps_sent):
            until = now + timedelta(seconds=retry_delay(due.attempts, jitter=jitter, ambiguous=perhaps_sent))
            repeats = perhaps_sent and not is_edit(due)
            return Action(_again(due, until, says=reason, possible_repeat=repeats))
        case _:
            return Action(_outcome(due, DeliveryState.SENT, message_id=due.message_id))


def broken(due: DueDelivery, error: str, *, now: datetime, jitter: float) -> Action:
    """Return what follows when we cannot say what is owed: later again, and in the end dropped."""
    if due.attempts + 1 >= _MOST_BROKEN:
        return Action(_outcome(due, DeliveryState.DROPPED, reason=f"broken: {error}"), telegram_id=due.telegram_id)
    until = now + timedelta(seconds=retry_delay(due.attempts, jitter=jitter))
    return Action(_again(due, until, says=f"broken: {error}"), telegram_id=due.telegram_id)


def unsayable(due: DueDelivery, reason: str) -> Action:
    """Return what follows when there is nothing left to say."""
    return Action(_outcome(due, DeliveryState.DROPPED, reason=reason), telegram_id=due.telegram_id)


def retry_delay(attempts: int, *, jitter: float, ambiguous: bool = False) -> float:
    """Return seconds before the next try: 1, 2, 4 … 60, plus up to half; never under 5 when it may have been sent."""
    wait = min(_LONGEST_WAIT_S, 2.0 ** min(attempts, 6)) * (1 + jitter / 2)
    return max(wait, _AMBIGUOUS_WAIT_S) if ambiguous else wait


def _once_more(due: DueDelivery, remedy: str, *, now: datetime, says: str = "") -> DeliveryOutcome:
    """Try a remedy that was not tried yet; else give up with the reason."""
    reason = f"{remedy}: {says}" if says else remedy
    if remedy in due.reason:
        return _outcome(due, DeliveryState.DROPPED, reason=reason)
    return _again(due, now, says=reason)


def _again(
    due: DueDelivery, until: datetime, *, says: str = "", counts: bool = True, possible_repeat: bool = False
) -> DeliveryOutcome:
    remedies = [remedy for remedy in (_REJECTED, _TARGET_GONE, _TOPIC_GONE) if remedy in due.reason]
    return DeliveryOutcome(
        due.id,
        due.lease_token,
        DeliveryState.DUE,
        not_before=until,
        reason="; ".join([*remedies, *([says] if says else [])]),
        counts_as_attempt=counts,
        possible_repeat=possible_repeat,
    )


def _outcome(
    due: DueDelivery, state: DeliveryState, *, message_id: int | None = None, reason: str = ""
) -> DeliveryOutcome:
    return DeliveryOutcome(due.id, due.lease_token, state, message_id=message_id, reason=reason)
