"""Keep entries and what was found in them."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, false
from sqlmodel import col, func, select, update

from matchers.tuning import Found, counts
from matchers.types import EntryText, Field, Match, Mention, Reason
from storage.dialect import insert_new, insert_returning
from storage.feeds import outlet_spec
from storage.fulltext import has_words, place, put_words
from storage.records import ArchivedText, Disposition, EntryRecord, KnownEntries, KnownEntry, NewEntry
from storage.tables import Entry, EntryAlias, Feed, MatchRow, Outlet, PlacementRow, Story

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from sqlmodel import Session

    from matchers.tuning import Tuning
    from storage.records import ChangedEntry


# How old "the feed still shows it" may grow before it is written again: most polls then write nothing here.
_TOUCH: Final = timedelta(hours=6)


_FIELDS: Final = tuple(each.name for each in fields(NewEntry))
# Asked at every poll: columns of a KnownEntry in its order, not objects, in statements that are built once.
_ENTRIES: Final[Any] = Entry.__table__  # type: ignore[attr-defined]  # SQLModel gives it at run time
_KNOWN: Final = tuple(
    _ENTRIES.c[name] for name in ("id", "guid_key", "url_key", "title_key", "content_hash", "first_seen")
)
_KEYS: Final[Any] = bindparam("keys", expanding=True)
_BY_KEY: Final = {
    kind: select(*_KNOWN)
    .where(_ENTRIES.c.feed_id == bindparam("feed"), _ENTRIES.c[f"{kind}_key"].in_(_KEYS))
    .order_by(_ENTRIES.c.id)
    for kind in ("guid", "url", "title")
}
_BY_ALIAS: Final = (
    select(col(EntryAlias.key), *_KNOWN)
    .join(EntryAlias, col(EntryAlias.entry_id) == _ENTRIES.c.id)
    .where(col(EntryAlias.feed_id) == bindparam("feed"), col(EntryAlias.key).in_(_KEYS))
)


def known_entries(
    session: Session, feed: int, *, guid_keys: Iterable[str], url_keys: Iterable[str], title_keys: Iterable[str]
) -> KnownEntries:
    """Return what we have of one feed under any of these keys, churned guids included."""
    given = {"guid": set(guid_keys), "url": set(url_keys), "title": set(title_keys)}
    asked = {kind: {"feed": feed, "keys": sorted(keys)} for kind, keys in given.items() if keys}
    rows = {kind: session.connection().execute(_BY_KEY[kind], values) for kind, values in asked.items()}
    by_guid = {row[1]: KnownEntry(*row) for row in rows.get("guid", ())}
    if "guid" in asked:
        churned = session.connection().execute(_BY_ALIAS, asked["guid"])
        by_guid |= {row[0]: KnownEntry(*row[1:]) for row in churned}
    return KnownEntries(
        by_guid=by_guid,
        by_url={row[2]: KnownEntry(*row) for row in rows.get("url", ())},
        by_title={row[3]: KnownEntry(*row) for row in rows.get("title", ())},
    )


def add_entries(session: Session, feed: int, *, entries: Sequence[NewEntry], now: datetime) -> dict[str, int]:
    """Store new entries; return the id of each key that was really new."""
    fixed = {"feed_id": feed, "first_seen": now, "last_seen": now, "revision": 0}
    rows = [{name: getattr(entry, name) for name in _FIELDS} | fixed for entry in entries]
    new = dict(insert_returning(session, Entry, rows, columns=("key", "id")))
    put_words(session, [(new[e.key], f"{e.title}\n{e.summary}") for e in entries if e.key in new])
    return new


def revise_entries(session: Session, feed: int, *, changed: Sequence[ChangedEntry], now: datetime) -> None:
    """Write edits of known entries, and remember the guids under which they came back."""
    for entry in changed:
        session.exec(
            update(Entry)
            .where(col(Entry.id) == entry.id)
            .values(
                title=entry.title,
                summary=entry.summary,
                title_key=entry.title_key,
                content_hash=entry.content_hash,
                revision=col(Entry.revision) + 1,
                last_seen=now,
            )
        )
    put_words(session, [(entry.id, f"{entry.title}\n{entry.summary}") for entry in changed])
    insert_new(
        session,
        EntryAlias,
        [{"feed_id": feed, "key": entry.alias, "entry_id": entry.id} for entry in changed if entry.alias],
    )


def ringing_entries(session: Session, entries: Sequence[int]) -> dict[int, NewEntry]:
    """Return those of entries that triage let ring, as they stand now."""
    rows = session.exec(select(Entry).where(col(Entry.id).in_(entries), Entry.disposition == Disposition.ALERT.value))
    return {
        row.id: NewEntry(**{name: getattr(row, name) for name in _FIELDS} | {"disposition": Disposition.ALERT})
        for row in rows
        if row.id is not None
    }


def placed_in(session: Session, entries: Sequence[int]) -> dict[int, int]:
    """Return the story of each of these entries that is in one; that of a merged story is the earlier one."""
    rows = session.exec(
        select(PlacementRow.entry_id, func.coalesce(Story.merged_into, Story.id))
        .join(Story, col(Story.id) == col(PlacementRow.story_id))
        .where(col(PlacementRow.entry_id).in_(entries))
    )
    return dict(rows.all())


def touch_entries(session: Session, entries: Sequence[int], *, now: datetime) -> None:
    """Note that the feed still shows these entries, so that their keys live on; every few hours is enough."""
    if not entries:
        return
    stale = col(Entry.last_seen) < now - _TOUCH
    session.exec(update(Entry).where(col(Entry.id).in_(entries), stale).values(last_seen=now))


def add_matches(session: Session, entry: int, *, matches: Sequence[Match]) -> None:
    """Store what was found in an entry."""
    insert_new(
        session,
        MatchRow,
        [
            {
                "entry_id": entry,
                "entity": match.entity,
                "families": list(match.families),
                "score": match.score,
                "mentions": [asdict(mention) for mention in match.mentions],
                "reasons": [asdict(reason) for reason in match.reasons],
            }
            for match in matches
        ],
    )


def matches_of(session: Session, entries: Sequence[int]) -> dict[int, tuple[Match, ...]]:
    """Return the stored matches of entries, best first."""
    found: dict[int, tuple[Match, ...]] = {}
    for row in session.exec(
        select(MatchRow).where(col(MatchRow.entry_id).in_(entries)).order_by(col(MatchRow.score).desc())
    ):
        found[row.entry_id] = (*found.get(row.entry_id, ()), to_match(row))
    return found


def to_match(row: MatchRow) -> Match:
    """Return a stored match as the matchers' type."""
    return Match(
        entity=row.entity,
        families=tuple(row.families),
        score=row.score,
        mentions=tuple(Mention(**mention | {"field": Field(mention["field"])}) for mention in row.mentions),
        reasons=tuple(Reason(**reason) for reason in row.reasons),
    )


def seen_elsewhere(session: Session, url_keys: Sequence[str], *, since: datetime) -> dict[str, int]:
    """Return the first entry of any feed under each of these canonical addresses."""
    rows = session.exec(
        select(Entry.url_key, Entry.id)
        .where(col(Entry.url_key).in_([key for key in url_keys if key]), Entry.first_seen >= since)
        .order_by(col(Entry.id).desc())
    )
    return {key: entry for key, entry in rows if entry is not None}


def entry(session: Session, entry: int) -> EntryRecord | None:
    """Return one entry."""
    return next(iter(_records(session, col(Entry.id) == entry, limit=1)), None)


def archive(
    session: Session, *, since: datetime, before: int | None = None, limit: int = 1000
) -> tuple[EntryRecord, ...]:
    """Return stored entries, newest first, page by page: `before` is the last id of the page before."""
    where = col(Entry.first_seen) >= since
    return _records(session, where if before is None else where & (col(Entry.id) < before), limit=limit)


def archive_texts(
    session: Session, *, since: datetime, words: Sequence[str] | None = None, limit: int = 100_000
) -> Iterator[ArchivedText]:
    """Give the texts of stored entries, newest first, columns only: a term is tried on all of them while one waits.

    With `words` (folded) only those in which one of them stands.
    """
    where = col(Entry.first_seen) >= since
    if words is not None:
        source, key = place(session)
        found = select(key).select_from(source).where(has_words(session, [tuple(words)]))
        where &= col(Entry.id).in_(found) if words else false()
    known = select(MatchRow.id).where(MatchRow.entry_id == Entry.id).exists()
    rows = session.exec(
        select(  # type: ignore[call-overload]
            *(Entry.title, Entry.summary, Entry.lang, Entry.url),
            *(Outlet.key, Outlet.name, known, Entry.first_seen, Feed.url),
        )
        .join(Feed, col(Feed.id) == col(Entry.feed_id))
        .join(Outlet, col(Outlet.id) == col(Feed.outlet_id))
        .where(where)
        .order_by(col(Entry.first_seen).desc(), col(Entry.id).desc())
        .limit(limit)
    )
    for title, summary, lang, url, outlet, name, is_known, seen, feed in rows:
        yield ArchivedText(title, summary, lang, url, outlet, name, is_known=bool(is_known), seen=seen, feed=feed)


def matched_texts(
    session: Session, term: str, *, since: datetime, changed: Sequence[Tuning] = ()
) -> tuple[ArchivedText, ...]:
    """Return the reports in which an entity, or one of `family:…`, was found, newest first; a headline counts once.

    `changed` is what a chat changed in the term: what does not count for it is left out.
    """
    family = term.removeprefix("family:") if term.startswith("family:") else ""
    rows = session.exec(
        select(  # type: ignore[call-overload]
            *(MatchRow.families, MatchRow.score, Entry.title, Entry.summary, Entry.lang, Entry.url),
            *(Outlet.key, Outlet.name, Feed.url),
        )
        .join(Entry, col(Entry.id) == col(MatchRow.entry_id))
        .join(Feed, col(Feed.id) == col(Entry.feed_id))
        .join(Outlet, col(Outlet.id) == col(Feed.outlet_id))
        .where(col(Entry.first_seen) >= since, col(MatchRow.entity) == term if not family else col(MatchRow.id) > 0)
        .order_by(col(Entry.first_seen).desc(), col(Entry.id).desc())
    )
    found: dict[str, ArchivedText] = {}
    for families, score, title, summary, lang, url, outlet, name, feed in rows:
        told = Found(EntryText(title, summary, lang), outlet, feed, score)
        if (not family or family in families) and counts(told, changed):
            key = " ".join(title.casefold().split())
            found.setdefault(key, ArchivedText(title, summary, lang, url, outlet, name, is_known=True, feed=feed))
    return tuple(found.values())


def families_since(session: Session, *, since: datetime) -> tuple[frozenset[str], ...]:
    """Return, for each entry since a moment in which something was found, the families of what it was."""
    rows = session.exec(
        select(MatchRow.entry_id, MatchRow.families)
        .join(Entry, col(Entry.id) == col(MatchRow.entry_id))
        .where(col(Entry.first_seen) >= since)
    )
    found: dict[int, set[str]] = {}
    for entry, families in rows:
        found.setdefault(entry, set()).update(families)
    return tuple(frozenset(families) for families in found.values())


def records_of(session: Session, entries: Sequence[int]) -> tuple[EntryRecord, ...]:
    """Return entries by their ids, newest first."""
    return _records(session, col(Entry.id).in_(entries), limit=len(entries))


def _records(session: Session, where: Any, *, limit: int) -> tuple[EntryRecord, ...]:
    rows = session.exec(
        select(Entry, Feed, Outlet)
        .join(Feed, col(Feed.id) == col(Entry.feed_id))
        .join(Outlet, col(Outlet.id) == col(Feed.outlet_id))
        .where(where)
        .order_by(col(Entry.id).desc())
        .limit(limit)
    )
    return tuple(
        EntryRecord(
            id=found.id or 0,
            feed=found.feed_id,
            outlet=outlet_spec(outlet),
            url=found.url,
            title=found.title,
            summary=found.summary,
            lang=found.lang,
            scope=tuple(feed.scope),
            published=found.published,
            first_seen=found.first_seen,
        )
        for found, feed, outlet in rows
    )
