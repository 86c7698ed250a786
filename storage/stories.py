"""Keep stories: where each entry went and what that changed."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import fields
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Text, bindparam, cast, insert
from sqlmodel import col, or_, select, update

from matchers.features import traits_of
from matchers.packing import pack, unpack
from matchers.tuning import Found
from matchers.types import Change, ChangeKind, EntryText, Filed, Placement, PlacementKind, StoryEntry
from storage.desk import acts_of
from storage.entries import to_match
from storage.feeds import outlet_spec
from storage.merging import members, merge_stories
from storage.story_records import Named, StoredPlacement, StoryEntryView, StoryRecord, StoryView, TermMention
from storage.tables import Entry, Feed, MatchRow, Outlet, PlacementRow, RevisionRow, Story, Term
from storage.tunings import counting, term_counts, tunings_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlmodel import Session

    from matchers.features import Traits
    from matchers.tuning import Tuning
    from matchers.types import Reason
    from storage.story_records import StoryStep

_AT_ONCE: Final = 500  # placements that are read anew in one query
# Asked and written under the lock of all processes: statements that are built once.
_STORIES: Final[Any] = Story.__table__  # type: ignore[attr-defined]  # SQLModel gives it at run time
_PLACEMENTS: Final[Any] = PlacementRow.__table__  # type: ignore[attr-defined]
_REVISIONS: Final[Any] = RevisionRow.__table__  # type: ignore[attr-defined]
_AFTER: Final = (
    select(*(_PLACEMENTS.c[name] for name in ("seq", "at", "story_id", "development", "merges", "traits")))
    .where(_PLACEMENTS.c.seq > bindparam("seq"), _PLACEMENTS.c.at >= bindparam("since"))
    .order_by(_PLACEMENTS.c.seq)
    .limit(bindparam("most"))
)
_IDS: Final[Any] = bindparam("ids", expanding=True)
_RECORD: Final = tuple(_STORIES.c[field.name] for field in fields(StoryRecord))
_WITH_KIN: Final = select(*_RECORD).where(or_(_STORIES.c.id.in_(_IDS), _STORIES.c.merged_into.in_(_IDS)))
_GROWN: Final = (
    update(_STORIES)
    .where(_STORIES.c.id == bindparam("story"))
    .values(
        last=bindparam("at"),
        entries=_STORIES.c.entries + bindparam("more"),
        revision=bindparam("new_revision"),
        state=bindparam("new_state"),
    )
)
_PLACED: Final = insert(_PLACEMENTS).returning(_PLACEMENTS.c.seq)
_NAMED: Final = (
    select(_PLACEMENTS.c.story_id, col(MatchRow.entity), cast(col(MatchRow.families), Text))
    .distinct()  # a story of a thousand entries names the same few
    .join(MatchRow, col(MatchRow.entry_id) == _PLACEMENTS.c.entry_id)
    .where(_PLACEMENTS.c.story_id.in_(_IDS))
)


def add_placements(session: Session, steps: Sequence[StoryStep], *, now: datetime) -> int:
    """Store where entries went and what each changed, in this order; return the place of the last in the order of all.

    All processes wait meanwhile for the placement lock: so few statements for many entries, and no objects.
    """
    last = {step.story: step for step in steps}
    entries = Counter(step.story for step in steps)
    opened = {step.story for step in steps if step.placement.kind is PlacementKind.NEW}
    connection = session.connection()
    if opened:
        connection.execute(
            insert(_STORIES),
            [
                {"id": story, "opened": now, "last": now, "entries": entries[story]} | _stands(last[story])
                for story in sorted(opened)
            ],
        )
    if last.keys() - opened:
        connection.execute(
            _GROWN,
            [
                {"story": story, "at": now, "more": entries[story]} | _stands(last[story], prefix="new_")
                for story in sorted(last.keys() - opened)
            ],
        )
    placed = connection.execute(_PLACED, [_placement_row(step.placement, now=now) for step in steps]).scalars()
    connection.execute(insert(_REVISIONS), [_revision_row(step, now=now) for step in steps])
    for step in steps:
        if step.placement.merges:
            merge_stories(session, step.story, later=int(step.placement.merges))
    return max(placed, default=0)


def _stands(step: StoryStep, *, prefix: str = "") -> dict[str, Any]:
    """Return how a story stands after a step, as values of its columns."""
    return {f"{prefix}revision": step.number, f"{prefix}state": dict(step.state)}


def _placement_row(placement: Placement, *, now: datetime) -> dict[str, Any]:
    return {
        "entry_id": int(placement.entry.key),
        "story_id": int(placement.story),
        "development": int(placement.development),
        "kind": placement.kind.value,
        "similarity": placement.similarity,
        "merges": int(placement.merges) if placement.merges else None,
        "entities": list(placement.entities),
        "reasons": [_columns(reason) for reason in placement.reasons],
        "seen": _pack(placement.entry),
        "at": now,
        "traits": pack(placement.traits) if placement.traits else None,
    }


def _revision_row(step: StoryStep, *, now: datetime) -> dict[str, Any]:
    return {
        "story_id": step.story,
        "number": step.number,
        "at": now,
        "material": step.revision.material,
        "changes": [_columns(change) for change in step.revision.changes],
    }


def placements_after(
    session: Session, seq: int, *, since: datetime, limit: int = 100_000
) -> tuple[StoredPlacement, ...]:
    """Return placements later than `seq` and no older than `since`, in order, to build or catch up an index."""
    rows = session.connection().execute(_AFTER, {"seq": seq, "since": since, "most": limit}).all()
    kept = [unpack(packed) if packed else None for *_, packed in rows]
    anew = iter(_read_anew(session, [each[0] or 0 for each, traits in zip(rows, kept, strict=True) if traits is None]))
    return tuple(
        StoredPlacement(
            number or 0,
            Filed(at, str(story), str(development), str(merges) if merges else None, traits or next(anew)),
        )
        for (number, at, story, development, merges, _), traits in zip(rows, kept, strict=True)
    )


def _read_anew(session: Session, numbers: Sequence[int]) -> list[Traits]:
    """Return what is compared of entries whose placements do not hold it, or not as it is read today."""
    found = []
    for at in range(0, len(numbers), _AT_ONCE):
        rows = session.exec(
            select(PlacementRow.seen, PlacementRow.entities)
            .where(col(PlacementRow.seq).in_(numbers[at : at + _AT_ONCE]))
            .order_by(col(PlacementRow.seq))
        )
        found += [traits_of(_unpack(seen), entities) for seen, entities in rows]
    return found


def _pack(entry: StoryEntry) -> dict[str, Any]:
    return _columns(entry) | {"seen": entry.seen.isoformat(), "published": entry.published.isoformat()}


def _columns(record: StoryEntry | Reason | Change) -> dict[str, Any]:
    """Return the fields of a flat record, without the copies that `asdict` makes while all processes wait."""
    return {name: getattr(record, name) for name in record.__slots__}


def _unpack(stored: Mapping[str, Any]) -> StoryEntry:
    times = {name: datetime.fromisoformat(stored[name]).astimezone(UTC) for name in ("seen", "published")}
    return StoryEntry(**dict(stored) | times)


def story(session: Session, story: int) -> StoryRecord | None:
    """Return a story."""
    return stories(session, [story]).get(story)


def stories(session: Session, wanted: Iterable[int]) -> dict[int, StoryRecord]:
    """Return those of some stories that there are, and those that were merged into them."""
    ids = sorted(set(wanted))
    rows = session.connection().execute(_WITH_KIN, {"ids": ids}) if ids else ()
    return {row[0]: StoryRecord(*row) for row in rows}


def story_entities(session: Session, known: Mapping[int, StoryRecord]) -> dict[int, Named]:
    """Return what the entries of each story, and of those of `known` that were merged into it, named."""
    rows = session.connection().execute(_NAMED, {"ids": sorted(known)}) if known else ()
    entities, families = (dict[int, set[str]]((each, set()) for each in known) for _ in range(2))
    for number, entity, its_families in rows:
        for each in {number, known[number].merged_into} & known.keys():
            entities[each].add(entity)
            families[each].update(_families(its_families))
    return {each: Named(frozenset(entities[each]), frozenset(families[each])) for each in known}


@lru_cache(maxsize=4096)
def _families(stored: str) -> tuple[str, ...]:
    """Read the list of an entity's families, which is the same in each of its matches."""
    return tuple(json.loads(stored))


def story_view(
    session: Session, story: int, *, chat: int, revision: int | None = None, narrowed: bool = True
) -> StoryView | None:
    """Return what rendering needs of a story for one chat; the newest revision unless one is named.

    Unless `narrowed`, a chat's terms are taken as if it had changed nothing in their meaning.
    """
    row = session.get(Story, story)
    if row is None:
        return None
    number = revision or row.revision
    changed = session.exec(
        select(RevisionRow).where(RevisionRow.story_id == story, RevisionRow.number == number)
    ).first()
    entries = _story_entries(session, story)
    return StoryView(
        story=story,
        revision=number,
        changes=tuple(
            Change(**change | {"kind": ChangeKind(change["kind"])}) for change in (changed.changes if changed else [])
        ),
        state=row.state,
        opened=row.opened,
        last=row.last,
        entries=entries,
        matches=_matches(session, chat, entries=entries, changed=tunings_of(session, chat) if narrowed else ()),
        placed=row.entries,
        desk=acts_of(session, chat, story=story),
    )


def _story_entries(session: Session, story: int) -> tuple[StoryEntryView, ...]:
    rows = session.exec(
        select(Entry, PlacementRow, Outlet, Feed.url)
        .join(PlacementRow, col(PlacementRow.entry_id) == col(Entry.id))
        .join(Feed, col(Feed.id) == col(Entry.feed_id))
        .join(Outlet, col(Outlet.id) == col(Feed.outlet_id))
        .where(col(PlacementRow.story_id).in_(members(story)))
        .order_by(col(PlacementRow.seq))
    )
    return tuple(
        StoryEntryView(
            id=entry.id or 0,
            outlet=outlet_spec(outlet),
            url=entry.url,
            title=entry.title,
            summary=entry.summary,
            lang=entry.lang,
            published=entry.published,
            first_seen=entry.first_seen,
            kind=placed.kind,
            development=placed.development,
            feed=feed,
        )
        for entry, placed, outlet, feed in rows
    )


def _matches(
    session: Session, chat: int, *, entries: Sequence[StoryEntryView], changed: Sequence[Tuning]
) -> tuple[TermMention, ...]:
    watched = {term.entity for term in session.exec(select(Term).where(Term.chat_id == chat))}
    told = {entry.id: entry for entry in entries}
    rows = session.exec(
        select(MatchRow).where(col(MatchRow.entry_id).in_(told)).order_by(col(MatchRow.score).desc(), col(MatchRow.id))
    )
    found = []
    for row in rows:
        match, entry = to_match(row), told[row.entry_id]
        find = Found(EntryText(entry.title, entry.summary, entry.lang), entry.outlet.key, entry.feed, row.score)
        names = [name for name in (row.entity, *(f"family:{family}" for family in row.families)) if name in watched]
        terms = [name for name in names if term_counts(find, name, entity=row.entity, tunings=changed)]
        if terms:
            found.append(
                TermMention(
                    row.entry_id, terms[0], row.entity, row.score, mentions=match.mentions, reasons=match.reasons
                )
            )
    return tuple(found)


def latest_stories(session: Session, chat: int, *, since: datetime, limit: int = 5) -> tuple[StoryView, ...]:
    """Return the newest stories that match what a chat watches."""
    ids = watched_stories(session, chat, since=since, limit=limit)
    views = (story_view(session, story, chat=chat) for story in ids)
    return tuple(view for view in views if view is not None)


def watched_stories(session: Session, chat: int, *, since: datetime, limit: int = 100) -> tuple[int, ...]:
    """Return the ids of stories since a moment that match what a chat watches, newest first."""
    terms = [term.entity for term in session.exec(select(Term).where(Term.chat_id == chat))]
    families = [term.removeprefix("family:") for term in terms if term.startswith("family:")]
    rows = session.exec(
        select(Story.id, MatchRow.entity, MatchRow.families)
        .join(PlacementRow, col(PlacementRow.story_id) == col(Story.id))
        .join(MatchRow, col(MatchRow.entry_id) == col(PlacementRow.entry_id))
        .where(Story.last >= since, col(Story.merged_into).is_(None))
        .order_by(col(Story.last).desc(), col(Story.id).desc())
    )
    found: dict[int, None] = {}
    for story_id, entity, its_families in rows:
        if entity in terms or set(families) & set(its_families):
            found.setdefault(story_id)
        if len(found) >= limit:
            break
    kept = counting(session, chat, stories=tuple(found), terms=terms)
    return tuple(story for story in found if story in kept)
