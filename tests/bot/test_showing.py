"""Show where the chat page is served, and that its link is printed."""

import re

import httpx
import pytest

from bot.clock import SystemClock
from bot.config import WebSettings
from bot.sandbox.page import Page
from bot.sandbox.server import Sandbox
from bot.showing import showing


@pytest.fixture
def said():
    return []


@pytest.fixture
def page():
    return Page(Sandbox(SystemClock()))


async def statuses(said, *paths):
    address = re.search(r"http://[\d.:]+", " ".join(said))
    async with httpx.AsyncClient(base_url=address[0]) as client:
        return [(await client.get(path)).status_code for path in paths]


async def test_the_link_is_printed_and_lets_one_browser_in(page, said):
    async with showing(WebSettings(listen="127.0.0.1:0"), page, say=said.append, routes=[]):
        key = said[0].rpartition("?")[2]
        answers = await statuses(said, "/page", f"/page?{key}", "/healthz")

    assert ([403, 303, 200], 2) == (answers, len(said))
    assert said[1].startswith("The page was opened. For another browser: http://127.0.0.1:")


async def test_beyond_this_machine_the_page_is_served_only_when_asked_for(page, said):
    async with showing(WebSettings(listen="0.0.0.0:0"), page, say=said.append, routes=[]):
        pass

    assert ["The chat page is for this machine only. TOCSIN_WEB__PAGE=true serves it on 0.0.0.0:0 as well."] == said
    async with showing(WebSettings(listen="0.0.0.0:0", page=True), page, say=said.append, routes=[]):
        assert [403] == await statuses(said[1:], "/page")
