"""Poll what is due: claim, fetch, parse, take in. One bad feed never stops another."""

from __future__ import annotations

import asyncio
import contextlib
import random
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import structlog
from structlog.contextvars import bound_contextvars

from bot.feeds.articles import BUDGET_S
from bot.feeds.cadence import NETWORK_KINDS, CadenceSettings, PollFacts, expected_since, plan, wants_unconditional
from bot.feeds.fetch import Fetched, FetchFailed, FetchResult, fetch
from bot.feeds.line import Line
from bot.feeds.parse import ParseFailed, Task
from bot.feeds.shown import Shown
from bot.ingest import LeaseLost
from bot.metrics import Metrics
from bot.triage import Reading, Triage, keys_in_doubt, keys_of, triage
from storage.entries import known_entries
from storage.errors import StorageError
from storage.feeds import claim_feeds, cool_host, record_poll, release_leases, spread_overdue
from storage.records import KnownEntries

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from bot.clock import Clock
    from bot.feeds.articles import Articles
    from bot.feeds.parse import ParserPool
    from bot.feeds.parsed import ParsedFeed
    from bot.http import GuardedClient
    from bot.ingest import Ingest, IngestReport
    from bot.store import Store
    from bot.triage import Keys
    from storage.database import Session
    from storage.records import FeedToPoll

log = structlog.get_logger()

# Feeds in the air at once: at a mean of one second each, four thousand a minute.
AT_ONCE: Final = 64
# Feeds begun in one tick, so that no tick holds the event loop for long.
_A_TICK: Final = 40
# Overdue feeds begun a second after a restart, and new ones of a long list.
PER_SECOND: Final = 40.0
# Fetch 30, parse 10, store 5 seconds: longer, and the lease may be another's.
_DEADLINE_S: Final = 45.0
# After a process that was killed a feed waits for no longer than this.
_LEASE_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class PollReport:
    """Hold what one poll of one feed came to."""

    feed: str
    outlet: str
    status: int
    result: str
    new: int = 0
    matched: int = 0
    owed: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Edges:
    """Hold what polling reaches the world through."""

    client: GuardedClient
    parser: ParserPool
    clock: Clock
    articles: Articles | None = None


def _nobody(_report: PollReport) -> None:
    return


@dataclass(slots=True)
class Poller:
    """Poll due feeds for one process; `told` hears what each poll came to."""

    store: Store
    ingest: Ingest
    edges: Edges
    holder: str
    settings: CadenceSettings = field(default_factory=CadenceSettings)
    metrics: Metrics = field(default_factory=Metrics)
    told: Callable[[PollReport], None] = _nobody
    _jitter: random.Random = field(default_factory=random.Random)
    _line: Line = field(default_factory=Line)
    _shown: Shown = field(default_factory=Shown)
    _flying: set[asyncio.Task[None]] = field(default_factory=set)

    async def settle_in(self) -> int:
        """Spread what fell due while nobody polled, so that a start is no storm; return how many feeds wait.

        On SQLite, whose one process we are, whatever is still claimed was claimed by a process that died.
        """
        now = self.edges.clock.now()
        if self.store.database.is_sqlite:
            await self.store.write(release_leases, None)
        return await self.store.write(spread_overdue, now=now, at_once=AT_ONCE, per_second=PER_SECOND)

    async def poll_due(self, *, limit: int = AT_ONCE) -> tuple[PollReport, ...]:
        """Poll what is due now, one feed a host, and return what each came to."""
        now = self.edges.clock.now()
        await self.ingest.release(now=now)
        feeds = await self.store.write(claim_feeds, now=now, limit=limit, lease_s=_LEASE_S, holder=self.holder)
        return tuple(await asyncio.gather(*(self._poll(feed) for feed in feeds)))

    async def start_due(self, on_owed: Callable[[], None]) -> int:
        """Begin to poll what is due, as far as there is room in the air, and do not wait for it; return how many.

        A feed that hangs keeps its own place only. `on_owed` is called when a poll owes something to a chat.
        """
        now = self.edges.clock.now()
        if await self.ingest.release(now=now):
            on_owed()
        room = min(AT_ONCE - len(self._flying), _A_TICK)
        if room <= 0:
            return 0
        feeds = await self.store.write(claim_feeds, now=now, limit=room, lease_s=_LEASE_S, holder=self.holder)
        for feed in feeds:
            task = asyncio.create_task(self._fly(feed, on_owed), name=f"poll {feed.id}")
            self._flying.add(task)
            task.add_done_callback(self._flying.discard)
            await asyncio.sleep(0)  # one start after another: a tick must not hold the loop
        return len(feeds)

    async def _fly(self, feed: FeedToPoll, on_owed: Callable[[], None]) -> None:
        report = await self._poll(feed)
        self.told(report)
        if report.owed:
            on_owed()

    async def land(self) -> None:
        """Break off what is in the air and give its leases back; those feeds are due again at once."""
        for task in self._flying:
            task.cancel()
        await asyncio.gather(*self._flying, return_exceptions=True)
        await self.store.write(release_leases, self.holder)

    async def _poll(self, feed: FeedToPoll) -> PollReport:
        """Poll one feed; what is logged meanwhile names the feed and this poll of it."""
        began = self.edges.clock.now()
        with bound_contextvars(feed=feed.url, poll=f"{feed.id}.{feed.lease_token}"):
            report = await self._poll_safely(feed)
        self.metrics.polled(report.result, seconds=(self.edges.clock.now() - began).total_seconds())
        return report

    async def _poll_safely(self, feed: FeedToPoll) -> PollReport:
        try:
            async with asyncio.timeout(_DEADLINE_S + (BUDGET_S if feed.full_text else 0)):
                return await self._poll_once(feed)
        except LeaseLost:
            log.warning("poll.lease_lost")
            return PollReport(feed.url, feed.outlet.key, 0, "lost")
        except Exception as error:  # a feed's outer edge: one bad feed never stops another
            log.exception("poll.failed")
            await self._give_up(feed, type(error).__name__)
            return PollReport(feed.url, feed.outlet.key, 0, "failed", detail=type(error).__name__)

    async def _give_up(self, feed: FeedToPoll, reason: str) -> None:
        """Put off a feed over which we stumbled, so that its publisher is not asked again and again for nothing."""
        now = self.edges.clock.now()
        facts = PollFacts(jitter=self._jitter.random())
        stumbled = FetchFailed("internal", 0, reason)
        outcome = plan(feed, stumbled, facts=facts, now=now, settings=self.settings)
        with contextlib.suppress(StorageError):  # then its lease runs out
            await self.store.write(record_poll, outcome)

    async def _poll_once(self, feed: FeedToPoll) -> PollReport:
        asked = self.edges.clock.now()
        unconditional = wants_unconditional(feed, asked)
        result = await fetch(feed, self.edges.client, now=asked, unconditional=unconditional)
        reached = not (isinstance(result, FetchFailed) and result.kind in NETWORK_KINDS)
        self._line.note(feed.host, reached=reached, now=asked)
        parsed, triaged, failure = await self._read(feed, result)
        now = self.edges.clock.now()
        if triaged and feed.full_text and self.edges.articles:
            triaged = replace(triaged, new=await self.edges.articles.complete(triaged.new))
        facts = PollFacts(
            new=len(triaged.new) if triaged else 0,
            rhythm=parsed.rhythm if parsed else None,
            error=failure.detail if failure else "",
            error_kind=failure.kind if failure else "",
            jitter=self._jitter.random(),
            unconditional=unconditional,
            line_down=self._line.is_down(),
        )
        outcome = plan(feed, result, facts=facts, now=now, settings=self.settings)
        report = await self.ingest.take(feed, triaged, outcome=outcome)
        if parsed:
            self._shown.note(feed.id, parsed, now=now)
        self._count(report)
        if isinstance(result, FetchFailed) and result.kind == "throttled":
            await self.store.write(cool_host, feed.host, until=outcome.next_at)
        log.info("feed.polled", status=outcome.status, state=outcome.state.value, new=report.new)
        return _report(feed, result, failure=failure, report=report)

    def _count(self, report: IngestReport) -> None:
        self.metrics.took_in(new=report.new, matched=report.matched, families=report.families, ages=report.ages)
        self.metrics.placed(report.kinds, merges=report.merges)

    async def _read(
        self, feed: FeedToPoll, result: FetchResult
    ) -> tuple[ParsedFeed | None, Triage | None, ParseFailed | None]:
        """Read what is new in a document, and once more the whole of it when what is new leaves a doubt."""
        if not isinstance(result, Fetched):
            return None, None, None
        known = self._shown.known(feed.id, self.edges.clock.now())
        task = Task(result.body, result.content_type, feed.lang, feed.url, known)
        try:
            parsed = await self.edges.parser.read(task)
            triaged = await self._triage(feed, parsed)
            if triaged is None:
                parsed = await self.edges.parser.read(replace(task, known=b""))
                triaged = await self._triage(feed, parsed)
        except ParseFailed as failure:
            return None, None, failure
        return parsed, triaged, None

    async def _triage(self, feed: FeedToPoll, parsed: ParsedFeed) -> Triage | None:
        """Sort what was read, off the event loop: hashing and comparing the keys of many feeds at once would stall it."""
        return await self.store.read(_sorted_out, feed, parsed, now=self.edges.clock.now())


def _sorted_out(session: Session, feed: FeedToPoll, parsed: ParsedFeed, *, now: datetime) -> Triage | None:
    """Sort what was read beside what is known of the feed; None when the whole document is needed to do it rightly."""
    keys = keys_of(parsed.entries)
    known = _known_of(session, feed, keys)
    if len(parsed.entries) < parsed.shown and keys_in_doubt(keys, known):
        return None
    expected = None if feed.baseline else expected_since(feed.cadence, now)
    reading = Reading(parsed.lang or feed.lang, parsed.shown, expected)
    return triage(parsed.entries, keys, known=known, reading=reading, now=now)


def _known_of(session: Session, feed: FeedToPoll, keys: Sequence[Keys]) -> KnownEntries:
    """Return what we have under these keys; of a feed that was never read there is nothing to ask for."""
    if feed.cadence.last_ok is None:
        return KnownEntries({}, {}, {})
    return known_entries(
        session,
        feed.id,
        guid_keys=[each.guid for each in keys if each.guid],
        url_keys=[each.url for each in keys if each.url],
        title_keys=[each.title for each in keys],
    )


def _report(feed: FeedToPoll, result: FetchResult, *, failure: ParseFailed | None, report: IngestReport) -> PollReport:
    failed = failure or (result if isinstance(result, FetchFailed) else None)
    return PollReport(
        feed.url,
        feed.outlet.key,
        result.status,
        failed.kind if failed else ("read" if isinstance(result, Fetched) else "unchanged"),
        new=report.new,
        matched=report.matched,
        owed=report.owed,
        detail=failed.detail if failed else "",
    )
