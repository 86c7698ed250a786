"""Answer /webhook: post what this chat watches to an address; for those who run the bot, since it sends from there."""

from __future__ import annotations

import base64
import secrets
from typing import TYPE_CHECKING, Final

from bot.chat.args import OFF
from bot.chat.replies import text
from bot.delivery.message import Message, Span, Style, bold, compose, lines
from bot.outputs.calls import SECRET_MARK
from matchers.urls import web_host
from storage.desk import audit
from storage.hooks import hook_of, remove_hook, set_hook

if TYPE_CHECKING:
    from bot.chat.ask import Ask
    from storage.hooks import HookRecord

_LONGEST: Final = 1000


async def webhook(ask: Ask) -> None:
    """Show the webhook of this chat, set one (its secret is told once), or take it away."""
    words = ask.words.strip()
    if words.lower() in OFF:
        ask.effect(remove_hook, ask.chat.id)
        ask.effect(audit, ask.turn.user_id, act="webhook.off", target=str(ask.chat.id), now=ask.now)
        ask.reply(text(ask.say("Nothing of this chat is posted any more.")))
    elif words:
        _set(ask, words)
    else:
        found = await ask.read(hook_of, ask.chat.id)
        ask.reply(_state(ask, found) if found else _how(ask))


def _how(ask: Ask) -> Message:
    sentence = ask.say("Nothing of this chat is posted. {example} posts each story, signed, as it changes.")
    return Message(compose(sentence, example=Span("/webhook https://example.org/in", Style.CODE)))


def _set(ask: Ask, url: str) -> None:
    host = host_of(url)
    if not host:
        ask.reply(text(ask.say("Write the address in full: https://example.org/in")))
        return
    secret = SECRET_MARK + base64.b64encode(secrets.token_bytes(32)).decode()
    ask.effect(set_hook, ask.chat.id, url=url, secret=secret, now=ask.now)
    ask.effect(audit, ask.turn.user_id, act="webhook.set", target=f"{ask.chat.id}: {host}", now=ask.now)
    ask.reply(
        Message(
            lines(
                compose(ask.say("What this chat watches is posted to {host} from now on."), host=bold(host)),
                (Span(ask.say("Its secret, which I tell only now, signs every call (Standard Webhooks):")),),
                (Span(secret, Style.CODE),),
            )
        )
    )


def host_of(url: str) -> str:
    """Return the host of an address that can be posted to, "" for any other text."""
    return "" if url.split()[1:] or len(url) > _LONGEST else web_host(url)


def _state(ask: Ask, found: HookRecord) -> Message:
    say = ask.say
    last = say.day_time(found.last_ok, ask.chat.tz) if found.last_ok else "—"
    rows = [
        compose(say("Posted to {host} since {when}"), host=bold(host_of(found.url)), when=say.day_time(found.created, ask.chat.tz)),
        compose(say("Waiting: {count}; last taken: {when}"), count=str(found.waiting), when=last),
    ]  # fmt: skip
    if found.trouble:
        rows.append(compose(say("{n} tries failed in a row: {reason}"), n=str(found.failures), reason=found.trouble))
    return Message(lines(*rows, compose(say("{off} ends it."), off="/webhook off")))
