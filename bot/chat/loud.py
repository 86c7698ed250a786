"""Answer how often a chat is rung: a snooze, and the limit of rings."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bot.chat.args import OFF, Press, read_duration
from bot.chat.ask import change
from bot.chat.replies import row, text
from bot.delivery.message import Message, bold, compose
from bot.loudness import BUDGET, budget
from storage.delivery_records import Waits
from storage.rhythm import wake

if TYPE_CHECKING:
    from bot.chat.ask import Ask

_AN_HOUR: Final = timedelta(hours=1)
# Longer than a weekend is no snooze: /mute and /stop say what they do.
_LONGEST: Final = timedelta(days=3)
_LIMITS: Final = re.compile(r"^(\d{1,3})(?:\D+(\d{1,3}))?$", re.ASCII)
_UNLIMITED: Final = 999


async def snooze(ask: Ask) -> None:
    """Hold everything but what is critical for a while; then one message tells what came."""
    if ask.words.lower() in OFF:
        await wake_up(ask)
        return
    duration = read_duration(ask.words) if ask.words else _AN_HOUR
    if duration is None or duration > _LONGEST:
        ask.reply(text(ask.say("Say how long, three days at most: /snooze 2h, or /snooze off.")))
        return
    until = ask.now + duration
    change(ask, settings={"snooze": until.isoformat()})
    sentence = ask.say("I hold everything but what is critical until {when}; then one message tells what came.")
    when = bold(ask.say.day_time(until, ask.chat.tz))
    ask.reply(Message(compose(sentence, when=when), keyboard=row(ask.say("End the snooze"), Press("sz"))))


async def wake_up(ask: Ask) -> None:
    """End a snooze; what it held comes now."""
    change(ask, settings={"snooze": None})
    ask.effect(wake, ask.chat.id, waits=Waits.SNOOZED, now=ask.now)
    ask.show(text(ask.say("The snooze is over; what it held comes now.")))


async def loud(ask: Ask) -> None:
    """Set how often the chat may be rung, a day and an hour; without words, say it."""
    words, found = ask.words.lower(), _LIMITS.match(ask.words)
    if words in OFF:
        change(ask, settings={"loud": [_UNLIMITED, _UNLIMITED]})
    elif found:
        day = int(found[1])
        hour = int(found[2]) if found[2] else min(day, BUDGET[1])
        change(ask, settings={"loud": None if (day, hour) == BUDGET else [day, hour]})
    elif words:
        ask.reply(text(ask.say("Say how many a day and an hour: /loud 6 2, or /loud off.")))
        return
    ask.reply(_limit(ask))


def _limit(ask: Ask) -> Message:
    day, hour = budget(ask.chat.settings)
    if day >= _UNLIMITED:
        return text(ask.say("I ring without a limit. /loud 6 2 sets one."))
    sentence = ask.say(
        "I ring at most {day} times a day and {hour} an hour. What comes past that arrives without a sound in one"
        " message; critical terms always ring, and count."
    )
    return Message(compose(sentence, day=bold(str(day)), hour=bold(str(hour))))
