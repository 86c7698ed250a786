"""Name what travels into and out of the matchers.

EntryText --Watchlist.match--> Match --place--> Placement --revise--> Revision
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import date, datetime

    from matchers.features import Traits


class Field(StrEnum):
    """Name the part of an entry in which a mention stands."""

    TITLE = "title"
    SUMMARY = "summary"


@dataclass(frozen=True, slots=True)
class EntryText:
    """Hold what the watch list reads of an entry; plain text, not HTML.

    `lang` is a primary language subtag or "" when unknown; `feed_scope` are the
    ISO 3166-1 alpha-2 codes of the countries that the feed writes about; `day` is
    when it was published, when that is known: an ambiguous form counts only while it was in use.
    """

    title: str
    summary: str = ""
    lang: str = ""
    feed_scope: tuple[str, ...] = ()
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """Hold where an alias was found.

    `start` and `end` are code-point offsets into the original field,
    `text` is the surface form between them, `similarity` is 0.0-1.0.
    """

    alias: str
    field: Field
    start: int
    end: int
    text: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Reason:
    """Hold one piece of evidence behind a score.

    `code` is a stable word (`exact`, `fuzzy`, `context`, `negative`, `given-name`,
    `all-caps`, `full-name-nearby`, `feed-scope`, ...), `detail` the words it rests on.
    """

    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """Hold one entity found in one entry.

    `score` is 0-100 and 80 is the bar; `mentions` are best first and never empty.
    """

    entity: str
    families: tuple[str, ...]
    score: int
    mentions: tuple[Mention, ...]
    reasons: tuple[Reason, ...]

    @property
    def best(self) -> Mention:
        """Return the mention that carries the score."""
        return self.mentions[0]


@dataclass(frozen=True, slots=True)
class StoryEntry:
    """Hold what placement reads of an entry.

    `key` names the entry (database id as text, or the id of a JSON line);
    `seen` is when we had it, `published` what the feed says, both in UTC;
    `outlet` is a stable name, `owner` and `kind` describe who publishes it
    (kind: state, independent, exile, wire, institution; "" when unknown).
    """

    key: str
    title: str
    seen: datetime
    published: datetime
    summary: str = ""
    url: str = ""
    lang: str = ""
    outlet: str = ""
    owner: str = ""
    kind: str = ""


class PlacementKind(StrEnum):
    """Name where an entry goes."""

    NEW = "new"
    COPY = "copy"
    FOLLOW_UP = "follow-up"


@dataclass(frozen=True, slots=True)
class Placement:
    """Hold the decision where an entry goes; the index is unchanged by it.

    `story` and `development` are the keys of the entries that began them
    (the entry's own key when it begins one); `similarity` is 0.0-1.0.
    `merges` names a later story which this entry shows to be the same as `story`;
    `traits` are what was compared of the entry, when they are known.
    """

    entry: StoryEntry
    kind: PlacementKind
    story: str
    development: str
    similarity: float
    entities: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    merges: str | None = None
    traits: Traits | None = field(default=None, compare=False, repr=False)


class Filed(NamedTuple):
    """Hold of a placement what an index is rebuilt from: when it was seen, where it went, what was compared."""

    seen: datetime
    story: str
    development: str
    merges: str | None
    traits: Traits


class ChangeKind(StrEnum):
    """Name what an entry changed in its story."""

    NEW_STORY = "new-story"
    TOLL = "toll"
    PLACE = "place"
    CLAIM = "claim"
    DENIAL = "denial"
    CONFIRMATION = "confirmation"
    STATE = "state"
    OUTLETS_3 = "outlets-3"
    OUTLETS_10 = "outlets-10"
    DEVELOPMENT = "development"


@dataclass(frozen=True, slots=True)
class Change:
    """Hold one thing that changed: what it was and what it is, in words and digits."""

    kind: ChangeKind
    subject: str = ""
    before: str = ""
    after: str = ""


class EventKind(StrEnum):
    """Name what happened, as far as a headline tells."""

    VIOLENCE = "violence"
    ABDUCTION = "abduction"
    RUPTURE = "rupture"
    ACCORD = "accord"
    MOVEMENT = "movement"
    PROTOCOL = "protocol"
    OPINION = "opinion"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Revision:
    """Hold what a placement changed in its story; `material` means: ring again.

    `event` and `severity` are the story's after the change: 0 opinion, 1 protocol and what is
    not known, 2 accord and movement of forces, 3 violence, abduction and political rupture,
    4 ten dead or more. `reasons` are the words that they rest on.
    """

    story: str
    changes: tuple[Change, ...]
    material: bool
    event: EventKind = EventKind.OTHER
    severity: int = 1
    reasons: tuple[str, ...] = ()
