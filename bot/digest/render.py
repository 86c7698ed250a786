"""Write an edition: its day, then one paragraph a story. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.delivery.message import Message, Span, bold, compose, lines, link

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.texts import Texts
    from storage.records import StoryView


def edition(say: Texts, views: Sequence[StoryView], *, day: str, tz: str) -> Message:
    """Return an edition as one message; delivery cuts it at paragraphs when it is long."""
    head = compose(say("Digest of {day}"), day=day)
    title = (bold("".join(span.text for span in head)),)
    if not views:
        return Message(lines(title, (Span(say("Nothing happened to what this chat watches.")),)), silent=True)
    count = say.plural("{n} story", "{n} stories", count=len(views))
    return Message(lines(title, (Span(count),), *(_story(say, view, tz=tz) for view in views)), silent=True)


def _story(say: Texts, view: StoryView, *, tz: str) -> tuple[Span, ...]:
    first = view.entries[0]
    outlets = list(dict.fromkeys(entry.outlet.name for entry in view.entries))
    told = say.plural("{n} outlet", "{n} outlets", count=len(outlets))
    return (
        Span("\n• "),
        link(first.title, first.url),
        Span(f"\n   {say.day_time(view.opened, tz)} · {told}: {', '.join(outlets[:5])}"),
    )
