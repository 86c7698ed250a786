"""Show the chat page while a sandbox runs, and print its link; a used link is followed by a new one."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.app import web_routes
from bot.sandbox.gate import Gate
from bot.sandbox.page import Page
from bot.sandbox.pane import Pane
from bot.web import is_loopback, web_side

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from bot.app import Tocsin
    from bot.config import WebSettings
    from bot.sandbox.newsstand import Newsstand
    from bot.sandbox.server import Sandbox
    from bot.sandbox.transport import Transport

Play = tuple["Newsstand", "Transport"]


@asynccontextmanager
async def showing(
    settings: WebSettings, tocsin: Tocsin, *, sandbox: Sandbox, say: Callable[[str], None], play: Play | None = None
) -> AsyncIterator[Pane]:
    """Serve the web side with the chat page; beyond this machine only when TOCSIN_WEB__PAGE asks for it.

    The pane that it gives has to be run by the caller.
    """
    pane = Pane(tocsin, sandbox, play)
    if not (is_loopback(settings.host) or settings.page):
        say(f"The chat page is for this machine only. TOCSIN_WEB__PAGE=true serves it on {settings.listen} as well.")
        async with web_side(settings, web_routes(tocsin)):
            yield pane
        return
    tocsin.poller.told = pane.note
    page = Page(sandbox, Gate(), pane)
    async with web_side(settings, page.routes, web_routes(tocsin)) as address:
        seen = _reachable(address)
        page.gate.renewed = lambda _key: say(f"The page was opened. For another browser: {page.link(seen)}")
        say(f"Talk to the bot in a browser: {page.link(seen)}")
        try:
            yield pane
        finally:
            page.close()


def _reachable(address: str) -> str:
    """Return an address that a browser on this machine can open: one that means "all of them" is none."""
    return address.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")
