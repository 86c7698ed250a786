"""Show that python-telegram-bot meets in the sandbox what it meets at Telegram."""

import asyncio

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter

from bot.delivery.telegram import build_application
from bot.sandbox.faults import Fault, FaultKind
from bot.sandbox.server import SANDBOX_TOKEN, Sandbox

READER, GROUP = 7, -100


async def test_a_message_is_kept_and_written_down(bot, sandbox):
    sent = await bot.send_message(READER, "<b>Bonjour</b>", parse_mode="HTML")

    assert [(sent.message_id, "Bonjour")] == [(m["message_id"], m["text"]) for m in sandbox.messages(READER)]
    assert ["sendMessage"] == [each.method for each in sandbox.accepted()]


@pytest.mark.parametrize(
    ("text", "says"),
    [("<b>open", "can't parse entities"), ("x" * 4097, "message is too long"), ("  ", "message text is empty")],
)
async def test_a_text_that_telegram_refuses_is_refused(bot, text, says):
    with pytest.raises(BadRequest, match=f"(?i){says}"):
        await bot.send_message(READER, text, parse_mode="HTML")


async def test_a_button_with_too_much_data_is_refused(bot):
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("why", callback_data="é" * 33)]])
    with pytest.raises(BadRequest, match=r"(?i)button_data_invalid"):
        await bot.send_message(READER, "x", reply_markup=keyboard)


async def test_an_edit_that_changes_nothing_is_told_so(bot):
    sent = await bot.send_message(READER, "one")
    await bot.edit_message_text("two", chat_id=READER, message_id=sent.message_id)
    with pytest.raises(BadRequest, match="not modified"):
        await bot.edit_message_text("two", chat_id=READER, message_id=sent.message_id)


async def test_an_unknown_chat_a_blocked_bot_and_a_moved_group_are_told_apart(bot, sandbox):
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(99, "x")
    sandbox.block(READER)
    with pytest.raises(Forbidden, match="blocked by the user"):
        await bot.send_message(READER, "x")
    sandbox.migrate(GROUP, new=-200)
    with pytest.raises(ChatMigrated) as caught:
        await bot.send_message(GROUP, "x")
    assert -200 == caught.value.new_chat_id


async def test_too_many_messages_to_one_chat_are_refused_until_time_has_passed(bot, clock):
    for _ in range(3):
        await bot.send_message(READER, "x")
    with pytest.raises(RetryAfter):
        await bot.send_message(READER, "x")
    clock.advance(3)

    assert (await bot.send_message(READER, "y")).text == "y"


async def test_updates_wait_until_their_offset_is_confirmed(bot, sandbox):
    sandbox.say(READER, "/start")
    first = await bot.get_updates(timeout=0)
    again = await bot.get_updates(timeout=0)
    after = await bot.get_updates(offset=first[0].update_id + 1, timeout=0)

    assert ([1, 1, 0], "/start") == ([len(first), len(again), len(after)], first[0].message.text)


async def test_a_second_reader_of_updates_ends_the_first(bot, sandbox):
    first = asyncio.create_task(bot.get_updates(timeout=5))
    await sandbox.polled.wait()
    await bot.get_updates(timeout=0)
    with pytest.raises(Conflict):
        await first


async def test_a_wrong_token_is_refused(sandbox):
    application = build_application("1:wrong", base_url=sandbox.base_url)
    with pytest.raises(InvalidToken):
        await application.bot.get_me()
    await application.bot.request.shutdown()


async def test_a_reset_after_acceptance_leaves_the_message_and_an_error(bot, sandbox):
    sandbox.fault(Fault(FaultKind.RESET_AFTER))
    with pytest.raises(NetworkError):
        await bot.send_message(READER, "taken")

    assert ["taken"] == [message["text"] for message in sandbox.messages(READER)]


async def test_a_reset_before_acceptance_leaves_nothing(bot, sandbox):
    sandbox.fault(Fault(FaultKind.RESET_BEFORE))
    with pytest.raises(NetworkError):
        await bot.send_message(READER, "lost")

    assert [] == sandbox.messages(READER)


async def test_a_topic_must_exist(bot):
    await bot.send_message(GROUP, "x", message_thread_id=2)
    with pytest.raises(BadRequest, match="thread not found"):
        await bot.send_message(GROUP, "x", message_thread_id=9)


async def test_administrators_can_be_asked_for(bot):
    found = await bot.get_chat_administrators(GROUP)

    assert READER in [each.user.id for each in found]


async def test_a_restarted_sandbox_goes_on_where_it_was(tmp_path, clock):
    path = tmp_path / "sandbox.db"
    async with Sandbox(clock, path=path).open() as first:
        first.add_private(READER)
        first.say(READER, "/start")
    async with (
        Sandbox(clock, path=path).open() as second,
        build_application(SANDBOX_TOKEN, base_url=second.base_url) as application,
    ):
        updates = await application.bot.get_updates(timeout=0)
        sent = await application.bot.send_message(READER, "x")

    assert (["/start"], 2) == ([update.message.text for update in updates], sent.message_id)
