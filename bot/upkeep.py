"""Keep house: prune, back up, notice silence, tell admins how the day went."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

import structlog

from bot.alarms import Standing, alarms, compare, sentences
from bot.delivery.message import Message, Span
from bot.pruning import prune_all
from bot.texts import Texts, texts
from storage.chats import find_chat, members
from storage.delivery_records import DeliveryKind, NewDelivery
from storage.feeds import hushed, list_feeds
from storage.figures import figures, matched_since
from storage.leases import fact, set_fact
from storage.outbox import balance, owe
from storage.records import FeedState
from storage.search import index_missing
from storage.upkeep import Keep

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from bot.clock import Clock
    from bot.health import Heartbeats, Late
    from bot.store import Store
    from storage.database import Session
    from storage.records import FeedRecord

log = structlog.get_logger()

KEPT_BACKUPS: Final = 7
_PRIORITY_NOTICE: Final = 4
_DAY: Final = timedelta(hours=24)
_WEEK: Final = timedelta(days=7)
# The fact under which it stands of what admins were told.
_TOLD: Final = "alarms"
_TROUBLE: Final = frozenset(
    {FeedState.SILENT, FeedState.FAILING, FeedState.BLOCKED, FeedState.GONE, FeedState.NOT_FEED}
)


@dataclass(slots=True)
class Upkeep:
    """Run the slow jobs of one process."""

    store: Store
    clock: Clock
    admins: frozenset[int] = frozenset()
    heartbeats: Heartbeats | None = None
    keep: Keep = field(default_factory=Keep)
    unindexed: int | None = 0

    async def prune(self) -> int:
        """Remove what is past its retention, slice by slice; return how many rows."""
        await self._index()
        pruned = await prune_all(self.store, self.keep, now=self.clock.now())
        log.info(
            "upkeep.pruned", rows=pruned.total, slices=pruned.slices, longest_ms=round(pruned.longest_s * 1000),
            **pruned.rows,
        )  # fmt: skip
        return pruned.total

    async def _index(self) -> None:
        """Once a process, make what an older version stored searchable."""
        while self.unindexed is not None:
            self.unindexed = await self.store.write(index_missing, after=self.unindexed)

    async def back_up(self) -> Path | None:
        """Copy a SQLite database beside itself, private, and keep the newest seven."""
        path = self.store.database.path
        if path is None:
            return None
        target = path.with_name(f"{path.stem}-{self.clock.now():%Y%m%d}.backup")
        await asyncio.to_thread(self.store.database.back_up, target)
        for old in backups_of(path)[:-KEPT_BACKUPS]:
            old.unlink()
        log.info("upkeep.backed_up", file=target.name)
        return target

    async def watch_silence(self) -> int:
        """Tell admins once of each thing that went wrong, and once that it is over; return how many words."""
        path, now = self.store.database.path, self.clock.now()
        free = shutil.disk_usage(path.absolute().parent).free if path else None
        late = self.heartbeats.late(now) if self.heartbeats else ()
        return await self.store.write(self._compare_and_tell, late=late, free=free, backup=_backup_age_s(path, now))

    def _compare_and_tell(
        self, session: Session, *, late: Sequence[Late], free: int | None, backup: float | None
    ) -> int:
        now = self.clock.now()
        standing = Standing(
            figures(session, now=now), _heard_of(session), matched_since(session, now - _WEEK), late, free, backup
        )
        news = compare(alarms(standing, now=now), fact(session, _TOLD) or {})
        if not news.raised and not news.over:
            return 0
        set_fact(session, _TOLD, news.told)
        log.warning("alarm.changed", raised=[a.key for a in news.raised], over=[a.key for a in news.over])
        return self._notify(session, f"alarms:{now:%Y%m%d%H%M%S%f}", partial(sentences, news))

    async def nightly(self) -> int:
        """Send admins the line of the day."""
        return await self.store.write(self._nightly)

    def _nightly(self, session: Session) -> int:
        totals = balance(session, since=self.clock.now() - _DAY)
        down = [feed for feed in list_feeds(session) if feed.enabled and feed.state in _TROUBLE]

        def words(say: Texts) -> str:
            line = say(
                "Tocsin, the last 24 hours: {entries} entries read, {matched} matched, {stories} stories, {sent} sent,"
                " {repeats} possibly repeated, {lost} lost, {down} feeds down."
            )
            return line.format(
                entries=totals.entries,
                matched=totals.matched,
                stories=totals.stories,
                sent=sum(totals.sent.values()),
                repeats=totals.possible_repeats,
                lost=totals.lost,
                down=len(down),
            )

        return self._notify(session, f"nightly:{self.clock.now():%Y%m%d}", words)

    def _notify(self, session: Session, key: str, words: Callable[[Texts], str]) -> int:
        """Owe a notice to each admin's private chat, in its language; the key makes it once."""
        people = {admin.user_id for admin in members(session)} | self.admins
        chats = [chat for person in sorted(people) if (chat := find_chat(session, person))]
        return sum(
            owe(session, [_notice(chat.id, key, says=words(texts(chat.lang)), clock=self.clock)], now=self.clock.now())
            for chat in chats
        )


def _heard_of(session: Session) -> tuple[FeedRecord, ...]:
    """Return the feeds of whose trouble admins want to hear."""
    quiet = hushed(session)
    return tuple(feed for feed in list_feeds(session) if feed.id not in quiet)


def _notice(chat: int, key: str, *, says: str, clock: Clock) -> NewDelivery:
    return NewDelivery(
        chat=chat,
        kind=DeliveryKind.NOTICE,
        priority=_PRIORITY_NOTICE,
        not_before=clock.now(),
        silent=True,
        notice_key=key,
        payload=Message((Span(says),), silent=True).to_json(),
    )


def _backup_age_s(path: Path | None, now: datetime) -> float | None:
    """Return the age of the newest nightly copy; None where none was ever made."""
    kept = [each.stat().st_mtime for each in backups_of(path)] if path else []
    return now.timestamp() - max(kept) if kept else None


def backups_of(path: Path) -> list[Path]:
    """List the nightly copies of a database, oldest first."""
    return sorted(path.absolute().parent.glob(f"{path.stem}-*.backup"))
