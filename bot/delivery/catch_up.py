"""Lay out one message for what came at the wrong time: while the chat slept, past its limit, in a flood. Pure.

☀️ While you slept: 9 stories
1. 🟠 Headline · 3 outlets
…
+1 more: /latest
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.delivery.alert import chosen, severity_mark
from bot.delivery.excerpt import headline_link
from bot.delivery.message import Button, Message, Span, bold, lines
from matchers.revisions import StoryState
from storage.delivery_records import Waits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.delivery.alert import Reader
    from storage.story_records import StoryView

MOST_STORIES: Final = 10
_LIGHT_STORIES: Final = 5
_ROW: Final = 5


def catch_up(views: Sequence[StoryView], reader: Reader, *, why: str) -> Message:
    """Return the message; the gravest stories first, each opened in full by its number."""
    say = reader.say
    ranked = sorted(views, key=lambda view: (-StoryState.from_json(view.state).severity, view.story))
    shown = ranked[: _LIGHT_STORIES if reader.is_light else MOST_STORIES]
    more = len(ranked) - len(shown)
    rest = say.plural("{n} more: /latest", "{n} more: /latest", count=more)
    count = say.plural("{n} story", "{n} stories", count=len(ranked))
    sample = f" · {say('SAMPLE')}" if reader.sample else ""
    return Message(
        lines(
            (bold(say.colon(_because(why, reader), count)), Span(sample)),
            *(_story(number, view, reader=reader) for number, view in enumerate(shown, 1)),
            (Span(f"+{rest}"),) if more else (),
        ),
        keyboard=() if reader.is_light else _opens(shown),
    )


def veiled_catch_up(views: Sequence[StoryView], reader: Reader, *, why: str, delivery: int) -> Message:
    """Return what a discreet chat is shown of it: why and how many, and a button for the rest."""
    say = reader.say
    count = say.plural("{n} story", "{n} stories", count=len(views))
    head = bold(say.colon(_because(why, reader), count))
    return Message((head,), keyboard=((Button(say("Show"), f"1:sh:{delivery}"),),))


def _because(why: str, reader: Reader) -> str:
    say = reader.say
    words = {
        Waits.ASLEEP.value: say("☀️ While you slept"),
        Waits.SNOOZED.value: say("While you snoozed"),
        Waits.LIMIT.value: say("Past your limit of rings, without a sound"),
        Waits.FLOOD.value: say("Many at once, in one message"),
    }
    return words.get(why, words[Waits.FLOOD.value])


def _story(number: int, view: StoryView, *, reader: Reader) -> Sequence[Span]:
    entry, say = chosen(view, reader.say.lang), reader.say
    count = len({each.outlet.key for each in view.entries})
    told = say.plural("{n} outlet", "{n} outlets", count=count)
    title = headline_link(entry.title, entry.url)
    return (Span(f"{number}. {severity_mark(view)} "), title, Span(f" · {told}"))


def _opens(views: Sequence[StoryView]) -> tuple[tuple[Button, ...], ...]:
    buttons = [Button(str(number), f"1:st:{view.story}") for number, view in enumerate(views, 1)]
    return tuple(tuple(buttons[start : start + _ROW]) for start in range(0, len(buttons), _ROW))
