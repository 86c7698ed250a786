"""Give the tests of the bot a whole bot: real client, real HTTP, real database, simulated time."""

import shutil
from datetime import UTC, datetime

import pytest

from bot.app import Shared, compile_watchlist
from bot.chat.commands import fingerprint, menus
from bot.chat.handlers import MENU_FACT
from bot.clock import SimulatedClock
from bot.config import Settings, known_settings, variable_of
from bot.demonstrating import stage
from bot.feeds.parse import ParserPool
from bot.sandbox.demo import READER, Replay
from storage.database import Database
from storage.leases import set_fact

START = datetime(2026, 3, 1, 6, tzinfo=UTC)


class Talk:
    """Play a person: say something or tap a button, and see what the bot makes of it."""

    def __init__(self, here, clock):
        self.here, self.clock = here, clock
        self.sandbox, self.store = here.sandbox, here.tocsin.store

    async def settle(self):
        await self.here.tocsin.converse_once()
        while (report := await self.here.tocsin.sender.send_due()).next_at:
            if (report.next_at - self.clock.now()).total_seconds() > 60:
                break
            self.clock.advance_to(report.next_at)

    async def say(self, text, *, user=READER, chat=None, answers=None, topic=0):
        """Say something; return the texts of the messages that the bot sent in answer."""
        before = self.accepted()
        self.sandbox.say(user, text, chat=chat, answers=answers, topic=topic)
        await self.settle()
        return [each.message.get("text", "") for each in self.accepted()[len(before) :]]

    async def tap(self, label, *, user=READER, chat=None):
        """Press the newest button whose label begins so; return the messages sent or edited in answer."""
        before = self.accepted()
        message, button = next(
            (message, button)
            for message in reversed(self.sandbox.messages(chat or user))
            for row in message.get("reply_markup", {}).get("inline_keyboard", [])
            for button in row
            if button["text"].startswith(label)
        )
        self.sandbox.tap(user, message["message_id"], data=button["callback_data"], chat=chat)
        await self.settle()
        return [each.message.get("text", "") for each in self.accepted()[len(before) :]]

    async def press(self, data, *, user=READER, message=1):
        before = self.accepted()
        self.sandbox.tap(user, message, data=data)
        await self.settle()
        return [each.message.get("text", "") for each in self.accepted()[len(before) :]]

    def accepted(self):
        return self.sandbox.accepted()

    async def publish(self, count):
        """Publish sample entries and let the bot read and ring them."""
        replay = Replay(self.here.tocsin, self.here.newsstand, self.sandbox, self.clock)
        for entry in self.here.newsstand.waiting[:count]:
            await replay._until(self.here.newsstand.planned(entry))
            self.here.newsstand.publish()
            await replay._take_in(entry)
        await replay._until(None)

    async def hear(self, count):
        """Publish sample entries and let the bot read them, sending what is due within a minute only."""
        replay = Replay(self.here.tocsin, self.here.newsstand, self.sandbox, self.clock)
        for entry in self.here.newsstand.waiting[:count]:
            self.here.newsstand.publish()
            await replay._take_in(entry)
            await self.settle()


@pytest.fixture
def clean_settings(monkeypatch, tmp_path):
    """Take the operator's own variables away, and begin in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    for name in known_settings():
        monkeypatch.delenv(variable_of(name), raising=False)
    return Settings()


@pytest.fixture(scope="session")
def watchlist():
    """Compile the catalogue once; what a test adds to it are words that no other test says."""
    return compile_watchlist(Settings())


@pytest.fixture(scope="session")
def play():
    """Give the class that plays a person, to tests that build a bot of their own."""
    return Talk


@pytest.fixture(scope="session")
def told_template(sqlite_template, tmp_path_factory):
    """Give a database that knows its menus told: to tell them takes longer than most conversations."""
    path = tmp_path_factory.mktemp("told") / "template.db"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    with database.transaction() as session:
        set_fact(session, MENU_FACT, {"hash": fingerprint(menus())})
    database.dispose()
    return path


@pytest.fixture(scope="session")
async def parser():
    """Start what parses once; a parser keeps nothing from one body to the next."""
    pool = ParserPool(workers=1)
    yield pool
    await pool.close()


@pytest.fixture
async def talk(clean_settings, tmp_path, watchlist, told_template, parser):
    clock = SimulatedClock(START)
    (tmp_path / "demo").mkdir()
    shutil.copy(told_template, tmp_path / "demo" / "tocsin.db")
    async with stage(clean_settings, clock=clock, data=tmp_path / "demo", shared=Shared(watchlist, parser)) as here:
        yield Talk(here, clock)
