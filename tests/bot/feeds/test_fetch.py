"""Show what an answer means for a feed: validators, hints, refusals."""

from datetime import UTC, datetime

import pytest

from bot.feeds.fetch import Fetched, FetchFailed, NotModified, fetch, freshness, is_page, read, retry_after
from bot.http import HttpFailure, HttpReply
from storage.records import Cadence, FeedState, FeedToPoll, OutletSpec

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)


def feed(**changes):
    given = {
        "id": 1, "url": "https://example.org/feed", "host": "example.org", "lease_token": 1, "state": FeedState.ACTIVE,
        "klass": "B", "lang": "fr", "scope": ("ML",), "outlet": OutletSpec("example", "Example"), "etag": 'W/"1"',
        "last_modified": "Sun, 01 Mar 2026 05:00:00 GMT", "body_hash": "", "baseline": False, "full_text": False,
        "cadence": Cadence(),
    }  # fmt: skip
    return FeedToPoll(**given | changes)


def reply(status=200, body=b"<rss/>", **headers):
    return HttpReply(status, "https://example.org/feed", {k.replace("_", "-"): v for k, v in headers.items()}, body)


class Answering:
    """Give one answer and remember what was asked."""

    def __init__(self, answer):
        self.answer, self.asked = answer, None

    async def get(self, url, *, headers):
        self.asked = headers
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


async def test_both_validators_are_sent_byte_for_byte():
    client = Answering(reply(304, b""))
    await fetch(feed(), client, now=NOW)

    assert ('W/"1"', "Sun, 01 Mar 2026 05:00:00 GMT") == (
        client.asked["If-None-Match"],
        client.asked["If-Modified-Since"],
    )


async def test_an_unconditional_fetch_sends_none():
    client = Answering(reply(200))
    await fetch(feed(), client, now=NOW, unconditional=True)

    assert ["Accept"] == list(client.asked)


async def test_a_failure_of_the_client_is_a_value():
    assert FetchFailed("timeout", 0, "slow") == await fetch(feed(), Answering(HttpFailure("timeout", "slow")), now=NOW)


def test_a_304_keeps_old_validators_and_takes_new_ones():
    kept = read(reply(304, b""), feed(), now=NOW)
    renewed = read(reply(304, b"", etag='"2"'), feed(), now=NOW)

    assert ('W/"1"', '"2"') == (kept.etag, renewed.etag)


def test_the_same_bytes_are_unchanged_and_their_validators_are_new():
    first = read(reply(200, b"<rss/>"), feed(), now=NOW)
    again = read(reply(200, b"<rss/>", etag='"3"'), feed(body_hash=first.body_hash), now=NOW)

    assert (Fetched, NotModified, '"3"') == (type(first), type(again), again.etag)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (reply(401), "blocked"),
        (reply(403), "blocked"),
        (reply(404), "not-found"),
        (reply(410), "gone"),
        (reply(429), "throttled"),
        (reply(451), "blocked"),
        (reply(500), "http"),
        (reply(503), "http"),
        (reply(503, retry_after="60"), "throttled"),
        (reply(503, cf_mitigated="challenge"), "blocked"),
        (reply(200, b"<!doctype html><title>Just a moment...</title>"), "blocked"),
        (reply(200, b"<!DOCTYPE html><html><body>Home"), "not-a-feed"),
    ],
)
def test_each_refusal_has_its_word(answer, kind):
    assert kind == read(answer, feed(), now=NOW).kind


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("Sun, 01 Mar 2026 06:02:00 GMT", 120),
        ("", 0),
        ("soon", 0),
        ("999999999", 86_400),
        ("Sun, 01 Mar 2020 06:00:00 GMT", 0),
    ],
)
def test_retry_after_comes_as_seconds_or_as_a_date(value, seconds):
    assert seconds == retry_after(value, now=NOW)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"cache-control": "public, max-age=600"}, 600),
        ({"cache-control": "max-age=600", "age": "500"}, 100),
        ({"cache-control": "no-cache"}, 0),
        ({"expires": "Sun, 01 Mar 2026 07:00:00 GMT", "date": "Sun, 01 Mar 2026 06:30:00 GMT"}, 1800),
        ({"expires": "0"}, 0),
        ({"cache-control": "max-age=60", "expires": "Sun, 01 Mar 2026 07:00:00 GMT"}, 60),
        ({}, 0),
    ],
)
def test_the_publishers_own_freshness_is_read(headers, seconds):
    assert seconds == freshness(headers, now=NOW)


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE html><html>",
        b"\xef\xbb\xbf\n<!-- a --><HTML lang=fr>",
        b'<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x"><html>',
        b"<script>location='/'</script>",
    ],
)
def test_a_web_page_is_known_by_its_first_element(body):
    assert is_page(body)


@pytest.mark.parametrize(
    "body",
    [
        b'<?xml version="1.0"?><!-- made for <html> readers --><rss><channel/></rss>',
        b'<?xml-stylesheet href="a.xsl"?><feed xmlns="x"><title type="html">&lt;html&gt;</title></feed>',
        b'<!DOCTYPE rss PUBLIC "-//N//DTD RSS 0.91//EN" "x"><rss>',
        b'{"version": "https://jsonfeed.org/version/1.1", "items": ["<html>"]}',
        "<?xml version='1.0' encoding='utf-16'?><rss/>".encode("utf-16"),
        b"",
    ],
)
def test_a_feed_that_speaks_of_html_is_no_web_page(body):
    assert not is_page(body)
