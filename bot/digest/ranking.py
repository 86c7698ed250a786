"""Order the stories of an edition so that ten sides of one event do not fill it. Pure.

worth = outlets + severity + novelty + votes        about 0 to 1 together
pick the story with the most of LAMBDA x worth - (1 - LAMBDA) x likeness to what was picked
                                                    (maximal marginal relevance, Carbonell and Goldstein, 1998)
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from matchers.revisions import StoryState
from matchers.text import tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from storage.story_records import StoryView

# How much worth counts against likeness; at one half a second side of the gravest event falls behind a small story.
LAMBDA: Final = 0.5
# Ten independent outlets are as many as count.
_MANY: Final = 11
_GRAVEST: Final = 4
_NEW: Final = 0.4
# What outlets, severity and novelty sum up to at most.
_MOST_WORTH: Final = 2.4
_TASTE: Final = 0.5
# Shorter words are articles and prepositions in the languages that we read.
_SHORTEST: Final = 4


@dataclass(frozen=True, slots=True)
class Taste:
    """Hold what a chat thought of: its votes on stories, and what they say of each entity (-1 to 1)."""

    stories: Mapping[str, int] = field(default_factory=dict)
    entities: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Face:
    """Hold what two stories are compared by."""

    words: frozenset[str]
    places: frozenset[str]
    event: str


def ranked(views: Iterable[StoryView], *, taste: Taste, since: datetime) -> tuple[StoryView, ...]:
    """Return stories as an edition has them: what is worth most first, unlike each other."""
    left = {view.story: view for view in sorted(views, key=lambda view: (-view.last.timestamp(), view.story))}
    values = {story: worth(view, taste=taste, since=since) for story, view in left.items()}
    faces = {story: _face(view) for story, view in left.items()}
    nearest = dict.fromkeys(left, 0.0)
    picked = []
    while left:
        best = max(left, key=lambda story: LAMBDA * values[story] - (1 - LAMBDA) * nearest[story])
        picked.append(left.pop(best))
        for story in left:
            nearest[story] = max(nearest[story], likeness(faces[best], faces[story]))
    return tuple(picked)


def worth(view: StoryView, *, taste: Taste, since: datetime) -> float:
    """Return what a story is worth to a chat by itself."""
    state = StoryState.from_json(view.state) if view.state else StoryState()
    told = math.log(1 + min(independent(view), _MANY - 1)) / math.log(_MANY)
    vote = taste.stories.get(str(view.story), 0)
    liked = [taste.entities[match.entity] for match in view.matches if match.entity in taste.entities]
    lean = _TASTE * min(liked, key=lambda each: -abs(each)) if liked else 0.0
    novelty = _NEW if view.opened >= since else 0.0
    return (told + state.severity / _GRAVEST + novelty + vote + lean) / _MOST_WORTH


def independent(view: StoryView) -> int:
    """Return how many outlets tell a story independently of each other."""
    known = StoryState.from_json(view.state).independent if view.state else 0
    return known or len({entry.outlet.owner or entry.outlet.key for entry in view.entries})


def likeness(one: _Face, other: _Face) -> float:
    """Return how much two stories look like sides of one event, 0 to 1."""
    words = _overlap(one.words, other.words)
    event = one.event == other.event != "other"
    return 0.6 * words + 0.25 * _overlap(one.places, other.places) + 0.15 * event


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the share of the smaller set that the larger has: a short headline may be part of a long one."""
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller else 0.0


def _face(view: StoryView) -> _Face:
    state = StoryState.from_json(view.state) if view.state else StoryState()
    words = {token.form for entry in view.entries for token in tokens(entry.title) if len(token.form) >= _SHORTEST}
    return _Face(frozenset(words), frozenset(state.places), state.event)
