"""Publish feeds that misbehave, each on a loopback host of its own, beside those of the press."""

from __future__ import annotations

import asyncio
import gzip
import itertools
from contextlib import AsyncExitStack, asynccontextmanager
from email.utils import format_datetime
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.sandbox.loopback import serving

if TYPE_CHECKING:
    from bot.clock import Clock

_XML = "application/rss+xml"
# 300 MB of nothing, 290 kB on the wire.
_BOMB = gzip.compress(b" " * 300_000_000, 1)
_FIRST_HOST = 50


def rss(items: str) -> bytes:
    return f"<rss version='2.0'><channel><title>Rogue</title>{items}</channel></rss>".encode()


def item(number: object, date: str = "") -> str:
    when = f"<pubDate>{date}</pubDate>" if date else ""
    return f"<item><title>rogue {number} Ansar Dine</title><guid isPermaLink='false'>{number}</guid>{when}</item>"


class Rogues:
    """Hold the ways to misbehave; each method answers one feed."""

    def __init__(self, clock: Clock) -> None:
        self._times = itertools.count()
        self.urls: list[str] = []
        now = format_datetime(clock.now())
        self._many = rss("".join(item(f"many {n}", now) for n in range(100_000)))

    @property
    def ways(self):
        return {
            "hangs": self.hangs, "drips": self.drips, "never ends": self.never_ends, "bomb": self.bomb,
            "deep": self.deep, "entities": self.entities, "external": self.external, "loops": self.loops,
            "wrong length": self.wrong_length, "bad encoding": self.bad_encoding, "304 with a body": self.not_modified,
            "html": self.html, "guid churn": self.churn, "old and future dates": self.dates,
            "100,000 entries": self.many, "empties and returns": self.empties,
        }  # fmt: skip

    @asynccontextmanager
    async def open(self):
        """Serve until the block ends."""
        async with AsyncExitStack() as stack:
            for number, answer in enumerate(self.ways.values(), _FIRST_HOST):
                application = Starlette(routes=[Route("/feed", answer)])
                self.urls.append(
                    await stack.enter_async_context(serving(application, host=f"127.0.0.{number}")) + "/feed"
                )
            yield self

    def toml(self) -> str:
        return "\n".join(
            f'[[outlet]]\nkey = "rogue{number}"\nname = "Rogue {way}"\nkind = "independent"\nowner = "rogue {number}"\n'
            f'country = "ML"\n[[outlet.feed]]\nurl = "{url}"\nlang = "fr"\nclass = "A"\n'
            for number, (way, url) in enumerate(zip(self.ways, self.urls, strict=True))
        )

    async def hangs(self, _request):
        await asyncio.sleep(50)
        return Response(b"", media_type=_XML)

    async def drips(self, _request):
        async def body():
            for byte in rss(item(1)) * 100:
                yield bytes([byte])
                await asyncio.sleep(0.5)

        return StreamingResponse(body(), media_type=_XML)

    async def never_ends(self, _request):
        async def body():
            yield b"<rss><channel>"
            while True:
                yield item("endless").encode() * 200
                await asyncio.sleep(0)

        return StreamingResponse(body(), media_type=_XML)

    async def bomb(self, _request):
        return Response(_BOMB, media_type=_XML, headers={"Content-Encoding": "gzip"})

    async def deep(self, _request):
        return Response(b"<a>" * 100_000 + b"</a>" * 100_000, media_type=_XML)

    async def entities(self, _request):
        ladder = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
        return Response(
            f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a0 "laugh">{ladder}]><rss><channel><title>&a9;</title></channel></rss>',
            media_type=_XML,
        )

    async def external(self, _request):
        return Response(
            '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]><rss><channel><title>&x;</title></channel></rss>',
            media_type=_XML,
        )

    async def loops(self, request):
        return RedirectResponse(str(request.url), 301)

    async def wrong_length(self, _request):
        async def body():
            yield rss(item("short"))

        return StreamingResponse(body(), media_type=_XML, headers={"Content-Length": "100000"})

    async def bad_encoding(self, _request):
        return Response(
            b'<?xml version="1.0" encoding="nonsense"?>\xff\xfe<rss><channel>\x80\x81</channel></rss>', media_type=_XML
        )

    async def not_modified(self, _request):
        return Response(rss(item("ghost")), 304)

    async def html(self, _request):
        return Response("<!doctype html><title>Please wait</title><p>Checking your browser", media_type="text/html")

    async def churn(self, _request):
        """Give the same twenty entries new names each time."""
        turn = next(self._times)
        items = "".join(
            f"<item><title>rogue churn {n} Ansar Dine</title><link>http://rogue.example/{n}</link>"
            f"<guid isPermaLink='false'>{turn}-{n}</guid></item>"
            for n in range(20)
        )
        return Response(rss(items), media_type=_XML)

    async def dates(self, _request):
        old, ahead = "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 01 Jan 2099 00:00:00 GMT"
        return Response(rss(item("old", old) + item("ahead", ahead) + item("never", "not a date")), media_type=_XML)

    async def many(self, _request):
        return Response(self._many, media_type=_XML)

    async def empties(self, _request):
        turn = next(self._times)
        items = "" if turn % 2 else "".join(item(f"back {n}") for n in range(30))
        return Response(rss(items), media_type=_XML)
