"""Talk to Telegram: the one door to python-telegram-bot for everything that is sent.

Its exceptions become values (facts on delivery 6.4, read on version 22.8). BadRequest
and TimedOut are subclasses of NetworkError, so they are asked for first. A time-out
may mean "sent": the cause tells. No text of an exception that may hold the token gets out.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import structlog
from telegram import (
    BotCommand,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    CopyTextButton,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
    ReplyParameters,
)
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
from telegram.ext import Application, ApplicationBuilder, ExtBot
from telegram.request import HTTPXRequest

from bot.delivery.message import Button, Message, Span, Style
from bot.delivery.policy import (
    ChatGone,
    ChatMoved,
    Failed,
    Rejected,
    SendResult,
    Sent,
    TargetGone,
    Throttled,
    TopicGone,
    Unmodified,
)
from bot.delivery.projection import ProjectedRequest
from bot.delivery.render import safe_url, to_html
from bot.errors import UserError
from bot.http import trust
from bot.logs import mask

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

log = structlog.get_logger()

# As many sockets as messages in flight: httpcore looks at every socket on every event (facts 4.1).
POOL: Final = 8
# Seconds; most ambiguous time-outs vanish when one waits as long as Telegram may take.
_READ_S: Final = 30.0
_POLL_READ_S: Final = 65.0
ALLOWED_UPDATES: Final = ("message", "callback_query", "my_chat_member", "channel_post")
_GONE: Final = (
    "chat not found",
    "user is deactivated",
    "have no rights",
    "not enough rights",
    "chat_write_forbidden",
    "peer_id_invalid",
)
_TARGET: Final = ("message to edit not found", "message_id_invalid")
_FIXED: Final = "message can't be edited"
_TOPIC: Final = ("message thread not found", "topic_closed", "topic_deleted")
_SURELY_NOT_SENT: Final = ("PoolTimeout", "ConnectTimeout", "ConnectError", "ProxyError", "UnsupportedProtocol")


class TelegramRefused(UserError):
    """Say that Telegram does not know the token, or another program uses it."""


@dataclass(frozen=True, slots=True)
class BotPortrait:
    """Hold what Telegram knows of the bot; `reads_all` when privacy mode is off, `webhook` "" when none is set."""

    name: str
    joins_groups: bool
    reads_all: bool
    webhook: str


class TelegramAway(Exception):
    """Say that Telegram could not be asked just now; `wait_s` is what it wants us to wait, 0 when it said nothing."""

    def __init__(self, reason: str, wait_s: float = 0.0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait_s = wait_s


def build_application(token: str, *, base_url: str, proxy: str = "") -> Application[Any, Any, Any, Any, Any, Any]:
    """Return python-telegram-bot's application on our requests; nothing is started."""
    root = base_url.rstrip("/")
    ways: dict[str, Any] = {"proxy": proxy or None, "httpx_kwargs": {"verify": trust()}}
    request = HTTPXRequest(connection_pool_size=POOL, read_timeout=_READ_S, write_timeout=_READ_S, **ways)
    polling = ProjectedRequest(connection_pool_size=4, read_timeout=_POLL_READ_S, **ways)
    return (
        ApplicationBuilder()
        .token(token)
        .base_url(f"{root}/bot")
        .base_file_url(f"{root}/file/bot")
        .request(request)
        .get_updates_request(polling)
        .updater(None)
        .job_queue(None)
        .build()
    )


class Messenger:
    """Send, edit and ask; every failure that Telegram can give is a value."""

    def __init__(self, bot: ExtBot[Any], *, draw: Callable[[Mapping[str, Any]], bytes] | None = None) -> None:
        self._bot = bot
        self._draw = draw

    async def send(self, message: Message, *, telegram_id: int, topic_id: int = 0, plain: bool = False) -> SendResult:
        """Send a message of one part, or edit one in place; `plain` leaves out styles and buttons."""
        message = await self._with_names(message, telegram_id)
        if plain:
            message = replace(message, spans=(Span(message.text),), keyboard=(), force_reply="", picture=None)
        html = to_html(message)[0]
        if message.picture is not None and self._draw:
            return await self._show(message, html, telegram_id=telegram_id, topic_id=topic_id)
        if message.attachment is not None:
            return await _result(self._send_file(message, html, telegram_id=telegram_id, topic_id=topic_id))
        if message.edits is not None:
            return await _result(self._edit(message, html, telegram_id=telegram_id))
        return await _result(
            self._bot.send_message(
                telegram_id,
                html,
                parse_mode="HTML",
                message_thread_id=topic_id or None,
                disable_notification=message.silent,
                link_preview_options=LinkPreviewOptions(is_disabled=not message.preview),
                reply_parameters=_answering(message.answers),
                reply_markup=_markup(message),
            )
        )

    async def _show(self, message: Message, html: str, *, telegram_id: int, topic_id: int) -> SendResult:
        """Draw a picture off the loop and send it; one that cannot be drawn is only its caption."""
        assert self._draw is not None, "asked for only where something draws"
        assert message.picture is not None, "asked for only where there is a picture"
        try:
            drawn = await asyncio.to_thread(self._draw, message.picture)
        except Exception:  # the drawing library's outer edge: an edition is complete without its picture
            log.exception("picture.failed")
            return await self.send(replace(message, picture=None), telegram_id=telegram_id, topic_id=topic_id)
        return await _result(
            self._bot.send_photo(
                telegram_id,
                drawn,
                caption=html,
                parse_mode="HTML",
                filename="tocsin.png",
                message_thread_id=topic_id or None,
                disable_notification=message.silent,
                reply_parameters=_answering(message.answers),
                reply_markup=_markup(message),
            )
        )

    async def _send_file(self, message: Message, html: str, *, telegram_id: int, topic_id: int) -> Any:
        attached = message.attachment
        assert attached is not None, "only a message with a file is sent as one"
        return await self._bot.send_document(
            telegram_id,
            InputFile(attached.text.encode(), filename=attached.name),
            caption=html,
            parse_mode="HTML",
            message_thread_id=topic_id or None,
            disable_notification=message.silent,
            reply_markup=_markup(message),
        )

    async def _with_names(self, message: Message, telegram_id: int) -> Message:
        """Put the names of people in, as this chat shows them; who left it has none."""
        people = {span.text for span in message.spans if span.style is Style.PERSON}
        if not people:
            return message
        names = {number: await self._name(telegram_id, int(number)) for number in people}
        spans = (Span(names[span.text]) if span.style is Style.PERSON else span for span in message.spans)
        return replace(message, spans=tuple(spans))

    async def _name(self, telegram_id: int, user_id: int) -> str:
        try:
            return (await self._bot.get_chat_member(telegram_id, user_id)).user.full_name or "—"
        except TelegramError:
            return "—"

    async def file(self, file_id: str, *, most: int) -> bytes | None:
        """Return a file that somebody sent; None when it is larger than `most` bytes or gone."""
        try:
            found = await self._bot.get_file(file_id)
            if found.file_size is None or found.file_size > most:
                return None
            return bytes(await found.download_as_bytearray())
        except TelegramError:
            return None

    async def _edit(self, message: Message, html: str, *, telegram_id: int) -> Any:
        markup = _markup(message)
        return await self._bot.edit_message_text(
            html,
            chat_id=telegram_id,
            message_id=message.edits,
            parse_mode="HTML",
            link_preview_options=LinkPreviewOptions(is_disabled=not message.preview),
            reply_markup=markup if isinstance(markup, InlineKeyboardMarkup) else None,
        )

    async def delete(self, message_id: int, *, telegram_id: int) -> SendResult:
        """Delete a message of ours; one that is gone already is no failure."""
        result = await _result(self._bot.delete_message(telegram_id, message_id))
        gone = isinstance(result, Rejected) and "message to delete not found" in result.reason.lower()
        return Unmodified() if gone else result

    async def delete_all(self, messages: Sequence[int], *, telegram_id: int) -> SendResult:
        """Delete up to 100 messages of ours in one call; Telegram passes over what is gone (Bot API, deleteMessages)."""
        return await _result(self._bot.delete_messages(telegram_id, messages))

    async def toast(self, query: str, text: str) -> None:
        """Answer a button press; a query that is too old is no loss."""
        try:
            await self._bot.answer_callback_query(query, text[:200] or None)
        except TelegramError:
            return

    async def updates(self, offset: int | None, *, wait_s: int) -> list[Mapping[str, Any]]:
        """Long-poll for updates as plain mappings; raise TelegramAway when Telegram will not give them now.

        Also for a rival and for a token that was revoked: news is read and kept on until an operator helps.
        """
        try:
            updates = await self._bot.get_updates(offset=offset, timeout=wait_s, allowed_updates=ALLOWED_UPDATES)
        except Conflict:
            raise TelegramAway("another program reads this bot's updates: stop it, or remove its webhook") from None
        except InvalidToken:
            raise TelegramAway(str(_unknown_token())) from None
        except RetryAfter as error:
            raise TelegramAway("429", _seconds(error.retry_after)) from None
        except TelegramError as error:
            raise TelegramAway(mask(error.message)) from None
        return [update.to_dict() for update in updates]

    async def identity(self) -> tuple[int, str]:
        """Return the bot's own id and user name; raise TelegramRefused for a token Telegram does not know."""
        try:
            me = await self._bot.get_me()
        except InvalidToken:
            raise _unknown_token() from None
        except TelegramError as error:
            raise _unreachable(error) from None
        return me.id, me.username or ""

    async def portrait(self) -> BotPortrait:
        """Return what Telegram knows of the bot; raise TelegramRefused like `identity`."""
        _, name = await self.identity()
        try:
            me, webhook = await self._bot.get_me(), await self._bot.get_webhook_info()
        except TelegramError as error:
            raise _unreachable(error) from None
        return BotPortrait(name, bool(me.can_join_groups), bool(me.can_read_all_group_messages), webhook.url)

    async def administrators(self, telegram_id: int) -> frozenset[int]:
        """Return who administers a group, 0 among them for anonymous admins; nobody when Telegram will not say."""
        try:
            found = await self._bot.get_chat_administrators(telegram_id)
        except TelegramError:
            return frozenset()
        return frozenset(each.user.id for each in found)

    async def set_menu(self, scope: str, commands: Sequence[tuple[str, str]], *, lang: str) -> None:
        """Set the command menu of a scope (private, group, admins) in a language, "" for all others."""
        scopes = {
            "private": BotCommandScopeAllPrivateChats(),
            "group": BotCommandScopeAllGroupChats(),
            "admins": BotCommandScopeAllChatAdministrators(),
        }
        await self._bot.set_my_commands(
            [BotCommand(name, words) for name, words in commands], scope=scopes[scope], language_code=lang or None
        )


def _unreachable(error: TelegramError) -> TelegramRefused:
    return TelegramRefused(
        f"Telegram cannot be reached ({mask(str(error))}).", "Check the network or TOCSIN_TELEGRAM__PROXY."
    )


def _unknown_token() -> TelegramRefused:
    return TelegramRefused(
        "Telegram does not know this token.", "Copy it again from @BotFather, and check TOCSIN_TELEGRAM__BASE_URL."
    )


def _answering(message_id: int | None) -> ReplyParameters | None:
    return ReplyParameters(message_id, allow_sending_without_reply=True) if message_id else None


def _markup(message: Message) -> InlineKeyboardMarkup | ForceReply | None:
    if message.force_reply:
        return ForceReply(selective=True, input_field_placeholder=message.force_reply[:64])
    rows = [[_button(button) for button in row] for row in message.keyboard]
    return InlineKeyboardMarkup(rows) if rows else None


def _button(button: Button) -> InlineKeyboardButton:
    if button.url:
        return InlineKeyboardButton(button.label, url=safe_url(button.url))
    if button.copy:
        return InlineKeyboardButton(button.label, copy_text=CopyTextButton(button.copy[:256]))
    return InlineKeyboardButton(button.label, callback_data=button.data)


async def _result(call: Awaitable[Any]) -> SendResult:
    """Await a call and name what happened; the order of the cases matters."""
    try:
        answer = await call
    except RetryAfter as error:
        return Throttled(_seconds(error.retry_after))
    except ChatMigrated as error:
        return ChatMoved(error.new_chat_id)
    except Forbidden as error:
        return ChatGone(mask(error.message))
    except BadRequest as error:
        return _refusal(mask(error.message))
    except (TimedOut, NetworkError) as error:
        cause = type(error.__cause__).__name__
        return Failed(cause if error.__cause__ else mask(error.message), cause not in _SURELY_NOT_SENT)
    except (InvalidToken, Conflict):
        return Failed("Telegram refuses the token", perhaps_sent=False)
    except TelegramError as error:
        return Failed(mask(error.message), perhaps_sent=True)
    return Sent(answer.message_id) if hasattr(answer, "message_id") else Unmodified()


def _refusal(says: str) -> SendResult:
    lower = says.lower()
    if "message is not modified" in lower:
        return Unmodified()
    if _FIXED in lower or any(words in lower for words in _TARGET):
        return TargetGone(stands=_FIXED in lower)
    if any(words in lower for words in _TOPIC):
        return TopicGone()
    if any(words in lower for words in _GONE):
        return ChatGone(says)
    return Rejected(says)


def _seconds(value: float | timedelta) -> float:
    return value.total_seconds() if isinstance(value, timedelta) else float(value)
