"""Write an edition: its day, one paragraph a story, then what moved, is new, stands out, is missing. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bot.chat.args import Press, clock
from bot.delivery.alert import chosen, known_facts, severity_mark, what_changed
from bot.delivery.excerpt import headline, headline_link, name_apart
from bot.delivery.message import Button, Message, Span, bold, compose, italic, lines
from bot.digest.choose import MOST_STORIES, WEEKLY
from bot.digest.ranking import independent
from bot.loudness import quiet_hours

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from bot.delivery.alert import Reader
    from bot.digest.findings import Findings, Suggestion
    from storage.story_records import StoryView

# Characters of a headline; longer ones are cut at a word.
_SHORT: Final = 60
_LABEL: Final = 40
_MOST_OUTLETS: Final = 4
_MOST_MOVED: Final = 6
_MOST_LINES: Final = 6
_BARS: Final = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class Edition:
    """Hold what stands in an edition: its local day, its stories in their order, what was found beside them."""

    day: date
    views: tuple[StoryView, ...]
    found: Findings
    kind: str
    settings: Mapping[str, object]


def edition(reader: Reader, content: Edition) -> Message:
    """Return an edition as one message; delivery cuts it between two paragraphs when it is long."""
    title = (bold(edition_title(reader, content)),)
    if not content.views:
        nothing = (Span(reader.say("Nothing happened to what this chat watches.")),)
        return Message(lines(title, nothing, *_unheard(reader, content)), silent=True)
    shown = content.views[: MOST_STORIES[content.kind]]
    rest = len(content.views) - len(shown)
    more = reader.say.plural("{n} smaller story is left out.", "{n} smaller stories are left out.", count=rest)
    return Message(
        lines(
            title,
            (Span(_counted(reader, content)),),
            *(_story(reader, view) for view in shown),
            (italic(f"\n{more}"),) if rest else (),
            *_moved(reader, content),
            *_first(reader, content),
            *_spikes(reader, content),
            *sparklines(reader, content.found.days or {}),
            *_quiet(reader, content),
            *_unheard(reader, content),
            *_suggested(reader, content),
        ),
        keyboard=_offer(reader, content.found.suggestion),
        silent=True,
    )


def edition_title(reader: Reader, content: Edition) -> str:
    """Return the first line of an edition."""
    say = reader.say
    if content.kind != WEEKLY:
        return say("Digest of {day}").replace("{day}", say.day(content.day))
    first = content.day - timedelta(days=7)
    words = say("Week from {first} to {last}")
    return words.replace("{first}", say.short_day(first)).replace("{last}", say.short_day(content.day))


def _counted(reader: Reader, content: Edition) -> str:
    say = reader.say
    told = say.plural("{n} story", "{n} stories", count=len(content.views))
    entries = sum(len(view.entries) for view in content.views)
    reports = say.plural("{n} report", "{n} reports", count=entries)
    sample = f" · {say('SAMPLE')}" if reader.sample else ""
    return f"{told} · {reports}{sample}"


def _story(reader: Reader, view: StoryView) -> tuple[Span, ...]:
    """Return a paragraph: mark and headline, who tells it, what is known."""
    say, entry = reader.say, chosen(view, reader.say.lang)
    facts = [compose("   {fact}", fact=fact) for fact in known_facts(view, reader, entry=entry) if fact]
    return lines(
        (Span(f"\n{severity_mark(view)} "), headline_link(entry.title, entry.url)),
        (Span(f"   {say.day_time(view.opened, reader.tz)} · {_told(reader, view)}"),),
        *facts,
    )


def _told(reader: Reader, view: StoryView) -> str:
    say = reader.say
    outlets = list(dict.fromkeys(name_apart(entry.outlet.name, lang=say.lang) for entry in view.entries))
    count = say.plural("{n} outlet", "{n} outlets", count=len(outlets))
    if len(outlets) > 1:
        alone = independent(view)
        told = say.plural("{n} independent of the others", "{n} independent of each other", count=alone)
        count = say.listed((count, told))
    more = f" +{len(outlets) - _MOST_OUTLETS}" if len(outlets) > _MOST_OUTLETS else ""
    return say.colon(count, say.listed(outlets[:_MOST_OUTLETS]) + more)


# ── sections ─────────────────────────────────────────────────────────────────


def _section(heading: str, rows: Sequence[Sequence[Span]]) -> tuple[Sequence[Span], ...]:
    """Return a heading and its lines; nothing when there are none."""
    return ((Span("\n"), bold(heading)), *rows) if rows else ()


def _moved(reader: Reader, content: Edition) -> tuple[Sequence[Span], ...]:
    rows = []
    for view in content.views:
        said = [words for change in content.found.moved.get(view.story, ()) if (words := what_changed(change, reader))]
        if said:
            title = name_apart(headline(chosen(view, reader.say.lang).title, most=_SHORT), lang=reader.say.lang)
            rows.append((Span(reader.say.colon(f"• {title}", " · ".join(said))),))
    return _section(reader.say("What moved"), rows[:_MOST_MOVED])


def _first(reader: Reader, content: Edition) -> tuple[Sequence[Span], ...]:
    names = reader.say.listed(_own(reader, entity) for entity in content.found.first)
    heading = reader.say.plural("First time in {n} day", "First time in {n} days", count=content.found.first_days)
    return _section(heading, [(Span(names),)] if names else [])


def _own(reader: Reader, entity: str) -> str:
    """Return an entity's name, set apart where it is written the other way."""
    return name_apart(reader.name(entity), lang=reader.say.lang)


def _spikes(reader: Reader, content: Edition) -> tuple[Sequence[Span], ...]:
    usual = reader.say("{name}: {count}, usually {usual}")
    rows = [
        (
            Span("• "),
            *compose(usual, name=_own(reader, each.entity), count=bold(str(each.count)), usual=_few(each.usual)),
        )
        for each in content.found.spikes
    ]
    heading = (
        reader.say("Named more than usual this week") if content.kind == WEEKLY else reader.say("Named more than usual")
    )
    return _section(heading, rows)


def _few(number: float) -> str:
    return f"{number:.0f}" if number >= 2 else f"{number:.1f}".rstrip("0").rstrip(".")


def sparklines(reader: Reader, days: Mapping[str, Sequence[int]]) -> tuple[Sequence[Span], ...]:
    """Return a line of blocks an entity: its last fourteen days, today last, then today's count."""
    rows = []
    for entity, counts in list(days.items())[:_MOST_LINES]:
        most = max(*counts, 1)
        blocks = "".join(_BARS[round(count / most * (len(_BARS) - 1))] for count in counts)
        rows.append((Span(f"\u200e{blocks}\u200e {counts[-1]} · {reader.name(entity)}"),))
    return _section(reader.say("Mentions in 14 days, today last"), rows)


def _quiet(reader: Reader, content: Edition) -> tuple[Sequence[Span], ...]:
    hours, count = quiet_hours(content.settings), content.found.quiet
    if not hours or not count:
        return ()
    waited = reader.say.plural(
        "{n} alert waited for the end of your quiet hours ({hours}).",
        "{n} alerts waited for the end of your quiet hours ({hours}).",
        count=count,
    )
    return ((Span("\n🌙 "), Span(waited.replace("{hours}", f"{clock(hours.start)}–{clock(hours.end)}"))),)


def _unheard(reader: Reader, content: Edition) -> tuple[Sequence[Span], ...]:
    names = []
    for feed in content.found.unheard:
        since, name = feed.cadence.last_new or feed.cadence.last_ok, name_apart(feed.outlet.name, lang=reader.say.lang)
        names.append(f"{name} ({reader.say.day_time(since, reader.tz)})" if since else name)
    if not names:
        return ()
    words = reader.say("Not heard, since: {feeds}").replace("{feeds}", reader.say.listed(dict.fromkeys(names)))
    return ((Span(f"\n🔇 {words}"),),)


def _suggested(reader: Reader, content: Edition) -> tuple[Sequence[Span], ...]:
    suggestion = content.found.suggestion
    if suggestion is None:
        return ()
    if suggestion.dismissed:
        count = suggestion.dismissed
        words = reader.say.plural(
            "You dismissed {n} story about {name}.", "You dismissed {n} stories about {name}.", count=count
        )
    else:
        count = suggestion.unheard_days
        words = reader.say.plural(
            "Nothing about {name} for {n} day.", "Nothing about {name} for {n} days.", count=count
        )
    return ((Span("\n💡 "), *compose(words, name=bold(reader.name(suggestion.term)))),)


def _offer(reader: Reader, suggestion: Suggestion | None) -> tuple[tuple[Button, ...], ...]:
    if suggestion is None:
        return ()
    words, verb = (
        (reader.say("Mute {name}"), "dm") if suggestion.dismissed else (reader.say("Stop watching {name}"), "ux")
    )
    press = Press(verb, (suggestion.term,))
    label = words.replace("{name}", reader.name(suggestion.term))[:_LABEL]
    return ((Button(label, press.pack()),),) if press.fits else ()
