"""Publish made-up news on loopback, and keep a ledger of what was published when: the laboratory's first witness."""

from __future__ import annotations

import hashlib
import random
import string
from collections import deque
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from bot.sandbox.loopback import serving
from matchers.types import EntryText

if TYPE_CHECKING:
    from datetime import datetime

    from bot.clock import Clock
    from matchers.watchlist import Watchlist

# The families that news is made of, and how many entities of each.
FAMILIES = ("jihadists", "leaders", "forces", "tuareg-groups")
_EACH = 15


@dataclass(frozen=True, slots=True)
class Published:
    """Hold one entry that stood in a feed: its marker stands in no other."""

    marker: str
    family: str
    feed: int
    at: datetime
    title: str


def plain_names(watchlist: Watchlist) -> tuple[tuple[str, str], ...]:
    """Return names that ring by themselves, and for one family only, among words that say nothing."""
    found = []
    for family in FAMILIES:
        sure = [
            (family, entity.name)
            for entity in watchlist.entities()
            if family in entity.families and rung_for(watchlist, f"Qzwxv : {entity.name} wrtpl kqjh") == {family}
        ]
        found += sure[:_EACH]
    return tuple(found)


def rung_for(watchlist: Watchlist, title: str) -> set[str]:
    """Return the families of all that a headline rings for."""
    return {family for match in watchlist.match(EntryText(title)) if match.score >= 80 for family in match.families}


@dataclass(slots=True)
class Press:
    """Serve one feed a loopback host, so that politeness to a host does not slow the laboratory.

    `names` are (family, how a headline names one of it); each entry has words of its own beside the name.
    """

    clock: Clock
    names: tuple[tuple[str, str], ...]
    feeds: int = 4
    random: random.Random = field(default_factory=lambda: random.Random(20260301))
    shown: int = 150
    ledger: list[Published] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    _stands: dict[int, deque[Published]] = field(default_factory=dict)

    @asynccontextmanager
    async def open(self):
        """Serve until the block ends."""
        async with AsyncExitStack() as stack:
            for number in range(self.feeds):
                routes = [Route("/feed", self._answer(number))]
                host = f"127.0.0.{number + 2}"
                self.urls.append(
                    await stack.enter_async_context(serving(Starlette(routes=routes), host=host)) + "/feed"
                )
            yield self

    def publish(self, *, plain: bool = False) -> Published:
        """Put the next entry into a feed; a plain one names nothing that anybody watches."""
        marker = self._word(4)
        family, name = ("", self._word(3)) if plain else self.random.choice(self.names)
        words = " ".join(self._word(self.random.randint(2, 4)) for _ in range(6))
        title = f"{marker.capitalize()} : {name} {words}"
        entry = Published(marker, family, self.random.randrange(self.feeds), self.clock.now(), title)
        self.ledger.append(entry)
        self._stands.setdefault(entry.feed, deque(maxlen=self.shown)).append(entry)
        return entry

    def toml(self) -> str:
        """Return the list of feeds as the bot reads it."""
        return "\n".join(
            f'[[outlet]]\nkey = "press{number}"\nname = "Press {number}"\nkind = "independent"\nowner = "owner {number}"\n'
            f'country = "ML"\n[[outlet.feed]]\nurl = "{url}"\nlang = "fr"\nclass = "A"\n'
            for number, url in enumerate(self.urls)
        )

    def _word(self, syllables: int) -> str:
        return "".join(self.random.choices(string.ascii_lowercase, k=2 * syllables))

    def _answer(self, number: int):
        async def answer(request):
            body = self._rss(number, list(self._stands.get(number, ()))).encode()
            etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            if request.headers.get("If-None-Match") == etag:
                return Response(status_code=304, headers={"ETag": etag})
            return Response(body, media_type="application/rss+xml", headers={"ETag": etag})

        return answer

    def _rss(self, number: int, entries: list[Published]) -> str:
        items = "".join(
            f"<item><title>{escape(entry.title)}</title><guid isPermaLink='false'>{entry.marker}</guid>"
            f"<link>http://press.example/{entry.marker}</link><pubDate>{format_datetime(entry.at)}</pubDate></item>"
            for entry in reversed(entries)
        )
        return (
            f"<rss version='2.0'><channel><title>Press {number}</title><language>fr</language>{items}</channel></rss>"
        )
