"""Lay out what a chat hears of a story: small, self-sufficient, the same shape each time. Pure.

🟠 Serious · Attaque du **GSIM** contre un camp · Diafarabé · killed 7 · 06:10      all that a notification shows
✔ Verified, Awa · 📝 2                                 only where a team did something
Two or three sentences of the summary.
JNIM claims this, per Radio Fleuve; not confirmed.
Highest toll reported: **killed 7**
📍 Diafarabé
5 outlets · 4 independent of each other (3 independent, 1 state, 1 wire)
First 06:10, latest 07:05 (Bamako)
Radio Fleuve · Dépêche Sahel · +3

One message a story and chat is edited as outlets join; `update` rings as a reply with
what changed in bold; `development` is a silent reply.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bot.delivery.claims import claimant
from bot.delivery.desk import desk_line
from bot.delivery.excerpt import cut, is_shunned, marked, sentences, set_apart
from bot.delivery.message import Button, Message, Span, bold, compose, lines, link
from bot.quiet import zone
from matchers.facts import read_tolls
from matchers.revisions import StoryState
from matchers.text import tokens
from matchers.types import ChangeKind, Field
from storage.delivery_records import DeliveryKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from bot.texts import Texts
    from matchers.types import Change, Mention
    from storage.story_records import StoryEntryView, StoryView

# What a lock screen shows (facts on delivery 5.1), in characters.
FIRST_LINE: Final = 120
# A message on a thin line: bytes of text, as UTF-8.
MOST_BYTES: Final = 1024
# What gives way until a message fits: characters of the summary, links.
_BUDGETS: Final = ((320, 6), (200, 6), (120, 4), (0, 4), (0, 2), (0, 1))
_LIGHT_BUDGETS: Final = ((200, 1), (0, 1))
_MOST_PLACES: Final = 4
# Characters that a headline may gain: an ellipsis and two isolates.
_EXTRA: Final = 3
# Of the first line, what the headline has at least; place, toll and hour behind it take the rest.
_LEAST_HEADLINE: Final = 50
_MOST_PLACE: Final = 24
_RTL_LANGUAGES: Final = frozenset({"ar", "fa", "he", "ur"})
# Severity (0 opinion to 4 ten dead or more) as a mark; a word stands beside it, so that no colour is needed.
_MARKS: Final = ("⚪", "🟡", "🟡", "🟠", "🔴")


@dataclass(frozen=True, slots=True)
class Reader:
    """Hold for whom a message is laid out: language, zone, the moment, and what entities are called there.

    `armed` says which entities are armed groups; `settings` are the chat's.
    """

    say: Texts
    tz: str
    now: datetime
    name: Callable[[str], str]
    sample: bool = False
    armed: Callable[[str], bool] = bool
    settings: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_discreet(self) -> bool:
        """Say whether others may see the chat's screen: no name stands on it before a tap."""
        return bool(self.settings.get("discreet"))

    @property
    def is_light(self) -> bool:
        """Say whether the chat reads on a thin line: text only, one link, two buttons."""
        return bool(self.settings.get("light"))


def alert(view: StoryView, *, kind: DeliveryKind, reader: Reader, muted: bool = False) -> Message:
    """Return the message of a story: the living one, a later ring, or a silent development."""
    shapes = {DeliveryKind.UPDATE: _update, DeliveryKind.DEVELOPMENT: _development}
    shape = shapes.get(kind, _story)
    budgets = _LIGHT_BUDGETS if reader.is_light else _BUDGETS
    drafts = (lines(*shape(view, reader, budget=budget)) for budget in budgets)
    preview = bool(reader.settings.get("preview")) and not reader.is_light
    return Message(_first_fitting(drafts), keyboard=_keyboard(view, reader, muted=muted), preview=preview)


def veiled_alert(view: StoryView, *, kind: DeliveryKind, reader: Reader) -> Message:
    """Return what a discreet chat is shown of a story: how grave, when, by how many; no name, and a button for it."""
    say = reader.say
    words = {DeliveryKind.UPDATE: say("Update"), DeliveryKind.DEVELOPMENT: say("Possible development")}
    word = words.get(kind, _severity_word(view, say))
    sample = f"{say('SAMPLE')} · " if reader.sample else ""
    entry = view.entries[-1] if kind in words else view.entries[0]
    head = f"{_MARKS[_severity(view)]} {sample}{word} · {_when(happened(view, entry), reader)}"
    show = Button(say("Show"), f"1:rv:{view.story}")
    return Message(lines((Span(head),), desk_line(view.desk, say), _outlets(view, reader)), keyboard=((show,),))


def severity_mark(view: StoryView) -> str:
    """Return the mark of how grave a story is."""
    return _MARKS[_severity(view)]


def known_facts(view: StoryView, reader: Reader, *, entry: StoryEntryView) -> tuple[Sequence[Span], ...]:
    """Return what is known of a story in short lines: that it is only claimed, its toll, its places."""
    return (_claim(view, reader, entry=entry), _tolls(view, reader), _places(view, reader))


def _first_fitting(drafts: Iterator[tuple[Span, ...]]) -> tuple[Span, ...]:
    spans: tuple[Span, ...] = ()
    for spans in drafts:
        if len("".join(span.text for span in spans).encode()) <= MOST_BYTES:
            break
    return spans


def _keyboard(view: StoryView, reader: Reader, *, muted: bool) -> tuple[tuple[Button, ...], ...]:
    say, story = reader.say, view.story
    follow = (
        Button(say("Follow story"), f"1:mute:{story}:off") if muted else Button(say("Mute story"), f"1:mute:{story}")
    )
    if reader.is_light:
        return ((Button(say("Why?"), f"1:why:{story}"), follow),)
    votes = (Button("👍", f"1:up:{story}"), Button("👎", f"1:dn:{story}"), Button("⋯", f"1:more:{story}"))
    return ((Button(say("Why?"), f"1:why:{story}"), follow), votes)


# ── shapes ───────────────────────────────────────────────────────────────────


def _story(view: StoryView, reader: Reader, *, budget: tuple[int, int]) -> list[Sequence[Span]]:
    entry = chosen(view, reader.say.lang)
    summary, links = budget
    return [
        _headline(view, reader, entry=entry, word=_severity_word(view, reader.say)),
        desk_line(view.desk, reader.say),
        _claim(view, reader, entry=entry),
        _summary(view, entry, reader=reader, most=summary),
        _tolls(view, reader),
        _places(view, reader),
        _outlets(view, reader),
        _times(view, reader),
        _links(view.entries, most=links),
    ]


def _update(view: StoryView, reader: Reader, *, budget: tuple[int, int]) -> list[Sequence[Span]]:
    newest = view.entries[-1]
    changed = "; ".join(said for change in view.changes if (said := what_changed(change, reader))) or _corroborated(
        view, reader
    )
    summary, links = budget
    return [
        _headline(view, reader, entry=newest, word=reader.say("Update"), changed=changed),
        _claim(view, reader, entry=newest),
        _summary(view, newest, reader=reader, most=summary // 2),
        _outlets(view, reader),
        _links((newest,), most=links),
    ]


def _development(view: StoryView, reader: Reader, *, budget: tuple[int, int]) -> list[Sequence[Span]]:
    newest = view.entries[-1]
    return [
        _headline(view, reader, entry=newest, word=reader.say("Possible development")),
        _summary(view, newest, reader=reader, most=budget[0] // 2),
        _links((newest,), most=1),
    ]


# ── lines ────────────────────────────────────────────────────────────────────


def chosen(view: StoryView, lang: str) -> StoryEntryView:
    """Return the entry that speaks for a story: the first that matched in the chat's language, else that matched."""
    matched = {match.entry for match in view.matches}
    ranked = sorted(view.entries, key=lambda entry: (entry.id not in matched, not entry.lang.startswith(lang)))
    return ranked[0]


def _headline(
    view: StoryView, reader: Reader, *, entry: StoryEntryView, word: str, changed: str = ""
) -> Sequence[Span]:
    """Return the line that a notification shows: how grave, what, where, how many, when."""
    sample = f"{reader.say('SAMPLE')} · " if reader.sample else ""
    opening = f"{_MARKS[_severity(view)]} {sample}{word} · "
    news = (bold(_short(changed, FIRST_LINE // 2)), Span(" · ")) if changed else ()
    taken = len(opening) + sum(len(span.text) for span in news) + _EXTRA
    tail = _tail(view, reader, entry=entry, most=FIRST_LINE - taken - min(len(entry.title), _LEAST_HEADLINE))
    keep = cut(entry.title, FIRST_LINE - taken - len(tail))
    title = marked(entry.title, _mentions(view, entry, field=Field.TITLE), keep=keep)
    return _line((Span(opening), *news, *set_apart(title, rtl=reader.say.lang in _RTL_LANGUAGES), Span(tail)))


def _tail(view: StoryView, reader: Reader, *, entry: StoryEntryView, most: int) -> str:
    """Return the hour, toll and place that the headline does not say, as far as there is room; the hour first."""
    state, title = _state(view), {token.form for token in tokens(entry.title)}
    places = [reader.name(place) for place in state.places[:1]]
    where = [_short(each, _MOST_PLACE) for each in places if not {token.form for token in tokens(each)} <= title]
    said = read_tolls(entry.title)
    tolls = [f"{_toll(kind, reader.say)} {n}" for kind, n in state.tolls.items() if n and n != said.get(kind)]
    kept: list[str] = []
    for part in (_when(happened(view, entry), reader), *tolls[:1], *where):
        if len("".join(f" · {each}" for each in (*kept, part))) <= most:
            kept.append(part)
    return "".join(f" · {part}" for part in reversed(kept))


def happened(view: StoryView, entry: StoryEntryView) -> datetime:
    """Return the moment that an entry tells of, as near as feeds say it: of a story's opening its first report."""
    times = [each.published or each.first_seen for each in view.entries if each.development == entry.development]
    return min(times)


def _severity(view: StoryView) -> int:
    """Return how grave a story is; an alert like others when its state is not known."""
    return min(4, max(0, _state(view).severity)) if view.state else 1


def _state(view: StoryView) -> StoryState:
    return StoryState.from_json(view.state)


def _severity_word(view: StoryView, say: Texts) -> str:
    return (say("Note"), say("Alert"), say("Alert"), say("Serious"), say("URGENT"))[_severity(view)]


def _summary(view: StoryView, entry: StoryEntryView, *, reader: Reader, most: int) -> Sequence[Span]:
    repeats = entry.summary.strip() in {"", entry.title.strip()}
    if repeats or not most:
        return ()
    keep = sentences(entry.summary, most=most)
    text = marked(entry.summary, _mentions(view, entry, field=Field.SUMMARY), keep=keep)
    return _line(set_apart(text, rtl=reader.say.lang in _RTL_LANGUAGES))


def _mentions(view: StoryView, entry: StoryEntryView, *, field: Field) -> list[Mention]:
    found = [mention for match in view.matches if match.entry == entry.id for mention in match.mentions]
    return [mention for mention in found if mention.field is field]


def _claim(view: StoryView, reader: Reader, *, entry: StoryEntryView) -> Sequence[Span]:
    """Attribute what only one side says to the outlet that reports it, and to the group where its words name it."""
    state = _state(view)
    if not state.claimed or state.confirmed:
        return ()
    matches = [match for match in view.matches if match.entry == entry.id and reader.armed(match.entity)]
    group = claimant(entry.title, entry.summary, matches=matches)
    if group:
        sentence = reader.say("{group} claims this, per {outlet}; not confirmed.")
        return compose(sentence, group=reader.name(group), outlet=entry.outlet.name)
    return compose(reader.say("This rests on a claim, per {outlet}; not confirmed."), outlet=entry.outlet.name)


def _tolls(view: StoryView, reader: Reader) -> Sequence[Span]:
    """Say the highest toll that any outlet names: the headline above may be older."""
    tolls = [f"{_toll(kind, reader.say)} {count}" for kind, count in _state(view).tolls.items() if count]
    return compose(reader.say("Highest toll reported: {toll}"), toll=bold(reader.say.listed(tolls))) if tolls else ()


def _places(view: StoryView, reader: Reader) -> Sequence[Span]:
    names = list(dict.fromkeys(map(reader.name, _state(view).places)))
    return (Span(f"📍 {reader.say.listed(names[:_MOST_PLACES])}"),) if names else ()


def _outlets(view: StoryView, reader: Reader) -> Sequence[Span]:
    say = reader.say
    outlets = {entry.outlet.key: entry.outlet for entry in view.entries}
    independent = _state(view).independent or len({outlet.owner or outlet.key for outlet in outlets.values()})
    kinds = Counter(outlet.kind for outlet in outlets.values() if outlet.kind)
    told = [say.plural("{n} outlet", "{n} outlets", count=len(outlets))]
    if len(outlets) > 1:
        told.append(say.plural("{n} independent of the others", "{n} independent of each other", count=independent))
    shown = say.listed(
        _counted(kind, count, say=say) if len(outlets) > 1 else _kind(kind, say) for kind, count in kinds.most_common()
    )
    return _line((Span(" · ".join(told)), Span(f" ({shown})" if shown else "")))


def _counted(kind: str, count: int, *, say: Texts) -> str:
    """Return how many outlets are of a kind; languages differ in what takes a plural."""
    words = {
        "state": say.plural("{n} state", "{n} state", count=count),
        "independent": say.plural("{n} independent", "{n} independent", count=count),
        "exile": say.plural("{n} exile", "{n} exile", count=count),
        "wire": say.plural("{n} wire", "{n} wires", count=count),
        "institution": say.plural("{n} institution", "{n} institutions", count=count),
    }
    return words.get(kind, f"{count} {kind}")


def _kind(kind: str, say: Texts) -> str:
    words = {
        "state": say("state"),
        "independent": say("independent"),
        "exile": say("exile"),
        "wire": say("wire"),
        "institution": say("institution"),
    }
    return words.get(kind, kind)


def _times(view: StoryView, reader: Reader) -> Sequence[Span]:
    times = [entry.published or entry.first_seen for entry in view.entries]
    place = reader.tz.rpartition("/")[2].replace("_", " ")
    if len(times) == 1:
        return (Span(f"{_when(times[0], reader)} ({place})"),)
    return compose(
        reader.say("First {first}, latest {latest} ({zone})"),
        first=_when(min(times), reader),
        latest=_when(max(times), reader),
        zone=place,
    )


def _when(moment: datetime, reader: Reader) -> str:
    here = zone(reader.tz)
    today = moment.astimezone(here).date() == reader.now.astimezone(here).date()
    return reader.say.time(moment, reader.tz) if today else reader.say.day_time(moment, reader.tz)


def _links(entries: Sequence[StoryEntryView], *, most: int) -> Sequence[Span]:
    """Return one link an outlet, the first of each; how many more there are stands behind."""
    by_outlet = {entry.outlet.key: entry for entry in reversed(entries)}
    ordered = [entry for entry in entries if by_outlet[entry.outlet.key] is entry]
    spans: list[Span] = []
    for entry in ordered[:most]:
        name = _short(entry.outlet.name, 40)
        spans += [*([Span(" · ")] if spans else []), Span(name) if is_shunned(entry.url) else link(name, entry.url)]
    more = len(ordered) - most
    return (*spans, Span(f" · +{more}")) if more > 0 else spans


def what_changed(change: Change, reader: Reader) -> str:
    """Say in a few words what changed; the headline beside it says the rest."""
    say = reader.say
    if change.kind is ChangeKind.TOLL:
        moved = " → ".join(part for part in (change.before, change.after) if part)
        return say.colon(_toll(change.subject, say), moved)
    if change.kind is ChangeKind.PLACE:
        return say("also in {places}").replace("{places}", say.listed(map(reader.name, change.after.split(", "))))
    words = {
        ChangeKind.CLAIM: say("a claim"),
        ChangeKind.DENIAL: say("a denial"),
        ChangeKind.CONFIRMATION: say("a confirmation"),
        ChangeKind.STATE: _reached(change, say),
        ChangeKind.OUTLETS_3: say("3 independent outlets report it"),
        ChangeKind.OUTLETS_10: say("10 independent outlets report it"),
    }
    return words.get(change.kind, "")


def _reached(change: Change, say: Texts) -> str:
    """Say which state was reached; the headline beside it says by whom."""
    words = {
        "freed": say("a release"),
        "signed": say("an accord signed"),
        "resigned": say("a departure from office"),
        "surrendered": say("a surrender"),
        "broken": say("a truce or an accord broken"),
    }
    return words.get(change.subject, change.after)


def _corroborated(view: StoryView, reader: Reader) -> str:
    """Say how many independent outlets there are now: what makes a story ring that came too thinly sourced before."""
    count = _state(view).independent
    most = reader.say.plural("{n} independent outlet reports it", "{n} independent outlets report it", count=count)
    return most if count > 1 else ""


def _toll(subject: str, say: Texts) -> str:
    words = {
        "killed": say("killed"),
        "wounded": say("wounded"),
        "abducted": say("abducted"),
    }
    return words.get(subject, subject or say("toll"))


def _short(text: str, most: int) -> str:
    keep = cut(text, most)
    return text if keep == len(text) else f"{text[:keep]}…"


def _line(spans: Sequence[Span]) -> tuple[Span, ...]:
    return tuple(span for span in spans if span.text)
