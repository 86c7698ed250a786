"""Show that a watch list can be read as a feed by whoever has its address, until that is taken back."""

import json
import re

import feedparser
import httpx
import pytest

from bot.app import web_routes
from bot.sandbox.loopback import serving
from bot.web import build_web


@pytest.fixture
async def web(talk):
    """Give a client of the web side of a bot that has read some news."""
    await talk.publish(10)
    async with (
        serving(build_web(web_routes(talk.here.tocsin))) as address,
        httpx.AsyncClient(base_url=address) as client,
    ):
        yield client


def paths(answer):
    return re.findall(r"/out/\S+", answer)


async def test_a_watch_list_is_a_feed_that_readers_understand(talk, web):
    (answer,) = await talk.say("/link")
    as_atom, as_json = paths(answer)
    atom, listed = await web.get(as_atom), await web.get(as_json)
    feed, document = feedparser.parse(atom.content), json.loads(listed.content)
    again = await web.get(as_atom, headers={"if-none-match": atom.headers["etag"]})

    assert (200, 200, 304) == (atom.status_code, listed.status_code, again.status_code)
    assert (False, True) == (bool(feed.bozo), len(feed.entries) >= 1)
    assert [(each.id, each.title, each.link) for each in feed.entries] == [
        (item["id"], item["title"], item["url"]) for item in document["items"]
    ]
    assert len({each.id for each in feed.entries}) == len(feed.entries)
    assert ("private, max-age=120", "noindex, nofollow") == (
        atom.headers["cache-control"],
        atom.headers["x-robots-tag"],
    )


async def test_a_new_address_makes_the_old_one_worthless_and_off_closes_both(talk, web):
    (first, *_), (second, *_) = paths((await talk.say("/link"))[0]), paths((await talk.say("/link"))[0])
    met = [(await web.get(path)).status_code for path in (first, second)]
    await talk.say("/link off")
    after = [(await web.get(path)).status_code for path in (first, second, "/out/x.atom", "/out/x.exe", "/out/.json")]

    assert ([404, 200], [404] * 5) == (met, after)
    assert len(first) > 35
