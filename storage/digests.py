"""Read what an edition tells beside its stories: counts, first mentions, what moved, what waited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import Text, cast
from sqlmodel import col, func, select

from matchers.types import Change, ChangeKind
from storage.delivery_records import DeliveryKind
from storage.dialect import hour_of
from storage.tables import Delivery, Entry, MatchRow, PlacementRow, RevisionRow, Story

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlmodel import Session

_RINGS = (DeliveryKind.ALERT.value, DeliveryKind.UPDATE.value)


@dataclass(frozen=True, slots=True)
class HourCount:
    """Hold how many entries named an entity in one hour, UTC."""

    entity: str
    families: tuple[str, ...]
    hour: datetime
    count: int


def mention_hours(session: Session, *, since: datetime) -> tuple[HourCount, ...]:
    """Return how often each entity was named in each hour since a moment, oldest first."""
    hour, families = hour_of(session, col(Entry.first_seen)), cast(col(MatchRow.families), Text)
    rows = session.exec(
        select(MatchRow.entity, families, hour, func.count())
        .join(Entry, col(Entry.id) == col(MatchRow.entry_id))
        .where(col(Entry.first_seen) >= since)
        .group_by(col(MatchRow.entity), families, hour)
        .order_by(hour, col(MatchRow.entity))
    )
    return tuple(
        HourCount(entity, _listed(named), datetime.strptime(at, "%Y-%m-%d %H").replace(tzinfo=UTC), count)
        for entity, named, at, count in rows
    )


def _listed(stored: str) -> tuple[str, ...]:
    """Read a list of plain words as JSON wrote it; ids hold no quotation marks."""
    return tuple(part for part in stored.strip("[]").replace('"', "").replace(" ", "").split(",") if part)


def archive_begins(session: Session) -> datetime | None:
    """Return when the oldest stored entry came."""
    return session.exec(select(func.min(Entry.first_seen))).one()


def is_still(session: Session, *, since: datetime) -> bool:
    """Say whether no story was told since a moment."""
    return session.exec(select(Story.id).where(Story.last >= since).limit(1)).first() is None


def named_between(session: Session, entities: Collection[str], *, since: datetime, before: datetime) -> frozenset[str]:
    """Return which of these entities some entry named in a span of time."""
    rows = session.exec(
        select(MatchRow.entity)
        .join(Entry, col(Entry.id) == col(MatchRow.entry_id))
        .where(col(MatchRow.entity).in_(entities), col(Entry.first_seen) >= since, col(Entry.first_seen) < before)
        .distinct()
    )
    return frozenset(rows)


def changes_since(session: Session, stories: Collection[int], *, since: datetime) -> dict[int, tuple[Change, ...]]:
    """Return what changed in each of these stories since a moment, in order."""
    rows = session.exec(
        select(RevisionRow)
        .where(col(RevisionRow.story_id).in_(stories), RevisionRow.at >= since)
        .order_by(col(RevisionRow.story_id), col(RevisionRow.number))
    )
    found: dict[int, tuple[Change, ...]] = {}
    for row in rows:
        changes = tuple(Change(**change | {"kind": ChangeKind(change["kind"])}) for change in row.changes)
        found[row.story_id] = (*found.get(row.story_id, ()), *changes)
    return found


def entities_of(session: Session, stories: Collection[int]) -> dict[int, frozenset[str]]:
    """Return the entities and families (`family:<id>`) that each of these stories names."""
    rows = session.exec(
        select(PlacementRow.story_id, MatchRow.entity, MatchRow.families)
        .join(MatchRow, col(MatchRow.entry_id) == col(PlacementRow.entry_id))
        .where(col(PlacementRow.story_id).in_(stories))
    )
    found: dict[int, set[str]] = {}
    for story, entity, families in rows:
        found.setdefault(story, set()).update({entity, *(f"family:{family}" for family in families)})
    return {story: frozenset(names) for story, names in found.items()}


def rings_since(session: Session, chat: int, *, since: datetime) -> tuple[tuple[int, datetime, datetime], ...]:
    """Return each ring that a chat was owed since a moment: its story, when it was owed, when it was to go out."""
    rows = session.exec(
        select(Delivery.story_id, Delivery.created, Delivery.not_before)
        .where(Delivery.chat_id == chat, col(Delivery.kind).in_(_RINGS), Delivery.created >= since)
        .order_by(col(Delivery.id))
    )
    return tuple((story or 0, created, after) for story, created, after in rows)
