"""Register every command and button with python-telegram-bot, behind one gate.

update ─gate: is this person answered, and may they do this?→ Ask ─handler→ Turn

A handler never sends: it fills the turn, whose effects and replies commit as one.
Strangers get no answer at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import structlog
from telegram import MessageOriginChannel
from telegram.error import TelegramError
from telegram.ext import CallbackQueryHandler, ChatMemberHandler, CommandHandler, MessageHandler, filters

from bot.chat.access import OPERATORS, Who, is_answered, may
from bot.chat.args import read_press, read_words
from bot.chat.ask import Ask, client_language
from bot.chat.channels import from_channel
from bot.chat.commands import COMMANDS, Command, fingerprint, menus
from bot.chat.context import code_hash
from bot.chat.files import import_file
from bot.chat.replies import text
from bot.chat.settings import take_location
from bot.chat.verbs import ANSWERS, PRESSES, offer_words, say_unknown
from bot.delivery.turn import Turn, current_turn
from storage.chats import close_chat, migrate_chat, open_chat, update_chat, use_invite
from storage.leases import fact, set_fact

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from telegram import Message, Update
    from telegram.ext import Application

    from bot.chat.ask import Answer
    from bot.chat.context import ChatContext
    from bot.delivery.telegram import Messenger
    from bot.store import Store

    Handler = Callable[[Update, Any], Coroutine[Any, Any, None]]

log = structlog.get_logger()

_HEARD: Final = filters.UpdateType.MESSAGE | filters.UpdateType.CHANNEL_POST
_PRIVATE: Final = filters.UpdateType.MESSAGE & filters.ChatType.PRIVATE
_GONE: Final = frozenset({"kicked", "left"})
# Which menus Telegram has, by their hash, so that a start tells it nothing that it knows.
MENU_FACT: Final = "menu"


def add_handlers(application: Application[Any, Any, Any, Any, Any, Any], context: ChatContext) -> None:
    """Register everything on an application."""
    for each in COMMANDS:
        application.add_handler(CommandHandler(each.name, _command(each, context), filters=_HEARD))
    application.add_handler(CallbackQueryHandler(_press(context)))
    application.add_handler(ChatMemberHandler(_membership(context), ChatMemberHandler.MY_CHAT_MEMBER))
    application.add_handler(MessageHandler(filters.StatusUpdate.MIGRATE, _migration(context)))
    application.add_handler(MessageHandler(_PRIVATE & filters.COMMAND, _plain(context, say_unknown)))
    application.add_handler(MessageHandler(_PRIVATE & filters.FORWARDED, _plain(context, from_channel)))
    application.add_handler(MessageHandler(_PRIVATE & filters.LOCATION, _plain(context, take_location)))
    application.add_handler(MessageHandler(_PRIVATE & filters.Document.ALL, _plain(context, import_file)))
    application.add_handler(MessageHandler(_PRIVATE & filters.TEXT, _plain(context, offer_words)))


async def _gate(context: ChatContext, turn: Turn, *, update: Update, who: Who) -> Ask | None:
    """Return what is asked; None when the person is not answered, or told that this is not for them."""
    asker = await context.asker(turn, who)
    if not is_answered(asker, is_open=context.open):
        log.info("stranger.ignored", update=turn.update_id)
        return None
    if asker.role not in OPERATORS and context.is_hasty(turn.chat_telegram_id):
        log.info("chat.hasty", update=turn.update_id)
        return None
    if who is Who.OPERATES and turn.chat_kind != "private":
        return None
    chat = await context.ensure_chat(turn, lang=client_language(update, context.language))
    ask = Ask(context, turn, chat, role=asker.role)
    if chat.status == "closed":
        ask.effect(update_chat, chat.id, status="active")
    if may(asker, who):
        return ask
    if who is not Who.OPERATES:
        refusal = ask.say("Only the admins of this chat can do that.")
        ask.toast(refusal) if turn.query_id else ask.reply(text(refusal))
    return None


def _command(command: Command, context: ChatContext) -> Handler:
    async def handle(update: Update, _library: Any) -> None:
        turn, message = current_turn.get(), update.effective_message
        words = read_words(message.text or "") if message else ""
        if command.name == "start" and words.startswith(("claim-", "join-")):
            await _let_in(context, turn, code=words.partition("-")[2])
        ask = await _gate(context, turn, update=update, who=command.who)
        if ask:
            ask.words, ask.answers, ask.file = words, _replied_to(message), _file_of(message)
            await ANSWERS[command.name](ask)

    return handle


def _replied_to(message: Message | None) -> int | None:
    return message.reply_to_message.message_id if message and message.reply_to_message else None


def _file_of(message: Message | None) -> str:
    """Return the document that was sent, or the one that was replied to."""
    replied = message.reply_to_message if message else None
    found = (message.document if message else None) or (replied.document if replied else None)
    return found.file_id if found else ""


def _origin_of(message: Message) -> int | None:
    origin = message.forward_origin
    return origin.chat.id if isinstance(origin, MessageOriginChannel) else None


def _spot_of(message: Message) -> tuple[float, float] | None:
    return (message.location.latitude, message.location.longitude) if message.location else None


def _press(context: ChatContext) -> Handler:
    async def handle(update: Update, _library: Any) -> None:
        turn, query = current_turn.get(), update.callback_query
        press = read_press(query.data or "") if query else None
        answer, who = PRESSES.get(press.verb if press else "", (None, Who.ANYONE))
        ask = await _gate(context, turn, update=update, who=who)
        if ask is None:
            return
        if press is None or answer is None:
            ask.toast(ask.say("This button is too old; the command does the same."))
            return
        ask.press = press.args
        ask.message_id = query.message.message_id if query and query.message else None
        await answer(ask)

    return handle


def _plain(context: ChatContext, answer: Answer) -> Handler:
    """Answer what is no command of ours, in private chats only."""

    async def handle(update: Update, _library: Any) -> None:
        message = update.effective_message
        ask = await _gate(context, current_turn.get(), update=update, who=Who.CHANGES)
        if ask and message:
            ask.words, ask.answers = message.text or "", _replied_to(message)
            ask.file, ask.origin, ask.spot = _file_of(message), _origin_of(message), _spot_of(message)
            await answer(ask)

    return handle


def _membership(context: ChatContext) -> Handler:
    async def handle(update: Update, _library: Any) -> None:
        turn, change = current_turn.get(), update.my_chat_member
        if change is None:
            return
        chat = await context.chat(turn)
        if change.new_chat_member.status in _GONE:
            if chat:
                turn.effect(close_chat, turn.chat_telegram_id, reason="the bot was removed")
        elif chat and chat.status == "closed":
            turn.effect(update_chat, chat.id, status="active")
        elif chat is None and is_answered(await context.asker(turn, Who.ANYONE), is_open=context.open):
            opened = {
                "kind": turn.chat_kind,
                "lang": client_language(update, context.language),
                "now": context.clock.now(),
            }
            turn.effect(open_chat, turn.chat_telegram_id, **opened)

    return handle


def _migration(context: ChatContext) -> Handler:
    async def handle(update: Update, _library: Any) -> None:
        turn, message = current_turn.get(), update.effective_message
        if message and message.migrate_to_chat_id and await context.chat(turn):
            turn.effect(migrate_chat, turn.chat_telegram_id, new=message.migrate_to_chat_id)

    return handle


async def _let_in(context: ChatContext, turn: Turn, *, code: str) -> None:
    role = await context.store.write(use_invite, code_hash(code), user_id=turn.user_id, now=context.clock.now())
    log.info("invite.used" if role else "invite.refused", role=role or "")


async def set_menus(messenger: Messenger, store: Store) -> bool:
    """Show Telegram the command menus when they are not those that it has; say whether it was told."""
    table = menus()
    mark = {"hash": fingerprint(table)}
    if await store.read(fact, MENU_FACT) == mark:
        return False
    try:
        for (scope, lang), commands in table.items():
            await messenger.set_menu(scope, commands, lang=lang)
    except TelegramError as error:
        log.warning("menu.postponed", error=type(error).__name__)
        return False
    await store.write(set_fact, MENU_FACT, mark)
    return True
