"""Tell systemd that we are ready, alive and stopping (sd_notify), where it asked to be told.

systemd names a datagram socket in NOTIFY_SOCKET and, with WatchdogSec=, how long it waits for
a sign of life in WATCHDOG_USEC; without them nothing happens. The sign is given only while
every loop still turns: a loop that hangs lets the watchdog end and begin this process anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

log = structlog.get_logger()


@asynccontextmanager
async def supervised(stuck: Callable[[], Sequence[str]]) -> AsyncIterator[None]:
    """Say READY now, give signs of life while nothing is stuck, say STOPPING at the end."""
    tell("READY=1\nSTATUS=Watching.")
    watching = asyncio.create_task(_signs_of_life(stuck), name="watchdog")
    try:
        yield
    finally:
        tell("STOPPING=1\nSTATUS=Finishing what is in flight.")
        watching.cancel()


async def _signs_of_life(stuck: Callable[[], Sequence[str]]) -> None:
    """Give a sign of life at half the time that systemd waits for one."""
    if not (every_s := int(os.environ.get("WATCHDOG_USEC", "0")) / 2_000_000):
        return
    while True:
        if hanging := stuck():
            log.error("loop.stuck", loops=list(hanging))
            tell(f"STATUS=Stuck: {', '.join(hanging)}.")
        else:
            tell("WATCHDOG=1")
        await asyncio.sleep(every_s)


def tell(words: str) -> bool:
    """Send lines to systemd's socket; say whether there is one that takes them."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return False
    if address.startswith("@"):  # a socket without a file, as Linux names them
        address = "\0" + address[1:]
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        told.sendto(words.encode(), address)
        return True
    return False
