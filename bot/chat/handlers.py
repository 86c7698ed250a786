"""Register every command and button with python-telegram-bot, behind one gate.

update ─gate: may this person talk to me, and change this?→ Ask ─handler→ Turn

A handler never sends: it fills the turn, whose effects and replies commit as one.
Strangers get no answer at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import structlog
from telegram.ext import CallbackQueryHandler, ChatMemberHandler, CommandHandler

from bot.chat import settings, watching
from bot.chat.args import read_press
from bot.chat.ask import Ask, client_language
from bot.chat.commands import COMMANDS, menu
from bot.chat.context import ADMIN_ROLES, code_hash
from bot.chat.replies import commands_for, help_page, text
from bot.delivery.turn import Turn, current_turn
from bot.texts import LANGUAGES, texts
from storage.chats import close_chat, update_chat, use_invite

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from telegram import Update
    from telegram.ext import Application

    from bot.chat.context import ChatContext
    from bot.delivery.telegram import Messenger

log = structlog.get_logger()


async def _help(ask: Ask) -> None:
    admin = await ask.context.role(ask.turn.user_id) in ADMIN_ROLES
    ask.reply(help_page(ask.say, commands_for(admin=admin)))


ANSWERS: Final[dict[str, Callable[[Ask], Awaitable[None]]]] = {
    "start": settings.start,
    "help": _help,
    "watch": watching.watch,
    "unwatch": watching.unwatch,
    "terms": watching.show_terms,
    "why": watching.why,
    "latest": watching.latest,
    "mute": settings.silence,
    "quiet": settings.quiet,
    "digest": settings.digest,
    "stop": settings.stop,
    "status": watching.status,
    "privacy": settings.privacy,
    "wipe": settings.wipe,
    "invite": settings.invite,
}
# verb of a button -> (handler, does it change the chat)
PRESSES: Final[dict[str, tuple[Callable[[Ask], Awaitable[None]], bool]]] = {
    "s": (settings.set_up, True),
    "tp": (watching.show_terms, False),
    "un": (watching.drop_term, True),
    "ux": (watching.drop_named, True),
    "ua": (watching.take_back, True),
    "why": (watching.why, False),
    "mute": (watching.mute_story, True),
    "um": (settings.ring_again, True),
    "wipe": (settings.wipe_now, True),
}


def add_handlers(application: Application[Any, Any, Any, Any, Any, Any], context: ChatContext) -> None:
    """Register everything on an application."""
    for command in COMMANDS:
        application.add_handler(CommandHandler(command.name, _command(command.name, context)))
    application.add_handler(CallbackQueryHandler(_press(context)))
    application.add_handler(ChatMemberHandler(_membership(context), ChatMemberHandler.MY_CHAT_MEMBER))


def _command(name: str, context: ChatContext) -> Callable[[Update, Any], Coroutine[Any, Any, None]]:
    command = next(each for each in COMMANDS if each.name == name)

    async def handle(update: Update, _library: Any) -> None:
        turn = current_turn.get()
        message = update.effective_message
        words = ((message.text or "").partition(" ")[2] if message else "").strip()
        if name == "start" and words.startswith(("claim-", "join-")):
            await _let_in(context, turn, code=words.partition("-")[2])
        if not await context.admits(turn):
            log.info("stranger.ignored", update=turn.update_id)
            return
        if command.admin and await context.role(turn.user_id) not in ADMIN_ROLES:
            return
        ask = await _ask(context, turn, update=update)
        ask.words = words
        ask.answers = message.reply_to_message.message_id if message and message.reply_to_message else None
        if command.changes and not await context.may_change(turn):
            ask.reply(text(ask.say("Only this group's admins can change that.")))
            return
        await ANSWERS[name](ask)

    return handle


def _press(context: ChatContext) -> Callable[[Update, Any], Coroutine[Any, Any, None]]:
    async def handle(update: Update, _library: Any) -> None:
        turn = current_turn.get()
        query = update.callback_query
        press = read_press(query.data or "") if query else None
        if not await context.admits(turn):
            return
        ask = await _ask(context, turn, update=update)
        if press is None or press.verb not in PRESSES:
            turn.toast(ask.say("This button is too old; the command does the same."))
            return
        handler, changes = PRESSES[press.verb]
        if changes and not await context.may_change(turn):
            turn.toast(ask.say("Only this group's admins can change that."))
            return
        ask.press = press.args
        ask.message_id = query.message.message_id if query and query.message else None
        await handler(ask)

    return handle


def _membership(context: ChatContext) -> Callable[[Update, Any], Coroutine[Any, Any, None]]:
    async def handle(update: Update, _library: Any) -> None:
        turn = current_turn.get()
        change = update.my_chat_member
        chat = await context.chat(turn)
        if change is None or chat is None:
            return
        if change.new_chat_member.status in {"kicked", "left"}:
            turn.effect(close_chat, turn.chat_telegram_id, reason="the bot was removed")
        elif chat.status == "closed":
            turn.effect(update_chat, chat.id, status="active")

    return handle


async def _let_in(context: ChatContext, turn: Turn, *, code: str) -> None:
    role = await context.store.write(use_invite, code_hash(code), user_id=turn.user_id, now=context.clock.now())
    log.info("invite.used" if role else "invite.refused", role=role or "")


async def _ask(context: ChatContext, turn: Turn, *, update: Update) -> Ask:
    chat = await context.ensure_chat(turn, lang=client_language(update))
    return Ask(context, turn, chat)


async def set_menus(messenger: Messenger) -> None:
    """Show Telegram the command menu of each language, for private chats, groups and their admins."""
    for lang in ("", *LANGUAGES):
        say = texts(lang)
        await messenger.set_menu("private", menu(say), lang=lang)
        await messenger.set_menu("admins", menu(say), lang=lang)
        await messenger.set_menu("group", menu(say, group=True), lang=lang)
