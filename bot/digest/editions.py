"""Open editions: each exactly once for a chat and day, its parts owed in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from bot.delivery.alert import Reader
from bot.delivery.render import parts
from bot.digest.choose import WEEKLY, asked_at, audible, due_editions, kind_of
from bot.digest.findings import Period, find, suggest, taste
from bot.digest.picture import has_picture, picture_message
from bot.digest.pulse import Pulse, take_pulse
from bot.digest.ranking import ranked
from bot.digest.render import Edition, edition
from bot.quiet import zone
from bot.sandbox.newsstand import SAMPLE
from bot.texts import texts
from storage.chats import chat as chat_record
from storage.chats import mutes
from storage.delivery_records import DeliveryKind, NewDelivery
from storage.digests import is_still
from storage.editions import digest_chats, editions_since, last_edition, open_edition
from storage.outbox import merge_held, owe
from storage.stories import latest_stories, watched_stories
from storage.terms import terms

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
_DAY: Final = timedelta(days=1)
# What an edition covers: so much when it is the first, else what came since the one before, so much at most.
_SPANS: Final = {WEEKLY: (timedelta(days=7), timedelta(days=10))}
_LONGEST: Final = timedelta(days=10)
_DAILY_SPAN: Final = (timedelta(days=1), timedelta(days=4))
_EXPIRY: Final = timedelta(hours=20)
_MOST_READ: Final = 200
_MOST_MERGED: Final = 1000
# Editions opened in one transaction: the writer is free again in a moment, whatever the number of chats.
_AT_ONCE: Final = 12


@dataclass(frozen=True, slots=True)
class Desk:
    """Hold what all editions of a moment are written with: what entities are called, and the archive's pulse.

    `still` says that no story was told in the longest time that an edition covers.
    """

    name: Name
    pulse: Pulse
    still: bool = False


async def open_due_editions(store: Store, clock: Clock, *, name: Name) -> int:
    """Open every edition whose local hour has come; return how many were new."""
    now = clock.now()
    had = await store.read(editions_since, day=(now - 2 * _DAY).date().isoformat())
    due = due_editions(await store.read(digest_chats), had, now=now)
    if not due:
        return 0
    still = await store.read(is_still, since=now - _LONGEST)
    desk = Desk(name, await store.read(take_pulse, now=now), still)
    opened = 0
    for start in range(0, len(due), _AT_ONCE):
        opened += await store.write(_open_all, due[start : start + _AT_ONCE], desk=desk)
    return opened


def _open_all(session: Session, due: tuple[Due, ...], *, desk: Desk) -> int:
    return sum(_open(session, each, desk=desk) for each in due)


def _open(session: Session, due: Due, *, desk: Desk) -> int:
    """Open an edition and owe its parts; 0 when another process was faster."""
    chat, now = due.chat, desk.pulse.now
    unwanted = desk.still and chat.settings.get("empty_digest") is False
    before = None if unwanted else last_edition(session, chat.id, kind=due.kind)
    number = open_edition(session, chat.id, kind=due.kind, day=due.day, now=now)
    if number is None or unwanted:
        return int(number is not None)
    usual, longest = _SPANS.get(due.kind, _DAILY_SPAN)
    since = before.created if before else min(asked_at(chat), now - usual)
    period = Period(max(since, now - longest), now, due.kind)
    pieces = _written(session, chat, day=date.fromisoformat(due.day), period=period, desk=desk)
    covered = watched_stories(session, chat.id, since=period.since, limit=_MOST_MERGED)
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
    owe(session, [owed(part=part, payload=piece.to_json()) for part, piece in enumerate(pieces)], now=now)
    return 1


def digest_now(session: Session, chat: int, *, desk: Desk, update_id: int) -> None:
    """Owe a digest of the last day, or week, as the answer to an update."""
    record, now = chat_record(session, chat), desk.pulse.now
    if record is None:
        return
    pieces = write_now(session, record, desk=desk)
    owed = partial(NewDelivery, chat=chat, kind=DeliveryKind.REPLY, priority=0, not_before=now, update_id=update_id)
    owe(session, [owed(ordinal=part, payload=piece.to_json()) for part, piece in enumerate(pieces)], now=now)


def write_now(session: Session, chat: ChatRecord, *, desk: Desk) -> tuple[Message, ...]:
    """Return the parts of the edition that a chat would read at this moment; a line when nothing happened."""
    now, kind = desk.pulse.now, kind_of(chat)
    usual, _ = _SPANS.get(kind, _DAILY_SPAN)
    today = now.astimezone(zone(chat.tz)).date()
    wanted = replace(chat, settings={**chat.settings, "empty_digest": True})
    return _written(session, wanted, day=today, period=Period(now - usual, now, kind), desk=desk)


def _written(session: Session, chat: ChatRecord, *, day: date, period: Period, desk: Desk) -> tuple[Message, ...]:
    """Return an edition's parts, the text first, then its picture; nothing for an empty one that is not wanted."""
    read = latest_stories(session, chat.id, since=period.since, limit=_MOST_READ)
    silent = mutes(session, chat.id, now=period.now)
    heard = audible(read, silent)
    if not heard and chat.settings.get("empty_digest") is False:
        return ()
    say = texts(chat.lang)
    sample = any(entry.outlet.key.startswith(SAMPLE) for view in heard for entry in view.entries)
    reader = Reader(say, chat.tz, period.now, lambda entity: desk.name(entity, say.lang), sample)
    views = ranked(heard, taste=taste(session, chat), since=period.since)
    found = find(session, chat, views=views, period=period, pulse=desk.pulse)
    weekly = period.kind == WEEKLY
    found = replace(found, suggestion=suggest(session, chat, mutes=silent, pulse=desk.pulse, weekly=weekly))
    days = most_named(session, chat, day=day, pulse=desk.pulse)
    if chat.settings.get("light"):
        found = replace(found, days=days)
    content = Edition(day, views, found, period.kind, chat.settings)
    wanted = bool(views) and has_picture(chat.settings)
    picture = picture_message(reader, content, days=days) if wanted else None
    return (*parts(edition(reader, content)), *([picture] if picture else []))


def most_named(session: Session, chat: ChatRecord, *, day: date, pulse: Pulse) -> dict[str, list[int]]:
    """Return the watched entities that the last fourteen days named, most often named first, day by day."""
    counts = pulse.by_day(chat.tz, day)
    watched = pulse.watched([term.entity for term in terms(session, chat.id)])
    named = [(entity, counts[entity]) for entity in watched if sum(counts.get(entity, ()))]
    return dict(sorted(named, key=lambda each: (-sum(each[1]), each[0])))
