"""Put stories into a database as the ingest would have."""

from datetime import UTC, datetime

import pytest

from bot.clock import SimulatedClock
from bot.store import Store
from matchers.types import (
    Change,
    ChangeKind,
    Field,
    Match,
    Mention,
    Placement,
    PlacementKind,
    Reason,
    Revision,
    StoryEntry,
)
from storage.chats import open_chat, update_chat
from storage.entries import add_entries, add_matches
from storage.feeds import add_feed
from storage.records import Disposition, FeedSpec, NewEntry, OutletSpec
from storage.stories import add_placements
from storage.stories import story as stored
from storage.story_records import StoryStep
from storage.terms import add_term

START = datetime(2026, 3, 1, 6, tzinfo=UTC)


class Archive:
    """Hold a store and put chats and stories into it."""

    def __init__(self, store, clock):
        self.store, self.clock = store, clock
        self.told = 0

    async def reader(self, telegram_id=7, **changes):
        chat = await self.store.write(open_chat, telegram_id, kind="private", lang="en", now=self.clock.now())
        await self.store.write(add_term, chat.id, entity="jnim", now=self.clock.now())
        changes["settings"] = {"picture": False} | changes.get("settings", {})
        await self.store.write(update_chat, chat.id, **({"mode": "digest"} | changes))
        return chat.id

    async def report(self, title, *, outlet="radio-fleuve", story=None, state=None, changes=()):
        """Let an outlet report something; return the story's id."""
        self.told += 1
        return await self.store.write(
            self._report, title, outlet=outlet, story=story, state=state or {}, changes=changes
        )

    def _report(self, session, title, *, outlet, story, state, changes):
        now, key = self.clock.now(), f"{self.told}"
        spec = OutletSpec(outlet, outlet.replace("-", " ").title(), owner=outlet, kind="independent", lang="fr")
        feed = add_feed(session, FeedSpec(f"https://{outlet}.example/feed", spec, lang="fr"), now=now)
        entry = NewEntry(
            key=key, guid_key=key, url_key=key, title_key=title, url=f"https://{outlet}.example/{key}", title=title,
            summary="", lang="fr", published=now, effective=now, content_hash=key, disposition=Disposition.ALERT,
        )  # fmt: skip
        number = add_entries(session, feed, entries=[entry], now=now)[key]
        mention = Mention("GSIM", Field.TITLE, 0, 4, title[:4], 1.0)
        match = Match("jnim", ("jihadists",), 95, (mention,), (Reason("exact", "GSIM"),))
        add_matches(session, number, matches=[match])
        placed = str(story or number)
        kind = PlacementKind.FOLLOW_UP if story else PlacementKind.NEW
        seen = StoryEntry(str(number), title, now, now, outlet=outlet)
        placement = Placement(seen, kind, placed, str(number), 1.0)
        revision = Revision(placed, changes or (Change(ChangeKind.NEW_STORY),), material=True)
        known = stored(session, int(placed))
        step = StoryStep(placement, known.revision + 1 if known else 1, state, revision)
        add_placements(session, [step], now=now)
        return int(placed)


@pytest.fixture
def clock():
    return SimulatedClock(START)


@pytest.fixture
def archive(database, clock):
    """Give an archive on each database in turn."""
    store = Store(database)
    yield Archive(store, clock)
    store.close()


@pytest.fixture
def archive_of(clock):
    """Give what makes an archive of a database."""
    stores = []

    def make(database):
        stores.append(Store(database))
        return Archive(stores[-1], clock)

    yield make
    for store in stores:
        store.close()


@pytest.fixture
def sqlite_archive(sqlite_database, clock):
    store = Store(sqlite_database)
    yield Archive(store, clock)
    store.close()
