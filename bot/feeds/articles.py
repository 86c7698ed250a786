"""Fetch the article behind a headline, for feeds that give no more: opt-in, as robots.txt permits, one at a time a host.

Failure is no failure: an entry whose page cannot be had is matched by what its feed says.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

import structlog
from protego import Protego

from bot.feeds.parse import ParseFailed, Task
from bot.http import AGENT, HttpFailure
from matchers.urls import web_host
from storage.records import Disposition

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.clock import Clock
    from bot.feeds.parse import ParserPool
    from bot.http import GuardedClient
    from storage.records import NewEntry

log = structlog.get_logger()

# A summary of this many characters tells enough; a page is fetched for less only.
ENOUGH: Final = 400
# Pages of one poll; a feed that brings more at once is matched by its headlines for the rest.
MOST_PAGES: Final = 8
# Seconds between two pages of a host, unless its robots.txt asks for more, up to ten.
_SPACING_S: Final = 2.0
_MOST_SPACING_S: Final = 10.0
# Seconds that the pages of one poll may take in all; the poll's lease is longer.
BUDGET_S: Final = 40.0
_ROBOTS_FOR: Final = timedelta(hours=12)
_ROBOTS_KEPT: Final = 2_000
_HTML: Final = "text/html,application/xhtml+xml;q=0.9"


@dataclass(slots=True)
class _Host:
    """Hold what a host permits, until when that is believed, and the lock that makes one request at a time of many."""

    rules: Protego | None = None
    until: datetime | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(slots=True)
class Articles:
    """Read article pages; keep each host's robots.txt for half a day."""

    client: GuardedClient
    parser: ParserPool
    clock: Clock
    _hosts: OrderedDict[str, _Host] = field(default_factory=OrderedDict)

    async def complete(self, entries: Sequence[NewEntry]) -> tuple[NewEntry, ...]:
        """Return the entries, those that may ring and say little with the text of their page for a summary."""
        thin = [each for each in entries if each.disposition is Disposition.ALERT and len(each.summary) < ENOUGH]
        texts: dict[str, str] = {}
        try:
            async with asyncio.timeout(BUDGET_S):
                for each in thin[:MOST_PAGES]:
                    texts[each.key] = await self.text(each.url)
        except TimeoutError:
            log.info("articles.cut_short", read=len(texts), wanted=len(thin))
        return tuple(
            replace(each, summary=texts[each.key]) if len(texts.get(each.key, "")) > len(each.summary) else each
            for each in entries
        )

    async def text(self, url: str) -> str:
        """Return the text of an article's page, "" when it may not or cannot be read."""
        if not web_host(url):
            return ""
        host = self._host(urlsplit(url).netloc.rpartition("@")[2].lower())
        try:
            async with host.lock:
                rules = await self._rules(host, url)
                if not rules.can_fetch(url, AGENT):
                    log.info("article.forbidden", url=url)
                    return ""
                await self.clock.sleep(min(rules.crawl_delay(AGENT) or _SPACING_S, _MOST_SPACING_S))
                reply = await self.client.get(url, headers={"Accept": _HTML})
            if reply.status != 200 or "html" not in reply.headers.get("content-type", "html"):
                return ""
            return await self.parser.article(Task(reply.body, reply.headers.get("content-type", ""), url=reply.url))
        except (HttpFailure, ParseFailed) as failure:
            log.info("article.failed", url=url, reason=failure.kind)
            return ""

    def _host(self, name: str) -> _Host:
        host = self._hosts.setdefault(name, _Host())
        self._hosts.move_to_end(name)
        while len(self._hosts) > _ROBOTS_KEPT:
            self._hosts.popitem(last=False)
        return host

    async def _rules(self, host: _Host, url: str) -> Protego:
        """Return what a host permits (RFC 9309): all when it has no robots.txt, nothing while it cannot be asked."""
        now = self.clock.now()
        if host.rules is None or host.until is None or now >= host.until:
            host.rules, host.until = await self._asked(url), now + _ROBOTS_FOR
        return host.rules

    async def _asked(self, url: str) -> Protego:
        try:
            reply = await self.client.get(urljoin(url, "/robots.txt"), headers={"Accept": "text/plain"})
        except HttpFailure:
            return Protego.parse("User-agent: *\nDisallow: /")
        if reply.status == 200:
            return Protego.parse(reply.body[: 512 * 1024].decode("utf-8", "replace"))
        return Protego.parse("" if 400 <= reply.status < 500 else "User-agent: *\nDisallow: /")
