"""Run the demo: in the terminal with a person, or once through with a closing balance."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import tempfile
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import structlog
from rich.console import Console
from rich.text import Text

from bot.app import ALONE, Shared, TelegramAddress, Tocsin, assemble, web_routes
from bot.clock import SimulatedClock, SystemClock
from bot.sandbox.cast import READER, bring_in, language_here
from bot.sandbox.demo import (
    DemoBalance,
    Replay,
    add_sample_feeds,
    make_outlet_due,
    strike_balance,
    watch_everything,
)
from bot.sandbox.faults import Fault, FaultKind
from bot.sandbox.newsstand import Newsstand
from bot.sandbox.server import Sandbox
from bot.sandbox.terminal import Terminal
from bot.sandbox.transport import Transport
from bot.showing import build_page, showing
from storage.database import Database

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.clock import Clock
    from bot.config import Settings
    from bot.sandbox.page import Page

log = structlog.get_logger()

# Seconds between two sample entries while a person watches: time to read, never time to doze.
_PAUSE_S: Final = 5.0
# The first few come at once, so that the first alert does.
_AT_ONCE: Final = 2
# Calls of the replay that are broken when faults are asked for, spread over its hundred or so messages.
_THROTTLED: Final = (5, 23, 61)
_RESET: Final = (9, 40, 77)
_CRASHES: Final = 3


@dataclass(frozen=True, slots=True)
class Stage:
    """Hold everything that a demo plays on."""

    tocsin: Tocsin
    newsstand: Newsstand
    sandbox: Sandbox
    resumed: bool


@asynccontextmanager
async def stage(settings: Settings, *, clock: Clock, data: Path | None, shared: Shared = ALONE) -> AsyncIterator[Stage]:
    """Set the demo up: newsstand, sandbox and the whole bot between them, in a place of their own."""
    async with AsyncExitStack() as stack:
        beside = data or _beside_database(settings)
        folder = beside or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tocsin-demo-")))
        folder.mkdir(parents=True, exist_ok=True)
        sandbox = Sandbox(clock, path=folder / "sandbox.db")
        progress: dict[str, Any] = sandbox.ledger.fact("replay", {})
        start = datetime.fromisoformat(sandbox.ledger.fact("start") or clock.now().isoformat())
        sandbox.ledger.set_fact("start", start.isoformat())
        if isinstance(clock, SimulatedClock) and progress:
            clock.advance_to(datetime.fromisoformat(progress["now"]))
        newsstand = await stack.enter_async_context(Newsstand(clock, start=start).open(progress.get("port", 0)))
        newsstand.resume(progress.get("published", 0))
        await stack.enter_async_context(sandbox.open())
        bring_in(sandbox, lang=language_here())
        tocsin = await stack.enter_async_context(
            assemble(
                _demo_settings(settings, folder),
                clock=clock,
                address=TelegramAddress(sandbox.token, sandbox.base_url, sandbox=True),
                shared=shared,
            )
        )
        families = [family for family in tocsin.vigil.families() if family != "places"]
        await tocsin.store.write(watch_everything, families, lang=language_here(), now=clock.now())
        await tocsin.store.write(add_sample_feeds, newsstand, now=clock.now())
        yield Stage(tocsin, newsstand, sandbox, resumed=bool(progress))


def _is_named(settings: Settings) -> bool:
    """Say whether the demo plays in a database of the user's: sample news never enters that of a bot with a token."""
    return "TOCSIN_DATABASE_URL" in os.environ and settings.telegram.token is None


def _beside_database(settings: Settings) -> Path | None:
    """Return where what was sent is kept beside a named SQLite file, so that a second demo there sends nothing."""
    path = Database(settings.database_url).path if _is_named(settings) else None
    return path.with_name(f"{path.name}.demo") if path else None


def _demo_settings(settings: Settings, folder: Path) -> Settings:
    feeds = settings.feeds.model_copy(update={"allow_private_hosts": True, "min_interval": 86_400, "proxy": ""})
    url = settings.database_url if _is_named(settings) else f"sqlite:///{folder / 'tocsin.db'}"
    return settings.model_copy(update={"feeds": feeds, "database_url": url})


async def replay(settings: Settings, *, data: Path | None, faults: tuple[str, ...]) -> bool:
    """Replay all samples on a simulated clock, print each alert and the balance; say whether it holds."""
    if "crash" in faults:
        return await _replay_with_crashes(data, faults)
    console = Console(highlight=False)
    clock = SimulatedClock(SystemClock().now())
    async with stage(settings, clock=clock, data=data) as here:
        _break(here.sandbox, faults)
        terminal = Terminal(here.sandbox, console, user=READER)
        play = Replay(here.tocsin, here.newsstand, here.sandbox, clock)
        showing = asyncio.create_task(terminal.show())
        _maybe_die(here.sandbox)
        if here.resumed:
            await here.tocsin.sender.take_back()
            await play.catch_up()
        await play.run()
        await asyncio.sleep(0)
        showing.cancel()
        struck = await strike_balance(here.tocsin, here.newsstand, sandbox=here.sandbox)
        print_balance(console, struck, refusals=here.sandbox.flood_refusals)
    return struck.holds


def _break(sandbox: Sandbox, faults: tuple[str, ...]) -> None:
    """Break some calls on purpose: those that were not broken before a kill."""
    if sandbox.ledger.fact("broken"):
        return
    sandbox.ledger.set_fact("broken", value=True)
    if "429" in faults:
        sandbox.fault_at(_THROTTLED, lambda: Fault(FaultKind.THROTTLE, retry_after=30))
    if "reset" in faults:
        sandbox.fault_at(_RESET, lambda: Fault(FaultKind.RESET_AFTER))


def _maybe_die(sandbox: Sandbox) -> None:
    """End this process as a power cut would, after the next so many accepted messages, when asked to."""
    after = os.environ.get("_TOCSIN_DIE_AFTER")
    if after:
        sandbox.after_accepting(int(after), lambda: os.kill(os.getpid(), signal.SIGKILL))


async def _replay_with_crashes(data: Path | None, faults: tuple[str, ...]) -> bool:
    """Kill the replay in the middle, more than once, and take it up each time."""
    with tempfile.TemporaryDirectory(prefix="tocsin-demo-") as temporary:
        folder = data or Path(temporary)
        rest = ",".join(fault for fault in faults if fault != "crash")
        command = [sys.executable, "-m", "bot.cli.main", "demo", "--once", "--data", str(folder)]
        command += ["--inject", rest] if rest else []
        for _ in range(_CRASHES):
            after = str(random.randint(5, 40))  # noqa: S311 - a moment, not a secret
            child = await asyncio.create_subprocess_exec(*command, env={**os.environ, "_TOCSIN_DIE_AFTER": after})
            await child.wait()
        last = await asyncio.create_subprocess_exec(*command)
        return await last.wait() == 0


async def demonstrate(settings: Settings, *, data: Path | None) -> None:
    """Let a person talk to the bot while sample news arrives; ends with the input or Ctrl-C."""
    console = Console(highlight=False)
    clock = SystemClock()
    async with stage(settings, clock=clock, data=data) as here:
        console.print(
            Text(
                "Tocsin demo: invented news, served from this machine. Type /help, a number to tap, Ctrl-C to end.",
                style="bold",
            )
        )
        await _perform(here, settings, console=console, clock=clock)
        print_balance(
            console,
            await strike_balance(here.tocsin, here.newsstand, sandbox=here.sandbox),
            refusals=here.sandbox.flood_refusals,
        )


async def _perform(here: Stage, settings: Settings, *, console: Console, clock: Clock) -> None:
    """Run the bot, its terminal and its page until a signal asks to stop."""
    terminal, transport = Terminal(here.sandbox, console, user=READER), Transport()
    page = build_page(here.tocsin, here.sandbox, play=(here.newsstand, transport))
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signum, stopping.set)
    say = partial(console.print, soft_wrap=True, markup=False)
    async with (
        showing(settings.web, page, say=say, routes=web_routes(here.tocsin)),
        asyncio.TaskGroup() as group,
    ):
        side = [group.create_task(each()) for each in (terminal.show, terminal.listen, page.run)]
        side.append(group.create_task(publish(here.tocsin, here.newsstand, clock=clock, transport=transport)))
        await here.tocsin.run(stopping)
        for task in side:
            task.cancel()


@asynccontextmanager
async def rehearsing(settings: Settings) -> AsyncIterator[Page]:
    """Play sample news to a second bot beside the real one, with a database of its own, and give its page."""
    stopping = asyncio.Event()
    async with stage(settings, clock=SystemClock(), data=None) as here:
        transport = Transport()
        page = build_page(here.tocsin, here.sandbox, play=(here.newsstand, transport))
        acting = asyncio.create_task(_act(here, page, transport=transport, stopping=stopping), name="rehearsal")
        try:
            yield page
        finally:
            stopping.set()
            await acting


async def _act(here: Stage, page: Page, *, transport: Transport, stopping: asyncio.Event) -> None:
    """Run the second bot; should it fail, the real one goes on."""
    try:
        async with asyncio.TaskGroup() as group:
            news = publish(here.tocsin, here.newsstand, clock=here.tocsin.clock, transport=transport)
            side = [group.create_task(news), group.create_task(page.run())]
            await here.tocsin.run(stopping)
            for task in side:
                task.cancel()
    except* Exception:
        log.exception("rehearsal.failed")


async def publish(tocsin: Tocsin, newsstand: Newsstand, *, clock: Clock, transport: Transport | None = None) -> None:
    """Publish one sample entry after another, slowly enough to be read."""
    transport = transport or Transport()
    number = 0
    while entries := newsstand.publish():
        for entry in entries:
            url = newsstand.feed_url(entry.outlet)
            await tocsin.store.write(make_outlet_due, url, now=clock.now())
        number += 1
        if number > _AT_ONCE:
            await transport.wait(_PAUSE_S, clock)


def print_balance(console: Console, struck: DemoBalance, *, refusals: int) -> None:
    """Print the closing balance: what was published against what was received."""
    tables = struck.tables
    rows = [
        ("entries published", struck.published),
        ("entries read", tables.entries if tables else 0),
        ("matched", tables.matched if tables else 0),
        ("stories", tables.stories if tables else 0),
        ("copies merged", tables.copies if tables else 0),
        ("events expected", len(struck.expected)),
        ("alerts sent", sum(struck.rung.values())),
        ("of them without sound", struck.quiet),
        ("rung again (updates)", struck.updates),
        ("quiet replies", struck.quiet_replies),
        ("edits", struck.edits),
        ("possible repeats", tables.possible_repeats if tables else 0),
        ("refused for pace (429)", refusals),
        ("told twice", len(struck.repeated)),
        ("told within another", len(struck.swallowed)),
        ("false alarms", len(struck.false_alarms)),
        ("missing", len(struck.missing)),
        ("lost", tables.lost if tables else 0),
    ]
    console.rule("balance", style="dim")
    for name, count in rows:
        console.print(Text(f"{name:<26}{count:>6}"))
    for name, events in (
        ("told twice", struck.repeated),
        ("told within another", struck.swallowed),
        ("false alarm", struck.false_alarms),
        ("missing", struck.missing),
    ):
        for event in events:
            console.print(Text(f"  {name}: {event}", style="yellow"))
    console.print(Text(_verdict(struck), style="bold green" if struck.holds else "bold red"))


def _verdict(struck: DemoBalance) -> str:
    if struck.repeated:
        return f"The two ledgers differ; {len(struck.repeated)} events were told twice, as two stories."
    if not struck.holds:
        return "The two ledgers differ."
    return "The two ledgers agree; nothing was lost."
