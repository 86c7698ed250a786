"""Tell readers once, without a sound, of a time in which they could not have heard: when it is over.

Blind is the watch when no feed could be read, or no message could be sent, for more than an hour; dim it is for a chat
when over half of the outlets that its stories came from were silent. What is said waits ten minutes after the end, so
that it can say how many stories were found since. Each gap is told once: its beginning is the notice's key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import structlog

from bot.delivery.message import Message, bold, compose
from bot.quiet import zone
from bot.texts import texts
from storage.chats import chats, update_chat
from storage.delivery_records import DeliveryKind, NewDelivery
from storage.feeds import list_feeds
from storage.leases import fact, set_fact
from storage.outbox import owe
from storage.records import FeedState
from storage.sight import found_since, outlets_of_chats, sent_since, waiting_since

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.clock import Clock
    from bot.store import Store
    from bot.texts import Texts
    from storage.database import Session
    from storage.records import ChatRecord, FeedRecord

log = structlog.get_logger()

# A feed that is polled hourly may be an hour late; longer than that nobody was looking.
LONGEST: Final = timedelta(hours=1)
# What is found in the first minutes after a gap is what the gap hid.
SETTLING: Final = timedelta(minutes=10)
# Of fewer outlets half is soon silent, and means nothing.
LEAST_OUTLETS: Final = 4
# Outlets are many and fall silent slowly.
_OUTLETS_EVERY: Final = timedelta(minutes=10)
_FACT: Final = "sight"
_DIM: Final = "dim"
_MONTH: Final = timedelta(days=30)
_PRIORITY: Final = 4
_SILENT: Final = frozenset({FeedState.SILENT, FeedState.FAILING, FeedState.BLOCKED, FeedState.GONE, FeedState.NOT_FEED})
POLLING, DELIVERY, OUTLETS = "polling", "delivery", "outlets"


@dataclass(frozen=True, slots=True)
class Gap:
    """Hold a time without sight: of what, since when, until when."""

    kind: str
    since: datetime
    until: datetime


def polling_gap(seen: datetime | None, heard: Sequence[datetime], *, planned: datetime | None = None) -> Gap | None:
    """Return the gap between the last good poll that was known and the first one after it; `heard` are all feeds' last.

    The watch is not blind before the next poll was `planned`: a few quiet feeds are read hours apart.
    """
    later = [moment for moment in heard if seen and moment > seen]
    first = min(later, default=None)
    if seen is None or first is None:
        return None
    since = max(seen, planned or seen)
    return Gap(POLLING, since, first) if first - since > LONGEST else None


def dim_outlets(outlets: frozenset[str], silent: frozenset[str]) -> bool:
    """Say whether over half of the outlets that a chat hears of are silent."""
    return len(outlets) >= LEAST_OUTLETS and 2 * len(outlets & silent) > len(outlets)


@dataclass(slots=True)
class Blindness:
    """Watch whether the watch can see."""

    store: Store
    clock: Clock

    async def watch(self) -> int:
        """Note what began and ended, and tell what has settled; return how many were told."""
        return await self.store.write(self._watch)

    def _watch(self, session: Session) -> int:
        now = self.clock.now()
        known: dict[str, Any] = dict(fact(session, _FACT) or {})
        feeds = [feed for feed in list_feeds(session) if feed.enabled]
        pending = [_gap(each) for each in known.get("pending", [])]
        pending += self._polling(known, feeds) + self._delivery(session, known, now=now)
        ready = [gap for gap in pending if gap.until + SETTLING <= now]
        known["pending"] = [_stored(gap) for gap in pending if gap not in ready]
        set_fact(session, _FACT, known)
        told = sum(self._tell_all(session, gap, now=now) for gap in ready)
        looked = _moment(known.get("outlets"))
        if looked is None or now - looked >= _OUTLETS_EVERY:
            told += self._outlets(session, feeds, now=now)
            set_fact(session, _FACT, known | {"outlets": now.isoformat()})
        return told

    def _polling(self, known: dict[str, Any], feeds: Sequence[FeedRecord]) -> list[Gap]:
        heard = [feed.cadence.last_ok for feed in feeds if feed.cadence.last_ok]
        seen = _moment(known.get("heard"))
        gap = polling_gap(seen, heard, planned=_moment(known.get("planned")))
        if heard and (seen is None or max(heard) > seen):
            known["heard"] = max(heard).isoformat()
            known["planned"] = min(feed.next_at for feed in feeds if feed.cadence.last_ok).isoformat()
        return [gap] if gap else []

    def _delivery(self, session: Session, known: dict[str, Any], *, now: datetime) -> list[Gap]:
        """Note since when nothing could be sent; return the gap once something was."""
        stuck, waiting = _moment(known.get("stuck")), waiting_since(session, now=now)
        if stuck:
            sent = sent_since(session, stuck)
            if sent is None:
                return []
            known["stuck"] = None
            return [Gap(DELIVERY, stuck, sent)] if sent - stuck > LONGEST else []
        if waiting and now - waiting > LONGEST and sent_since(session, waiting) is None:
            known["stuck"] = waiting.isoformat()
        return []

    def _tell_all(self, session: Session, gap: Gap, *, now: datetime) -> int:
        log.warning("sight.lost", what=gap.kind, since=gap.since.isoformat(), until=gap.until.isoformat())
        readers = [chat for chat in chats(session) if chat.status == "active" and chat.created <= gap.since]
        return sum(self._tell(session, chat, gap=gap, now=now) for chat in readers)

    def _tell(self, session: Session, chat: ChatRecord, *, gap: Gap, now: datetime) -> int:
        count = found_since(session, chat.id, since=gap.until)
        notice = NewDelivery(
            chat=chat.id,
            kind=DeliveryKind.NOTICE,
            priority=_PRIORITY,
            not_before=now,
            silent=True,
            notice_key=f"blind:{gap.kind}:{gap.since:%Y%m%d%H%M%S}",
            payload=blind_notice(texts(chat.lang), gap, tz=chat.tz, found=count).to_json(),
        )
        return owe(session, [notice], now=now)

    def _outlets(self, session: Session, feeds: Sequence[FeedRecord], *, now: datetime) -> int:
        """Note for which chats most outlets fell silent, and tell those for which they speak again."""
        speaking = {feed.outlet.key for feed in feeds if feed.state not in _SILENT}
        by_chat = outlets_of_chats(session, since=now - _MONTH)
        told = 0
        for chat in chats(session):
            heard = by_chat.get(chat.id, frozenset())
            dim = dim_outlets(heard, heard - speaking)
            since = _moment(chat.settings.get(_DIM))
            if dim and since is None and chat.status == "active":
                update_chat(session, chat.id, settings={_DIM: now.isoformat()})
            elif since and not dim:
                update_chat(session, chat.id, settings={_DIM: None})
                told += self._tell(session, chat, gap=Gap(OUTLETS, since, now), now=now)
        return told


def blind_notice(say: Texts, gap: Gap, *, tz: str, found: int) -> Message:
    """Say from when to when what could not be seen, and what was found since."""
    sentences = {
        POLLING: say("Blind {start}–{end}: no outlet could be read. {stories}"),
        DELIVERY: say("Blind {start}–{end}: Telegram could not be reached. {stories}"),
        OUTLETS: say("{start}–{end}: more than half of the outlets that you hear of were silent. {stories}"),
    }
    here = zone(tz)
    same_day = gap.since.astimezone(here).date() == gap.until.astimezone(here).date()
    end = say.time(gap.until, tz) if same_day else say.day_time(gap.until, tz)
    stories = say.plural("{n} story found since.", "{n} stories found since.", count=found)
    words = compose(sentences[gap.kind], start=bold(say.day_time(gap.since, tz)), end=bold(end), stories=stories)
    return Message(words, silent=True)


def _moment(stored: object) -> datetime | None:
    return datetime.fromisoformat(stored) if isinstance(stored, str) else None


def _stored(gap: Gap) -> list[str]:
    return [gap.kind, gap.since.isoformat(), gap.until.isoformat()]


def _gap(stored: Sequence[str]) -> Gap:
    kind, since, until = stored
    return Gap(kind, datetime.fromisoformat(since), datetime.fromisoformat(until))
