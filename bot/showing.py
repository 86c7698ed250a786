"""Show the chat page while a sandbox runs, and print its link; a used link is followed by a new one."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

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
    from bot.web import RouteList

Play = tuple["Newsstand", "Transport"]


def build_page(tocsin: Tocsin, sandbox: Sandbox, *, play: Play | None = None) -> Page:
    """Return the page of a bot in a sandbox; its pane hears of every poll and has to be run."""
    pane = Pane(tocsin, sandbox, play)
    tocsin.poller.told = pane.note
    return Page(sandbox, pane)


@asynccontextmanager
async def showing(
    settings: WebSettings, page: Page, *, say: Callable[[str], None], routes: RouteList, shared: bool = True
) -> AsyncIterator[None]:
    """Serve the web side with the page, beyond this machine only when TOCSIN_WEB__PAGE asks for it.

    Who tries the bot out twice at once gets two pages, unless `shared` is false.
    """
    if not (is_loopback(settings.host) or settings.page):
        say(f"The chat page is for this machine only. TOCSIN_WEB__PAGE=true serves it on {settings.listen} as well.")
        async with web_side(settings, routes, shared=shared):
            yield
        return
    async with web_side(settings, page.routes, routes, shared=shared) as address:
        seen = _reachable(address)
        page.gate.renewed = lambda _key: say(f"The page was opened. For another browser: {page.link(seen)}")
        say(f"Talk to the bot in a browser: {page.link(seen)}")
        try:
            yield
        finally:
            page.close()


def _reachable(address: str) -> str:
    """Return an address that a browser on this machine can open: one that means "all of them" is none."""
    return address.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")
