"""Run `tocsin` over and over in real processes that begin at once: imports and the watch list are made once, then forked.

Reads lines of JSON {"argv", "env", "log", "die": [step, nth], "steps": file, "shift_s", "jump_s"}, the last four
where wanted, and answers "pid N", then "exit CODE" when that process has ended.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

import bot.app
import bot.chat.handlers
import bot.cli.main
import bot.clock
import bot.feeds.cadence
import bot.running
import bot.store
from bot.config import Settings
from bot.delivery.telegram import Messenger

# The laboratory's day is short: a feed is asked every second or two.
bot.feeds.cadence._BOUNDS = dict.fromkeys("ABC", (1, 2, 2))


class Steps:
    """Know each step by name; end the process at the one that was asked for, as a power cut would."""

    def __init__(self, die, seen):
        self.die, self.seen, self.known = die, seen, set()

    def reach(self, name):
        if self.seen and name not in self.known:
            self.known.add(name)
            with Path(self.seen).open("a", encoding="utf-8") as file:
                file.write(name + "\n")
        if self.die and self.die[0] == name:
            self.die[1] -= 1
            if self.die[1] <= 0:
                os.kill(os.getpid(), signal.SIGKILL)


def hook(steps):
    write, send = bot.store.Store.write, Messenger.send

    async def stepped_write(self, function, *args, **kwargs):
        name = getattr(function, "__name__", "write").strip("_")

        def work(session, *inner, **named):
            result = function(session, *inner, **named)
            steps.reach(f"{name}: before its commit")
            return result

        result = await write(self, work, *args, **kwargs)
        steps.reach(f"{name}: after its commit")
        return result

    async def stepped_send(self, *args, **kwargs):
        steps.reach("send: before")
        result = await send(self, *args, **kwargs)
        steps.reach("send: after")
        return result

    bot.store.Store.write, Messenger.send = stepped_write, stepped_send


def shift_clock(seconds, jump):
    """Let the clock be wrong, and jump further at each SIGUSR1."""
    now, wrong = bot.clock.SystemClock.now, [seconds]
    bot.clock.SystemClock.now = lambda self: now(self) + timedelta(seconds=wrong[0])
    signal.signal(signal.SIGUSR1, lambda *_: wrong.__setitem__(0, wrong[0] + jump))


def begin(job):
    os.setsid()
    os.environ.update(job["env"])
    log = os.open(job["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDWR)
    for target, source in ((0, nothing), (1, nothing), (2, log)):
        os.dup2(source, target)
    hook(Steps(job.get("die"), job.get("steps")))
    if "shift_s" in job:
        shift_clock(job["shift_s"], job.get("jump_s", 0))
    sys.argv = ["tocsin", *job["argv"]]
    try:
        bot.cli.main.main()
    except SystemExit as error:
        os._exit(error.code if isinstance(error.code, int) else 1)
    os._exit(0)


def main():
    watchlist = bot.app.compile_watchlist(Settings())
    bot.app.compile_watchlist = lambda _settings: watchlist
    print("ready", flush=True)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            begin(json.loads(line))
        print(f"pid {pid}", flush=True)
        _, status = os.waitpid(pid, 0)
        print(f"exit {os.waitstatus_to_exitcode(status)}", flush=True)


if __name__ == "__main__":
    main()
