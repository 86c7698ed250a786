"""Keep house: prune, back up, notice silence, tell admins how the day went."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import structlog

from bot.delivery.message import Message, Span
from storage.chats import find_chat, members
from storage.delivery_records import DeliveryKind, NewDelivery
from storage.feeds import list_feeds
from storage.outbox import balance, owe
from storage.records import FeedState
from storage.upkeep import prune

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bot.clock import Clock
    from bot.store import Store
    from storage.database import Session

log = structlog.get_logger()

KEPT_BACKUPS: Final = 7
_MOST_SLICES: Final = 200
_PRIORITY_NOTICE: Final = 4
_TROUBLE: Final = frozenset(
    {FeedState.SILENT, FeedState.FAILING, FeedState.BLOCKED, FeedState.GONE, FeedState.NOT_FEED}
)


@dataclass(slots=True)
class Upkeep:
    """Run the slow jobs of one process."""

    store: Store
    clock: Clock

    async def prune(self) -> int:
        """Remove what is past its retention, slice by slice; return how many rows."""
        removed = 0
        for _ in range(_MOST_SLICES):
            slice_ = await self.store.write(prune, now=self.clock.now())
            removed += slice_
            if not slice_:
                break
        log.info("upkeep.pruned", rows=removed)
        return removed

    async def back_up(self) -> Path | None:
        """Copy a SQLite database beside itself, private, and keep the newest seven."""
        path = self.store.database.path
        if path is None:
            return None
        target = path.with_name(f"{path.stem}-{self.clock.now():%Y%m%d}.backup")
        await asyncio.to_thread(self.store.database.back_up, target)
        for old in sorted(path.parent.glob(f"{path.stem}-*.backup"))[:-KEPT_BACKUPS]:
            old.unlink()
        log.info("upkeep.backed_up", file=target.name)
        return target

    async def watch_silence(self) -> int:
        """Tell admins once of each feed that fell into trouble, and once that it is back; return how many words."""
        return await self.store.write(self._tell_of_feeds)

    def _tell_of_feeds(self, session: Session) -> int:
        notices = []
        for feed in list_feeds(session):
            since = f"{feed.state_since:%Y%m%d%H%M}" if feed.state_since else ""
            if feed.enabled and feed.state in _TROUBLE and feed.cadence.last_ok:
                words = f"{feed.outlet.name}: {feed.state.value}. {feed.state_reason}"
                notices.append((f"feed:{feed.id}:{feed.state.value}:{since}", words))
        return sum(self._notify(session, key, words) for key, words in notices)

    async def nightly(self) -> int:
        """Send admins the line of the day."""
        return await self.store.write(self._nightly)

    def _nightly(self, session: Session) -> int:
        totals = balance(session)
        down = [feed for feed in list_feeds(session) if feed.enabled and feed.state in _TROUBLE]
        words = (
            f"Tocsin: {totals.entries} entries read, {totals.matched} matched, {totals.stories} stories, "
            f"{sum(totals.sent.values())} sent, {totals.possible_repeats} possibly repeated, {totals.lost} lost, {len(down)} feeds down."
        )
        return self._notify(session, f"nightly:{self.clock.now():%Y%m%d}", words)

    def _notify(self, session: Session, key: str, words: str) -> int:
        """Owe a notice to each admin's private chat; the key makes it once."""
        chats = [find_chat(session, admin.user_id) for admin in members(session)]
        payload = Message((Span(words),), silent=True).to_json()
        return owe(
            session,
            _notices([chat.id for chat in chats if chat], key, payload=payload, clock=self.clock),
            now=self.clock.now(),
        )


def _notices(chats: Sequence[int], key: str, *, payload: dict[str, object], clock: Clock) -> list[NewDelivery]:
    return [
        NewDelivery(
            chat=chat,
            kind=DeliveryKind.NOTICE,
            priority=_PRIORITY_NOTICE,
            not_before=clock.now(),
            silent=True,
            notice_key=key,
            payload=payload,
        )
        for chat in chats
    ]
