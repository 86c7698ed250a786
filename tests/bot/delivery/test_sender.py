"""Show that what is owed is sent once, in order, at Telegram's pace, whatever Telegram answers."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from bot.delivery.message import Button, Message, Span
from bot.delivery.sender import Sender
from bot.delivery.telegram import Messenger, build_application
from bot.sandbox.faults import Fault, FaultKind
from bot.store import Store
from storage.chats import find_chat
from storage.database import Database
from storage.delivery_records import DeliveryKind
from storage.errors import DatabaseBusy
from storage.outbox import balance, claim_deliveries, park
from tests.bot.delivery.conftest import headline

READER, OTHER, GROUP = 7, 8, -100


async def finish(sender, clock):
    """Run passes until nothing is owed; return their reports."""
    reports = []
    while True:
        reports.append(await sender.send_due())
        if reports[-1].next_at is None:
            return reports
        clock.advance_to(reports[-1].next_at)


def shown(report):
    return (report.sent, report.edited, report.retried, report.dropped, report.repeats)


async def test_what_is_owed_is_sent_once(desk, sender):
    await desk.owe(await desk.reader(READER), "Bonjour")

    assert (1, 0, 0, 0, 0) == shown(await sender.send_due())
    assert (0, 0, 0, 0, 0) == shown(await sender.send_due())
    assert ["Bonjour"] == desk.texts(READER)


async def test_a_story_grows_in_place_and_rings_again_as_a_reply(desk, sender, sandbox, clock):
    chat = await desk.reader(READER)
    story = await desk.report("GSIM attack")
    await desk.owe_story(chat, story)
    await finish(sender, clock)
    await desk.report("Attack near Gao", outlet="depeche", story=story)
    await desk.owe_story(chat, story, DeliveryKind.UPDATE, revision=2)
    await desk.owe_story(chat, story, DeliveryKind.EDIT, revision=2)
    reports = await finish(sender, clock)

    first, second = sandbox.messages(READER)
    assert "GSIM attack · edit · 2" == first["text"]
    assert ("GSIM attack · update · 2", first["message_id"]) == (
        second["text"],
        second["reply_to_message"]["message_id"],
    )
    assert (1, 1) == (sum(report.sent for report in reports), sum(report.edited for report in reports))


async def test_a_development_comes_without_a_sound(desk, sender, sandbox, clock):
    chat = await desk.reader(READER)
    story = await desk.report("GSIM attack")
    await desk.owe_story(chat, story)
    await desk.owe_story(chat, story, DeliveryKind.DEVELOPMENT, revision=1)
    await finish(sender, clock)

    assert [None, True] == [message.get("silent") for message in sandbox.messages(READER)]


async def test_an_edit_whose_message_was_deleted_is_sent_anew_and_edited_from_then_on(desk, sender, sandbox, clock):
    chat = await desk.reader(READER)
    story = await desk.report("GSIM attack")
    await desk.owe_story(chat, story)
    await finish(sender, clock)
    sandbox.ledger.remove_message(READER, sandbox.messages(READER)[0]["message_id"])
    await desk.report("two", outlet="depeche", story=story)
    await desk.owe_story(chat, story, DeliveryKind.EDIT, revision=2)
    await finish(sender, clock)
    await desk.report("three", outlet="niamey", story=story)
    await desk.owe_story(chat, story, DeliveryKind.EDIT, revision=3)
    await finish(sender, clock)

    assert ["GSIM attack · edit · 3"] == desk.texts(READER)
    assert ["sendMessage", "sendMessage", "editMessageText"] == [each.method for each in sandbox.accepted()]


async def test_an_edit_that_changes_nothing_is_a_success(desk, sender, clock):
    chat = await desk.reader(READER)
    story = await desk.report("GSIM attack")
    await desk.owe_story(chat, story)
    for revision in (2, 3):
        await desk.owe_story(chat, story, DeliveryKind.EDIT, revision=revision)
        reports = await finish(sender, clock)

    assert (0, 1, 0, 0, 0) == shown(reports[-1])


async def test_an_edit_of_nothing_is_dropped_with_the_reason(desk, sender, store):
    chat = await desk.reader(READER)
    story = await desk.report("GSIM attack")
    await desk.owe_story(chat, story, DeliveryKind.EDIT)
    await sender.send_due()

    assert {"nothing left to say": 1} == (await store.read(balance)).dropped


async def test_a_chat_that_must_wait_does_not_hold_the_others(desk, sender, sandbox, clock):
    slow = await desk.reader(READER)
    others = [await desk.reader(100 + number) for number in range(5)]
    sandbox.fault(Fault(FaultKind.THROTTLE, chat=READER, retry_after=60))
    for chat in (slow, *others, slow):
        await desk.owe(chat)
    report = await sender.send_due()

    assert (5, 0, 1, 0, 0) == shown(report)
    assert 60 <= (report.next_at - desk.clock.now()).total_seconds() + 1 <= 62
    await finish(sender, clock)
    assert ["news", "news"] == desk.texts(READER)


async def test_429s_of_many_chats_slow_the_whole_bot_down(desk, sender, sandbox, clock):
    for number in range(3):
        await desk.owe(await desk.reader(100 + number))
        sandbox.fault(Fault(FaultKind.THROTTLE, chat=100 + number, retry_after=1))
    await sender.send_due()

    assert 14.5 == sender._pace.rate
    await finish(sender, clock)
    assert 3 == len(sandbox.accepted())


async def test_a_blocked_chat_is_closed_and_all_that_is_owed_to_it_dropped_with_the_reason(
    desk, sender, sandbox, store
):
    chat = await desk.reader(READER)
    for _ in range(3):
        await desk.owe(chat)
    sandbox.block(READER)
    await sender.send_due()

    assert {"Forbidden: bot was blocked by the user": 3} == (await store.read(balance)).dropped
    assert "closed" == (await store.read(find_chat, READER)).status


async def test_a_group_that_became_a_supergroup_gets_its_news_under_its_new_number(desk, sender, sandbox, clock, store):
    chat = await desk.group(GROUP)
    await desk.owe(chat, "one")
    await desk.owe(chat, "two")
    sandbox.migrate(GROUP, new=-200)
    await finish(sender, clock)

    assert ["one", "two"] == desk.texts(-200)
    assert chat == (await store.read(find_chat, -200)).id


async def test_a_topic_that_is_gone_is_replaced_by_the_general_one(desk, sender, sandbox, clock):
    await desk.owe(await desk.group(GROUP, topics=("Mali",), topic=9), "news")
    await finish(sender, clock)

    assert [("news", None)] == [(each["text"], each.get("message_thread_id")) for each in sandbox.messages(GROUP)]


async def test_a_message_in_a_topic_stays_in_its_topic(desk, sender, sandbox):
    await desk.owe(await desk.group(GROUP, topics=("Mali",), topic=2), "news")
    await sender.send_due()

    assert [2] == [each["message_thread_id"] for each in sandbox.messages(GROUP)]


async def test_a_message_that_telegram_refuses_is_sent_once_more_without_its_buttons(desk, sender, sandbox, clock):
    bad = Message((Span("news"),), keyboard=((Button("Why?", data="x" * 65),),))
    await desk.owe(await desk.reader(READER), message=bad)
    await finish(sender, clock)

    assert [("news", None)] == [(each["text"], each.get("reply_markup")) for each in sandbox.messages(READER)]


async def test_a_message_that_telegram_never_takes_is_dropped_with_the_reason(desk, sender, clock, store):
    await desk.owe(await desk.reader(READER), " \n")
    await finish(sender, clock)

    assert {"rejected: Message text is empty": 1} == (await store.read(balance)).dropped


@pytest.mark.parametrize(
    ("fault", "copies", "repeats"),
    [(FaultKind.RESET_BEFORE, 1, 1), (FaultKind.RESET_AFTER, 2, 1), (FaultKind.SERVER_ERROR, 1, 1)],
)
async def test_a_call_that_broke_off_is_repeated_and_counted(desk, sender, sandbox, clock, fault, copies, repeats):
    await desk.owe(await desk.reader(READER))
    sandbox.fault(Fault(fault))
    await finish(sender, clock)

    assert ["news"] * copies == desk.texts(READER)
    assert repeats == (await desk.store.read(balance)).possible_repeats


async def test_a_server_that_is_away_costs_no_message_and_no_repeat(desk, store, clock):
    await desk.owe(await desk.reader(READER))
    nobody = build_application(desk.sandbox.token, base_url="http://127.0.0.1:9").bot
    report = await Sender(store, Messenger(nobody), clock=clock, holder="x", render=None).send_due()
    for request in nobody._request:
        await request.shutdown()

    assert (0, 0, 1, 0, 0) == shown(report)
    assert clock.now() < report.next_at <= clock.now() + timedelta(seconds=1.5)


async def test_a_story_that_cannot_be_said_stops_no_other(desk, sender, clock, store):
    chat = await desk.reader(READER)
    await desk.owe_story(chat, await desk.report("broken"))
    await desk.owe_story(chat, await desk.report("fine", outlet="other"))
    await finish(sender, clock)

    assert ["fine · alert · 1"] == desk.texts(READER)
    assert {"broken: ValueError": 1} == (await store.read(balance)).dropped


async def test_what_does_not_fit_into_one_message_follows_in_order(desk, sender, sandbox, clock):
    long = Message((Span("\n".join(f"line {number}" for number in range(1500))),), keyboard=((Button("More", "1:m"),),))
    await desk.owe(await desk.reader(READER), message=long)
    await finish(sender, clock)
    sent = sandbox.messages(READER)

    assert [f"line {number}" for number in range(1500)] == "\n".join(each["text"] for each in sent).splitlines()
    assert [False] * (len(sent) - 1) + [True] == ["reply_markup" in each for each in sent]


async def test_replies_come_before_alerts_and_a_chats_messages_in_order(desk, sender, sandbox, clock):
    chat, other = await desk.reader(READER), await desk.reader(OTHER)
    for number in range(3):
        await desk.owe(chat, f"alert {number}")
    await desk.owe(other, "reply", priority=0)
    await finish(sender, clock)

    assert ["alert 0", "alert 1", "alert 2"] == desk.texts(READER)
    assert OTHER == sandbox.accepted()[0].chat


@pytest.mark.slow
async def test_the_pace_never_provokes_a_429(desk, sender, sandbox, clock):
    chats = [await desk.reader(1000 + number) for number in range(12)]
    groups = [await desk.group(-1000 - number) for number in range(1)]
    for chat in chats:
        for _ in range(3):
            await desk.owe(chat)
    for group in groups:
        for _ in range(22):
            await desk.owe(group)
    began = clock.now()
    await finish(sender, clock)

    assert 58 == len(sandbox.accepted())
    assert 0 == sandbox.flood_refusals
    assert (clock.now() - began).total_seconds() < 90


@pytest.mark.slow
async def test_a_hundred_chats_are_told_at_the_full_pace(desk, sender, sandbox, clock):
    for number in range(100):
        await desk.owe(await desk.reader(1000 + number))
    began = clock.now()
    await sender.send_due()

    assert (100, 0) == (len(sandbox.accepted()), sandbox.flood_refusals)
    assert 3.3 <= (clock.now() - began).total_seconds() <= 4


async def test_what_expired_is_not_sent(desk, sender, store, clock):
    await desk.owe(await desk.reader(READER), expires=clock.now() + timedelta(minutes=1))
    clock.advance(61)
    await sender.send_due()

    assert {"expired": 1} == (await store.read(balance)).dropped


async def test_what_expires_during_a_long_pass_goes_before_its_end(desk, sender, store, clock, monkeypatch):
    monkeypatch.setattr("bot.delivery.sender._TIDY_GAP", timedelta(seconds=1))
    await desk.owe(await desk.reader(OTHER), expires=clock.now() + timedelta(seconds=1))
    await store.write(park, OTHER, until=clock.now() + timedelta(hours=1))
    for number in range(80):  # nearly three seconds at full pace
        await desk.owe(await desk.reader(1000 + number))
    report = await sender.send_due()

    assert (80, {"expired": 1}) == (report.sent, (await store.read(balance)).dropped)


async def test_a_parked_chat_is_left_alone_until_its_time(desk, sender, store, clock):
    await desk.owe(await desk.reader(READER))
    await store.write(park, READER, until=clock.now() + timedelta(seconds=90))
    report = await sender.send_due()

    assert (0, clock.now() + timedelta(seconds=90)) == (report.sent, report.next_at)


async def test_what_a_dead_sender_held_is_taken_back_and_counted(desk, sender, store, clock):
    await desk.owe(await desk.reader(READER))
    await store.write(claim_deliveries, now=clock.now(), limit=8, lease_s=90.0, holder="test")

    assert 1 == await sender.take_back()
    await finish(sender, clock)
    assert (["news"], 1) == (desk.texts(READER), (await store.read(balance)).possible_repeats)


async def test_what_is_in_flight_is_not_taken_back_by_a_later_sweep(desk, sender, store, clock):
    await sender.take_back()
    await desk.owe(await desk.reader(READER))
    await store.write(claim_deliveries, now=clock.now(), limit=8, lease_s=90.0, holder="test")

    assert 0 == await sender.take_back()
    clock.advance(91)
    assert 1 == await sender.take_back()


async def test_a_restarted_process_takes_back_at_once_what_another_number_had_claimed(desk, sender, store, clock):
    await desk.owe(await desk.reader(READER))
    await store.write(claim_deliveries, now=clock.now(), limit=8, lease_s=90.0, holder="host:41")

    assert 1 == await sender.take_back()


async def test_a_restart_after_the_clock_was_set_back_takes_back_what_was_claimed(desk, sender, store, clock):
    await desk.owe(await desk.reader(READER))
    await store.write(
        claim_deliveries, now=clock.now() + timedelta(seconds=200), limit=8, lease_s=90.0, holder="host:41"
    )

    assert 1 == await sender.take_back()


@pytest.mark.parametrize(("telegram_id", "count"), [(READER, 8), (GROUP, 25)])
async def test_a_restarted_sender_goes_on_at_the_pace_of_the_one_before(
    desk, store, messenger, clock, sandbox, telegram_id, count
):
    chat = await (desk.reader(telegram_id) if telegram_id > 0 else desk.group(telegram_id))
    for number in range(count):
        await desk.owe(chat, str(number))
    for number in range(count):
        restarted = Sender(store, messenger, clock=clock, holder=str(number), render=headline)
        await restarted.send_due()
    await finish(restarted, clock)

    assert (0, count) == (sandbox.flood_refusals, len(desk.texts(telegram_id)))


async def test_a_message_that_may_have_arrived_before_a_crash_counts_for_the_pace(desk, sender, store, clock):
    reader = await desk.reader(READER)
    await desk.owe(reader)
    await store.write(claim_deliveries, now=clock.now(), limit=8, lease_s=90.0, holder="test")
    await sender.take_back()
    report = await sender.send_due()

    assert (0, clock.now() + timedelta(seconds=1)) == (report.sent, report.next_at)


async def first_taken(sandbox):
    async with sandbox.watch() as events:
        await events.get()


async def test_a_pass_that_is_cut_short_sends_nothing_twice(desk, sender, sandbox, clock, store):
    for number in range(20):
        await desk.owe(await desk.reader(1000 + number))
    cut_short = asyncio.create_task(sender.send_due())
    await first_taken(sandbox)
    cut_short.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cut_short
    await finish(sender, clock)

    assert (20, 0) == (len(sandbox.accepted()), (await store.read(balance)).possible_repeats)


async def test_what_was_sent_while_the_database_was_busy_is_settled_later_and_not_sent_again(
    desk, messenger, sandbox, clock, sqlite_database
):
    for number in range(20):
        await desk.owe(await desk.reader(1000 + number))
    store = Store(Database(f"sqlite:///{sqlite_database.path}", busy_timeout_s=0.05))
    sender = Sender(store, messenger, clock=clock, holder="test", render=None)
    blocked = asyncio.create_task(sender.send_due())
    await first_taken(sandbox)
    with closing(sqlite3.connect(sqlite_database.path, isolation_level=None, timeout=10)) as rival:
        rival.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseBusy):
            await blocked
    await finish(sender, clock)
    told = await store.read(balance)
    store.close()

    assert (20, 20, 0) == (len(sandbox.accepted()), told.sent["notice"], told.possible_repeats)


async def test_a_drained_sender_claims_nothing_more(desk, sender):
    await desk.owe(await desk.reader(READER))
    await sender.drain()

    assert (0, 0, 0, 0, 0) == shown(await sender.send_due())


async def test_running_a_pass_twice_at_once_sends_nothing_twice(desk, sender):
    for number in range(5):
        await desk.owe(await desk.reader(1000 + number))
    await asyncio.gather(sender.send_due(), sender.send_due())

    assert 5 == len(desk.sandbox.accepted())


async def test_either_database_serves_a_pass(either, clock):
    desk, sender = either
    await sender.take_back()
    chat = await desk.reader(READER)
    story = await desk.report("GSIM attack")
    await desk.owe(chat, "one")
    await desk.owe_story(chat, story)
    await desk.owe_story(chat, story, DeliveryKind.EDIT, revision=1)
    reports = await finish(sender, clock)

    assert ["one", "GSIM attack · edit · 1"] == desk.texts(READER)
    assert (2, 1) == (sum(report.sent for report in reports), sum(report.edited for report in reports))
