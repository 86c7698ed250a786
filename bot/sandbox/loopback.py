"""Serve an application on a loopback port for as long as somebody needs it."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

import structlog
import uvicorn

from bot.errors import UserError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.types import ASGIApp

log = structlog.get_logger()

LOOPBACK: Final = "127.0.0.1"
# Long polls are answered at once on shutdown; two seconds are for a reader that hangs.
_SHUTDOWN_S: Final = 2


class _Server(uvicorn.Server):
    """Serve without uvicorn's tenth-of-a-second tick, so that leaving waits for none."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._leaving = asyncio.Event()

    async def main_loop(self) -> None:
        """Wait until told to leave."""
        await self._leaving.wait()

    def leave(self) -> None:
        """Let the server end."""
        self.should_exit = True
        self._leaving.set()


def listen(host: str, port: int) -> socket.socket:
    """Bind a port; raise UserError with the remedy when it is taken."""
    # With the protocol named, asyncio turns Nagle's algorithm off; without it each answer waits 40 ms for an ACK.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise UserError(
            f"Cannot listen on {host}:{port}: {error.strerror or error}.",
            "Stop the program that holds the port, or set TOCSIN_WEB__LISTEN to a free one.",
        ) from None
    bound.listen(128)
    return bound


def listen_near(host: str, port: int) -> socket.socket:
    """Bind a port, or a free one when it is taken."""
    try:
        return listen(host, port)
    except UserError as taken:
        log.warning("web.elsewhere", reason=str(taken))
        return listen(host, 0)


@asynccontextmanager
async def serving(
    application: ASGIApp, *, host: str = LOOPBACK, port: int = 0, bind: Callable[[str, int], socket.socket] = listen
) -> AsyncIterator[str]:
    """Serve an application and give its address (`http://127.0.0.1:PORT`); port 0 takes a free one."""
    bound = bind(host, port)
    config = uvicorn.Config(
        application,
        log_config=None,
        access_log=False,
        lifespan="off",
        date_header=False,
        timeout_graceful_shutdown=_SHUTDOWN_S,
        timeout_keep_alive=60,
    )
    server = _Server(config)
    task = asyncio.create_task(server._serve(sockets=[bound]), name="loopback-server")  # noqa: SLF001 - serve() takes the signals
    try:
        shown = f"[{host}]" if ":" in host else host
        yield f"http://{shown}:{bound.getsockname()[1]}"
    finally:
        server.leave()
        await task
        bound.close()
