"""Check what lies outside: Telegram knows the token, can be reached, and agrees on the time."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from bot.checks.finding import Finding, bad, ok, warn
from bot.config import TelegramSettings
from bot.http import GuardedClient, HttpFailure, HttpLimits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.clock import Clock
    from bot.config import Settings
    from bot.delivery.telegram import BotPortrait

# Telegram says when to come again in seconds: a clock that is off by more makes us wait wrongly.
_CLOCK_S: Final = 30
_ASK_S: Final = 10.0
_USUAL: Final = TelegramSettings().base_url


async def check_reach(settings: Settings, clock: Clock) -> list[Finding]:
    """Ask Telegram who we are and what time it is there."""
    from bot.delivery.telegram import Messenger, TelegramRefused, build_application

    assert settings.telegram.token is not None, "asked only with a token"
    telegram = settings.telegram
    application = build_application(
        settings.telegram.token.get_secret_value(), base_url=telegram.base_url, proxy=telegram.proxy
    )
    try:
        portrait = await Messenger(application.bot).portrait()
    except TelegramRefused as refused:
        return [_refusal(telegram, refused.message, remedy=refused.remedy)]
    finally:
        await application.bot.request.shutdown()
    return [*_about(portrait), *await _time(telegram, clock)]


def _refusal(telegram: TelegramSettings, says: str, *, remedy: str) -> Finding:
    if "token" in says:
        return bad("token.unknown", says, remedy=remedy)
    if telegram.proxy:
        return bad(
            "telegram.proxy", says, remedy="Is the proxy of TOCSIN_TELEGRAM__PROXY up, and does it let you through?"
        )
    if telegram.base_url != _USUAL:
        return bad("telegram.base_url", says, remedy=f"Does a Bot API server run at {telegram.base_url}?")
    return bad(
        "telegram.unreachable", says, remedy="Check the network; where Telegram is blocked, set TOCSIN_TELEGRAM__PROXY."
    )


def _about(portrait: BotPortrait) -> Iterator[Finding]:
    if portrait.webhook:
        yield bad(
            "telegram.webhook",
            f"A webhook is set ({urlsplit(portrait.webhook).hostname}): updates go there and not to us.",
            remedy="Remove it: open https://api.telegram.org/bot<TOKEN>/deleteWebhook once.",
        )
    if portrait.reads_all:
        yield warn(
            "telegram.privacy",
            "Privacy mode is off: the bot is sent every message of its groups, which it does not need.",
            remedy="@BotFather, /setprivacy, Enable; then remove the bot from its groups and add it again.",
        )
    if not portrait.joins_groups:
        yield warn(
            "telegram.groups",
            "The bot may not be added to groups.",
            remedy="@BotFather, /setjoingroups, Enable, if it should.",
        )
    yield ok("telegram", f"The bot is @{portrait.name}.")


async def _time(telegram: TelegramSettings, clock: Clock) -> list[Finding]:
    """Compare the clocks by the Date of an answer; no answer is no finding, since Telegram was just reached."""
    port = urlsplit(telegram.base_url).port or 443
    limits = HttpLimits(total_s=_ASK_S, private_hosts=True, ports=frozenset({80, 443, port}))
    client = GuardedClient(proxy=telegram.proxy, limits=limits)
    try:
        reply = await client.get(telegram.base_url, headers={})
        there = parsedate_to_datetime(reply.headers.get("date", ""))
    except (HttpFailure, ValueError, TypeError):
        return []
    finally:
        await client.close()
    off = (clock.now() - there).total_seconds()
    if abs(off) <= _CLOCK_S:
        return []
    word = "ahead of" if off > 0 else "behind"
    return [
        bad(
            "clock.off",
            f"This clock is {abs(off):.0f} s {word} Telegram's.",
            remedy="Set it; use NTP (timedatectl set-ntp true).",
        )
    ]
