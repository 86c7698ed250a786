"""Take one poll in: everything that it changes commits together, or none of it does.

triage ─match (beside)→   │ one transaction: feed, entries, matches,
                          │ placement (serial), revision, outbox │ → nudge the sender
"""

from __future__ import annotations

import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

import structlog

from bot.alerting import StoryNews
from bot.encoder import with_meaning
from bot.metrics import NO_FAMILY, OWN_WORDS
from bot.opened import OpenStories
from bot.owing import audience_of, owe_news
from bot.sighting import named_in, place_matches, without_countries
from bot.telling import Placed, state_of, tell, told_before, weigh
from bot.triage import LATE
from matchers.stories import place_read, read
from matchers.types import EntryText, EventKind, PlacementKind, Revision, StoryEntry
from storage.areas import is_looked_for, note_places
from storage.entries import (
    add_entries,
    add_matches,
    matches_of,
    placed_in,
    revise_entries,
    ringing_entries,
    touch_entries,
)
from storage.feeds import record_poll
from storage.holding import released, settle_released
from storage.records import Disposition
from storage.restoring import count_repeats
from storage.stories import add_placements, stories, story, story_entities

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime, timedelta

    from bot.encoder import Encodes
    from bot.owing import Audience
    from bot.store import Store
    from bot.triage import Triage
    from matchers.places import Place
    from matchers.types import Match, Placement
    from matchers.watchlist import Watchlist
    from storage.database import Session
    from storage.records import ChangedEntry, FeedToPoll, NewEntry, PollOutcome

log = structlog.get_logger()
P = ParamSpec("P")
R = TypeVar("R")


class LeaseLost(Exception):
    """Say that another process has taken the feed since; this poll is thrown away whole."""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """Hold what one poll brought; `ages` are seconds from each dated entry's publication to its first sight."""

    new: int = 0
    matched: int = 0
    stories: int = 0
    copies: int = 0
    owed: int = 0
    merges: int = 0
    families: Mapping[str, int] = field(default_factory=dict)
    kinds: Mapping[str, int] = field(default_factory=dict)
    ages: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    """Hold a new entry with what was found in it, the places that it names, and these with countries."""

    entry: NewEntry
    matches: tuple[Match, ...]
    places: tuple[Place, ...] = ()
    named: tuple[Place, ...] = ()


class Ingest:
    """Turn polls into entries, stories and deliveries."""

    def __init__(
        self, store: Store, watchlist: Watchlist, *, window: timedelta, encoder: Encodes | None = None
    ) -> None:
        self._store = store
        self._watchlist = watchlist
        self._opened = OpenStories(window)
        self._encoder = encoder
        # One thread: more would only keep the interpreter from the writer, for which other processes may be waiting.
        self._matcher = ThreadPoolExecutor(1, thread_name_prefix="tocsin-match")

    async def take(self, feed: FeedToPoll, triaged: Triage | None, *, outcome: PollOutcome) -> IngestReport:
        """Commit a poll; raise LeaseLost when another process has the feed now."""
        found = await self._matched(feed, triaged.new if triaged else ())
        edits = await self._edits(feed, triaged.changed if triaged else ())
        report = await self._write(self._commit, feed, triaged=triaged, found=found, edits=edits, outcome=outcome)
        log.info("poll.ingested", new=report.new, matched=report.matched, owed=report.owed)
        return report

    async def release(self, *, now: datetime) -> int:
        """Place what the flood rule had held back and an admin let ring; return how many deliveries are owed."""
        owed = 0
        for each in await self._store.read(released):
            found = await self._matched(each.feed, tuple(each.entries.values()))
            ids = {entry.key: number for number, entry in each.entries.items()}
            owed += await self._write(self._let_ring, each.feed, ids=ids, found=found, now=now)
        return owed

    def _let_ring(
        self, session: Session, feed: FeedToPoll, *, ids: Mapping[str, int], found: list[_Found], now: datetime
    ) -> int:
        ours = settle_released(session, feed.id)
        ringing = [each for each in found if each.matches and ids[each.entry.key] in ours]
        for each in ringing:
            add_matches(session, ids[each.entry.key], matches=each.matches)
        return sum(owed for _, owed in self._place(session, feed, ids=ids, ringing=ringing, now=now))

    async def _write(self, change: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await self._store.write(change, *args, **kwargs)
        except BaseException:
            self._opened.forget()
            raise

    async def _matched(self, feed: FeedToPoll, entries: Sequence[NewEntry]) -> list[_Found]:
        return await asyncio.get_running_loop().run_in_executor(self._matcher, self._match, feed, entries)

    def _match(self, feed: FeedToPoll, entries: Sequence[NewEntry]) -> list[_Found]:
        texts = [_text_of(entry, feed) for entry in entries]
        found = []
        for entry, text in zip(entries, texts, strict=True):
            matches = self._watchlist.match(text)
            named = named_in(text, matches)
            found.append(_Found(entry, matches, without_countries(named), named))
        return found

    async def _edits(self, feed: FeedToPoll, changed: Sequence[ChangedEntry]) -> dict[int, _Found]:
        """Match edited entries anew: the edit may be the first to name what somebody watches."""
        if not changed:
            return {}
        known = await self._store.read(ringing_entries, [each.id for each in changed])
        edited = {
            each.id: replace(known[each.id], title=each.title, summary=each.summary)
            for each in changed
            if each.id in known
        }
        found = await self._matched(feed, list(edited.values()))
        return {number: each for number, each in zip(edited, found, strict=True) if each.matches}

    def _commit(
        self,
        session: Session,
        feed: FeedToPoll,
        *,
        triaged: Triage | None,
        found: list[_Found],
        edits: dict[int, _Found],
        outcome: PollOutcome,
    ) -> IngestReport:
        if not record_poll(session, outcome):
            raise LeaseLost(feed.url)
        if triaged is None:
            return IngestReport()
        now = outcome.at
        ids = add_entries(session, feed.id, entries=triaged.new, now=now)
        revise_entries(session, feed.id, changed=triaged.changed, now=now)
        touch_entries(session, triaged.seen, now=now)
        fresh = [each for each in found if each.entry.key in ids and each.matches]
        for each in fresh:
            add_matches(session, ids[each.entry.key], matches=each.matches)
        placeable = fresh + self._only_places(session, found, ids=ids, now=now)
        ringing = [each for each in placeable if each.entry.disposition is Disposition.ALERT]
        late, widened = self._look_again(session, feed, edits=edits, now=now)
        ids |= {each.entry.key: number for number, each in late.items()}
        ringing += late.values()
        placed = self._place(session, feed, ids=ids, ringing=ringing, now=now)
        return IngestReport(
            new=len(ids) - len(late),
            matched=len(fresh) + len(late),
            stories=sum(placement.kind is PlacementKind.NEW for placement, _ in placed),
            copies=sum(placement.kind is PlacementKind.COPY for placement, _ in placed),
            owed=sum(owed for _, owed in placed) + widened,
            merges=sum(placement.merges is not None for placement, _ in placed),
            families=_families([*fresh, *late.values()]),
            kinds=Counter(placement.kind.value for placement, _ in placed),
            ages=tuple((now - each.entry.published).total_seconds() for each in ringing if each.entry.published),
        )

    def _look_again(
        self, session: Session, feed: FeedToPoll, *, edits: dict[int, _Found], now: datetime
    ) -> tuple[dict[int, _Found], int]:
        """Keep what edits name anew; return the entries that ring only now, and how much is owed for the others.

        An edit does not ring again for whom the story has rung. It does for those who watch what it names first.
        """
        if not edits:
            return {}, 0
        before, stories = matches_of(session, list(edits)), placed_in(session, list(edits))
        late, owed = {}, 0
        for number, each in edits.items():
            known = {match.entity for match in before.get(number, ())}
            more = tuple(match for match in each.matches if match.entity not in known)
            if not more or now - each.entry.effective > LATE:
                continue
            add_matches(session, number, matches=more)
            if number in stories:
                owed += self._widen(session, stories[number], feed=feed, matches=more, now=now)
            else:
                late[number] = each
        return late, owed

    def _widen(
        self, session: Session, number: int, *, feed: FeedToPoll, matches: Sequence[Match], now: datetime
    ) -> int:
        """Tell a story, as it stands, to those who watch what one of its entries names only since an edit."""
        known = story(session, number)
        state = state_of(known) if known else None
        if known is None or state is None:
            return 0
        told = Revision(str(number), (), material=False, event=EventKind(state.event), severity=state.severity)
        weight = weigh(state, {match.entity for match in matches})
        news = StoryNews(
            story=number,
            number=known.revision,
            revision=told,
            joins_outlets=False,
            begins_development=False,
            outlet=feed.outlet.key,
            families=tuple({family for match in matches for family in match.families}),
            weight=weight,
            before=weight,
        )
        audience = audience_of(session, [news], looks=is_looked_for(session, now=now))
        return owe_news(session, news, audience=audience, now=now)

    def _only_places(
        self, session: Session, found: list[_Found], *, ids: Mapping[str, int], now: datetime
    ) -> list[_Found]:
        """Keep the places that entries name; return entries that name nothing else, while somebody looks for places."""
        new = [each for each in found if each.entry.key in ids and each.places]
        for each in new:
            note_places(session, ids[each.entry.key], places=[place.id for place in each.places])
        alone = [each for each in new if not each.matches]
        return alone if alone and is_looked_for(session, now=now) else []

    def _place(
        self, session: Session, feed: FeedToPoll, *, ids: Mapping[str, int], ringing: list[_Found], now: datetime
    ) -> list[tuple[Placement, int]]:
        """Place entries one after another under the placement lock, oldest first; return how much each owes.

        The other processes wait: what needs no lock is done before it, and what can be done once is done once.
        """
        if not ringing:
            return []
        ringing = sorted(ringing, key=lambda found: (found.entry.effective, found.entry.key))
        entries = [_story_entry(each.entry, ids[each.entry.key], feed=feed, now=now) for each in ringing]
        reads = [read(entry, each.matches, places=each.named) for entry, each in zip(entries, ringing, strict=True)]
        looks = is_looked_for(session, now=now)
        known = self._opened.caught_up(session, now)
        reads = with_meaning(reads, encoder=self._encoder, index=known, now=now)
        self._store.database.placement_lock(session)
        index = self._opened.caught_up(session, now)
        placed = []
        for each, entry_read in zip(ringing, reads, strict=True):
            placement = place_read(entry_read, index=index, now=now)
            index.apply(placement)
            placed.append(Placed(placement, each.matches, place_matches(each.places, placement)))
        before = told_before(placed)
        begun = stories(session, before)
        steps = tell(placed, known=begun, named=story_entities(session, begun))
        self._opened.seq = add_placements(session, [step for step, _ in steps], now=now)
        audience = audience_of(session, [news for _, news in steps], looks=looks)
        return [
            (step.placement, _owe(session, step.placement, news=news, audience=audience, now=now))
            for step, news in steps
        ]


def _owe(session: Session, placement: Placement, *, news: StoryNews, audience: Audience, now: datetime) -> int:
    """Write down who is owed what for a placement; return how many deliveries were new."""
    owed = owe_news(session, news, audience=audience, now=now)
    if owed:
        count_repeats(session, news.story, published=placement.entry.published, now=now)
    return owed


def _text_of(entry: NewEntry, feed: FeedToPoll) -> EntryText:
    day = entry.published.date() if entry.published else None
    return EntryText(entry.title, entry.summary, entry.lang or feed.lang, feed.scope, day)


def _families(found: Sequence[_Found]) -> Counter[str]:
    """Count what was found by family; an entity of several families counts for each."""
    counted: Counter[str] = Counter()
    for match in (match for each in found for match in each.matches):
        counted.update(match.families or ((OWN_WORDS if match.entity.startswith("w:") else NO_FAMILY),))
    return counted


def _story_entry(entry: NewEntry, number: int, *, feed: FeedToPoll, now: datetime) -> StoryEntry:
    return StoryEntry(
        key=str(number),
        title=entry.title,
        seen=now,
        published=entry.effective,
        summary=entry.summary,
        url=entry.url,
        lang=entry.lang or feed.lang,
        outlet=feed.outlet.key,
        owner=feed.outlet.owner,
        kind=feed.outlet.kind,
    )
