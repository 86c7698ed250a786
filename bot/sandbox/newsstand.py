"""Serve the sample feeds on loopback and keep a ledger of what was published.

The ledger is one half of the demo's balance; the other is what the sandbox
received. Neither reads the bot's own tables.
"""

from __future__ import annotations

import hashlib
import tomllib
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from importlib import resources
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from starlette.applications import Starlette
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.sandbox.loopback import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from bot.clock import Clock

# What the keys of sample outlets begin with; whatever comes from them is marked SAMPLE.
SAMPLE: Final = "sample:"
# A sample feed shows its newest entries only, as real ones do.
_WINDOW: Final = 30
# Seconds that the slow outlet takes; a poll waits longer than that.
_SLOW_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class SampleOutlet:
    """Describe one invented outlet; `fault` is malformed, slow, late or ""."""

    key: str
    name: str
    lang: str
    kind: str
    owner: str
    country: str
    format: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class SampleEntry:
    """Hold one entry of an invented event; `at` is minutes from the start of the replay."""

    event: str
    rings: bool
    number: int
    at: int
    outlet: str
    title: str
    summary: str

    @property
    def path(self) -> str:
        """Return the path of its article page."""
        return f"/{self.outlet}/{self.event}-{self.number}"


def sample_outlets() -> tuple[SampleOutlet, ...]:
    """Return the invented outlets."""
    text = (resources.files("bot.sandbox.samples") / "outlets.toml").read_text(encoding="utf-8")
    return tuple(SampleOutlet(**row) for row in tomllib.loads(text)["outlet"])


def sample_entries() -> tuple[SampleEntry, ...]:
    """Return the invented entries in order of publication."""
    text = (resources.files("bot.sandbox.samples") / "events.toml").read_text(encoding="utf-8")
    entries = [
        SampleEntry(event=event["id"], rings=event["rings"], number=number, **row)
        for event in tomllib.loads(text)["event"]
        for number, row in enumerate(event["entries"], 1)
    ]
    return tuple(sorted(entries, key=lambda entry: (entry.at, entry.outlet)))


class Newsstand:
    """Publish the sample entries step by step at `/feed/OUTLET`, with articles behind the links."""

    def __init__(self, clock: Clock, *, start: datetime) -> None:
        self._clock = clock
        self._start = start
        self._entries = sample_entries()
        self._late = {outlet.key for outlet in sample_outlets() if outlet.fault == "late"}
        self.outlets = {outlet.key: outlet for outlet in sample_outlets()}
        self.published = 0
        self._moments: dict[str, datetime] = {}
        self.base_url = ""

    @asynccontextmanager
    async def open(self, port: int = 0) -> AsyncIterator[Newsstand]:
        """Serve the feeds until the block ends."""
        routes = [
            Route("/feed/{outlet}", self._feed, methods=["GET", "HEAD"]),
            Route("/{outlet}/{slug}", self._article),
        ]
        async with serving(Starlette(routes=routes), port=port) as address:
            self.base_url = address
            yield self

    @property
    def ledger(self) -> tuple[SampleEntry, ...]:
        """Return what has been published, in order."""
        return self._entries[: self.published]

    @property
    def waiting(self) -> tuple[SampleEntry, ...]:
        """Return what has not been published yet, in order."""
        return self._entries[self.published :]

    def publish(self, count: int = 1) -> tuple[SampleEntry, ...]:
        """Publish the next entries, dated now, and return them."""
        fresh = self._entries[self.published : self.published + count]
        self._moments |= {entry.path: self._clock.now() for entry in fresh}
        self.published += len(fresh)
        return fresh

    def resume(self, published: int) -> None:
        """Go on after so many entries, dated as the replay planned them."""
        self.published = published
        self._moments = {entry.path: self.planned(entry) for entry in self.ledger}

    def planned(self, entry: SampleEntry) -> datetime:
        """Return when the replay publishes an entry."""
        return self._start + timedelta(minutes=entry.at)

    def moment(self, entry: SampleEntry) -> datetime:
        """Return when an entry was published."""
        return self._moments[entry.path]

    def feed_url(self, outlet: str) -> str:
        """Return the address of an outlet's feed."""
        return f"{self.base_url}/feed/{outlet}"

    async def _feed(self, request: Request) -> Response:
        outlet = self.outlets.get(request.path_params["outlet"])
        if outlet is None:
            return Response("No such outlet.", 404)
        if outlet.fault == "slow":
            await self._clock.sleep(_SLOW_S)
        if outlet.key in self._late:
            self._late.discard(outlet.key)
            return Response("The sample outlet is late today.", 500)
        shown = [entry for entry in reversed(self.ledger) if entry.outlet == outlet.key][:_WINDOW]
        body = (self._atom if outlet.format == "atom" else self._rss)(outlet, shown).encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        headers = {"ETag": etag, "Cache-Control": "max-age=0"}
        if request.headers.get("If-None-Match") == etag:
            return Response(status_code=304, headers=headers)
        return Response(body, media_type="application/xml", headers=headers)

    async def _article(self, request: Request) -> Response:
        path = request.url.path
        found = next((entry for entry in self.ledger if entry.path == path), None)
        if found is None:
            return Response("No such article.", 404)
        outlet = self.outlets[found.outlet]
        return HTMLResponse(
            f'<!doctype html><html lang="{outlet.lang}"><meta charset="utf-8"><title>{escape(found.title)}</title>'
            f"<p>SAMPLE · {escape(outlet.name)}</p><h1>{escape(found.title)}</h1><p>{escape(found.summary)}</p></html>"
        )

    def _rss(self, outlet: SampleOutlet, entries: list[SampleEntry]) -> str:
        malformed = outlet.fault == "malformed"

        def text(value: str) -> str:
            return value if malformed else escape(value)

        items = "".join(
            f"<item><title>{text(entry.title)}</title><link>{self.base_url}{entry.path}</link>"
            f'<guid isPermaLink="false">{outlet.key}-{entry.event}-{entry.number}</guid>'
            f"<pubDate>{format_datetime(self.moment(entry))}</pubDate>"
            f"<description>{text(entry.summary)}</description></item>"
            for entry in entries
        )
        end = "<x:note>" if malformed else "</channel></rss>"
        return (
            f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>{text(outlet.name)}</title>'
            f"<link>{self.base_url}/</link><language>{outlet.lang}</language>{items}{end}"
        )

    def _atom(self, outlet: SampleOutlet, entries: list[SampleEntry]) -> str:
        items = "".join(
            f"<entry><id>{self.base_url}{entry.path}</id><title>{escape(entry.title)}</title>"
            f'<link rel="alternate" href="{self.base_url}{entry.path}"/>'
            f"<updated>{self.moment(entry).isoformat()}</updated><published>{self.moment(entry).isoformat()}</published>"
            f"<summary>{escape(entry.summary)}</summary></entry>"
            for entry in entries
        )
        return (
            f'<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{outlet.lang}">'
            f"<title>{escape(outlet.name)}</title><id>{self.base_url}/{outlet.key}</id>"
            f"<updated>{self._start.isoformat()}</updated>{items}</feed>"
        )
