"""Say what placements make of their stories, one after another: revisions to be stored, news to be told.

Pure: how the stories stood and what their entries named come in, before any of these placements.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.alerting import StoryNews
from bot.loudness import Weight
from matchers.revisions import StoryState, revise
from matchers.types import PlacementKind
from storage.story_records import Named, StoryStep

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from matchers.types import Match, Placement
    from storage.story_records import StoryRecord


@dataclass(frozen=True, slots=True)
class Placed:
    """Hold a placement, what is stored of what its entry named, and the places beside that."""

    placement: Placement
    matches: tuple[Match, ...]
    places: tuple[Match, ...] = ()


def told_before(placed: Iterable[Placed]) -> frozenset[int]:
    """Return the stories that placements extend or merge and none of them opens."""
    found: set[int] = set()
    opened = set()
    for each in placed:
        found.update(int(story) for story in (each.placement.story, each.placement.merges) if story)
        if each.placement.kind is PlacementKind.NEW:
            opened.add(int(each.placement.story))
    return frozenset(found - opened)


def tell(
    placed: Sequence[Placed], *, known: Mapping[int, StoryRecord], named: Mapping[int, Named]
) -> list[tuple[StoryStep, StoryNews]]:
    """Return each placement's step and its news; `known` and `named` hold the stories that there were before."""
    stands = {number: (state_of(each), each.revision) for number, each in known.items()}
    names = defaultdict(Named, named)
    told = []
    for each in placed:
        story = int(each.placement.story)
        before, number = stands.get(story, (None, 0))
        state, revision = revise(before, each.placement, matches=(*each.matches, *each.places))
        stands[story] = (state, number + 1)
        names[story] |= _named_by(each.matches) | names[int(each.placement.merges or story)]
        news = StoryNews(
            story=story,
            number=number + 1,
            revision=revision,
            joins_outlets=each.placement.kind is not PlacementKind.NEW,
            begins_development=each.placement.kind is PlacementKind.FOLLOW_UP
            and each.placement.development == each.placement.entry.key,
            outlet=each.placement.entry.outlet,
            families=tuple(sorted(names[story].families)),
            weight=weigh(state, names[story].entities),
            before=weigh(before or StoryState(), names[story].entities),
        )
        told.append((StoryStep(each.placement, number + 1, state.to_json(), revision), news))
    return told


def state_of(story: StoryRecord) -> StoryState | None:
    """Return how a stored story stands; None before its first revision."""
    return StoryState.from_json(story.state) if story.state else None


def weigh(state: StoryState, entities: Iterable[str]) -> Weight:
    """Return what makes a story that stands so, and names these, worth a ring."""
    return Weight(state.severity, state.independent, tuple(sorted(entities)))


def _named_by(matches: Iterable[Match]) -> Named:
    found = tuple(matches)
    return Named(
        frozenset(match.entity for match in found), frozenset(family for match in found for family in match.families)
    )
