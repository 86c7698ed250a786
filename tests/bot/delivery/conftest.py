"""Give every test of delivery a sandbox on loopback, a real client and a real database."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import SimulatedClock
from bot.delivery.message import Message, Span, bold
from bot.delivery.sender import Sender
from bot.delivery.telegram import Messenger, build_application
from bot.sandbox.server import SANDBOX_TOKEN, Sandbox
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
from storage.chats import open_chat
from storage.delivery_records import DeliveryKind, NewDelivery
from storage.entries import add_entries, add_matches
from storage.feeds import add_feed
from storage.outbox import owe
from storage.records import Disposition, FeedSpec, NewEntry, OutletSpec
from storage.stories import add_placements
from storage.stories import story as stored
from storage.story_records import StoryStep
from storage.terms import add_term

START = datetime(2026, 3, 1, 6, tzinfo=UTC)


@pytest.fixture(scope="session")
def referee():
    """Give Telegram's own parser: the text and entities that it reads in a piece of HTML, which it must take."""
    tdjson = pytest.importorskip("tdjson")

    def ask(query):
        return json.loads(tdjson.td_execute(json.dumps(query).encode()))

    ask({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0})

    def parsed(html):
        answer = ask({"@type": "parseTextEntities", "text": html, "parse_mode": {"@type": "textParseModeHTML"}})

        assert "formattedText" == answer["@type"], answer
        return answer["text"], answer["entities"]

    return parsed


@pytest.fixture
def clock():
    return SimulatedClock(START)


@pytest.fixture
async def sandbox(clock):
    async with Sandbox(clock).open() as opened:
        yield opened


@pytest.fixture
async def application(sandbox):
    async with build_application(SANDBOX_TOKEN, base_url=sandbox.base_url) as built:
        yield built


@pytest.fixture
def messenger(application):
    return Messenger(application.bot)


@pytest.fixture
def store(sqlite_database):
    opened = Store(sqlite_database)
    yield opened
    opened.close()


@pytest.fixture
def desk(store, sandbox, clock):
    return Desk(store, sandbox, clock)


@pytest.fixture
def sender(store, messenger, clock):
    return Sender(store, messenger, clock=clock, holder="test", render=headline)


@pytest.fixture
def either(database, sandbox, messenger, clock):
    """Give a desk and a sender on each database in turn."""
    opened = Store(database)
    yield Desk(opened, sandbox, clock), Sender(opened, messenger, clock=clock, holder="test", render=headline)
    opened.close()


def headline(due, views, *, now):
    """Render a story by its newest title and its number of outlets, for tests of sending."""
    view = views[0]
    if view.entries[0].title == "broken":
        raise ValueError("cannot be said")
    return Message((bold(view.entries[0].title), Span(f" · {due.kind} · {len(view.entries)}")))


class Desk:
    """Put into the database what the rest of the bot would have put there."""

    def __init__(self, store, sandbox, clock):
        self.store = store
        self.sandbox = sandbox
        self.clock = clock
        self.told = 0

    async def reader(self, telegram_id, **settings):
        self.sandbox.add_private(telegram_id)
        return await self._open(telegram_id, "private", **settings)

    async def group(self, telegram_id, *, topics=(), topic=0):
        self.sandbox.add_group(telegram_id, title="Desk", topics=topics)
        return await self._open(telegram_id, "group", topic=topic)

    async def _open(self, telegram_id, kind, *, topic=0, lang="en"):
        chat = await self.store.write(
            open_chat, telegram_id, kind=kind, topic_id=topic, lang=lang, now=self.clock.now()
        )
        await self.store.write(add_term, chat.id, entity="jnim", now=self.clock.now())
        return chat.id

    async def owe(self, chat, text="news", *, kind=DeliveryKind.NOTICE, message=None, **fields):
        self.told += 1
        delivery = NewDelivery(
            chat=chat,
            kind=kind,
            priority=fields.pop("priority", 2),
            not_before=self.clock.now(),
            notice_key=fields.pop("notice_key", f"test:{self.told}"),
            payload=(message or Message((Span(text),))).to_json(),
            **fields,
        )
        return await self.store.write(owe, [delivery], now=self.clock.now())

    async def owe_story(self, chat, story, kind=DeliveryKind.ALERT, *, revision=1, **fields):
        delivery = NewDelivery(
            chat=chat,
            kind=kind,
            priority=2,
            not_before=self.clock.now(),
            silent=fields.pop("silent", kind in {DeliveryKind.EDIT, DeliveryKind.DEVELOPMENT}),
            story=story,
            revision=revision,
            **fields,
        )
        return await self.store.write(owe, [delivery], now=self.clock.now())

    async def report(self, title, *, outlet="radio-fleuve", summary="", story=None, **about):
        """Let an outlet report something; return the story's id."""
        return await self.store.write(self._report, title, outlet=outlet, summary=summary, story=story, about=about)

    def _report(self, session, title, *, outlet, summary, story, about):
        now = self.clock.now()
        key = f"{outlet}:{title}"
        spec = OutletSpec(
            outlet, about.get("name", outlet.replace("-", " ").title()), kind=about.get("kind", "independent"),
            owner=about.get("owner", outlet), country="ML", lang=about.get("lang", "fr"),
        )  # fmt: skip
        feed = add_feed(session, FeedSpec(f"https://{outlet}.example/feed", spec, lang=spec.lang), now=now)
        entry = NewEntry(
            key=key, guid_key=key, url_key=key, title_key=title, url=about.get("url", f"https://{outlet}.example/1"),
            title=title, summary=summary, lang=spec.lang, published=about.get("published", now - timedelta(minutes=5)),
            effective=now, content_hash=key, disposition=Disposition.ALERT,
        )  # fmt: skip
        entry_id = add_entries(session, feed, entries=[entry], now=now)[key]
        self._match(session, entry_id, title=title, summary=summary)
        seen = StoryEntry(str(entry_id), title, now, now, outlet=outlet)
        kind = PlacementKind.NEW if story is None else PlacementKind.FOLLOW_UP
        placed = str(story or entry_id)
        placement = Placement(seen, kind, placed, str(entry_id), 1.0)
        revision = Revision(placed, about.get("changes", (Change(ChangeKind.NEW_STORY),)), material=True)
        known = stored(session, int(placed))
        number = known.revision + 1 if known else 1
        add_placements(session, [StoryStep(placement, number, about.get("state", {}), revision)], now=now)
        return int(placed)

    def _match(self, session, entry, *, title, summary):
        mentions = [
            Mention("GSIM", field, text.index("GSIM"), text.index("GSIM") + 4, "GSIM", 1.0)
            for field, text in ((Field.TITLE, title), (Field.SUMMARY, summary))
            if "GSIM" in text
        ]
        if mentions:
            match = Match("jnim", ("jihadists",), 95, tuple(mentions), (Reason("exact", "GSIM"),))
            add_matches(session, entry, matches=[match])

    def texts(self, telegram_id):
        """Return what stands in a Telegram chat now."""
        return [message["text"] for message in self.sandbox.messages(telegram_id)]
