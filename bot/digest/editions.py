"""Open editions: each exactly once for a chat and day, its parts owed in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from bot.delivery.alert import Reader
from bot.delivery.render import parts
from bot.digest.choose import asked_at, audible, due_editions, ordered
from bot.digest.render import Edition, edition
from bot.quiet import zone
from bot.sandbox.newsstand import SAMPLE
from bot.texts import texts
from storage.chats import chat as chat_record
from storage.chats import mutes
from storage.delivery_records import DeliveryKind, NewDelivery
from storage.editions import digest_chats, editions_since, last_edition, open_edition
from storage.outbox import merge_held, owe
from storage.stories import latest_stories, watched_stories

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.clock import Clock
    from bot.delivery.message import Message
    from bot.digest.choose import Due
    from bot.store import Store
    from storage.database import Session
    from storage.records import ChatRecord

    # What an entity is called in a language.
    Name = Callable[[str, str], str]

PRIORITY_DIGEST: Final = 4
DAILY: Final = "daily"
_DAY: Final = timedelta(days=1)
# An edition covers what came since the one before, three days at most.
_LONGEST: Final = timedelta(days=3)
_EXPIRY: Final = timedelta(hours=20)
_MOST_READ: Final = 100
_MOST_MERGED: Final = 1000


@dataclass(frozen=True, slots=True)
class _Period:
    """Hold what an edition covers: since when, until now, under the name of which day."""

    since: datetime
    now: datetime
    day: date


async def open_due_editions(store: Store, clock: Clock, *, name: Name) -> int:
    """Open every edition whose local hour has come; return how many were new."""
    now = clock.now()
    had = await store.read(editions_since, kind=DAILY, day=(now - _LONGEST).date().isoformat())
    opened = 0
    for due in due_editions(await store.read(digest_chats), had, now=now):
        opened += await store.write(_open, due, name=name, now=now)
    return opened


def _open(session: Session, due: Due, *, name: Name, now: datetime) -> int:
    """Open an edition and owe its parts; 0 when another process was faster."""
    chat, before = due.chat, last_edition(session, due.chat.id, kind=DAILY)
    number = open_edition(session, chat.id, kind=DAILY, day=due.day, now=now)
    if number is None:
        return 0
    since = before.created if before else min(asked_at(chat), now - _DAY)
    since = max(since, now - _LONGEST)
    message = _written(session, chat, period=_Period(since, now, date.fromisoformat(due.day)), name=name)
    covered = watched_stories(session, chat.id, since=since, limit=_MOST_MERGED)
    merge_held(session, chat.id, stories=covered, reason=f"edition {number}")
    owed = partial(
        NewDelivery,
        chat=chat.id,
        kind=DeliveryKind.DIGEST,
        priority=PRIORITY_DIGEST,
        not_before=now,
        silent=True,
        edition=number,
        expires=now + _EXPIRY,
    )
    pieces = parts(message) if message else ()
    owe(session, [owed(part=part, payload=piece.to_json()) for part, piece in enumerate(pieces)], now=now)
    return 1


def digest_now(session: Session, chat: int, *, name: Name, now: datetime, update_id: int) -> None:
    """Owe a digest of the last day as the answer to an update."""
    record = chat_record(session, chat)
    if record is None:
        return
    today = now.astimezone(zone(record.tz)).date()
    wanted = replace(record, settings={**record.settings, "empty_digest": True})
    message = _written(session, wanted, period=_Period(now - _DAY, now, today), name=name)
    owed = partial(NewDelivery, chat=chat, kind=DeliveryKind.REPLY, priority=0, not_before=now, update_id=update_id)
    pieces = parts(message) if message else ()
    owe(session, [owed(ordinal=part, payload=piece.to_json()) for part, piece in enumerate(pieces)], now=now)


def _written(session: Session, chat: ChatRecord, *, period: _Period, name: Name) -> Message | None:
    """Return an edition's text; None for an empty one that the chat does not want."""
    read = latest_stories(session, chat.id, since=period.since, limit=_MOST_READ)
    heard = audible(read, mutes(session, chat.id, now=period.now))
    if not heard and chat.settings.get("empty_digest") is False:
        return None
    say = texts(chat.lang)
    sample = any(entry.outlet.key.startswith(SAMPLE) for view in heard for entry in view.entries)
    reader = Reader(say, chat.tz, period.now, lambda entity: name(entity, say.lang), sample)
    return edition(reader, Edition(period.day, ordered(heard, chat.settings.get("votes"))))
