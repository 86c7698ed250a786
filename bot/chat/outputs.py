"""Answer /link: a private feed of what this chat watches, for a feed reader."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from bot.chat.args import OFF
from bot.chat.replies import text
from bot.delivery.message import Message, Span, Style, compose, lines
from storage.outputs import close_output, open_output

if TYPE_CHECKING:
    from bot.chat.ask import Ask


async def link(ask: Ask) -> None:
    """Make a feed of this chat's watch list, in the place of the one before; `off` takes it away."""
    if ask.words.lower() in OFF:
        ask.effect(close_output, ask.chat.id)
        ask.reply(text(ask.say("The feed of this chat is closed; its address opens nothing any more.")))
        return
    token = secrets.token_urlsafe(24)
    ask.effect(open_output, ask.chat.id, token=token, now=ask.now)
    root = ask.context.web_address.rstrip("/")
    addresses = (Span(f"{root}/out/{token}.{form}", Style.CODE) for form in ("atom", "json"))
    ask.reply(
        Message(
            lines(
                (Span(ask.say("What this chat watches, for a feed reader. Whoever has the address can read it:")),),
                *((address,) for address in addresses),
                compose(ask.say("/link makes a new address, {off} closes it."), off="/link off"),
            )
        )
    )
