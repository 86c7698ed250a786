"""Write an edition: its day, then one paragraph a story. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.delivery.alert import chosen, known_facts, severity_mark
from bot.delivery.excerpt import cut
from bot.delivery.message import Message, Span, bold, compose, italic, lines, link
from bot.digest.choose import MOST_STORIES, independent

if TYPE_CHECKING:
    from datetime import date

    from bot.delivery.alert import Reader
    from storage.records import StoryView

# Characters of a headline; longer ones are cut at a word.
_HEADLINE: Final = 160
_MOST_OUTLETS: Final = 4


@dataclass(frozen=True, slots=True)
class Edition:
    """Hold what stands in an edition: its local day and its stories, in their order."""

    day: date
    views: tuple[StoryView, ...]


def edition(reader: Reader, content: Edition) -> Message:
    """Return an edition as one message; delivery cuts it between two stories when it is long."""
    say = reader.say
    title = (bold(say("Digest of {day}").replace("{day}", say.day(content.day))),)
    if not content.views:
        return Message(lines(title, (Span(say("Nothing happened to what this chat watches.")),)), silent=True)
    shown = content.views[:MOST_STORIES]
    count = say.plural("{n} story", "{n} stories", count=len(content.views))
    sample = f" · {say('SAMPLE')}" if reader.sample else ""
    rest = len(content.views) - len(shown)
    more = say.plural("{n} smaller story is left out.", "{n} smaller stories are left out.", count=rest)
    return Message(
        lines(
            title,
            (Span(count + sample),),
            *(_story(reader, view) for view in shown),
            (italic(f"\n{more}"),) if rest else (),
        ),
        silent=True,
    )


def _story(reader: Reader, view: StoryView) -> tuple[Span, ...]:
    """Return a paragraph: mark and headline, who tells it, what is known."""
    say, entry = reader.say, chosen(view, reader.say.lang)
    keep = cut(entry.title, _HEADLINE)
    headline = entry.title if keep == len(entry.title) else f"{entry.title[:keep]}…"
    facts = [compose("   {fact}", fact=fact) for fact in known_facts(view, reader, entry=entry) if fact]
    return lines(
        (Span(f"\n{severity_mark(view)} "), link(headline, entry.url)),
        (Span(f"   {say.day_time(view.opened, reader.tz)} · {_told(reader, view)}"),),
        *facts,
    )


def _told(reader: Reader, view: StoryView) -> str:
    say = reader.say
    outlets = list(dict.fromkeys(entry.outlet.name for entry in view.entries))
    count = say.plural("{n} outlet", "{n} outlets", count=len(outlets))
    if len(outlets) > 1:
        alone = independent(view)
        told = say.plural("{n} independent of the others", "{n} independent of each other", count=alone)
        count = f"{count}, {told}"
    more = f" +{len(outlets) - _MOST_OUTLETS}" if len(outlets) > _MOST_OUTLETS else ""
    return say.colon(count, ", ".join(outlets[:_MOST_OUTLETS]) + more)
