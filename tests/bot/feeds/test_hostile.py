"""Show that no body can stop us, fill us or lead us astray: each ends in time, in bounded memory, and harms no other."""

import asyncio
import contextlib
import gzip
import os
import random
import re
import time
from pathlib import Path

import pytest

from bot.feeds.parse import MEMORY, ParseFailed, ParserPool

GOOD = b'<rss version="2.0"><channel><title>T</title><item><title>apr\xc3\xa8s</title></item></channel></rss>'


def rss(item, *, head=""):
    return f'<?xml version="1.0"?>{head}<rss version="2.0"><channel><title>t</title><item><title>x</title>{item}</item></channel></rss>'.encode()


def entities(levels, each=10):
    first = '<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">'
    more = "".join(f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * each}">' for n in range(levels))
    return f"{first}{more}]>"


def noise(size):
    return random.Random(3).randbytes(size)


BODIES = {
    # as measured on the page of facts
    "billion laughs": lambda: rss("<description>&j;</description>", head=entities(9)),
    "quadratic entity": lambda: rss(f"<description>{'&a;' * 20_000}</description>", head=f'<!DOCTYPE l [<!ENTITY a "{"a" * 100_000}">]>'),
    "external entity": lambda: rss("<description>&x;</description>", head='<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]>'),
    "long style": lambda: rss(f'<description><![CDATA[<p style="{"a" * 100_000}">]]></description>'),
    "author of 16 kB": lambda: rss(f"<author>a@{'a.' * 8_000}</author>"),
    "author of 200 kB": lambda: rss(f"<author>a@{'a.' * 100_000}</author>"),
    "a million ampersands": lambda: rss(f"<description><![CDATA[{'&' * 1_000_000}]]></description>"),
    "200,000 nested tags": lambda: rss("<a>" * 200_000),
    "50,000 svg and math": lambda: rss(f"<description><![CDATA[{'<svg><math>' * 50_000}]]></description>"),
    "a web page of 5 MB": lambda: b"<html><body>" + b"<p>texte</p>" * 400_000,
    "60,000 items": lambda: b'<rss version="2.0"><channel>' + b"<item><title>un</title><link>http://e.org/</link></item>" * 60_000,
    "random bytes": lambda: noise(5_000_000),
    # as many again
    "parameter entities": lambda: rss("", head='<!DOCTYPE r [<!ENTITY % a "<!ENTITY b SYSTEM \'http://127.0.0.1:9/\'>"> %a;]>'),
    "external DTD": lambda: rss("", head='<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd">'),
    "100,000 attributes": lambda: rss("<link " + " ".join(f"a{n}='x'" for n in range(100_000)) + "/>"),
    "an attribute of 7 MB": lambda: rss(f'<link href="{"a" * 7_000_000}"/>'),
    "a title of 7 MB": lambda: rss(f"<title>{'mot ' * 1_750_000}</title>"),
    "a CDATA that never ends": lambda: rss("<description><![CDATA[" + "]" * 1_000_000),
    "a comment that never ends": lambda: b"<rss><channel><!--" + b"-" * 3_000_000,
    "200,000 items opened": lambda: b'<rss version="2.0"><channel>' + b"<item>" * 200_000,
    "200,000 items closed": lambda: b'<rss version="2.0"><channel>' + b"</item>" * 200_000,
    "half-open full texts": lambda: rss("<description>x</description>" + "<content:encoded>" * 50_000),
    "half-open categories": lambda: rss("<category><![CDATA[" * 50_000),
    "dates of 100 kB": lambda: rss(f"<pubDate>{'1' * 100_000}</pubDate>" + f"<pubDate>{'Mon, ' * 20_000}</pubDate>"),
    "200,000 namespaces": lambda: b"<rss " + b" ".join(b"xmlns:n%d='u'" % n for n in range(200_000)) + b"><channel/></rss>",
    "deep JSON": lambda: b'{"items":' + b"[" * 2_000_000,
    "wide JSON": lambda: b'{"version":"1","items":[' + b",".join([b'{"id":"1","content_html":"<b><i>"}'] * 200_000) + b"]}",
    "an endless sitemap": lambda: b"<urlset>" + b"<url><loc>http://e.org/</loc><title>t</title></url>" * 150_000,
    "UTF-16 of one letter": lambda: b"\xff\xfe" + b"<\x00" * 3_000_000,
    "NUL upon NUL": lambda: b"\x00" * 8_000_000,
    "a language of 20 kB": lambda: b"<rss><channel><language>" + b"x" * 20_000 + b"</language></channel></rss>",
    "escaped ten times": lambda: rss(f"<description>{'&amp;' * 10}lt;script&gt;</description>" * 2_000),
    "an encoding that is none": lambda: b'<?xml version="1.0" encoding="' + b"x" * 5_000 + b'"?>' + noise(200_000),
    "gzip taken for XML": lambda: gzip.compress(GOOD * 1_000),
    "blanks before a page": lambda: b" " * 5_000_000 + b"<html>",
}  # fmt: skip
# The quickest of each kind; all of them run in the slow run.
QUICK = {"external entity", "parameter entities", "deep JSON", "gzip taken for XML", "long style", "NUL upon NUL"}


def parsers():
    """Return the peak memory, in MB, of each parser process of ours, by its number."""
    peaks = {}
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if b"bot.feeds.worker" in (process / "cmdline").read_bytes():
                status = (process / "status").read_text()
                parent, peak = (int(re.search(rf"{name}:\s+(\d+)", status)[1]) for name in ("PPid", "VmHWM"))
                if parent == os.getpid():
                    peaks[process.name] = peak / 1024
    return peaks


async def read_beside(pool, hostile):
    """Read good feeds until a hostile one is done with; return how many, the slowest, and the peak of all parsers."""
    feeds, slowest, peak = 0, 0.0, 0.0
    while not hostile.done() or not feeds:
        began = time.perf_counter()
        feeds += "après" == (await pool.parse(GOOD, "text/xml")).entries[0].title
        slowest = max(slowest, time.perf_counter() - began)
        peak = max([peak, *parsers().values()])
        await asyncio.wait([hostile], timeout=0.05)
    return feeds, slowest, peak


@pytest.fixture
async def two_parsers():
    pool = ParserPool(workers=2)
    await asyncio.gather(*(pool.parse(GOOD, "text/xml") for _ in range(2)))  # both have started
    yield pool
    await pool.close()


@pytest.mark.parametrize("name", [pytest.param(n, marks=[] if n in QUICK else [pytest.mark.slow]) for n in BODIES])
async def test_a_hostile_body_ends_in_time_in_bounded_memory_and_disturbs_no_other(name, two_parsers):
    body, began, cpu, feed = BODIES[name](), time.perf_counter(), time.process_time(), None
    hostile = asyncio.create_task(two_parsers.parse(body, "text/xml"))
    feeds, slowest, peak = await read_beside(two_parsers, hostile)
    with contextlib.suppress(ParseFailed):
        feed = await hostile
    took, own = time.perf_counter() - began, time.process_time() - cpu
    print(f"{name}: {took:.1f} s, {peak:.0f} MB, {own:.1f} s of our own, {feeds} feeds read beside it")

    assert took < 12
    assert peak < 300
    assert feeds >= 1
    assert slowest < 5  # a machine that others share; alone it is a hundredth of a second
    assert own < 3  # whatever it cost, it cost a process of its own
    if feed:
        assert all(len(e.title) <= 1_000 and len(e.summary) <= 8_000 for e in feed.entries)
        assert "localhost" not in repr(feed)


def test_a_parser_cannot_hold_more_than_300_megabytes():
    assert MEMORY < 300_000_000
