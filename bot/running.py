"""Run the bot for good: with a token on Telegram, without one in a sandbox and this terminal."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import sys
import tempfile
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import structlog
from rich.console import Console
from rich.text import Text

from bot.app import TelegramAddress, Tocsin, assemble, web_routes
from bot.chat.context import code_hash
from bot.clock import SystemClock
from bot.errors import UsageError
from bot.feeds.defaults import default_feeds
from bot.notify import supervised
from bot.polling import AT_ONCE, PER_SECOND
from bot.web import web_side
from storage.chats import add_invite, members
from storage.feeds import add_new_feeds, feed_by_url, known_urls, list_feeds, make_due
from storage.restoring import decide, restored

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from bot.clock import Clock
    from bot.config import Settings
    from bot.polling import PollReport
    from bot.store import Store
    from storage.database import Session
    from storage.records import FeedSpec

log = structlog.get_logger()

_CLAIM_FOR: Final = timedelta(days=2)
# Seconds after which a run without a token that has heard no feed shows sample news.
_PATIENCE_S: Final = 4.0
_ROUNDS: Final = 400


async def run(settings: Settings, *, role: str, after_restore: str = "") -> None:
    """Run until a signal asks to stop; a role other than `all` needs PostgreSQL.

    `after_restore` is send, drop or "": what becomes of deliveries that a restored backup still owed.
    """
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signum, stopping.set)
    if settings.telegram.token:
        await _run_on_telegram(settings, stopping, role=role, after_restore=after_restore)
    else:
        await _run_in_sandbox(settings, stopping, after_restore=after_restore)


async def _run_on_telegram(settings: Settings, stopping: asyncio.Event, *, role: str, after_restore: str) -> None:
    telegram = settings.telegram
    assert telegram.token is not None, "a run on Telegram has a token"
    address = TelegramAddress(telegram.token.get_secret_value(), telegram.base_url, telegram.proxy)
    clock = SystemClock()
    async with assemble(settings, clock=clock, address=address) as tocsin:
        await _settle_restore(tocsin.store, after_restore, clock=clock)
        await tocsin.store.write(keep_feeds, default_feeds(settings.feeds.file), clock=clock)
        if not telegram.open and not telegram.admins and not await tocsin.store.read(members):
            await _print_claim(tocsin, clock)
        async with _web_beside(settings, tocsin, role=role), supervised(tocsin.health.stuck):
            await tocsin.run(stopping, role=role)


@asynccontextmanager
async def _web_beside(settings: Settings, tocsin: Tocsin, *, role: str) -> AsyncIterator[None]:
    """Serve the web side of a bot with a token; a chat page only when TOCSIN_WEB__PAGE asks for one.

    It talks to a second bot with sample news and a database of its own, never to this one.
    """
    async with AsyncExitStack() as stack:
        if settings.web.page and role != "worker":
            from bot.demonstrating import rehearsing
            from bot.showing import showing

            page = await stack.enter_async_context(rehearsing(settings))
            shown = showing(settings.web, page, say=_say, routes=web_routes(tocsin), shared=role != "all")
            await stack.enter_async_context(shown)
        else:
            await stack.enter_async_context(web_side(settings.web, web_routes(tocsin), shared=role != "all"))
        yield


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")


async def _settle_restore(store: Store, decision: str, *, clock: Clock) -> None:
    """Carry out what was decided of a restored backup's deliveries, or say that they wait for it."""
    if decision:
        settled = await store.write(decide, "drop" if decision == "drop" else "send", now=clock.now())
        log.warning("restore.decided", decision=decision, deliveries=settled)
        return
    copy = await store.read(restored)
    if copy and copy.held:
        log.warning("restore.undecided", held=copy.held)
        sys.stderr.write(
            f"{copy.held} deliveries of the restored backup are held and may have been sent before it was put back:\n"
            "  `tocsin run --after-restore send` sends them, `tocsin run --after-restore drop` drops them.\n"
        )


async def _print_claim(tocsin: Tocsin, clock: Clock) -> None:
    """Print the link whose first user becomes the owner."""
    code = secrets.token_urlsafe(16)
    await tocsin.store.write(add_invite, code_hash(code), role="owner", expires=clock.now() + _CLAIM_FOR)
    sys.stderr.write(
        "The bot is closed: it answers only those you let in. Open this link once to become its owner:\n"
        f"  https://t.me/{tocsin.bot_name}?start=claim-{code}\n"
    )


def keep_feeds(session: Session, specs: Sequence[FeedSpec], *, clock: Clock, wanted: bool = False) -> int:
    """Add the feeds that are not known yet; return how many. Many at once are due one after another.

    Those that were removed stay away, unless they are `wanted`: named by a person, not by the list that ships.
    """
    known = known_urls(session, removed=not wanted)
    new = list({spec.url: spec for spec in specs if spec.url not in known}.values())
    now = clock.now()
    due = [now + timedelta(seconds=max(0, place - AT_ONCE) / PER_SECOND) for place in range(len(new))]
    return add_new_feeds(session, new, due=due)


async def _run_in_sandbox(settings: Settings, stopping: asyncio.Event, *, after_restore: str) -> None:
    """Run without a token: everything real but Telegram; sample news when no feed can be reached."""
    from bot.sandbox.cast import READER, bring_in, language_here
    from bot.sandbox.demo import watch_everything
    from bot.sandbox.server import Sandbox
    from bot.sandbox.terminal import Terminal
    from bot.showing import build_page, showing

    console, clock = Console(highlight=False), SystemClock()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tocsin-run-")))
        sandbox = await stack.enter_async_context(Sandbox(clock, path=folder / "sandbox.db").open())
        bring_in(sandbox, lang=language_here())
        named = "TOCSIN_DATABASE_URL" in os.environ
        settings = (
            settings if named else settings.model_copy(update={"database_url": f"sqlite:///{folder / 'tocsin.db'}"})
        )
        address = TelegramAddress(sandbox.token, sandbox.base_url, sandbox=True)
        tocsin = await stack.enter_async_context(assemble(settings, clock=clock, address=address))
        await _settle_restore(tocsin.store, after_restore, clock=clock)
        families = [family for family in tocsin.vigil.families() if family != "places"]
        await tocsin.store.write(watch_everything, families, lang=language_here(), now=clock.now())
        await tocsin.store.write(keep_feeds, default_feeds(settings.feeds.file), clock=clock)
        console.print(
            Text("Running without a token: alerts and answers appear here; type /help.", style="bold"),
            Text("To ring on Telegram, get a token from @BotFather and set TOCSIN_TELEGRAM__TOKEN."),
            sep="\n",
        )
        say = partial(console.print, soft_wrap=True, markup=False)
        page = build_page(tocsin, sandbox)
        await stack.enter_async_context(showing(settings.web, page, say=say, routes=web_routes(tocsin)))
        terminal = Terminal(sandbox, console, user=READER)
        async with asyncio.TaskGroup() as group:
            side = [group.create_task(each()) for each in (terminal.show, terminal.listen, page.run)]
            if not named:
                side.append(group.create_task(_samples_when_silent(tocsin, console, clock=clock)))
            async with supervised(tocsin.health.stuck):
                await tocsin.run(stopping)
            for task in side:
                task.cancel()


async def _samples_when_silent(tocsin: Tocsin, console: Console, *, clock: Clock) -> None:
    """Show sample news, marked as such, when no real feed could be read; the real ones are tried on."""
    await clock.sleep(_PATIENCE_S)
    feeds = await tocsin.store.read(list_feeds)
    if any(feed.cadence.last_ok for feed in feeds):
        return
    console.print(
        Text(
            "No feed can be reached. Showing SAMPLE news in a throw-away database; the real feeds are tried on.",
            style="yellow",
        )
    )
    async with _sample_feeds(tocsin, clock):
        await asyncio.Event().wait()


@asynccontextmanager
async def _sample_feeds(tocsin: Tocsin, clock: Clock) -> AsyncIterator[None]:
    from bot.demonstrating import publish
    from bot.sandbox.demo import add_sample_feeds
    from bot.sandbox.newsstand import Newsstand

    async with Newsstand(clock, start=clock.now()).open() as newsstand:
        tocsin.poller.edges.client.allow(urlsplit(newsstand.base_url).netloc)
        await tocsin.store.write(add_sample_feeds, newsstand, now=clock.now())
        publishing = asyncio.create_task(publish(tocsin, newsstand, clock=clock))
        try:
            yield
        finally:
            publishing.cancel()


async def poll_round(settings: Settings, wanted: Sequence[str]) -> list[PollReport]:
    """Poll the wanted feeds (all for none) once and return what each came to."""
    from bot.app import assemble_poller

    clock = SystemClock()
    reports: list[PollReport] = []
    async with assemble_poller(settings, clock=clock) as poller:
        await poller.store.write(keep_feeds, default_feeds(settings.feeds.file), clock=clock)
        ids = await poller.store.write(_make_wanted_due, wanted, clock=clock)
        for _ in range(_ROUNDS):
            reports += await poller.poll_due()
            if len(reports) >= ids:
                break
            await clock.sleep(0.2)
    return reports


def _make_wanted_due(session: Session, wanted: Sequence[str], *, clock: Clock) -> int:
    found = {url: feed_by_url(session, url) for url in wanted}
    for url, feed in found.items():
        if feed is None:
            raise UsageError(
                f"{url} is no feed of ours.", "`tocsin feeds list` shows them, `tocsin feeds add` adds one."
            )
    ids = [feed.id for feed in found.values() if feed] if wanted else None
    return make_due(session, ids, now=clock.now())
