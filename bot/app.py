"""Build everything and run it: the composition root. Nothing else builds a client, a database or a loop.

poll bell ─▶ Poller ─▶ Ingest ─▶ outbox ─▶ send bell ─▶ Sender ─▶ Telegram
Telegram ─▶ Inbox.receive ─▶ inbox bell ─▶ handlers ─▶ outbox
"""

from __future__ import annotations

import asyncio
import gc
import os
import socket
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

import structlog

from bot.blindness import Blindness
from bot.catalogue import load_entities, load_gazetteer
from bot.chat.context import ChatContext, Limits
from bot.chat.handlers import add_handlers, set_menus
from bot.chat.replies import apology
from bot.delivery.discretion import Names
from bot.delivery.inbox import Inbox
from bot.delivery.rendering import Renderer
from bot.delivery.sender import Sender
from bot.delivery.telegram import Messenger, build_application
from bot.digest.chart import draw_stored
from bot.digest.editions import open_due_editions
from bot.edges import open_client, open_edges
from bot.encoder import open_encoder
from bot.feeds.cadence import CadenceSettings
from bot.feeds.discovery import discover
from bot.health import Health
from bot.ingest import Ingest
from bot.jobs import Bell, build_scheduler
from bot.lead import RENEW_S, Lead
from bot.metrics import Metrics
from bot.outputs.hooks import Hooks, limits_of
from bot.outputs.routes import output_routes
from bot.polling import Poller
from bot.pruning import keep_of
from bot.store import Store
from bot.texts import texts
from bot.upkeep import Upkeep
from bot.vigil import Vigil
from matchers.stories import WINDOW
from matchers.terms import FAMILY as OWN_WORDS
from matchers.watchlist import Watchlist
from storage.database import Database
from storage.errors import DatabaseBusy, DatabaseUnavailable, DiskFull
from storage.setback import follow_clock
from storage.terms import expressions, newest_term

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from bot.clock import Clock
    from bot.config import Settings
    from bot.feeds.parse import ParserPool
    from bot.polling import Edges, PollReport
    from bot.web import RouteList

log = structlog.get_logger()
R = TypeVar("R")

# Seconds of one long poll; Telegram allows 50, and a stop waits for none of it.
_LONG_POLL_S: Final = 25
# role -> the loops that it runs
ROLES: Final = {
    "all": ("lead", "poll", "digest", "sweep", "silence", "prune", "backup", "nightly", "hooks", "inbox", "send"),
    "worker": ("poll", "prune"),
    "bot": ("lead", "digest", "sweep", "silence", "nightly", "hooks", "inbox", "send"),
}
# Seconds until a loop tries again that the database kept from working.
_PATIENCE_S: Final = 5.0
# A send loop looks up at least this often, whatever it was told; what other processes owe nobody tells it.
_IDLE_S: Final = 15.0
_SHARED_IDLE_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Shared:
    """Hold what takes a while to start and what several bots can share; what is None each makes for itself."""

    watchlist: Watchlist | None = None
    parser: ParserPool | None = None


ALONE: Final = Shared()


@dataclass(frozen=True, slots=True)
class TelegramAddress:
    """Hold where Telegram, or the sandbox, is reached, and as which bot."""

    token: str
    base_url: str
    proxy: str = ""
    sandbox: bool = False


@dataclass(slots=True)
class Tocsin:
    """Hold the parts of one running process; each can be worked one pass at a time."""

    store: Store
    clock: Clock
    vigil: Vigil
    poller: Poller
    sender: Sender
    inbox: Inbox
    messenger: Messenger
    upkeep: Upkeep
    chat: ChatContext
    health: Health
    hooks: Hooks
    bot_name: str
    lead: Lead = field(init=False)
    _terms_seen: int = 0

    def __post_init__(self) -> None:
        self.lead = Lead(self.store, self.clock, holder())

    async def poll_once(self) -> tuple[PollReport, ...]:
        """Poll what is due, one feed a host."""
        return await self.poller.poll_due()

    async def converse_once(self, *, wait_s: int = 0) -> int:
        """Take in what Telegram has for us and answer it; return how many updates came."""
        came = await self.inbox.receive(wait_s=wait_s)
        await self.inbox.handle_pending()
        return came

    async def run(self, stopping: asyncio.Event, *, role: str = "all") -> None:
        """Run a role's loops until told to stop; finish what is in flight, then return."""
        bells = {name: Bell(name) for name in ROLES[role]}
        await self._sweep()
        if "poll" in bells:
            await self.poller.settle_in()
        if "lead" in bells:
            await self.lead.renew()
        scheduler = build_scheduler(bells.values())
        scheduler.start()
        for name in ("poll", "inbox"):
            if name in bells:
                bells[name].nudge()
        rounds = {name: work for name, work in self._rounds(bells).items() if name in bells}
        try:
            async with asyncio.TaskGroup() as group:
                for name, work in rounds.items():
                    group.create_task(bells[name].loop(self.health.watched(name, work), stopping), name=name)
                talking = self._talk(group, bells, stopping=stopping) if "send" in bells else ()
                await stopping.wait()
                scheduler.shutdown(wait=False)
                for task in talking:
                    task.cancel()
        finally:
            await self.poller.land()
            await self.sender.drain()
            await self.lead.leave()

    def _talk(
        self, group: asyncio.TaskGroup, bells: dict[str, Bell], *, stopping: asyncio.Event
    ) -> tuple[asyncio.Task[None], ...]:
        """Start sending and listening; return what a stop may cut short: a long poll, never a send."""
        group.create_task(self._send(bells["send"], stopping), name="send")
        return (group.create_task(self._listen(bells["inbox"], stopping), name="listen"),)

    def _rounds(self, bells: dict[str, Bell]) -> dict[str, Callable[[], Awaitable[object]]]:
        def something_owed() -> None:
            if "send" in bells:
                bells["send"].nudge()

        async def poll() -> None:
            await self._learn_terms()
            await self.poller.start_due(something_owed)

        async def answer() -> None:
            if self.lead.held and await self.inbox.handle_pending():
                bells["send"].nudge()

        async def digest() -> None:
            if await open_due_editions(self.store, self.clock, name=self.vigil.name):
                bells["send"].nudge()

        async def silence() -> None:
            await self.upkeep.watch_silence()
            if await Blindness(self.store, self.clock).watch():
                bells["send"].nudge()

        return {
            "lead": self.lead.renew,
            "poll": poll,
            "inbox": answer,
            "digest": digest,
            "sweep": self._sweep,
            "silence": silence,
            "prune": self.upkeep.prune,
            "backup": self.upkeep.back_up,
            "nightly": self.upkeep.nightly,
            "hooks": self.hooks.post_due,
        }

    async def _sweep(self) -> None:
        """Take back what dead senders had claimed, by a clock that may have been set back."""
        set_back = await self.store.write(follow_clock, now=self.clock.now())
        if set_back:
            log.warning("clock.set_back", seconds=round(set_back.total_seconds()))
        await self.sender.take_back()

    async def _learn_terms(self) -> None:
        """Take in the words that chats asked other processes to watch."""
        if not self.lead.is_shared:
            return
        newest = await self.store.read(newest_term)
        if newest > self._terms_seen:
            self.vigil.learn(await self.store.read(expressions, after=self._terms_seen))
            self._terms_seen = newest

    async def _stand_by(self) -> None:
        await self.clock.sleep(RENEW_S)

    async def _send(self, bell: Bell, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            report = await self._patiently("send", self.sender.send_due if self.lead.held else self._stand_by)
            wait = _SHARED_IDLE_S if self.lead.is_shared else _IDLE_S
            if report and report.next_at is not None:
                wait = min(wait, max(0.05, (report.next_at - self.clock.now()).total_seconds()))
            await bell.wait(wait, stopping)

    async def _listen(self, bell: Bell, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            receive = partial(self.inbox.receive, wait_s=_LONG_POLL_S)
            if await self._patiently("listen", receive if self.lead.held else self._stand_by):
                bell.nudge()

    async def _patiently(self, loop: str, work: Callable[[], Awaitable[R]]) -> R | None:
        """Work once; wait when the database is busy, away or full: what is owed stays owed."""
        self.health.began(loop)
        try:
            done = await work()
            self.health.ended(loop)
            return done
        except (DatabaseBusy, DatabaseUnavailable, DiskFull) as error:
            log.warning("loop.postponed", loop=loop, reason=str(error))
            self.health.ended(loop, trouble=type(error).__name__)
            await self.clock.sleep(_PATIENCE_S)
            return None


@asynccontextmanager
async def assemble(
    settings: Settings, *, clock: Clock, address: TelegramAddress, shared: Shared = ALONE
) -> AsyncIterator[Tocsin]:
    """Build every part around the settings and take it down again in order."""
    async with AsyncExitStack() as stack:
        store = await _open_store(settings, stack)
        vigil = await _vigil(settings, stack, store=store, given=shared.watchlist)
        application, messenger, bot_name = await _telegram(address, stack)
        context = ChatContext(
            store=store,
            clock=clock,
            vigil=vigil,
            messenger=messenger,
            open=settings.telegram.open or address.sandbox,
            admins=frozenset(settings.telegram.admins),
            bot_name=bot_name,
            language=settings.telegram.language,
        )
        _equip(context, settings)
        add_handlers(application, context)
        await set_menus(messenger, store)
        edges = open_edges(settings.feeds, stack, clock=clock, parser=shared.parser)
        poller = _poller(settings, edges, stack=stack, store=store, watchlist=vigil.watchlist)
        sender = _sender(store, messenger, clock=clock, vigil=vigil)
        poller.metrics = sender.metrics = Metrics((*vigil.families(), OWN_WORDS))
        health = _health(store, clock, sender=sender)
        yield Tocsin(
            store=store,
            clock=clock,
            vigil=vigil,
            poller=poller,
            sender=sender,
            inbox=Inbox(store, messenger, application=application, clock=clock, apology=apology),
            messenger=messenger,
            upkeep=Upkeep(store, clock, context.admins, health.heartbeats, context.keep),
            chat=context,
            health=health,
            hooks=_hooks(settings, stack, store=store, clock=clock, vigil=vigil),
            bot_name=bot_name,
        )


async def _telegram(address: TelegramAddress, stack: AsyncExitStack) -> tuple[Any, Messenger, str]:
    """Open the one connection to Telegram; return it with the door to it and the bot's name."""
    application = build_application(address.token, base_url=address.base_url, proxy=address.proxy)
    messenger = Messenger(application.bot, draw=draw_stored)
    _, bot_name = await messenger.identity()
    await stack.enter_async_context(application)
    return application, messenger, bot_name


def _equip(context: ChatContext, settings: Settings) -> None:
    """Set how much a chat may ask, how others reach us, and how a feed is found behind an address."""
    context.web_address = settings.web.public_url or f"http://{settings.web.listen}"
    context.limits = Limits(settings.telegram.terms_per_chat, settings.telegram.commands_per_minute)
    context.keep = keep_of(settings.keep)
    context.discover = partial(discover, settings)


def _health(store: Store, clock: Clock, *, sender: Sender) -> Health:
    health = Health(store, clock, sender.metrics, pace_rate=lambda: sender.pace_rate)
    sender.on_progress = partial(health.progressed, "send")
    return health


@asynccontextmanager
async def assemble_poller(settings: Settings, *, clock: Clock) -> AsyncIterator[Poller]:
    """Build what polls and matches, without Telegram."""
    async with AsyncExitStack() as stack:
        store = await _open_store(settings, stack)
        vigil = await _vigil(settings, stack, store=store)
        edges = open_edges(settings.feeds, stack, clock=clock)
        yield _poller(settings, edges, stack=stack, store=store, watchlist=vigil.watchlist)


def web_routes(tocsin: Tocsin) -> RouteList:
    """List what every running bot answers over HTTP beside `/healthz`: each subject's routes, one after the other."""
    return [
        *tocsin.health.routes(),
        *output_routes(tocsin.store, tocsin.clock, name=tocsin.vigil.name),
    ]


def compile_watchlist(settings: Settings) -> Watchlist:
    """Compile the catalogue that ships and the operator's files."""
    return Watchlist.compile(load_entities(settings.catalogue.files))


async def _open_store(settings: Settings, stack: AsyncExitStack) -> Store:
    database = Database(settings.database_url)
    stack.callback(database.dispose)
    await asyncio.to_thread(_prepare, database)
    store = Store(database)
    stack.callback(store.close)
    return store


def _prepare(database: Database) -> None:
    database.open()
    database.hold()


async def _vigil(settings: Settings, stack: AsyncExitStack, *, store: Store, given: Watchlist | None = None) -> Vigil:
    """Return what is watched, and tell the collector that it stays: it would walk it each time, 300 ms long."""
    vigil = Vigil(given if given is not None else await asyncio.to_thread(compile_watchlist, settings))
    vigil.learn(await store.read(expressions))
    gc.freeze()
    stack.callback(gc.unfreeze)
    return vigil


def _poller(settings: Settings, edges: Edges, *, stack: AsyncExitStack, store: Store, watchlist: Watchlist) -> Poller:
    feeds = settings.feeds
    return Poller(
        store,
        Ingest(store, watchlist, window=WINDOW, encoder=open_encoder(settings.stories, stack)),
        edges,
        holder(),
        CadenceSettings(min_interval_s=feeds.min_interval, budget_per_day=feeds.budget_per_day),
    )


def _hooks(settings: Settings, stack: AsyncExitStack, *, store: Store, clock: Clock, vigil: Vigil) -> Hooks:
    """Build what posts to webhooks: guarded as feeds are, and by the same settings."""
    client = open_client(settings.feeds, stack, limits=limits_of(private_hosts=settings.feeds.allow_private_hosts))
    return Hooks(store, client, clock=clock, name=vigil.name)


def _sender(store: Store, messenger: Messenger, *, clock: Clock, vigil: Vigil) -> Sender:
    names = Names(vigil.watchlist.entities(), load_gazetteer().places())
    render = Renderer(texts, vigil.name, vigil.is_armed, names)
    sender = Sender(store, messenger, clock=clock, holder=holder(), render=render)
    sender.veiled = render.veiled
    return sender


def holder() -> str:
    """Return a name for this process by which its claims and leases are known."""
    return f"{socket.gethostname()}:{os.getpid()}"
