"""Show that a newcomer can walk through the whole bot in a browser, with a mouse or without one."""

from email.utils import format_datetime

import pytest
from axe_playwright_python.async_playwright import Axe
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from bot.sandbox.cast import READER
from bot.sandbox.loopback import serving
from bot.sandbox.media import Upload
from storage.feeds import add_feed
from storage.records import FeedSpec, OutletSpec

pytestmark = pytest.mark.slow

SERIOUS = {"serious", "critical"}


async def test_from_start_to_term_alert_live_edit_why_mute_and_digest(house, visit):
    async with visit(house.link) as visitor:
        await visitor.say("/start")
        for label in ("English", "Everything in the Sahel", "At once", "UTC"):
            await visitor.tap(label)
        await visitor.sees("All set.")
        await visitor.say("/watch Kidal")
        await visitor.sees("Kidal", where=".theirs")

        await house.publish(2)
        await visitor.sees("Liptako-Gourma", where=".theirs:not(:has-text('All set'))")
        await visitor.sees("2 outlets")
        await visitor.sees("edited")

        await visitor.tap("Why?")
        await visitor.sees("Why this rang")
        await visitor.tap("Mute story")
        await visitor.sees("Follow story", where=".keys button")
        await visitor.say("/digest now")
        await visitor.sees("digest", where=".theirs:last-of-type")
        await visitor.sees("2", where="[data-step=entries] b")

        assert ["0"] == await visitor.tab.locator("[data-step=lost] b").all_text_contents()


async def test_the_same_with_the_keyboard_alone(house, visit):
    async with visit(house.link) as visitor:
        tab = visitor.tab

        async def focused():
            return await tab.evaluate("() => document.activeElement.textContent")

        async def back_to(words):
            """Step backwards through what can be focused until one says so."""
            for _ in range(60):
                await tab.keyboard.press("Shift+Tab")
                if (await focused()).startswith(words):
                    return
            raise AssertionError(f"{words} cannot be reached")

        await tab.keyboard.press("Tab")
        assert "Skip to the message box" == await focused()
        await tab.keyboard.press("Enter")
        await tab.keyboard.type("/st")
        await tab.wait_for_selector("#menu:not([hidden])")
        await tab.keyboard.press("Enter")
        for label in ("English", "Everything in the Sahel", "At once", "UTC"):
            await visitor.sees(label, where=".keys button")
            await tab.focus("#text")
            await back_to(label)
            await tab.keyboard.press("Enter")
        await visitor.sees("All set.")

        await house.publish(1)
        await visitor.sees("Why?", where=".keys button")
        await tab.focus("#text")
        await back_to("Why?")
        await tab.keyboard.press("Space")
        await visitor.sees("Why this rang")
        await tab.keyboard.press("Alt+ArrowDown")
        await visitor.sees("Sahel desk · General", where="#head")


async def serious(visitor):
    """Return what the accessibility check calls serious, with where it is."""
    found = (await Axe().run(visitor.tab)).response["violations"]
    visitor.complaints.clear()  # the check itself breaks the page's policy
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found if each["impact"] in SERIOUS]


async def test_an_accessibility_check_finds_nothing_serious(stand, visit, picture):
    keys = {
        "inline_keyboard": [[{"text": "Why?", "callback_data": "1"}, {"text": "Open", "url": "https://example.org"}]]
    }
    text = '<b>Alert</b> <tg-spoiler>x</tg-spoiler> <a href="https://example.org">AFP</a> <code>x</code>'
    stand.sandbox.say(READER, "/start")
    stand.call(
        "sendMessage", chat_id=READER, text=text, parse_mode="HTML", reply_markup=keys, disable_notification=True
    )
    stand.call("sendMessage", chat_id=READER, text="so", reply_parameters={"message_id": 2})
    stand.call("sendPhoto", chat_id=READER, photo=Upload("c.png", "image/png", picture), caption="Chart")
    async with visit(stand.link) as visitor:
        await visitor.sees("Chart")
        for width, scheme in ((1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")):
            await visitor.tab.set_viewport_size({"width": width, "height": 844})
            await visitor.tab.emulate_media(color_scheme=scheme)

            assert [] == await serious(visitor)


async def test_the_pane_with_the_pipeline_and_the_menu_pass_the_same_check(house, visit):
    await house.publish(1)
    async with visit(house.link) as visitor:
        await visitor.sees("Why?", where=".keys button")
        await visitor.tab.click("#slash")

        assert [] == await serious(visitor)


async def test_a_hostile_feed_rings_as_text_and_never_as_markup(house, visit):
    evil = '<script>window.hacked=1</script><img src=x onerror="window.hacked=1">'
    titles = (
        f"JNIM attack near Gao {evil}",
        "\u202eAssimi Goita names a governor for Kidal\u202c \u2066one\u2069",
        "Africa Corps convoy leaves its base in Menaka " + "long " * 20_000,
    )
    now = house.tocsin.clock.now()
    items = "".join(
        f"<item><title><![CDATA[{title}]]></title><link>http://127.0.0.1:9/{number}</link><guid>{number}</guid>"
        f"<pubDate>{format_datetime(now)}</pubDate>"
        f"<description><![CDATA[{evil} {title[:60]}]]></description></item>"
        for number, title in enumerate(titles)
    )
    body = f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>x</title>{items}</channel></rss>'

    async def feed(_request):
        return Response(body, media_type="application/xml")

    async with serving(Starlette(routes=[Route("/feed", feed)])) as address, visit(house.link) as visitor:
        spec = FeedSpec(f"{address}/feed", OutletSpec("evil", evil, "wire"), "x", "en", klass="A")
        await house.store.write(add_feed, spec, now=now)
        await house.make_due(spec.url)
        await visitor.sees("Kidal")
        await visitor.sees("Gao")
        await visitor.sees("Menaka")
        found = await visitor.tab.evaluate(
            "() => [window.hacked ?? 0, document.querySelectorAll('#scroll script, #scroll img').length,"
            " Math.max(...[...document.querySelectorAll('.text')].map((each) => each.textContent.length)) <= 4096,"
            " document.documentElement.scrollWidth <= innerWidth]"
        )

    assert [0, 0, True, True] == found


async def test_what_is_broken_on_the_page_is_mended_without_loss(house, visit):
    async with visit(house.link) as visitor:
        for what in ("throttle", "cut"):
            await visitor.tab.click(f"[data-break={what}]")
            await visitor.tab.wait_for_selector(f"[data-break={what}][aria-pressed=true]")
        await house.publish(1)
        await visitor.sees("1", where="[data-step=due] b")
        await visitor.tab.click("[data-break=cut]")
        await visitor.sees("Why?", where=".keys button")

        assert ["0"] == await visitor.tab.locator("[data-step=lost] b").all_text_contents()


async def test_the_samples_are_paused_stepped_and_hurried_from_the_page(house, visit):
    async with visit(house.link) as visitor:
        await visitor.tab.click("#pause")
        await visitor.tab.wait_for_selector("#pause[aria-label='Go on']")
        await visitor.tab.click("[data-speed='20']")
        await visitor.tab.wait_for_selector("[data-speed='20'][aria-pressed=true]")
        await visitor.tab.set_viewport_size({"width": 390, "height": 844})
        await visitor.tab.click("#flow")
        await visitor.tab.wait_for_selector("#pipeline .flow")
