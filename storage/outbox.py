"""Keep what is owed to chats: claim it, settle it, audit it.

due ──claim──▶ sending ──settle──▶ sent
 ▲                │  └───────────▶ dropped (with a reason)
 └── retry, lease over (a possible repeat, counted)
held ─▶ due or merged        due ─▶ merged (a newer edit of the same message)
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.orm import aliased
from sqlmodel import col, delete, func, or_, select, true, update

from storage.delivery_records import Balance, DeliveryKind, DeliveryState, DueDelivery
from storage.dialect import insert_new, insert_or_update, skip_locked
from storage.tables import Chat, Delivery, Entry, MatchRow, Owed, Parked, PlacementRow, Story

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement
    from sqlmodel import Session

    from storage.delivery_records import DeliveryOutcome, NewDelivery

# Before anything that a database of ours holds.
_BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)
_OPEN: Final = (DeliveryState.DUE.value, DeliveryState.SENDING.value)
_KEPT: Final = ("due", "sending", "sent", "held", "merged")
# The message of a story in a chat: edits change it, later messages answer it. The newest counts:
# an edit whose message was deleted is sent anew, and has another number from then on.
_FIRST: Final = (DeliveryKind.ALERT.value, DeliveryKind.CATCH_UP.value, DeliveryKind.EDIT.value)


def owe(session: Session, deliveries: Sequence[NewDelivery], *, now: datetime) -> int:
    """Write down what is owed; what a unique key already holds is left out; return how many were new."""
    chats = {delivery.chat for delivery in deliveries}
    addresses = dict(session.exec(select(Chat.id, Chat.telegram_id).where(col(Chat.id).in_(chats))).all())
    rows = [
        _row(delivery, telegram_id=addresses[delivery.chat], now=now)
        for delivery in deliveries
        if delivery.chat in addresses
    ]
    for delivery in deliveries:
        if delivery.kind is DeliveryKind.EDIT and delivery.story is not None:
            _merge_older_edits(session, delivery)
    return insert_new(session, Delivery, rows)


def _row(delivery: NewDelivery, *, telegram_id: int, now: datetime) -> dict[str, Any]:
    return {
        "chat_id": delivery.chat,
        "telegram_id": telegram_id,
        "kind": delivery.kind.value,
        "state": (DeliveryState.HELD if delivery.held else DeliveryState.DUE).value,
        "priority": delivery.priority,
        "silent": delivery.silent,
        "not_before": delivery.not_before,
        "expires": delivery.expires,
        "story_id": delivery.story,
        "revision": delivery.revision,
        "edition_id": delivery.edition,
        "part": delivery.part,
        "update_id": delivery.update_id,
        "ordinal": delivery.ordinal,
        "notice_key": delivery.notice_key,
        "payload": dict(delivery.payload) if delivery.payload is not None else None,
        "reason": delivery.reason,
        "created": now,
    }


def _merge_older_edits(session: Session, newer: NewDelivery) -> None:
    session.exec(
        update(Delivery)
        .where(
            col(Delivery.chat_id) == newer.chat,
            col(Delivery.story_id) == newer.story,
            col(Delivery.kind) == DeliveryKind.EDIT.value,
            col(Delivery.state) == DeliveryState.DUE.value,
            col(Delivery.revision) < newer.revision,
        )
        .values(state=DeliveryState.MERGED.value, reason="a newer edit")
    )


def owe_stories(session: Session, story: int, *, chats: Sequence[int], now: datetime) -> None:
    """Note that subscriptions owe a story to these chats; `lost` audits it."""
    insert_new(session, Owed, [{"chat_id": chat, "story_id": story, "at": now} for chat in chats])


def claim_deliveries(
    session: Session, *, now: datetime, limit: int, lease_s: float, holder: str, resting: Sequence[int] = ()
) -> tuple[DueDelivery, ...]:
    """Take due deliveries, urgent first, one a Telegram chat, in order within a story or an edition.

    `resting` are Telegram chats that the pace does not allow to be written to yet.
    """
    earlier = aliased(Delivery)
    behind = (
        select(earlier.id)
        .where(
            earlier.chat_id == Delivery.chat_id,
            col(earlier.id) < col(Delivery.id),
            col(earlier.state).in_(_OPEN),
            or_(earlier.story_id == Delivery.story_id, earlier.edition_id == Delivery.edition_id),
        )
        .exists()
    )
    busy = aliased(Delivery)
    sending = select(busy.id).where(busy.telegram_id == Delivery.telegram_id, busy.state == "sending").exists()
    parked = select(Parked.telegram_id).where(Parked.telegram_id == Delivery.telegram_id, Parked.until > now).exists()
    query = (
        select(Delivery)
        .where(Delivery.state == "due", Delivery.not_before <= now, ~behind, ~sending, ~parked)
        .where(col(Delivery.telegram_id).not_in(resting))
        .order_by(col(Delivery.priority), col(Delivery.id))
        .limit(limit * 4)
    )
    taken: dict[int, Delivery] = {}
    for delivery in session.exec(skip_locked(session, query, of=Delivery)):
        if delivery.telegram_id not in taken and len(taken) < limit:
            taken[delivery.telegram_id] = delivery
    for delivery in taken.values():
        delivery.state, delivery.lease_by = DeliveryState.SENDING.value, holder
        delivery.lease_until = now + timedelta(seconds=lease_s)
        delivery.lease_token += 1
    session.flush()
    return _due(session, list(taken.values()))


def _due(session: Session, rows: Sequence[Delivery]) -> tuple[DueDelivery, ...]:
    chats = {
        chat.id: chat for chat in session.exec(select(Chat).where(col(Chat.id).in_({row.chat_id for row in rows})))
    }
    firsts = _first_messages(session, rows)
    return tuple(
        _due_delivery(row, chats[row.chat_id], first=firsts.get((row.chat_id, row.story_id or 0))) for row in rows
    )


def _first_messages(session: Session, rows: Sequence[Delivery]) -> dict[tuple[int, int], int]:
    """Return the message that tells each story in each chat: its own, or that of a story merged into it."""
    stories = {row.story_id for row in rows if row.story_id is not None}
    found = session.exec(
        select(Delivery.chat_id, Delivery.story_id, Story.merged_into, Delivery.message_id)
        .join(Story, col(Story.id) == col(Delivery.story_id))
        .where(
            or_(col(Story.id).in_(stories), col(Story.merged_into).in_(stories)),
            col(Delivery.chat_id).in_({row.chat_id for row in rows}),
            col(Delivery.kind).in_(_FIRST),
            col(Delivery.message_id).is_not(None),
        )
        .order_by(col(Delivery.id))
    ).all()
    kin = {(chat, earlier or 0): message or 0 for chat, _, earlier, message in found}
    return kin | {(chat, story or 0): message or 0 for chat, story, _, message in found}


def _due_delivery(row: Delivery, chat: Chat, *, first: int | None) -> DueDelivery:
    kind = DeliveryKind(row.kind)
    return DueDelivery(
        id=row.id or 0,
        chat=row.chat_id,
        telegram_id=row.telegram_id,
        topic_id=chat.topic_id,
        chat_kind=chat.kind,
        lang=chat.lang,
        tz=chat.tz,
        settings=chat.settings,
        kind=kind,
        priority=row.priority,
        silent=row.silent,
        story=row.story_id,
        revision=row.revision,
        edition=row.edition_id,
        part=row.part,
        payload=row.payload,
        attempts=row.attempts,
        possible_repeat=row.possible_repeat,
        message_id=first if kind is DeliveryKind.EDIT else None,
        reply_to=first if kind in {DeliveryKind.UPDATE, DeliveryKind.DEVELOPMENT} else None,
        created=row.created,
        expires=row.expires,
        lease_token=row.lease_token,
        reason=row.reason,
    )


def settle(session: Session, outcomes: Sequence[DeliveryOutcome], *, now: datetime) -> int:
    """Write what became of claimed deliveries; one whose lease was lost is left alone; return how many were written."""
    written = 0
    for outcome in outcomes:
        row = session.get(Delivery, outcome.delivery)
        if row is None or row.lease_token != outcome.lease_token:
            continue
        row.state, row.reason = outcome.state.value, outcome.reason
        row.lease_until, row.lease_by = None, ""
        row.attempts += outcome.counts_as_attempt
        row.message_id = outcome.message_id if outcome.message_id is not None else row.message_id
        row.not_before = outcome.not_before or row.not_before
        if outcome.possible_repeat:
            row.possible_repeat, row.repeats = True, row.repeats + 1
        if outcome.state is DeliveryState.SENT:
            row.sent = now
        session.add(row)
        written += 1
    return written


def recover(session: Session, *, now: datetime, holder: str | None = None) -> int:
    """Take back what a dead sender had claimed (all of `holder`'s, or what is over its lease); each may repeat."""
    over = col(Delivery.lease_until) < now if holder is None else col(Delivery.lease_by) == holder
    return _take_back(session, over)


def recover_all(session: Session) -> int:
    """Take back all that is claimed, where no other sender can be alive; each may repeat."""
    return _take_back(session, true())


def _take_back(session: Session, over: ColumnElement[bool]) -> int:
    return session.exec(
        update(Delivery)
        .where(col(Delivery.state) == "sending", over)
        .values(
            state="due",
            lease_until=None,
            lease_by="",
            lease_token=col(Delivery.lease_token) + 1,
            possible_repeat=True,
            repeats=col(Delivery.repeats) + 1,
            attempts=col(Delivery.attempts) + 1,
        )
    ).rowcount


def lately_sent(session: Session, *, since: datetime, now: datetime) -> tuple[tuple[int, datetime], ...]:
    """Return which Telegram chats were written to and when, in order; what may have been sent counts as just now."""
    sent = session.exec(
        select(Delivery.telegram_id, Delivery.sent)
        .where(col(Delivery.sent) > since, col(Delivery.sent) <= now)
        .order_by(col(Delivery.sent))
    )
    perhaps = session.exec(
        select(Delivery.telegram_id).where(col(Delivery.state).in_(_OPEN), Delivery.possible_repeat).distinct()
    )
    return (*((chat, at or now) for chat, at in sent), *((chat, now) for chat in perhaps))


def expire(session: Session, *, now: datetime) -> int:
    """Drop what could not be sent before it stopped being news; counted under its reason."""
    return session.exec(
        update(Delivery)
        .where(col(Delivery.state) == "due", col(Delivery.expires) <= now)
        .values(state="dropped", reason="expired")
    ).rowcount


def drop_chat(session: Session, chat: int, *, reason: str) -> int:
    """Drop everything that is still owed to a chat; return how many."""
    return session.exec(
        update(Delivery)
        .where(col(Delivery.chat_id) == chat, col(Delivery.state).in_([*_OPEN, "held"]))
        .values(state="dropped", reason=reason, lease_until=None)
    ).rowcount


def merge_held(session: Session, chat: int, *, stories: Sequence[int], reason: str) -> int:
    """Mark held deliveries of stories as told by an edition or a catch-up message."""
    return session.exec(
        update(Delivery)
        .where(col(Delivery.chat_id) == chat, col(Delivery.story_id).in_(stories), col(Delivery.state) == "held")
        .values(state="merged", reason=reason)
    ).rowcount


def park(session: Session, telegram_id: int, *, until: datetime) -> None:
    """Leave a Telegram chat alone until a moment that Telegram named."""
    insert_or_update(
        session, Parked, row={"telegram_id": telegram_id, "until": until}, key=["telegram_id"], change=["until"]
    )


def unpark(session: Session, *, now: datetime) -> int:
    """Forget parkings that are over."""
    return session.exec(delete(Parked).where(col(Parked.until) <= now)).rowcount


def next_delivery_at(session: Session, *, now: datetime) -> datetime | None:
    """Return when the next delivery may go: a moment ahead, or `now` when one is due and its chat is free."""
    free = (
        select(func.min(Delivery.not_before))
        .outerjoin(Parked, (col(Parked.telegram_id) == col(Delivery.telegram_id)) & (col(Parked.until) > now))
        .where(Delivery.state == "due", col(Parked.telegram_id).is_(None))
    )
    released = (
        select(func.min(Parked.until))
        .join(Delivery, col(Delivery.telegram_id) == col(Parked.telegram_id))
        .where(Delivery.state == "due", Parked.until > now)
    )
    moments = [moment for moment in (session.exec(free).one(), session.exec(released).one()) if moment is not None]
    return max(min(moments), now) if moments else None


def story_of_message(session: Session, chat: int, *, message_id: int | None) -> int | None:
    """Return the story that a message of ours tells; the chat's newest one when no message is named."""
    query = select(Delivery.story_id).where(Delivery.chat_id == chat, col(Delivery.story_id).is_not(None))
    if message_id is not None:
        query = query.where(Delivery.message_id == message_id)
    return session.exec(query.order_by(col(Delivery.id).desc())).first()


def written(session: Session, delivery: int, *, chat: int) -> tuple[DeliveryKind, Mapping[str, Any]] | None:
    """Return what was written in a delivery of a chat; None when it is no longer kept."""
    row = session.get(Delivery, delivery)
    if row is None or row.chat_id != chat or row.payload is None:
        return None
    return DeliveryKind(row.kind), row.payload


def lost(session: Session) -> int:
    """Count chat × story owed at commit that no delivery keeps and none dropped with a reason."""
    kept = (
        select(Delivery.id)
        .where(
            Delivery.chat_id == Owed.chat_id,
            Delivery.story_id == Owed.story_id,
            or_(col(Delivery.state).in_(_KEPT), (col(Delivery.state) == "dropped") & (col(Delivery.reason) != "")),
        )
        .exists()
    )
    return session.exec(select(func.count()).select_from(Owed).where(~kept)).one()


def balance(session: Session, *, since: datetime = _BEGINNING) -> Balance:
    """Return what the tables say of everything read, told and sent since a moment; `lost` is of all that is kept.

    What was dropped carries no moment of its own: it counts by when it was written down.
    """
    count = func.count
    ours = (col(Delivery.state) == "sent") & (col(Delivery.sent) >= since)
    sent = session.exec(select(Delivery.kind, count()).where(ours).group_by(Delivery.kind)).all()
    dropped = session.exec(
        select(Delivery.reason, count())
        .where(Delivery.state == "dropped", Delivery.created >= since)
        .group_by(Delivery.reason)
    ).all()
    matched = select(count(func.distinct(MatchRow.entry_id))).join(Entry, col(Entry.id) == col(MatchRow.entry_id))
    opened = (col(Story.merged_into).is_(None)) & (col(Story.opened) >= since)
    copied = (col(PlacementRow.kind) == "copy") & (col(PlacementRow.at) >= since)
    repeated = select(func.coalesce(func.sum(Delivery.repeats), 0)).where(
        or_(col(Delivery.sent) >= since, Delivery.created >= since)
    )
    return Balance(
        entries=session.exec(select(count()).select_from(Entry).where(Entry.first_seen >= since)).one(),
        matched=session.exec(matched.where(Entry.first_seen >= since)).one(),
        stories=session.exec(select(count()).select_from(Story).where(opened)).one(),
        copies=session.exec(select(count()).select_from(PlacementRow).where(copied)).one(),
        sent=dict(sent),
        dropped=dict(dropped),
        possible_repeats=session.exec(repeated).one(),
        lost=lost(session),
    )
