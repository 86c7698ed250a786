"""Say what is broken in each trial. A trial gets a laboratory whose feeds were read once, and returns how often it broke it."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.sandbox.faults import Fault, FaultKind
from tests.faults.laboratory import MOVED

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.faults.laboratory import Laboratory

# Seconds between two pieces of news: what the slowest chat (one message a second) can take.
_EVERY_S = 0.8


@dataclass(frozen=True, slots=True)
class Trial:
    """Hold one way to break things: `tries` in full and in short, on which databases, with how many bots."""

    name: str
    run: Callable[[Laboratory, int], Awaitable[int]]
    tries: int
    short: int
    databases: tuple[str, ...] = ("sqlite", "postgres")
    bots: int = 1
    crashes: bool = False
    gone: tuple[int, ...] = ()
    disk_mb: int = 0
    rogue: bool = False


@asynccontextmanager
async def news(lab: Laboratory, *, every_s: float = _EVERY_S):
    """Publish for as long as the block lasts."""
    task = asyncio.create_task(lab.publishing(every_s=every_s))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def finish(lab: Laboratory) -> None:
    """Let the bot do the rest undisturbed, then end it in good order."""
    if not lab.bot.pid:
        await lab.bot.start(lab.env)
    await lab.settle()
    await lab.bot.stop()


# ── crashes ──────────────────────────────────────────────────────────────────


# The share of random kills that strike a bot which has woken up; the others may strike while it starts.
_AT_WORK = 0.8


async def kill_at_random(lab: Laboratory, tries: int) -> int:
    async with news(lab):
        for _ in range(tries):
            await lab.bot.start(lab.env)
            if lab.random.random() < _AT_WORK:
                await lab.bot.works()
            await asyncio.sleep(lab.random.uniform(0.2, 3.0))
            await lab.bot.kill()
    await finish(lab)
    return tries


async def kill_at_each_step(lab: Laboratory, tries: int) -> int:
    """Learn the steps in a clean run, then end the process at each of them, at its first to third time."""
    seen = lab.folder / "steps.txt"
    killed = 0
    async with news(lab, every_s=3.0):
        await lab.bot.start(lab.env, steps=str(seen))
        lab.sandbox.say(101, "/status")
        await asyncio.sleep(12)
        await lab.bot.stop()
        steps = sorted(set(seen.read_text(encoding="utf-8").splitlines()))
        for step in steps * tries:
            lab.sandbox.say(101, "/status")
            await lab.bot.start(lab.env, die=[step, lab.random.randint(1, 3)])
            code = await _ended_within(lab, 15.0)
            killed += code == -signal.SIGKILL
    await finish(lab)
    return killed


async def _ended_within(lab: Laboratory, seconds: float) -> int:
    ended = asyncio.create_task(lab.bot.ended())
    done, _ = await asyncio.wait({ended}, timeout=seconds)
    if not done:
        os.killpg(lab.bot.pid, signal.SIGTERM)
    return await ended


async def kill_one_of_several(lab: Laboratory, tries: int) -> int:
    roles = ("bot", "bot", "worker", "worker")
    async with news(lab):
        for process, role in zip(lab.processes, roles, strict=True):
            await process.start(lab.env, argv=("run", "--role", role))
        for _ in range(tries):
            await asyncio.sleep(lab.random.uniform(1.0, 5.0))
            number = lab.random.randrange(len(roles))
            await lab.processes[number].kill()
            await lab.processes[number].start(lab.env, argv=("run", "--role", roles[number]))
    await lab.settle()
    for process in lab.processes:
        await process.stop()
    return tries


async def kill_the_database(lab: Laboratory, tries: int) -> int:
    async with news(lab):
        await lab.bot.start(lab.env)
        for _ in range(tries):
            await asyncio.sleep(lab.random.uniform(2.0, 5.0))
            await lab.restart_database()
    await finish(lab)
    return tries


async def fill_the_disk(lab: Laboratory, tries: int) -> int:
    filler = lab.database_folder / "filler"
    async with news(lab):
        await lab.bot.start(lab.env)
        for _ in range(tries):
            await asyncio.sleep(4)
            _fill(filler)
            await asyncio.sleep(6)
            filler.unlink()
    await finish(lab)
    return tries


def _fill(file) -> None:
    block = b"x" * 4096
    with suppress(OSError), file.open("wb", buffering=0) as opened:
        while True:
            opened.write(block)


async def move_the_clock(lab: Laboratory, tries: int) -> int:
    """Begin each time with a clock that is further ahead, and let it jump while it runs."""
    async with news(lab):
        for number in range(tries):
            await lab.bot.start(lab.env, shift_s=600 * number, jump_s=300)
            await asyncio.sleep(5)
            os.kill(lab.bot.pid, signal.SIGUSR1)
            await asyncio.sleep(5)
            await lab.bot.stop()
    await lab.bot.start(lab.env, shift_s=600 * tries + 300)
    await finish(lab)
    return tries


async def set_the_clock_back(lab: Laboratory, tries: int) -> int:
    """Begin each time with a clock that is ten minutes behind the one before, after a kill."""
    async with news(lab):
        for number in reversed(range(tries)):
            await lab.bot.start(lab.env, shift_s=600 * number)
            await asyncio.sleep(8)
            await lab.bot.kill()
    await finish(lab)
    return tries


async def live_beside_rogues(lab: Laboratory, tries: int) -> int:
    """Poll feeds that misbehave in every way beside those of the press, for so many half minutes."""
    async with news(lab, every_s=2.0):
        await lab.bot.start(lab.env)
        weighing = asyncio.create_task(lab.weighing())
        await asyncio.sleep(30 * tries)
        weighing.cancel()
    await finish(lab)
    return tries


# ── Telegram ─────────────────────────────────────────────────────────────────


def telegram(make: Callable[[Laboratory], list[Fault]], *, every_s: float = 5.0):
    """Return a trial in which Telegram answers badly again and again; it counts the faults that struck."""

    async def run(lab: Laboratory, tries: int) -> int:
        given = []
        async with news(lab):
            await lab.bot.start(lab.env)
            for _ in range(tries):
                fresh = make(lab)
                given += [(fault, fault.times) for fault in fresh]
                for fault in fresh:
                    lab.sandbox.fault(fault)
                await asyncio.sleep(every_s)
        await finish(lab)
        return sum(fault.times < times for fault, times in given)

    return run


def act(do: Callable[[Laboratory], None]):
    """Return a trial in which a person does something once, in the middle of news."""

    async def run(lab: Laboratory, tries: int) -> int:
        async with news(lab):
            await lab.bot.start(lab.env)
            await asyncio.sleep(4)
            do(lab)
            await asyncio.sleep(3.0 * tries)
        await finish(lab)
        return 1

    return run


def _any_chat(lab: Laboratory) -> int:
    return lab.random.choice((101, 102, 103, 104, 105, -106))


def _refuse(code: int, words: str, *, times: int = 1, chat: int | None = None, method: str = "sendMessage"):
    return [Fault(FaultKind.REFUSE, method=method, chat=chat, times=times, code=code, words=words)]


def _revoke(lab: Laboratory) -> None:
    lab.sandbox.token, kept = "1:another", lab.sandbox.token
    asyncio.get_running_loop().call_later(6, lambda: setattr(lab.sandbox, "token", kept))


# ── everything ───────────────────────────────────────────────────────────────

TRIALS = (
    Trial("kill -9 at random moments", kill_at_random, 500, 6, crashes=True),
    Trial("kill -9 at every named step", kill_at_each_step, 2, 1, crashes=True),
    Trial("kill -9 of one of two bots and two workers", kill_one_of_several, 60, 4, ("postgres",), bots=4, crashes=True),
    Trial("kill -9 of the database server", kill_the_database, 10, 1, ("postgres",), crashes=True),
    Trial("disk full", fill_the_disk, 5, 1, ("sqlite",), disk_mb=8),
    Trial("clock ten minutes ahead at each start, jumping five while it runs", move_the_clock, 6, 1),
    Trial("clock set back by ten minutes at each start, after kill -9", set_the_clock_back, 6, 2, crashes=True),
    Trial("sixteen feeds that misbehave", live_beside_rogues, 6, 1, rogue=True),
    Trial("429 for one chat, 1 to 4 s", telegram(lambda lab: [
        Fault(FaultKind.THROTTLE, chat=_any_chat(lab), retry_after=lab.random.randint(1, 4))]), 20, 2),
    Trial("429 for all chats, 3 s", telegram(lambda _lab: [Fault(FaultKind.THROTTLE, times=6, retry_after=3)]), 6, 1),
    Trial("429 for one chat, 12 h", telegram(lambda _lab: [
        Fault(FaultKind.THROTTLE, chat=103, times=1, retry_after=43_200)]), 1, 1, gone=(103,)),
    Trial("500 from Telegram", telegram(lambda _lab: [Fault(FaultKind.SERVER_ERROR, times=3)]), 10, 1),
    Trial("reset before the message was taken", telegram(lambda _lab: [Fault(FaultKind.RESET_BEFORE, times=2)]), 10, 1),
    Trial("reset after the message was taken", telegram(lambda _lab: [Fault(FaultKind.RESET_AFTER)]), 10, 2),
    Trial("no answer before the message was taken", telegram(lambda _lab: [Fault(FaultKind.HANG_BEFORE)], every_s=35), 3, 0),
    Trial("no answer after the message was taken", telegram(lambda _lab: [Fault(FaultKind.HANG_AFTER)], every_s=35), 3, 0),
    Trial("blocked by its reader", act(lambda lab: lab.sandbox.block(103)), 4, 1, gone=(103,)),
    Trial("account deleted", telegram(lambda _lab: _refuse(403, "Forbidden: user is deactivated", chat=103, times=99)), 2, 1, gone=(103,)),
    Trial("thrown out of a group", act(lambda lab: lab.sandbox.block(-106)), 4, 1, gone=(-106,)),
    Trial("group became a supergroup", act(lambda lab: lab.sandbox.migrate(-106, new=next(iter(MOVED)))), 4, 1),
    Trial("no right to post", telegram(lambda _lab: _refuse(
        400, "Bad Request: not enough rights to send text messages to the chat", chat=-106, times=99)), 2, 1, gone=(-106,)),
    Trial("message too old to edit", telegram(lambda _lab: _refuse(
        400, "Bad Request: message can't be edited", method="editMessageText", times=3)), 3, 1),
    Trial("another program reads getUpdates", telegram(lambda _lab: _refuse(
        409, "Conflict: terminated by other getUpdates request", method="getUpdates", times=2)), 3, 1),
    Trial("token revoked for six seconds", act(_revoke), 4, 1),
)  # fmt: skip
