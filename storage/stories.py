"""Keep stories: where each entry went and what that changed."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from sqlmodel import col, func, select, update

from matchers.features import traits_of
from matchers.packing import pack, unpack
from matchers.tuning import Found
from matchers.types import Change, ChangeKind, EntryText, Filed, Placement, PlacementKind, StoryEntry
from storage.desk import acts_of
from storage.entries import to_match
from storage.feeds import outlet_spec
from storage.merging import members, merge_stories
from storage.records import StoredPlacement, StoryEntryView, StoryRecord, StoryView, TermMention
from storage.tables import Entry, Feed, MatchRow, Outlet, PlacementRow, RevisionRow, Story, Term
from storage.tunings import counting, term_counts, tunings_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlmodel import Session

    from matchers.features import Traits
    from matchers.tuning import Tuning
    from matchers.types import Revision

_FILED: Final[tuple[Any, ...]] = (
    *(PlacementRow.seq, PlacementRow.at, PlacementRow.story_id),
    *(PlacementRow.development, PlacementRow.merges, PlacementRow.traits),
)
_AT_ONCE: Final = 500  # placements that are read anew in one query


def add_placement(session: Session, placement: Placement, *, now: datetime) -> int:
    """Store where an entry went, and open or extend its story; return its place in the order of all."""
    entry, story = int(placement.entry.key), int(placement.story)
    if placement.kind is PlacementKind.NEW:
        session.add(Story(id=story, opened=now, last=now, state={}))
        session.flush()
    else:
        session.exec(update(Story).where(col(Story.id) == story).values(last=now, entries=col(Story.entries) + 1))
    row = PlacementRow(
        entry_id=entry,
        story_id=story,
        development=int(placement.development),
        kind=placement.kind.value,
        similarity=placement.similarity,
        merges=int(placement.merges) if placement.merges else None,
        entities=list(placement.entities),
        reasons=[asdict(reason) for reason in placement.reasons],
        seen=_pack(placement.entry),
        at=now,
        traits=pack(placement.traits) if placement.traits else None,
    )
    session.add(row)
    session.flush()
    if placement.merges:
        merge_stories(session, story, later=int(placement.merges))
    return row.seq or 0


def placements_after(
    session: Session, seq: int, *, since: datetime, limit: int = 100_000
) -> tuple[StoredPlacement, ...]:
    """Return placements later than `seq` and no older than `since`, in order, to build or catch up an index."""
    rows = session.exec(
        select(*_FILED)
        .where(col(PlacementRow.seq) > seq, PlacementRow.at >= since)
        .order_by(col(PlacementRow.seq))
        .limit(limit)
    ).all()
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


def last_placement(session: Session) -> int:
    """Return the place of the newest placement, 0 for none."""
    return session.exec(select(func.max(PlacementRow.seq))).one() or 0


def _pack(entry: StoryEntry) -> dict[str, Any]:
    return asdict(entry) | {"seen": entry.seen.isoformat(), "published": entry.published.isoformat()}


def _unpack(stored: Mapping[str, Any]) -> StoryEntry:
    times = {name: datetime.fromisoformat(stored[name]).astimezone(UTC) for name in ("seen", "published")}
    return StoryEntry(**dict(stored) | times)


def story(session: Session, story: int) -> StoryRecord | None:
    """Return a story."""
    row = session.get(Story, story)
    return _record(row) if row else None


def _record(row: Story) -> StoryRecord:
    return StoryRecord(
        row.id, row.opened, row.last, row.entries, row.revision, state=row.state, merged_into=row.merged_into
    )


def save_revision(session: Session, story: int, *, state: Mapping[str, Any], revision: Revision, now: datetime) -> int:
    """Store a story's new state and what changed; return the revision's number, from 1."""
    row = session.get(Story, story)
    assert row is not None, "a revision belongs to a stored story"
    row.revision += 1
    row.state = dict(state)
    session.add(row)
    session.add(
        RevisionRow(
            story_id=story,
            number=row.revision,
            at=now,
            material=revision.material,
            changes=[asdict(change) for change in revision.changes],
        )
    )
    session.flush()
    return row.revision


def story_entities(session: Session, story: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the entities, and the families, that the entries of a story, and of those merged into it, named."""
    rows = session.exec(
        select(MatchRow.entity, MatchRow.families)
        .join(PlacementRow, col(PlacementRow.entry_id) == col(MatchRow.entry_id))
        .where(col(PlacementRow.story_id).in_(members(story)))
    ).all()
    entities = {entity for entity, _ in rows}
    families = {family for _, its_families in rows for family in its_families}
    return tuple(sorted(entities)), tuple(sorted(families))


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
