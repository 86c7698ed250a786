"""Try addresses: is there a feed, and if there is a page, which feed does it advertise?"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from bot.feeds.fetch import ACCEPT
from bot.feeds.parse import ParseFailed, ParserPool
from bot.http import GuardedClient, HttpFailure, HttpLimits
from matchers.urls import joined, web_host
from storage.feeds import HOST_SPACING_S, host_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.config import Settings

_TYPES: Final = ("rss", "atom", "feed+json", "rdf")
# Where SPIP, WordPress and Joomla put their feeds; common with Sahel outlets (facts on feeds 9.8).
_USUAL: Final = ("/feed/", "/rss", "/rss.xml", "/spip.php?page=backend", "/index.php?format=feed&type=rss")
_AT_ONCE: Final = 8


@dataclass(frozen=True, slots=True)
class FoundFeed:
    """Hold a feed that answered."""

    url: str
    title: str
    lang: str
    entries: int


@dataclass(frozen=True, slots=True)
class Checked:
    """Hold what an address answered: `feed`, or why not."""

    url: str
    result: str
    entries: int


async def discover(settings: Settings, url: str) -> FoundFeed | None:
    """Return the feed at an address, or the first that its page advertises, or one at a usual place."""
    async with contextlib.AsyncExitStack() as stack:
        client, parser = _edges(settings, stack)
        page, found = await _try(client, parser, url=url)
        if found:
            return found
        for address in (*advertised(page, url), *(urljoin(url, path) for path in _USUAL)):
            _, found = await _try(client, parser, url=address)
            if found:
                return found
    return None


async def check(settings: Settings, urls: Sequence[str], *, told: Callable[[], None]) -> list[Checked]:
    """Ask addresses, a few at once but of one host one after another, and say what each answered."""
    places = asyncio.Semaphore(_AT_ONCE)
    answers: dict[str, Checked] = {}
    by_host: dict[str, list[str]] = {}
    for url in urls:
        by_host.setdefault(host_of(url), []).append(url)

    async with contextlib.AsyncExitStack() as stack:
        client, parser = _edges(settings, stack)

        async def one_host(its: Sequence[str]) -> None:
            for number, url in enumerate(its):
                await asyncio.sleep(HOST_SPACING_S if number else 0)
                async with places:
                    answers[url] = await _checked(client, parser, url=url)
                told()

        await asyncio.gather(*(one_host(its) for its in by_host.values()))
    return [answers[url] for url in urls]


async def _checked(client: GuardedClient, parser: ParserPool, *, url: str) -> Checked:
    try:
        reply = await client.get(url, headers={"Accept": ACCEPT})
        if reply.status != 200:
            return Checked(url, str(reply.status), 0)
        feed = await parser.parse(reply.body, reply.headers.get("content-type", ""))
    except (HttpFailure, ParseFailed) as failure:
        return Checked(url, failure.kind, 0)
    return Checked(url, "feed", len(feed.entries))


def advertised(page: bytes, url: str) -> list[str]:
    """Return the feeds that a web page names in its head, as whole addresses."""
    links = LexborHTMLParser(page.decode("utf-8", "replace")).css('link[rel~="alternate"]')
    found = [
        joined(url, link.attributes.get("href") or "")
        for link in links
        if link.attributes.get("href") and any(kind in (link.attributes.get("type") or "") for kind in _TYPES)
    ]
    return [address for address in found if web_host(address)]


async def _try(client: GuardedClient, parser: ParserPool, *, url: str) -> tuple[bytes, FoundFeed | None]:
    try:
        reply = await client.get(url, headers={"Accept": ACCEPT})
    except HttpFailure:
        return b"", None
    try:
        feed = await parser.parse(reply.body, reply.headers.get("content-type", ""))
    except ParseFailed:
        return reply.body, None
    if reply.status != 200 or not feed.entries:
        return reply.body, None
    return reply.body, FoundFeed(reply.url, feed.title, feed.lang, len(feed.entries))


def _edges(settings: Settings, stack: contextlib.AsyncExitStack) -> tuple[GuardedClient, ParserPool]:
    limits = HttpLimits(private_hosts=settings.feeds.allow_private_hosts)
    client = GuardedClient(contact=settings.feeds.contact, proxy=settings.feeds.proxy, limits=limits)
    stack.push_async_callback(client.close)
    parser = ParserPool()
    stack.push_async_callback(parser.close)
    return client, parser
