"""Show that the article behind a headline is read where it may be, and that nothing is lost where it may not."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from bot.clock import SimulatedClock
from bot.feeds.articles import ENOUGH, MOST_PAGES, Articles
from bot.feeds.parse import ParserPool
from bot.http import GuardedClient, HttpLimits
from storage.records import Disposition, NewEntry

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)
SENTENCE = "Des habitants de Diafarabé racontent que le convoi est passé par le pont sans être arrêté. "
PAGE = (
    "<html><head><title>Le pont</title></head><body><nav><a href='/'>Accueil</a><a href='/x'>Abonnez-vous</a></nav><article>"
    f"<h1>Le pont</h1><p>{SENTENCE * 6}</p></article><footer>Tous droits réservés</footer></body></html>"
)


def entry(path, *, summary="", disposition=Disposition.ALERT):
    return NewEntry(
        key=path, guid_key=path, url_key=path, title_key="t", url=path, title="Le pont", summary=summary, lang="fr",
        published=NOW, effective=NOW, content_hash="c", disposition=disposition,
    )  # fmt: skip


class Site:
    """Serve pages and a robots.txt, and note what was asked when."""

    def __init__(self, clock, robots=None, page=PAGE, status=200):
        self.clock, self.robots, self.page, self.status = clock, robots, page, status
        self.asked, self.at_once, self.most_at_once = [], 0, 0

    async def handle(self, reader, writer):
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        path = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1].decode()
        self.asked.append((path, self.clock.now()))
        status, body = self.status, self.page
        if path == "/robots.txt":
            status, body = (404, "") if self.robots is None else self.robots
        data = body.encode()
        writer.write(
            f"HTTP/1.1 {status} X\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(data)}\r\nConnection: close\r\n\r\n".encode()
            + data
        )
        await writer.drain()
        self.at_once -= 1
        writer.close()

    def paths(self):
        return [path for path, _ in self.asked]


@asynccontextmanager
async def reading(**how):
    clock = SimulatedClock(NOW)
    site = Site(clock, **how)
    client, parser = GuardedClient(limits=HttpLimits(private_hosts=True)), ParserPool(workers=1)
    server = await asyncio.start_server(site.handle, "127.0.0.1", 0)
    async with server:
        yield Articles(client, parser, clock), site, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    await client.close()
    await parser.close()


async def test_the_text_of_an_article_takes_the_place_of_a_thin_summary():
    async with reading() as (articles, site, base):
        thin, thick, late = await articles.complete(
            [
                entry(f"{base}/a"),
                entry(f"{base}/b", summary="x" * ENOUGH),
                entry(f"{base}/c", disposition=Disposition.LATE),
            ]
        )

    assert (6, "x" * ENOUGH, "") == (thin.summary.count("Diafarabé"), thick.summary, late.summary)
    assert "Abonnez" not in thin.summary
    assert ["/robots.txt", "/a"] == site.paths()


@pytest.mark.parametrize(
    "how",
    [
        {"robots": (200, "User-agent: *\nDisallow: /a")},
        {"robots": (200, "User-agent: Tocsin\nDisallow: /")},
        {"robots": (503, "")},
        {"status": 404},
        {"page": "<html><body></body></html>"},
    ],
)
async def test_what_may_not_or_cannot_be_read_leaves_the_feeds_own_words(how):
    async with reading(**how) as (articles, _, base):
        given = entry(f"{base}/a", summary="Court.")

        assert (given,) == await articles.complete([given])


async def test_a_robots_file_is_asked_for_once_in_half_a_day():
    async with reading(robots=(200, "User-agent: *\nAllow: /")) as (articles, site, base):
        for path in ("a", "b"):
            await articles.text(f"{base}/{path}")
        articles.clock.advance(timedelta(hours=13).total_seconds())
        await articles.text(f"{base}/c")

    assert ["/robots.txt", "/a", "/b", "/robots.txt", "/c"] == site.paths()


async def test_pages_of_one_host_are_read_one_at_a_time_at_the_pace_that_it_asks_for():
    async with reading(robots=(200, "User-agent: *\nCrawl-delay: 7")) as (articles, site, base):
        await asyncio.gather(*(articles.text(f"{base}/{n}") for n in range(3)))
    moments = [moment for path, moment in site.asked if path != "/robots.txt"]

    assert (1, [7.0, 7.0]) == (
        site.most_at_once,
        [(b - a).total_seconds() for a, b in pairwise(moments)],
    )


async def test_a_poll_reads_a_few_pages_only():
    async with reading() as (articles, site, base):
        done = await articles.complete([entry(f"{base}/{n}") for n in range(MOST_PAGES + 3)])

    assert (MOST_PAGES, MOST_PAGES + 1) == (sum(bool(each.summary) for each in done), len(site.asked))


@pytest.mark.parametrize("url", ["", "ftp://example.org/a", "https:///a", "http://10.0.0.1/a"])
async def test_an_address_that_is_none_or_not_public_is_not_asked(url):
    guarded = GuardedClient(limits=HttpLimits(total_s=5))
    articles = Articles(guarded, ParserPool(workers=1), SimulatedClock(NOW))

    assert "" == await articles.text(url)
    await guarded.close()


def test_an_entry_keeps_its_identity_when_its_text_is_completed():
    assert replace(entry("a"), summary="long").content_hash == entry("a").content_hash
