"""Give the page's tests a real browser on a real page; they are skipped with a clear word where none is installed."""

import asyncio
import shutil
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from playwright.async_api import async_playwright

from bot.app import Shared, compile_watchlist, web_routes
from bot.clock import SystemClock
from bot.config import Settings, WebSettings, known_settings, variable_of
from bot.demonstrating import stage
from bot.sandbox.cast import bring_in
from bot.sandbox.demo import make_outlet_due
from bot.sandbox.page import Page
from bot.sandbox.server import Sandbox
from bot.sandbox.transport import Transport
from bot.showing import build_page, showing
from bot.web import web_side

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Milliseconds; a busy machine of two cores polls, matches and sends within this.
PATIENCE = 45_000


@pytest.fixture(scope="session")
def browser_path():
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no browser: install chromium (Debian: apt-get install chromium) to test the page")
    return found


@pytest.fixture
async def chromium(browser_path):
    async with async_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-quic", "--disable-background-networking"]
        browser = await playwright.chromium.launch(executable_path=browser_path, args=arguments)
        yield browser
        await browser.close()


class Visitor:
    """Hold one tab, and what its console complained of."""

    def __init__(self, tab):
        self.tab = tab
        self.complaints = []
        tab.set_default_timeout(PATIENCE)
        tab.on("console", lambda said: said.type in {"error", "warning"} and self.complaints.append(said.text))
        tab.on("pageerror", lambda error: self.complaints.append(str(error)))

    async def open(self, link):
        await self.tab.goto(link)
        await self.tab.wait_for_selector("body[data-ready]")

    async def say(self, text):
        await self.tab.fill("#text", text)
        await self.tab.press("#text", "Enter")

    async def tap(self, label):
        await self.tab.locator(".keys button", has_text=label).last.click()

    async def sees(self, text, *, where=".message"):
        await self.tab.locator(where, has_text=text).last.wait_for()

    async def count(self, selector):
        return await self.tab.locator(selector).count()


@asynccontextmanager
async def visiting(browser, link, **context):
    """Open the page as a newcomer would; whatever the console complains of fails the test."""
    options = {"viewport": {"width": 1440, "height": 900}, "locale": "en-GB", **context}
    visit = await browser.new_context(**options)
    visitor = Visitor(await visit.new_page())
    await visitor.open(link)
    yield visitor
    await visit.close()

    assert [] == visitor.complaints


@pytest.fixture
def visit(chromium):
    """Give what opens a tab at a link."""
    return lambda link, **context: visiting(chromium, link, **context)


class Stand:
    """Hold a sandbox with its page, and no bot behind it: a test says what the bot would say."""

    def __init__(self, sandbox):
        self.sandbox = sandbox
        self.page = Page(sandbox)
        self._web = None
        self.port = 0

    async def start(self):
        self._web = AsyncExitStack()
        served = WebSettings(listen=f"127.0.0.1:{self.port}")
        address = await self._web.enter_async_context(web_side(served, self.page.routes))
        self.port = int(address.rpartition(":")[2])

    async def stop(self):
        self.page.close()
        await self._web.aclose()

    @property
    def link(self):
        return self.page.link(f"http://127.0.0.1:{self.port}")

    def call(self, method, **params):
        """Do what the bot would do over the Bot API."""
        return self.sandbox._methods.call(method, params)


@pytest.fixture
async def stand():
    async with Sandbox(SystemClock()).open() as sandbox:
        sandbox.limit(enabled=False)
        bring_in(sandbox, lang="en")
        held = Stand(sandbox)
        await held.start()
        yield held
        await held.stop()


class House:
    """Hold the whole bot with its newsstand and its page; news comes when a test publishes it."""

    def __init__(self, here, links):
        self.here = here
        self.sandbox, self.store, self.tocsin = here.sandbox, here.tocsin.store, here.tocsin
        self._links = links

    @property
    def link(self):
        return next(word for word in reversed(" ".join(self._links).split()) if "key=" in word)

    async def publish(self, count=1):
        """Publish the next entries and let their feeds be polled."""
        for entry in self.here.newsstand.publish(count):
            await self.make_due(self.here.newsstand.feed_url(entry.outlet))

    async def make_due(self, url):
        await self.store.write(make_outlet_due, url, now=self.tocsin.clock.now())


@pytest.fixture(scope="session")
def compiled():
    """Compile the catalogue once."""
    return compile_watchlist(Settings())


@pytest.fixture
async def house(monkeypatch, tmp_path, compiled):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    for name in known_settings():
        monkeypatch.delenv(variable_of(name), raising=False)
    settings, links = Settings(web=WebSettings(listen="127.0.0.1:0")), []
    stopping = asyncio.Event()
    async with stage(settings, clock=SystemClock(), data=tmp_path / "demo", shared=Shared(compiled)) as here:
        page = build_page(here.tocsin, here.sandbox, play=(here.newsstand, Transport()))
        async with (
            showing(settings.web, page, say=links.append, routes=web_routes(here.tocsin)),
            asyncio.TaskGroup() as group,
        ):
            running = group.create_task(here.tocsin.run(stopping))
            looking = group.create_task(page.run())
            yield House(here, links)
            stopping.set()
            await running
            looking.cancel()


@pytest.fixture(scope="session")
def picture():
    """Give a small PNG."""
    from io import BytesIO

    from PIL import Image

    held = BytesIO()
    Image.new("RGB", (64, 36), "#8a4b08").save(held, "PNG")
    return held.getvalue()
