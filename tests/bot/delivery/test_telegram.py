"""Show that every failure of the real client is a value, and that the token gets out nowhere."""

import io
import logging
from datetime import timedelta

import pytest
import structlog
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.delivery.message import Button, Message, Span, bold
from bot.delivery.policy import (
    ChatGone,
    ChatMoved,
    Failed,
    Rejected,
    Sent,
    TargetGone,
    Throttled,
    TopicGone,
    Unmodified,
)
from bot.delivery.telegram import Messenger, TelegramAway, TelegramRefused, _result, _seconds, build_application
from bot.digest.chart import Picture, Row, draw
from bot.sandbox.faults import Fault, FaultKind
from bot.sandbox.server import SANDBOX_TOKEN

READER, GROUP = 7, -100
PNG = draw(Picture("Mentions", ("a", "b"), (Row("GSIM", (1, 2)),), ()))
NEWS = Message((bold("news"),), keyboard=((Button("Open", url="https://a.example"), Button("Copy", copy="x")),))
TOKEN = "123456789:AAH-secret-secret-secret-secret-secr"


class ReadTimeout(Exception):
    pass


class ConnectTimeout(Exception):
    pass


async def raising(error, cause=None):
    raise error from cause


@pytest.mark.parametrize(
    ("error", "cause", "value"),
    [
        (ChatMigrated(-9), None, ChatMoved(-9)),
        (Forbidden("Forbidden: bot was kicked"), None, ChatGone("Forbidden: bot was kicked")),
        (BadRequest("Chat not found"), None, ChatGone("Chat not found")),
        (BadRequest("Message is not modified: same"), None, Unmodified()),
        (BadRequest("Message to edit not found"), None, TargetGone()),
        (BadRequest("Message can't be edited"), None, TargetGone(stands=True)),
        (BadRequest("Message thread not found"), None, TopicGone()),
        (BadRequest("Can't parse entities: x"), None, Rejected("Can't parse entities: x")),
        (TimedOut(), ReadTimeout(), Failed("ReadTimeout", perhaps_sent=True)),
        (TimedOut(), ConnectTimeout(), Failed("ConnectTimeout", perhaps_sent=False)),
        (NetworkError("Internal Server Error"), None, Failed("Internal Server Error", perhaps_sent=True)),
        (InvalidToken(), None, Failed("Telegram refuses the token", perhaps_sent=False)),
        (Conflict("x"), None, Failed("Telegram refuses the token", perhaps_sent=False)),
        (TelegramError(f"Invalid {TOKEN}"), None, Failed("Invalid ***", perhaps_sent=True)),
    ],
)
async def test_each_exception_of_the_library_has_its_value(error, cause, value):
    assert value == await _result(raising(error, cause))


async def test_a_429_is_a_number_of_seconds_in_either_form():
    assert Throttled(7.0) == await _result(raising(RetryAfter(7)))
    assert (7.5, 3.0) == (_seconds(timedelta(seconds=7.5)), _seconds(3))


async def test_a_message_arrives_with_its_buttons(desk, messenger, sandbox):
    await desk.reader(READER)
    sent = await messenger.send(NEWS, telegram_id=READER)

    assert Sent(1) == sent
    shown = sandbox.messages(READER)[0]
    assert ["https://a.example", None] == [button.get("url") for button in shown["reply_markup"]["inline_keyboard"][0]]


async def test_an_answer_to_a_message_that_is_gone_is_sent_all_the_same(desk, messenger):
    await desk.reader(READER)

    assert Sent(1) == await messenger.send(Message((Span("x"),), answers=99), telegram_id=READER)


async def test_a_prompt_waits_for_words(desk, messenger, sandbox):
    await desk.reader(READER)
    await messenger.send(Message((Span("Which?"),), force_reply="Gao"), telegram_id=READER)

    assert "Gao" == sandbox.messages(READER)[0]["prompt"]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (FaultKind.THROTTLE, Throttled(2.0)),
        (FaultKind.SERVER_ERROR, Failed("Internal Server Error", perhaps_sent=True)),
        (FaultKind.RESET_AFTER, Failed("RemoteProtocolError", perhaps_sent=True)),
    ],
)
async def test_a_broken_call_is_a_value(desk, messenger, sandbox, kind, value):
    await desk.reader(READER)
    sandbox.fault(Fault(kind))

    assert value == await messenger.send(NEWS, telegram_id=READER)


async def test_an_old_button_press_is_answered_in_vain_without_harm(messenger):
    assert None is await messenger.toast("gone", "Done")


async def test_who_administers_a_group_is_asked_and_nobody_does_when_telegram_will_not_say(desk, messenger, sandbox):
    sandbox.add_group(GROUP, title="Desk", admins=(READER,))

    assert READER in await messenger.administrators(GROUP)
    assert frozenset() == await messenger.administrators(-999)


async def test_the_menu_is_set_for_a_scope_and_a_language(messenger, sandbox):
    await messenger.set_menu("private", [("help", "What I can do")], lang="fr")

    assert {"all_private_chats:fr": [{"command": "help", "description": "What I can do"}]} == sandbox.ledger.fact(
        "menus"
    )


async def test_the_bot_knows_its_name(messenger):
    assert (4_200_000_042, "tocsin_sandbox_bot") == await messenger.identity()


async def test_a_wrong_token_and_a_server_that_is_away_are_told_in_one_sentence_without_the_token(sandbox):
    wrong = build_application(TOKEN, base_url=sandbox.base_url).bot
    away = build_application(TOKEN, base_url="http://127.0.0.1:9").bot
    with pytest.raises(TelegramRefused, match="does not know this token") as refused:
        await Messenger(wrong).identity()
    with pytest.raises(TelegramRefused, match="cannot be reached") as unreached:
        await Messenger(away).identity()
    with pytest.raises(TelegramAway) as unasked:
        await Messenger(away).updates(None, wait_s=0)
    for bot in (wrong, away):
        for request in bot._request:
            await request.shutdown()

    assert not any(TOKEN in f"{each.value!r} {each.value}" for each in (refused, unreached, unasked))


async def test_the_token_is_in_no_line_that_is_logged_from_debug_on(desk, store, messenger, clock, sandbox, capsys):
    from bot.delivery.sender import Sender
    from bot.logs import set_up_logging

    set_up_logging("DEBUG", "console")
    heard = io.StringIO()
    handler = logging.StreamHandler(heard)
    logging.getLogger().addHandler(handler)
    try:
        await desk.owe(await desk.reader(READER))
        sandbox.fault(Fault(FaultKind.RESET_BEFORE))
        await Sender(store, messenger, clock=clock, holder="x", render=None).send_due()
    finally:
        logging.getLogger().removeHandler(handler)
        structlog.reset_defaults()
        logging.basicConfig(force=True)
    lines = heard.getvalue() + capsys.readouterr().err

    assert "delivery.failed" in lines
    assert SANDBOX_TOKEN.partition(":")[2] not in lines


async def test_a_picture_is_drawn_when_it_is_sent_and_its_text_is_the_caption(application, sandbox):
    sandbox.add_private(READER)
    messenger = Messenger(application.bot, draw=lambda shown: PNG if shown == {"rows": 1} else b"")
    sent = await messenger.send(Message((bold("3 today"),), picture={"rows": 1}, silent=True), telegram_id=READER)
    (message,) = sandbox.messages(READER)

    assert isinstance(sent, Sent)
    assert ("3 today", True) == (message["caption"], "photo" in message)


async def test_a_picture_that_cannot_be_drawn_or_is_refused_is_only_its_caption(application, sandbox):
    sandbox.add_private(READER)

    def broken(_shown):
        raise ValueError("no font")

    picture = Message((bold("3 today"),), picture={})
    await Messenger(application.bot, draw=broken).send(picture, telegram_id=READER)
    await Messenger(application.bot, draw=lambda _shown: PNG).send(picture, telegram_id=READER, plain=True)

    assert ["3 today", "3 today"] == [message.get("text") for message in sandbox.messages(READER)]
