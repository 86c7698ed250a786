"""Say what an entry changes in its story, and whether that is worth a ring.

Material are: a new or higher toll, a new place, a claim, a denial, an official confirmation,
a change of state, and first reaching three, then ten independent outlets. Outlets of one owner
count once, and so does every reprint of one text. Contradictions are kept side by side.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from matchers.facts import names_community, read_facts
from matchers.fingerprint import agency_of
from matchers.types import Change, ChangeKind, EventKind, Placement, PlacementKind, Revision

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matchers.facts import Facts
    from matchers.types import Match

_STEPS: Final = ((3, ChangeKind.OUTLETS_3), (10, ChangeKind.OUTLETS_10))


@dataclass(frozen=True, slots=True)
class StoryState:
    """Hold what is known of a story; `voices` are the owners (or outlets) that count as independent."""

    headline: str = ""
    event: str = "other"
    severity: int = 0
    reasons: tuple[str, ...] = ()
    tolls: Mapping[str, int] = field(default_factory=dict)
    places: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    voices: tuple[str, ...] = ()
    kinds: Mapping[str, int] = field(default_factory=dict)
    claimed: bool = False
    denied: bool = False
    confirmed: bool = False
    states: tuple[str, ...] = ()

    @property
    def independent(self) -> int:
        """Return how many independent outlets tell the story."""
        return len(self.voices)

    def to_json(self) -> dict[str, Any]:
        """Return a value that JSON can hold."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> StoryState:
        """Rebuild a state from `to_json`."""
        listed = {
            name: tuple(stored[name]) for name in ("reasons", "places", "outlets", "voices", "states") if name in stored
        }
        return cls(**dict(stored) | listed)


def revise(state: StoryState | None, placement: Placement, *, matches: Sequence[Match]) -> tuple[StoryState, Revision]:
    """Return the story's new state and what changed; a new story is material."""
    facts = read_facts(placement.entry.title, placement.entry.summary)
    places = tuple(sorted({match.entity for match in matches if "places" in match.families}))
    after = _after(state or StoryState(headline=placement.entry.title), placement, facts=facts, places=places)
    if state is None:
        return after, _revision(placement, after, changes=(Change(ChangeKind.NEW_STORY, after=placement.entry.title),))
    return after, _revision(placement, after, changes=_changes(state, after, placement=placement))


def _revision(placement: Placement, after: StoryState, *, changes: tuple[Change, ...]) -> Revision:
    return Revision(
        placement.story,
        changes,
        material=any(change.kind is not ChangeKind.DEVELOPMENT for change in changes),
        event=EventKind(after.event),
        severity=after.severity,
        reasons=after.reasons,
    )


def _after(before: StoryState, placement: Placement, *, facts: Facts, places: tuple[str, ...]) -> StoryState:
    entry = placement.entry
    # What an agency wrote counts once, however many print it.
    voice = agency_of(entry) or entry.owner or entry.outlet
    counts = placement.kind is not PlacementKind.COPY and voice not in before.voices
    kinds = dict(before.kinds)
    if entry.outlet not in before.outlets and entry.kind:
        kinds[entry.kind] = kinds.get(entry.kind, 0) + 1
    return replace(
        before,
        event=facts.event.value if before.event == "other" else before.event,
        severity=max(before.severity, facts.severity),
        reasons=before.reasons or tuple(f"{reason.code} {reason.detail}" for reason in facts.reasons),
        tolls={
            kind: max(before.tolls.get(kind, 0), facts.tolls.get(kind, 0)) for kind in {**before.tolls, **facts.tolls}
        },
        places=_joined(before.places, places),
        outlets=_joined(before.outlets, (entry.outlet,)),
        voices=_joined(before.voices, (voice,) if counts else ()),
        kinds=kinds,
        claimed=before.claimed or facts.claims,
        denied=before.denied or facts.denies,
        confirmed=before.confirmed or facts.confirms,
        states=_joined(before.states, facts.states),
    )


def _liftable(title: str) -> str:
    """Return a headline that may be repeated as what changed; none that names a people."""
    return "" if names_community(title) else title


def _joined(before: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    return (*before, *(each for each in more if each and each not in before))


def _changes(before: StoryState, after: StoryState, *, placement: Placement) -> tuple[Change, ...]:
    changes = [
        Change(ChangeKind.TOLL, kind, str(before.tolls.get(kind, "")), str(count))
        for kind, count in after.tolls.items()
        if count > before.tolls.get(kind, 0)
    ]
    fresh = [place for place in after.places if place not in before.places]
    if before.places and fresh and placement.kind is PlacementKind.FOLLOW_UP:
        changes.append(Change(ChangeKind.PLACE, after=", ".join(fresh)))
    for kind, was, now in (
        (ChangeKind.CLAIM, before.claimed, after.claimed),
        (ChangeKind.DENIAL, before.denied, after.denied),
        (ChangeKind.CONFIRMATION, before.confirmed, after.confirmed),
    ):
        if now and not was:
            changes.append(Change(kind, after=_liftable(placement.entry.title)))
    changes += [
        Change(ChangeKind.STATE, state, after=_liftable(placement.entry.title))
        for state in after.states
        if state not in before.states
    ]
    for step, kind in _STEPS:
        if before.independent < step <= after.independent:
            changes.append(Change(kind, before=str(before.independent), after=str(after.independent)))
    if placement.kind is PlacementKind.FOLLOW_UP and placement.development == placement.entry.key:
        changes.append(Change(ChangeKind.DEVELOPMENT, after=_liftable(placement.entry.title)))
    return tuple(changes)
