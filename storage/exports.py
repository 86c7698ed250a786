"""Read entries with their story and matches, page by page, for other programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlmodel import col, select

from storage.entries import matches_of, records_of
from storage.tables import Entry, MatchRow, PlacementRow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlmodel import Session

    from matchers.types import Match
    from storage.records import EntryRecord

_SLICE = 500


@dataclass(frozen=True, slots=True)
class Exported:
    """Hold an entry with what was found in it, and where it went: story 0 for one that was never placed."""

    entry: EntryRecord
    matches: tuple[Match, ...]
    story: int
    placement: str


def matched_entries(session: Session, *, since: datetime, until: datetime) -> Iterator[Exported]:
    """Give the entries of a period in which something was found, oldest first; memory is bounded by a slice."""
    after = 0
    found = select(MatchRow.id).where(MatchRow.entry_id == Entry.id).exists()
    while True:
        where = (col(Entry.id) > after, Entry.first_seen >= since, Entry.first_seen < until, found)
        ids = [each or 0 for each in session.exec(select(Entry.id).where(*where).order_by(col(Entry.id)).limit(_SLICE))]
        if not ids:
            return
        yield from _slice(session, ids)
        after = ids[-1]


def _slice(session: Session, ids: list[int]) -> Iterator[Exported]:
    rows = session.exec(select(PlacementRow).where(col(PlacementRow.entry_id).in_(ids)))
    placed = {row.entry_id: (row.story_id, row.kind) for row in rows}
    matches = matches_of(session, ids)
    for entry in reversed(records_of(session, ids)):
        story, kind = placed.get(entry.id, (0, ""))
        yield Exported(entry, matches.get(entry.id, ()), story, kind)
