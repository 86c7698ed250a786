"""Open editions: each exactly once for a chat and day, its parts owed in the same transaction."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bot.delivery.render import parts
from bot.digest.choose import due_day, ordered
from bot.digest.render import edition
from bot.quiet import zone
from bot.texts import texts
from storage.chats import chat as chat_record
from storage.delivery_records import DeliveryKind, NewDelivery
from storage.editions import digest_chats, open_edition
from storage.outbox import merge_held, owe
from storage.stories import latest_stories

if TYPE_CHECKING:
    from datetime import datetime

    from bot.clock import Clock
    from bot.store import Store
    from storage.database import Session
    from storage.records import ChatRecord

PRIORITY_DIGEST: Final = 4
_DAY: Final = timedelta(days=1)
_EXPIRY: Final = timedelta(hours=20)


async def open_due_editions(store: Store, clock: Clock) -> int:
    """Open every edition whose local hour has come; return how many were new."""
    now = clock.now()
    opened = 0
    for chat in await store.read(digest_chats):
        if due_day(chat, now):
            opened += await store.write(_open, chat, now=now)
    return opened


def _open(session: Session, chat: ChatRecord, *, now: datetime) -> int:
    day = due_day(chat, now)
    number = open_edition(session, chat.id, kind="daily", day=day, now=now) if day else None
    if number is None or day is None:
        return 0
    views = ordered(latest_stories(session, chat.id, since=now - _DAY, limit=100))
    merge_held(session, chat.id, stories=[view.story for view in views], reason=f"edition {number}")
    message = edition(texts(chat.lang), views, day=day, tz=chat.tz)
    owe(
        session,
        [
            NewDelivery(
                chat=chat.id,
                kind=DeliveryKind.DIGEST,
                priority=PRIORITY_DIGEST,
                not_before=now,
                silent=True,
                edition=number,
                part=part,
                payload=piece.to_json(),
                expires=now + _EXPIRY,
            )
            for part, piece in enumerate(parts(message))
        ],
        now=now,
    )
    return 1


def digest_now(session: Session, chat: int, *, now: datetime, update_id: int) -> None:
    """Owe a digest of the last day as the answer to an update."""
    record = chat_record(session, chat)
    if record is None:
        return
    views = ordered(latest_stories(session, chat, since=now - _DAY, limit=100))
    day = now.astimezone(zone(record.tz)).date().isoformat()
    pieces = parts(edition(texts(record.lang), views, day=day, tz=record.tz))
    replies = [
        NewDelivery(
            chat=chat,
            kind=DeliveryKind.REPLY,
            priority=0,
            not_before=now,
            update_id=update_id,
            ordinal=part,
            payload=piece.to_json(),
        )
        for part, piece in enumerate(pieces)
    ]
    owe(session, replies, now=now)
