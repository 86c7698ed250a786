"""Find what an edition tells beside its stories: what moved, is new, stands out, waited, is silent."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from bot.digest.choose import WEEKLY
from bot.digest.pulse import WEEK
from bot.digest.ranking import Taste
from bot.digest.spikes import spikes
from bot.loudness import quiet_hours
from bot.quiet import is_quiet
from matchers.types import ChangeKind
from storage.digests import changes_since, entities_of, named_between, rings_since
from storage.terms import terms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.digest.pulse import Pulse
    from bot.digest.spikes import Spike
    from matchers.types import Change
    from storage.database import Session
    from storage.records import ChatRecord, FeedRecord, MuteRecord
    from storage.story_records import StoryView

# An entity that no entry named for so long is news by itself.
FIRST_DAYS: Final = 90
# The archive must go back at least so far, or everything is new.
_FEWEST_DAYS: Final = 14
_MOST: Final = 5
_DISMISSED: Final = 4
_UNHEARD_DAYS: Final = 28
_VOTES_TO_LEAN: Final = 3
_DAY: Final = timedelta(days=1)
# What does not tell that the event itself moved.
_STEADY: Final = frozenset({ChangeKind.NEW_STORY, ChangeKind.DEVELOPMENT, ChangeKind.OUTLETS_3, ChangeKind.OUTLETS_10})


@dataclass(frozen=True, slots=True)
class Period:
    """Hold what an edition covers: since when, until now, daily or weekly."""

    since: datetime
    now: datetime
    kind: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Hold the one thing that an edition proposes: silence a term that was dismissed, or drop one never heard."""

    term: str
    dismissed: int = 0
    unheard_days: int = 0


@dataclass(frozen=True, slots=True)
class Findings:
    """Hold what an edition tells beside its stories."""

    moved: Mapping[int, tuple[Change, ...]]
    first: tuple[str, ...] = ()
    first_days: int = FIRST_DAYS
    spikes: tuple[Spike, ...] = ()
    quiet: int = 0
    unheard: tuple[FeedRecord, ...] = ()
    suggestion: Suggestion | None = None
    days: Mapping[str, Sequence[int]] | None = None


def find(session: Session, chat: ChatRecord, *, views: Sequence[StoryView], period: Period, pulse: Pulse) -> Findings:
    """Return what the period brought a chat beside its stories."""
    watched = pulse.watched([term.entity for term in terms(session, chat.id)])
    days = WEEK if period.kind == WEEKLY else 1
    counts = {entity: row for entity, row in pulse.against_baseline(days).items() if entity in watched}
    reach = min(FIRST_DAYS, pulse.age())
    changes = changes_since(session, [view.story for view in views], since=period.since)
    return Findings(
        moved={story: moved for story, all_of_it in changes.items() if (moved := net(all_of_it))},
        first=_first(session, views, period=period, reach=reach),
        first_days=reach,
        spikes=spikes(counts, days=days)[:_MOST],
        quiet=_held_back(session, chat, period=period),
        unheard=pulse.unheard[:_MOST],
    )


def net(changes: Sequence[Change]) -> tuple[Change, ...]:
    """Return what changed in the end: a toll from its first to its last count, anything else once."""
    found: dict[tuple[ChangeKind, str], Change] = {}
    for change in changes:
        if change.kind in _STEADY:
            continue
        key = (change.kind, change.subject if change.kind is ChangeKind.TOLL else change.after)
        before = found[key].before if key in found else change.before
        found[key] = replace(change, before=before)
    return tuple(found.values())


def _first(session: Session, views: Sequence[StoryView], *, period: Period, reach: int) -> tuple[str, ...]:
    """Return what the stories name that no entry had named before, most often named first."""
    if reach < _FEWEST_DAYS:
        return ()
    named = Counter(match.entity for view in views for match in view.matches)
    named.update(place for view in views for place in view.state.get("places", ()))
    begin = period.now - reach * _DAY
    known = named_between(session, list(named), since=begin, before=period.since)
    return tuple(entity for entity, _ in named.most_common() if entity not in known)[:_MOST]


def _held_back(session: Session, chat: ChatRecord, *, period: Period) -> int:
    """Return how many rings of the period came in the chat's quiet hours and waited for their end."""
    hours = quiet_hours(chat.settings)
    rings = rings_since(session, chat.id, since=period.since) if hours else ()
    return sum(after > created and is_quiet(hours, chat.tz, now=created) for _, created, after in rings)


def taste(session: Session, chat: ChatRecord) -> Taste:
    """Return what a chat's votes say of stories and of what they name."""
    votes: Mapping[str, int] = chat.settings.get("votes") or {}
    totals: Counter[str] = Counter()
    for story, names in _voted(session, votes).items():
        for name in names:
            totals[name] += votes[str(story)]
    leans = {name: max(-1.0, min(1.0, total / _VOTES_TO_LEAN)) for name, total in totals.items() if total}
    return Taste(votes, leans)


def suggest(
    session: Session, chat: ChatRecord, *, mutes: Sequence[MuteRecord], pulse: Pulse, weekly: bool
) -> Suggestion | None:
    """Return the one thing to propose: to silence what is dismissed each time, weekly to drop what never comes."""
    silent = {mute.target for mute in mutes if mute.kind == "term"}
    votes: Mapping[str, int] = chat.settings.get("votes") or {}
    voted = _voted(session, votes)
    mine = [term for term in terms(session, chat.id) if term.entity not in silent]
    against: Counter[str] = Counter()
    for term in mine:
        said = [votes[str(story)] for story, names in voted.items() if term.entity in names]
        if said and max(said) < 0:
            against[term.entity] = len(said)
    for name, count in against.most_common(1):
        if count >= _DISMISSED:
            return Suggestion(name, dismissed=count)
    old = [term.entity for term in mine if pulse.now - term.created > _UNHEARD_DAYS * _DAY]
    unheard = [name for name in old if not name.startswith("family:") and not pulse.watched([name])]
    if weekly and unheard and pulse.age() >= _UNHEARD_DAYS:
        return Suggestion(unheard[0], unheard_days=_UNHEARD_DAYS)
    return None


def _voted(session: Session, votes: Mapping[str, int]) -> dict[int, frozenset[str]]:
    return entities_of(session, [int(story) for story in votes if story.isdecimal()])
