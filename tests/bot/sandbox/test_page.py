"""Show what the page's server gives to a browser that was let in, and that it gives nothing to others."""

import asyncio
import json

import httpx
import pytest

from bot.config import WebSettings
from bot.sandbox.cast import CHANNEL, GROUP, MEMBER, READER, bring_in, named
from bot.sandbox.page import Page
from bot.sandbox.server import Sandbox
from bot.sandbox.transport import Transport
from bot.sandbox.view import STRETCH, menu
from bot.web import web_side

OURS = {"X-Tocsin-Page": "1"}


@pytest.fixture
async def world(clock):
    async with Sandbox(clock).open() as sandbox:
        bring_in(sandbox, lang="en")
        sandbox.limit(enabled=False)
        yield sandbox


@pytest.fixture
async def page(world):
    return Page(world)


@pytest.fixture
async def address(page):
    async with web_side(WebSettings(listen="127.0.0.1:0"), page.routes) as served:
        yield served
        page.close()


@pytest.fixture
async def stranger(address):
    async with httpx.AsyncClient(base_url=address) as client:
        yield client


@pytest.fixture
async def browser(address, page):
    async with httpx.AsyncClient(base_url=address, headers=OURS) as client:
        await client.get("/page", params={"key": page.gate.key})
        yield client


async def test_the_key_lets_one_browser_in_once(stranger, page, address):
    key = page.gate.key
    first = await stranger.get("/page", params={"key": key})
    async with httpx.AsyncClient(base_url=address) as second:
        await second.get("/page", params={"key": key})
        late = await second.get("/page")

    assert (303, "/page", 403) == (first.status_code, first.headers["location"], late.status_code)
    assert 200 == (await stranger.get("/page")).status_code
    assert {"HttpOnly", "SameSite=strict", "Path=/page"} <= set(first.headers["set-cookie"].split("; "))


async def test_a_used_key_is_followed_by_another_that_is_shown(page):
    shown = []
    page.gate.renewed = shown.append
    page.gate.redeem(page.gate.key)

    assert [page.gate.key] == shown


@pytest.mark.parametrize(
    "path", ["/page", "/page/state", "/page/words", "/page/messages?chat=7&user=7", "/page/events?user=7"]
)
async def test_a_stranger_sees_nothing(stranger, path):
    assert 403 == (await stranger.get(path)).status_code


async def test_another_site_cannot_write_even_with_the_cookie(browser, world):
    del browser.headers["X-Tocsin-Page"]
    answer = await browser.post("/page/say", json={"user": READER, "chat": READER, "text": "/wipe"})

    assert (403, []) == (answer.status_code, world.messages(READER))


async def test_nothing_may_come_from_elsewhere_and_no_text_becomes_markup(browser):
    policy = (await browser.get("/page")).headers["content-security-policy"]

    assert ["default-src 'none'", "script-src 'self'"] == policy.split("; ")[:2]
    assert [True, False] == ["require-trusted-types-for 'script'" in policy, "unsafe" in policy]


@pytest.mark.parametrize("name", ["../page.py", "..%2Fpage.py", ".hidden", "none.js", "index"])
async def test_only_the_pages_own_files_are_given(browser, name):
    assert 404 == (await browser.get(f"/page/static/{name}")).status_code


async def test_a_person_sees_their_own_chat_the_group_and_the_channel(browser):
    state = (await browser.get("/page/state", params={"user": MEMBER})).json()

    assert [(MEMBER, True), (GROUP, True), (CHANNEL, False)] == [
        (each["id"], each["writes"]) for each in state["chats"]
    ]
    assert [[READER, [GROUP, CHANNEL]], [MEMBER, []]] == [[each["id"], each["admin"]] for each in state["people"]][:2]


async def test_what_a_person_writes_arrives_at_the_bot_as_at_telegram(browser, world):
    asked = {"user": READER, "chat": GROUP, "topic": 2, "text": "/terms"}
    number = (await browser.post("/page/say", json=asked)).json()["message"]
    (update,) = world.ledger.waiting_updates(0, 10)

    assert (number, 2, READER, "/terms") == (
        update["message"]["message_id"],
        update["message"]["message_thread_id"],
        update["message"]["from"]["id"],
        update["message"]["text"],
    )


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"user": READER, "chat": MEMBER, "text": "x"}, 403),
        ({"user": MEMBER, "chat": CHANNEL, "text": "x"}, 403),
        ({"user": 99, "chat": GROUP, "text": "x"}, 403),
        ({"user": READER, "chat": READER, "text": "😀" * 2049}, 400),
        ({"user": READER, "chat": READER, "text": " "}, 400),
        ({"user": READER, "chat": READER}, 400),
    ],
)
async def test_what_telegrams_app_would_not_send_is_not_sent(browser, world, asked, status):
    answer = await browser.post("/page/say", json=asked)

    assert (status, []) == (answer.status_code, world.ledger.waiting_updates(0, 10))


async def test_a_chat_comes_in_stretches_from_any_place(browser, world):
    numbers = [world.say(READER, f"word {number}") for number in range(STRETCH + 10)]
    newest, before, after, around = [
        (await browser.get("/page/messages", params={"chat": READER, "user": READER, **asked})).json()
        for asked in ({}, {"before": numbers[10]}, {"after": numbers[10]}, {"around": numbers[30]})
    ]

    assert (numbers[10:], True) == ([each["message_id"] for each in newest["messages"]], newest["more"])
    assert (numbers[:10], False) == ([each["message_id"] for each in before["messages"]], before["more"])
    assert numbers[11:] == [each["message_id"] for each in after["messages"]]
    assert (numbers[6:56], True, True) == (
        [each["message_id"] for each in around["messages"]],
        around["older"],
        around["newer"],
    )


async def test_a_topic_has_its_own_messages(browser, world):
    world.say(READER, "general", chat=GROUP)
    world.say(READER, "alerts", chat=GROUP, topic=2)
    seen = [
        (await browser.get("/page/messages", params={"chat": GROUP, "user": READER, "topic": topic})).json()["messages"]
        for topic in (0, 2, 3)
    ]

    assert [["general"], ["alerts"], []] == [[each["text"] for each in stretch] for stretch in seen]


async def test_a_file_is_handed_in_and_handed_out_to_be_saved_never_shown(browser, world):
    evil = b"<script>alert(1)</script>"
    answer = await browser.post(
        "/page/file", data={"user": READER, "chat": READER}, files={"file": ("feeds.opml", evil, "text/html")}
    )
    (message,) = world.messages(READER)
    given = await browser.get(f"/page/files/{message['document']['file_id']}")

    assert (200, evil) == (answer.status_code, given.content)
    assert ("attachment", "application/octet-stream", "nosniff") == (
        given.headers["content-disposition"],
        given.headers["content-type"],
        given.headers["x-content-type-options"],
    )


@pytest.mark.parametrize(("latitude", "status"), [(12.6, 200), (91, 400), ("north", 400)])
async def test_a_place_arrives_as_a_location(browser, world, latitude, status):
    asked = {"user": READER, "chat": READER, "latitude": latitude, "longitude": -8}
    answer = await browser.post("/page/location", json=asked)
    places = [each["message"]["location"]["latitude"] for each in world.ledger.waiting_updates(0, 9)]

    assert (status, [12.6] if status == 200 else []) == (answer.status_code, places)


async def test_events_tell_of_ones_own_chats_only(browser, world):
    told = []
    async with browser.stream("GET", "/page/events", params={"user": MEMBER}) as line:
        lines = line.aiter_lines()
        async for each in lines:
            if each == "event: hello":
                break
        world.say(READER, "secret")
        world.say(READER, "hello all", chat=GROUP)
        async for each in lines:
            if each.startswith('data: {"message_id'):
                told.append(json.loads(each.removeprefix("data: "))["text"])
                break

    assert ["hello all"] == told


async def test_a_line_ends_when_the_page_closes(browser, page):
    async with browser.stream("GET", "/page/events", params={"user": READER}) as line:
        lines = line.aiter_lines()
        await anext(lines)
        page.close()
        async with asyncio.timeout(5):
            rest = [each async for each in lines]

    assert "event: hello" in rest


async def test_one_who_does_not_keep_up_is_told_that_something_was_left_out(world):
    async with world.watch() as queue:
        for _ in range(2_001):
            world.publish("menu", {})
        waiting = [queue.get_nowait()[0] for _ in range(queue.qsize())]

    assert ["gap", "menu"] == waiting


async def test_the_menu_is_telegrams_for_the_place_the_role_and_the_language(world):
    menus = {
        "all_private_chats:": [{"command": "start", "description": "Begin"}],
        "all_private_chats:fr": [{"command": "start", "description": "Commencer"}],
        "all_group_chats:": [{"command": "why", "description": "Why"}],
        "all_chat_administrators:": [{"command": "watch", "description": "Watch"}],
    }
    world.ledger.set_fact("menus", menus)
    shown = [
        menu(world.ledger, world.ledger.chat(chat), user=user)
        for user, chat in ((READER, READER), (MEMBER, MEMBER), (READER, GROUP), (MEMBER, GROUP), (READER, CHANNEL))
    ]

    assert ["Begin", "Commencer", "Watch", "Why", None] == [each[0]["description"] if each else None for each in shown]


async def test_the_line_is_cut_and_mended_and_the_bot_is_blocked_and_let_back(browser, bot_of, world):
    for what in ("cut", "block", "throttle"):
        await browser.post("/page/break", json={"what": what, "user": READER, "chat": READER})
    async with bot_of(world) as client:
        cut = (await client.get("getMe")) is None
        await browser.post("/page/break", json={"what": "cut"})
        answers = [(await client.get("sendMessage", chat_id=READER, text="x"))["error_code"] for _ in range(2)]
        await browser.post("/page/break", json={"what": "block", "user": READER, "chat": READER})
        sent = await client.get("sendMessage", chat_id=READER, text="x")

    assert (True, [429, 403], True) == (cut, answers, sent["ok"])


async def test_a_person_whose_app_speaks_another_language_is_heard_so(browser, world):
    await browser.post("/page/language", json={"user": READER, "lang": "fr"})
    world.say(READER, "bonjour")
    (update,) = [each for each in world.ledger.waiting_updates(0, 10) if "message" in each]

    assert "fr" == update["message"]["from"]["language_code"]


async def test_the_replay_pauses_steps_and_hurries(clock):
    transport, began = Transport(), clock.now()
    transport.press("5")
    await transport.wait(5, clock)
    hurried = (clock.now() - began).total_seconds()
    transport.press("pause")
    transport.press("step")
    await transport.wait(5, clock)
    waiting = asyncio.create_task(transport.wait(1, clock))
    for _ in range(50):
        await asyncio.sleep(0)
    paused = not waiting.done()
    transport.press("play")
    await waiting

    assert (1.0, True, False) == (round(hurried, 3), paused, transport.press("backwards"))


async def test_places_are_named_in_the_language_of_who_looks_on(browser, world):
    await browser.post("/page/language", json={"user": READER, "lang": "ar"})
    seen = {
        user: (await browser.get("/page/state", params={"user": user})).json()["chats"] for user in (READER, MEMBER)
    }
    names = {
        user: [(chat["title"], [topic["name"] for topic in chat["topics"]]) for chat in chats if chat["id"] < 0]
        for user, chats in seen.items()
    }

    assert [("مكتب الساحل", ["تنبيهات", "أسئلة"]), ("رصد الساحل", [])] == names[READER]
    assert [("Bureau Sahel", ["Alertes", "Questions"]), ("Veille Sahel", [])] == names[MEMBER]


def test_a_name_that_somebody_gave_stays_as_it_is():
    assert "Nos amis" == named("Nos amis", "ar")
