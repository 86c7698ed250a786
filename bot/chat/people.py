"""Answer about the whole and about people: status, invitations."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bot.chat import replies
from bot.chat.access import OPERATORS
from bot.chat.context import code_hash
from bot.chat.replies import text
from storage.chats import add_invite
from storage.desk import audit
from storage.feeds import list_feeds
from storage.figures import backlog, queue_of

if TYPE_CHECKING:
    from bot.chat.ask import Ask

_INVITED_FOR: Final = timedelta(days=7)


async def status(ask: Ask) -> None:
    """Say whether everything runs."""
    feeds = [feed for feed in await ask.read(list_feeds) if feed.enabled]
    queue = await ask.read(queue_of, ask.chat.id)
    whole = await ask.read(backlog, now=ask.now) if ask.role in OPERATORS else None
    ask.reply(replies.status(ask.say, feeds, queue=queue, backlog=whole, tz=ask.chat.tz))


async def invite(ask: Ask) -> None:
    """Make a link that lets one person in, as a member, or as an admin when an owner says so."""
    owner = ask.role == "owner" or ask.turn.user_id in ask.context.admins
    role = "admin" if ask.words.strip().lower() == "admin" and owner else "member"
    code = secrets.token_urlsafe(16)
    ask.effect(add_invite, code_hash(code), role=role, expires=ask.now + _INVITED_FOR)
    ask.effect(audit, ask.turn.user_id, act="invite", target=role, now=ask.now)
    url = f"https://t.me/{ask.context.bot_name}?start=join-{code}"
    ask.reply(text(ask.say("This link lets one person in, within seven days:"), f"\n{url}"))
