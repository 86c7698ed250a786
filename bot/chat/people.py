"""Answer about the whole and about people: status, invitations, what is kept, forgetting."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bot.chat import replies
from bot.chat.access import OPERATORS
from bot.chat.args import Press
from bot.chat.context import code_hash
from bot.chat.replies import text
from bot.delivery.message import Button, Message, bold
from storage.chats import add_invite, wipe_chat
from storage.feeds import list_feeds
from storage.outbox import backlog, queue_of

if TYPE_CHECKING:
    from bot.chat.ask import Ask

_INVITED_FOR: Final = timedelta(days=7)


async def status(ask: Ask) -> None:
    """Say whether everything runs."""
    feeds = [feed for feed in await ask.read(list_feeds) if feed.enabled]
    queue = await ask.read(queue_of, ask.chat.id)
    whole = await ask.read(backlog, now=ask.now) if ask.role in OPERATORS else None
    ask.reply(replies.status(ask.say, feeds, queue=queue, backlog=whole, tz=ask.chat.tz))


async def privacy(ask: Ask) -> None:
    """Say what is kept."""
    ask.reply(
        text(
            ask.say(
                "Kept: this chat's number, its settings and terms, what it was sent in the last 120 days, and who is"
                " admitted, by number. Not kept: names, phone numbers, what you write. /wipe removes all of it;"
                " backups made before hold it until they are replaced, seven days at most."
            )
        )
    )


async def wipe(ask: Ask) -> None:
    """Ask before forgetting everything."""
    button = Button(ask.say("Yes, forget everything"), Press("wipe", ("yes",)).pack())
    ask.reply(Message((bold(ask.say("Forget this chat, its terms and its history?")),), keyboard=((button,),)))


async def wipe_now(ask: Ask) -> None:
    """Forget everything about this chat; the answer is a pop-up, which leaves no trace."""
    if ask.arg(0) != "yes":
        return
    ask.turn.effects.clear()
    ask.effect(wipe_chat, ask.turn.chat_telegram_id)
    ask.toast(ask.say("Forgotten. Messages that I sent remain in your app: clear the chat to remove them."))


async def invite(ask: Ask) -> None:
    """Make a link that lets one person in."""
    code = secrets.token_urlsafe(16)
    ask.effect(add_invite, code_hash(code), role="member", expires=ask.now + _INVITED_FOR)
    url = f"https://t.me/{ask.context.bot_name}?start=join-{code}"
    ask.reply(text(ask.say("This link lets one person in, within seven days:"), f"\n{url}"))
