"""Name what storage hands out and takes in of stories: frozen, narrow, all times aware UTC."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from matchers.types import Change, Filed, Mention, Placement, Reason, Revision
    from storage.records import DeskRecord, OutletSpec


@dataclass(frozen=True, slots=True)
class StoredPlacement:
    """Hold what is kept of a placement, with its place in the one order of all placements."""

    seq: int
    filed: Filed


@dataclass(frozen=True, slots=True)
class StoryRecord:
    """Hold a story; its id is the id of its first entry, `state` the JSON of StoryState."""

    id: int
    opened: datetime
    last: datetime
    entries: int
    revision: int
    state: Mapping[str, Any]
    merged_into: int | None


@dataclass(frozen=True, slots=True)
class StoryStep:
    """Hold a placement and what it made of its story: the revision's number, from 1, the state after it, what changed."""

    placement: Placement
    number: int
    state: Mapping[str, Any]
    revision: Revision

    @property
    def story(self) -> int:
        """Return the id of the story."""
        return int(self.placement.story)


@dataclass(frozen=True, slots=True)
class Named:
    """Hold which entities, and which families of them, entries named."""

    entities: frozenset[str] = frozenset()
    families: frozenset[str] = frozenset()

    def __or__(self, other: Named) -> Named:
        """Return what either named."""
        return Named(self.entities | other.entities, self.families | other.families)


@dataclass(frozen=True, slots=True)
class StoryEntryView:
    """Hold one entry of a story as an alert shows it."""

    id: int
    outlet: OutletSpec
    url: str
    title: str
    summary: str
    lang: str
    published: datetime | None
    first_seen: datetime
    kind: str
    development: int
    feed: str = ""


@dataclass(frozen=True, slots=True)
class TermMention:
    """Hold one match of a chat's terms inside a story: the entry, the entity, its score and why."""

    entry: int
    term: str
    entity: str
    score: int
    mentions: tuple[Mention, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class StoryView:
    """Hold what rendering needs of a story for one chat at one revision."""

    story: int
    revision: int
    changes: tuple[Change, ...]
    state: Mapping[str, Any]
    opened: datetime
    last: datetime
    entries: tuple[StoryEntryView, ...]
    matches: tuple[TermMention, ...]
    placed: int = 0
    desk: tuple[DeskRecord, ...] = ()
