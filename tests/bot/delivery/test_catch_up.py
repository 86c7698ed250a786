"""Show that what comes at the wrong time comes as one message, once, on each database."""

from datetime import timedelta

import pytest

from bot.delivery.alert import Reader
from bot.delivery.catch_up import MOST_STORIES, catch_up
from bot.delivery.render import to_html
from bot.delivery.rendering import Renderer
from bot.delivery.sender import Sender
from bot.sandbox.faults import Fault, FaultKind
from bot.texts import texts
from storage.chats import mute, update_chat
from storage.delivery_records import DeliveryKind, Waits
from storage.outbox import balance, lost, owe_stories
from storage.rhythm import heard, next_catch_up_at, told, wake
from storage.stories import story_view

READER = 7


def rendering(desk, messenger, clock):
    render = Renderer(texts, lambda entity, lang: entity)
    return desk, Sender(desk.store, messenger, clock=clock, holder="test", render=render)


@pytest.fixture
def bell(desk, messenger, clock):
    """Give a desk and a sender that renders as the bot does."""
    return rendering(desk, messenger, clock)


@pytest.fixture
def bells(either, messenger, clock):
    """Give the same on each database in turn."""
    return rendering(either[0], messenger, clock)


async def hold(desk, chat, *titles, waits=Waits.ASLEEP, **fields):
    stories = [await desk.report(f"GSIM {title}", outlet=f"outlet-{title}") for title in titles]
    for story in stories:
        await desk.store.write(owe_stories, story, chats=[chat], now=desk.clock.now())
        await desk.owe_story(chat, story, held=True, reason=waits.value, **fields)
    return stories


async def test_what_came_while_the_chat_slept_is_one_message_with_sound(bells, sandbox):
    desk, sender = bells
    chat = await desk.reader(READER)
    await hold(desk, chat, "one", "two", "three")
    report = await sender.send_due()
    again = await sender.send_due()
    (message,) = sandbox.messages(READER)

    assert (1, 0) == (report.sent, again.sent)
    assert "☀️ While you slept: 3 stories" == message["text"].splitlines()[0]
    assert (4, None) == (len(message["text"].splitlines()), message.get("silent"))
    assert ["1", "2", "3"] == [button["text"] for button in message["reply_markup"]["inline_keyboard"][0]]
    assert 0 == await desk.store.read(lost)


async def test_a_story_that_waited_alone_comes_as_itself(bell, sandbox):
    desk, sender = bell
    chat = await desk.reader(READER)
    (story,) = await hold(desk, chat, "one")
    await desk.owe_story(chat, story, DeliveryKind.UPDATE, held=True, reason=Waits.ASLEEP.value)
    await sender.send_due()
    (message,) = sandbox.messages(READER)

    assert message["text"].startswith("🟡 Alert · GSIM one")
    assert "Why?" == message["reply_markup"]["inline_keyboard"][0][0]["text"]


async def test_what_is_past_the_limit_comes_without_a_sound(bell, sandbox):
    desk, sender = bell
    chat = await desk.reader(READER)
    await hold(desk, chat, "one", "two", waits=Waits.LIMIT, silent=True)
    await sender.send_due()

    assert [(True, "Past your limit of rings, without a sound: 2 stories")] == [
        (message["silent"], message["text"].splitlines()[0]) for message in sandbox.messages(READER)
    ]


async def test_what_waits_for_the_digest_is_left_to_it(bell, sandbox):
    desk, sender = bell
    chat = await desk.reader(READER)
    story = await desk.report("GSIM")
    await desk.owe_story(chat, story, held=True)
    report = await sender.send_due()

    assert ([], None) == (sandbox.messages(READER), report.next_at)


async def test_the_sender_wakes_when_the_first_catch_up_is_due_and_takes_along_what_would_follow(bell, sandbox, clock):
    desk, sender = bell
    chat = await desk.reader(READER)
    begun = clock.now()
    for minutes in (20, 30, 90):
        story = await desk.report(f"GSIM {minutes}", outlet=f"outlet-{minutes}")
        clock.advance(minutes * 60 - (clock.now() - begun).total_seconds())
        await desk.owe_story(chat, story, held=True, reason=Waits.SNOOZED.value)
        clock._now = begun
    report = await sender.send_due()
    clock.advance_to(report.next_at)
    after = await sender.send_due()
    (message,) = sandbox.messages(READER)

    assert (begun + timedelta(minutes=20), begun + timedelta(minutes=90)) == (report.next_at, after.next_at)
    assert "While you snoozed: 2 stories" == message["text"].splitlines()[0]


async def test_after_an_outage_a_chat_gets_one_message_and_not_a_flood(bells, sandbox, clock):
    desk, sender = bells
    chat = await desk.reader(READER)
    other = await desk.reader(8)
    for number in range(8):
        story = await desk.report(f"GSIM {number}", outlet=f"outlet-{number}")
        await desk.store.write(owe_stories, story, chats=[chat], now=clock.now())
        await desk.owe_story(chat, story)
    await desk.owe_story(other, story)
    clock.advance(3600)
    while (report := await sender.send_due()).next_at:
        clock.advance_to(report.next_at)
    (message,) = sandbox.messages(READER)

    assert "Many at once, in one message: 8 stories" == message["text"].splitlines()[0]
    assert message["silent"] is True
    assert 1 == len(sandbox.messages(8))
    assert (0, {}) == (await desk.store.read(lost), (await desk.store.read(balance)).dropped)


async def test_a_chat_that_telegram_parked_gets_one_message_when_it_is_released(bell, sandbox, clock):
    desk, sender = bell
    chat = await desk.reader(READER)
    sandbox.fault(Fault(FaultKind.THROTTLE, chat=READER, retry_after=1500))
    for number in range(7):
        await desk.owe_story(chat, await desk.report(f"GSIM {number}", outlet=f"outlet-{number}"))
    while (report := await sender.send_due()).next_at:
        clock.advance_to(report.next_at)

    assert 1 == len(sandbox.messages(READER))


async def test_what_a_snooze_held_comes_when_it_is_ended(bells, sandbox, clock):
    desk, _ = bells
    chat = await desk.reader(READER)
    clock.advance(3600)
    await hold(desk, chat, "one", "two", waits=Waits.SNOOZED)
    clock._now -= timedelta(hours=1)
    before = await desk.store.read(next_catch_up_at)
    woken = await desk.store.write(wake, chat, waits=Waits.SNOOZED, now=clock.now())

    assert (clock.now() + timedelta(hours=1), 2) == (before, woken)
    assert clock.now() == await desk.store.read(next_catch_up_at)


async def test_what_a_chat_was_told_and_how_often_it_rang_is_counted(bells, clock):
    desk, sender = bells
    chat = await desk.reader(READER)
    (waiting,) = await hold(desk, chat, "one", waits=Waits.LIMIT)
    loud = await desk.report("GSIM two", outlet="two")
    await desk.owe_story(chat, loud)
    await sender.send_due()
    clock.advance(5400)
    await desk.owe_story(chat, loud, DeliveryKind.DEVELOPMENT)
    counted = (await desk.store.read(heard, [chat, 99], now=clock.now()))[chat]
    story = (await desk.store.read(told, loud, chats=[chat]))[chat]

    assert (0, 2, 1) == (counted.loud_hour, counted.loud_day, counted.lately)
    assert (None, True, 0) == (story.waits, story.has_message, story.edits)
    assert (await desk.store.read(told, waiting, chats=[chat]))[chat].waits is None


async def test_a_held_story_says_for_what_it_waits(bell, clock):
    desk, _ = bell
    chat = await desk.reader(READER)
    (story,) = await hold(desk, chat, "one", waits=Waits.LIMIT)
    known = (await desk.store.read(told, story, chats=[chat]))[chat]

    assert (Waits.LIMIT, False) == (known.waits, known.has_message)


async def test_a_long_catch_up_shows_the_gravest_and_says_how_many_more(desk, clock):
    chat = await desk.reader(READER)
    views = []
    for number in range(MOST_STORIES + 3):
        grave = {"severity": 4 if number == 11 else 1, "voices": []}
        story = await desk.report(f"GSIM {number}", outlet=f"outlet-{number}", state=grave)
        views.append(await desk.store.read(story_view, story, chat=chat))
    reader = Reader(texts("fr"), "Africa/Bamako", clock.now(), lambda entity: entity)
    message = catch_up(views, reader, why="unknown")
    light = catch_up(views, Reader(texts("en"), "UTC", clock.now(), str, settings={"light": True}), why="asleep")
    rows = message.text.splitlines()

    assert "1. 🔴 GSIM 11 · 1 média" == rows[1]
    assert "+3 de plus\u00a0: /latest" == rows[-1]
    assert [5, 5] == [len(row) for row in message.keyboard]
    assert (7, ()) == (len(light.text.splitlines()), light.keyboard)
    assert 1 == len(to_html(message))


async def test_a_quiet_story_does_not_ring_in_the_morning(bell, sandbox, store):
    desk, sender = bell
    chat = await desk.reader(READER)
    await desk.store.write(update_chat, chat, settings={"quiet": [1320, 420]})
    await hold(desk, chat, "one", silent=True)
    await sender.send_due()

    assert [True] == [message.get("silent") for message in sandbox.messages(READER)]


async def test_a_story_that_was_silenced_meanwhile_stays_out_of_the_message(bells, sandbox):
    desk, sender = bells
    chat = await desk.reader(READER)
    one, *_ = await hold(desk, chat, "one", "two", "three")
    await desk.store.write(mute, chat, kind="story", target=str(one))
    await sender.send_due()
    (message,) = sandbox.messages(READER)

    assert "While you slept: 2 stories" in message["text"]
    assert "GSIM one" not in message["text"]
    assert (0, {"muted": 1}) == (await desk.store.read(lost), (await desk.store.read(balance)).dropped)


async def test_nothing_is_sent_when_all_that_waited_was_silenced(bell, sandbox):
    desk, sender = bell
    chat = await desk.reader(READER)
    (story,) = await hold(desk, chat, "one")
    await desk.store.write(mute, chat, kind="story", target=str(story))
    await sender.send_due()

    assert ([], 0) == (sandbox.messages(READER), await desk.store.read(lost))
