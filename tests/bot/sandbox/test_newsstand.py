"""Show that the sample feeds are served, misbehave as told and are counted."""

from datetime import UTC, datetime

import feedparser
import httpx
import pytest

from bot.clock import SimulatedClock
from bot.errors import UserError
from bot.sandbox.loopback import serving
from bot.sandbox.newsstand import Newsstand, sample_entries, sample_outlets

START = datetime(2026, 3, 1, 6, tzinfo=UTC)


@pytest.fixture
async def newsstand():
    async with Newsstand(SimulatedClock(START), start=START).open() as opened:
        yield opened


@pytest.fixture
async def client():
    async with httpx.AsyncClient(trust_env=False) as opened:
        yield opened


def test_the_sample_set_is_as_large_and_varied_as_promised():
    outlets, entries = sample_outlets(), sample_entries()

    assert [True, True] == [len(outlets) >= 12, len(entries) >= 150]
    assert {"fr", "en", "ar"} == {outlet.lang for outlet in outlets}
    assert {"malformed", "slow", "late", ""} == {outlet.fault for outlet in outlets}
    assert {"rss", "atom"} == {outlet.format for outlet in outlets}


def test_every_sample_has_an_address_of_its_own():
    paths = [entry.path for entry in sample_entries()]

    assert len(paths) == len(set(paths))


async def test_every_feed_gives_what_was_published_even_the_malformed_one(newsstand, client):
    newsstand.publish(len(sample_entries()))
    counts = {}
    for outlet in newsstand.outlets.values():
        url = newsstand.feed_url(outlet.key)
        answer = await client.get(url)
        answer = await client.get(url) if outlet.fault == "late" else answer
        counts[outlet.key] = len(feedparser.parse(answer.content).entries)

    assert {key: sum(entry.outlet == key for entry in newsstand.ledger) for key in counts} == counts


async def test_the_late_outlet_answers_500_once(newsstand, client):
    late = next(outlet.key for outlet in newsstand.outlets.values() if outlet.fault == "late")
    statuses = [(await client.get(newsstand.feed_url(late))).status_code for _ in range(2)]

    assert [500, 200] == statuses


async def test_an_unchanged_feed_is_answered_with_304(newsstand, client):
    newsstand.publish(1)
    first = await client.get(newsstand.feed_url("west-africa-desk"))
    again = await client.get(newsstand.feed_url("west-africa-desk"), headers={"If-None-Match": first.headers["ETag"]})

    assert (200, 304, b"") == (first.status_code, again.status_code, again.content)


async def test_an_article_stands_behind_each_published_link_and_says_that_it_is_a_sample(newsstand, client):
    published = newsstand.publish(1)[0]
    page = await client.get(newsstand.base_url + published.path)
    unpublished = await client.get(newsstand.base_url + newsstand.waiting[0].path)

    assert (True, 404) == ("SAMPLE" in page.text, unpublished.status_code)


async def test_a_taken_port_is_one_sentence_with_the_remedy(newsstand):
    port = int(newsstand.base_url.rpartition(":")[2])
    with pytest.raises(UserError, match=r"Cannot listen on .*TOCSIN_WEB__LISTEN"):
        async with serving(None, port=port):
            pass
