"""Show that no update is lost, handled twice, half handled, or kept longer than it is needed."""

import pytest
from sqlmodel import select
from telegram.ext import CallbackQueryHandler, ChatMemberHandler, CommandHandler, MessageHandler, filters

from bot.delivery.inbox import Inbox
from bot.delivery.message import Button, Message, Span
from bot.delivery.telegram import TelegramAway
from bot.delivery.turn import current_turn
from bot.sandbox.faults import Fault, FaultKind
from storage.chats import find_chat, update_chat
from storage.errors import DatabaseBusy
from storage.inbox import last_update_id, next_updates, store_updates
from storage.tables import Inbox as InboxRow

READER, STRANGER, GROUP = 7, 9, -100


def said(text):
    return Message((Span(text),))


async def on_start(_update, _library):
    turn = current_turn.get()
    turn.reply(Message((Span("Welcome"),), keyboard=((Button("Go", "1:go"),),)))
    turn.reply(said("Second"))


async def on_press(update, _library):
    turn = current_turn.get()
    turn.edit(update.callback_query.message.message_id, said("Gone"))
    turn.toast("Done")


async def on_break(_update, _library):
    current_turn.get().reply(said("half said"))
    raise RuntimeError("a bug")


async def on_effect(_update, _library):
    turn = current_turn.get()
    turn.reply(said("set"))
    turn.effect(spoil)


def spoil(_session):
    raise ValueError("an effect that fails")


@pytest.fixture
def inbox(store, messenger, application, clock):
    application.add_handler(CommandHandler("start", on_start))
    application.add_handler(CommandHandler("break", on_break))
    application.add_handler(CommandHandler("effect", on_effect))
    application.add_handler(CallbackQueryHandler(on_press))
    return Inbox(
        store, messenger, application=application, clock=clock, apology=lambda chat: said(f"Sorry ({chat.lang})")
    )


@pytest.fixture
def talk(inbox, sender, clock):
    async def turn_around():
        await inbox.receive(wait_s=0)
        await inbox.handle_pending()
        while (await sender.send_due()).next_at is not None:
            clock.advance(1)

    return turn_around


def rows(session):
    return [(row.payload, row.failure) for row in session.exec(select(InboxRow))]


async def test_a_command_is_answered_in_order_and_then_forgotten(desk, sandbox, store, talk):
    await desk.reader(READER)
    sandbox.say(READER, "/start")
    await talk()

    assert ["/start", "Welcome", "Second"] == desk.texts(READER)
    assert [(None, "")] == await store.read(rows)


async def test_a_button_edits_in_place_and_says_a_word(desk, sandbox, talk):
    await desk.reader(READER)
    sandbox.say(READER, "/start")
    await talk()
    shown = sandbox.messages(READER)[1]
    async with sandbox.watch() as events:
        sandbox.tap(READER, shown["message_id"], data="1:go")
        await talk()
        heard = [events.get_nowait() for _ in range(events.qsize())]

    assert ["/start", "Gone", "Second"] == desk.texts(READER)
    assert ["Done"] == [value["text"] for event, value in heard if event == "toast"]


async def test_a_button_of_a_deleted_message_is_answered_with_a_new_one(desk, sandbox, talk):
    await desk.reader(READER)
    sandbox.say(READER, "/start")
    await talk()
    shown = sandbox.messages(READER)[1]
    sandbox.tap(READER, shown["message_id"], data="1:go")
    sandbox.ledger.remove_message(READER, shown["message_id"])
    await talk()

    assert ["/start", "Second", "Gone"] == desk.texts(READER)


async def test_an_update_is_stored_before_telegram_forgets_it(desk, sandbox, store, inbox):
    await desk.reader(READER)
    sandbox.say(READER, "/start")
    await inbox.receive(wait_s=0)

    assert 1 == len(sandbox.ledger.waiting_updates(0, 10))
    assert 1 == await store.read(last_update_id)
    assert 0 == await inbox.receive(wait_s=0)
    assert [] == sandbox.ledger.waiting_updates(0, 10)


async def test_a_handler_that_fails_says_nothing_by_halves_and_stops_no_other(desk, sandbox, store, talk):
    await desk.reader(READER)
    sandbox.say(READER, "/break")
    sandbox.say(READER, "/start")
    await talk()

    assert ["/break", "/start", "Sorry (en)", "Welcome", "Second"] == desk.texts(READER)
    assert [(None, "RuntimeError"), (None, "")] == await store.read(rows)


async def test_an_effect_that_fails_takes_its_replies_with_it(desk, sandbox, store, talk):
    await desk.reader(READER)
    sandbox.say(READER, "/effect")
    await talk()

    assert ["/effect", "Sorry (en)"] == desk.texts(READER)
    assert [(None, "ValueError")] == await store.read(rows)


async def test_a_stranger_hears_nothing_of_a_failure(desk, sandbox, talk):
    sandbox.add_private(STRANGER)
    sandbox.say(STRANGER, "/break")
    await talk()

    assert ["/break"] == desk.texts(STRANGER)


async def test_a_busy_database_is_tried_again_and_then_given_up(desk, sandbox, store, inbox, talk, application):
    async def on_busy(_update, _library):
        raise DatabaseBusy("tocsin.db")

    application.add_handler(CommandHandler("busy", on_busy))
    await desk.reader(READER)
    sandbox.say(READER, "/busy")
    for _ in range(2):
        await talk()
    waiting = len(await store.read(next_updates))
    await talk()

    assert (1, 0) == (waiting, len(await store.read(next_updates)))
    assert ["/busy", "Sorry (en)"] == desk.texts(READER)


async def test_a_reply_in_a_topic_stays_there_in_the_groups_language(desk, sandbox, store, talk):
    chat = await desk.group(GROUP, topics=("Mali",))
    await store.write(update_chat, chat, lang="fr")
    sandbox.add_private(READER)
    sandbox.say(READER, "/start", chat=GROUP, topic=2)
    await talk()

    assert [2, 2, 2] == [each["message_thread_id"] for each in sandbox.messages(GROUP)]
    assert "fr" == (await store.read(find_chat, GROUP, topic_id=2)).lang


async def test_no_name_and_no_text_of_a_person_stays(desk, sandbox, store, inbox, talk, sqlite_database):
    sandbox.add_private(READER, name="Fatoumata-Unique")
    sandbox.say(READER, "/start Tin-Zaouaten-Unique")
    await inbox.receive(wait_s=0)
    stored = str(await store.read(next_updates))
    await talk()

    assert "Tin-Zaouaten-Unique" in stored
    assert "Fatoumata-Unique" not in stored
    kept = b"".join(path.read_bytes() for path in sqlite_database.path.parent.glob("tocsin.db*"))
    assert b"Fatoumata-Unique" not in kept


async def test_a_block_and_a_return_are_heard(desk, sandbox, store, inbox, talk, application):
    heard = []

    async def on_change(update, _library):
        heard.append(update.my_chat_member.new_chat_member.status)

    application.add_handler(ChatMemberHandler(on_change, ChatMemberHandler.MY_CHAT_MEMBER))
    await desk.reader(READER)
    sandbox.block(READER)
    sandbox.block(READER, blocked=False)
    await talk()

    assert ["kicked", "member"] == heard


async def test_an_update_that_cannot_be_read_stops_no_other(desk, sandbox, talk):
    await desk.reader(READER)
    sandbox.ledger.add_update({"message": {"message_id": "?", "chat": {}, "date": "soon"}})
    sandbox.ledger.add_update({"callback_query": {"id": "1"}})
    sandbox.ledger.add_update({"message": 5})
    sandbox.say(READER, "/start")
    await talk()

    assert ["/start", "Welcome", "Second"] == desk.texts(READER)


async def test_what_a_person_writes_reaches_its_handler(desk, sandbox, talk, application):
    heard = []

    async def on_text(update, _library):
        heard.append((update.message.text, update.message.reply_to_message.message_id))

    application.add_handler(MessageHandler(filters.TEXT & ~filters.COMMAND, on_text))
    await desk.reader(READER)
    first = sandbox.say(READER, "/start")
    sandbox.say(READER, "Gao", answers=first)
    await talk()

    assert [("Gao", first)] == heard


async def test_a_reply_that_is_too_long_comes_in_parts(desk, sandbox, talk, application):
    async def on_long(_update, _library):
        current_turn.get().reply(said("word " * 2000))

    application.add_handler(CommandHandler("long", on_long))
    await desk.reader(READER)
    sandbox.say(READER, "/long")
    await talk()

    assert 2000 == sum(text.count("word") for text in desk.texts(READER))


async def test_a_broken_poll_loses_nothing_and_waits_longer_each_time(desk, sandbox, inbox, clock, talk):
    await desk.reader(READER)
    sandbox.say(READER, "/start")
    sandbox.fault(Fault(FaultKind.SERVER_ERROR, method="getUpdates", times=2))
    sandbox.fault(Fault(FaultKind.THROTTLE, method="getUpdates", retry_after=20))
    waits = []
    for _ in range(3):
        before = clock.now()
        await inbox.receive(wait_s=0)
        waits.append((clock.now() - before).total_seconds())
    await talk()

    assert [1, 2, 20] == waits
    assert ["/start", "Welcome", "Second"] == desk.texts(READER)


async def test_a_rival_or_a_revoked_token_is_waited_for_and_told_in_one_sentence(messenger, sandbox, application):
    sandbox._methods.webhook = "https://example.org"
    with pytest.raises(TelegramAway, match="another program reads"):
        await messenger.updates(None, wait_s=0)
    sandbox.token = "1:other"
    with pytest.raises(TelegramAway, match="does not know this token"):
        await messenger.updates(None, wait_s=0)


async def test_an_update_is_handled_once_however_often_it_is_fetched(desk, sandbox, inbox, store, talk):
    await desk.reader(READER)
    sandbox.say(READER, "/start")
    await inbox.receive(wait_s=0)
    update = sandbox.ledger.waiting_updates(0, 1)[0]
    await talk()
    again = await store.write(store_updates, [(update["update_id"], update)], now=inbox._clock.now())
    await talk()

    assert 0 == again
    assert ["/start", "Welcome", "Second"] == desk.texts(READER)
