"""Replay the sample news through the whole bot, and hold two independent ledgers against each other.

newsstand ─HTTP→ poll, match, place, owe ─HTTP→ sandbox           what was published ⟷ what was received
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from bot.sandbox.cast import READER
from bot.sandbox.newsstand import SAMPLE
from storage.chats import open_chat
from storage.feeds import add_feed, feed_by_url, make_due
from storage.outbox import balance
from storage.records import FeedSpec, OutletSpec
from storage.terms import add_term

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from bot.app import Tocsin
    from bot.clock import SimulatedClock
    from bot.sandbox.ledger import Accepted
    from bot.sandbox.newsstand import Newsstand, SampleEntry
    from bot.sandbox.server import Sandbox
    from storage.database import Session
    from storage.delivery_records import Balance

# Seconds by which the simulated clock moves between two looks at a feed's host.
_STEP_S: Final = 2.0
_MOST_ROUNDS: Final = 40
_NUMBERED: Final = re.compile(r"^\d+\. ", re.MULTILINE)


def watch_everything(session: Session, families: Iterable[str], *, lang: str, now: datetime) -> None:
    """Let the reader's chat watch every family, so that the first alert needs no set-up."""
    chat = open_chat(session, READER, kind="private", lang=lang, now=now)
    for family in families:
        add_term(session, chat.id, entity=f"family:{family}", now=now)


def add_sample_feeds(session: Session, newsstand: Newsstand, *, now: datetime) -> None:
    """Let the sample feeds be polled, each from its first entry on; their outlets are marked as samples."""
    later = now + timedelta(days=1)
    for outlet in newsstand.outlets.values():
        spec = OutletSpec(
            f"{SAMPLE}{outlet.key}", outlet.name, outlet.kind, outlet.owner, outlet.country, lang=outlet.lang
        )
        add_feed(
            session, FeedSpec(newsstand.feed_url(outlet.key), spec, outlet.name, outlet.lang, klass="A"), now=later
        )


def make_outlet_due(session: Session, url: str, *, now: datetime) -> None:
    """Let one feed be polled now."""
    feed = feed_by_url(session, url)
    if feed:
        make_due(session, [feed.id], now=now)


@dataclass(slots=True)
class Replay:
    """Publish entry after entry on a simulated clock and let the bot do its work after each."""

    tocsin: Tocsin
    newsstand: Newsstand
    sandbox: Sandbox
    clock: SimulatedClock

    async def run(self) -> None:
        """Replay what is not published yet, then send what is still owed."""
        for entry in self.newsstand.waiting:
            await self._until(self.newsstand.planned(entry))
            self.newsstand.publish()
            self.remember()
            await self._take_in(entry)
        await self._until(None)

    def remember(self) -> None:
        """Note how far the replay is, so that a killed one can be taken up."""
        self.sandbox.ledger.set_fact("replay", self.progress())

    def progress(self) -> dict[str, Any]:
        """Return how far the replay is."""
        port = urlsplit(self.newsstand.base_url).port
        return {"published": self.newsstand.published, "now": self.clock.now().isoformat(), "port": port}

    async def catch_up(self) -> None:
        """Take in what was published before a kill and may not have been read."""
        for outlet in self.newsstand.outlets:
            await self._poll(outlet)

    async def _take_in(self, entry: SampleEntry) -> None:
        await self._poll(entry.outlet)
        await self.tocsin.converse_once()

    async def _poll(self, outlet: str) -> None:
        url = self.newsstand.feed_url(outlet)
        await self.tocsin.store.write(make_outlet_due, url, now=self.clock.now())
        for _ in range(_MOST_ROUNDS):
            reports = await self.tocsin.poll_once()
            self.clock.advance(_STEP_S)
            if any(report.feed == url and report.result in {"read", "unchanged"} for report in reports):
                return
            if not reports:
                self.clock.advance(60)

    async def _until(self, moment: datetime | None) -> None:
        """Send what is owed before a moment (None: all of it), moving the clock to each delivery's time."""
        while True:
            report = await self.tocsin.sender.send_due()
            if report.next_at is None or (moment is not None and report.next_at > moment):
                break
            self.clock.advance_to(report.next_at)
        if moment is not None:
            self.clock.advance_to(moment)


@dataclass(frozen=True, slots=True)
class DemoBalance:
    """Hold the closing balance; `rung` counts the first alerts of each event, `heard` holds whatever was linked to."""

    published: int
    expected: tuple[str, ...]
    rung: dict[str, int] = field(default_factory=dict)
    heard: frozenset[str] = frozenset()
    false_alarms: tuple[str, ...] = ()
    quiet: int = 0
    updates: int = 0
    quiet_replies: int = 0
    edits: int = 0
    tables: Balance | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """Return expected events of which no message tells."""
        return tuple(event for event in self.expected if event not in self.heard)

    @property
    def swallowed(self) -> tuple[str, ...]:
        """Return expected events that never rang as their own: another story's message tells of them."""
        return tuple(event for event in self.expected if event in self.heard and not self.rung.get(event))

    @property
    def repeated(self) -> tuple[str, ...]:
        """Return expected events that rang as news more than once."""
        return tuple(event for event in self.expected if self.rung.get(event, 0) > 1)

    @property
    def holds(self) -> bool:
        """Say whether both ledgers agree: each event rang as its own, none of them twice, and nothing lost."""
        lost = self.tables.lost if self.tables else 0
        return not (self.missing or self.swallowed or self.repeated or self.false_alarms or lost)


async def strike_balance(tocsin: Tocsin, newsstand: Newsstand, *, sandbox: Sandbox) -> DemoBalance:
    """Compare what the newsstand published with what the sandbox received for the reader, who watches everything."""
    tables = await tocsin.store.read(balance)
    received = [each for each in sandbox.accepted() if each.chat == READER]
    return compare(newsstand.ledger, received, tables=tables)


def compare(published: Sequence[SampleEntry], accepted: Sequence[Accepted], *, tables: Balance | None) -> DemoBalance:
    """Return the balance of two ledgers; the first link of a first alert says which event it rings for.

    A catch-up message opens a story with each of its numbered lines, whose one link is the headline.
    """
    events = {entry.path: entry for entry in published}
    told = [(each, linked) for each in accepted if (linked := _linked(each, events))]
    # The same alert sent anew, after an answer was lost, is a possible repeat of the tables and no second story.
    rings = {entry.path: entry for each, linked in told for entry in linked[: _opened(each)]}.values()
    expected = tuple(dict.fromkeys(entry.event for entry in published if entry.rings))
    return DemoBalance(
        published=len(published),
        expected=expected,
        rung=dict(Counter(entry.event for entry in rings)),
        heard=frozenset(entry.event for _, linked in told for entry in linked),
        false_alarms=tuple(entry.title for entry in rings if not entry.rings),
        quiet=len({linked[0].path for each, linked in told if _is_first(each) and _is_silent(each)}),
        updates=sum(_is_reply(each) and not _is_silent(each) for each, _ in told),
        quiet_replies=sum(_is_reply(each) and _is_silent(each) for each, _ in told),
        edits=sum(not _is_message(each) for each, _ in told),
        tables=tables,
    )


def _is_message(each: Accepted) -> bool:
    return each.method == "sendMessage"


def _is_silent(each: Accepted) -> bool:
    return bool(each.message.get("silent"))


def _is_reply(each: Accepted) -> bool:
    return _is_message(each) and "reply_to_message" in each.message


def _is_first(each: Accepted) -> bool:
    """Say whether it opens a story for the chat, with a sound or, where the chat's limit of rings is reached, without."""
    return _is_message(each) and "reply_to_message" not in each.message


def _opened(each: Accepted) -> int:
    """Return how many stories it opens for the chat: its numbered lines, or one without such lines."""
    return max(1, len(_NUMBERED.findall(each.message.get("text", "")))) if _is_first(each) else 0


def _linked(each: Accepted, events: Mapping[str, SampleEntry]) -> list[SampleEntry]:
    return [events[path] for path in _paths(each.message) if path in events]


def _paths(message: dict[str, Any]) -> list[str]:
    """Return the paths that a message links to, in its order."""
    return [urlsplit(entity["url"]).path for entity in message.get("entities", []) if entity.get("url")]
