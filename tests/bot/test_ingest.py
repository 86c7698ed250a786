"""Show what one poll commits: edits that matter for the first time, and what the flood rule held back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from bot.feeds.cadence import CadenceSettings, PollFacts, expected_since, plan
from bot.feeds.fetch import Fetched
from bot.feeds.parsed import ParsedEntry
from bot.ingest import Ingest
from bot.store import Store
from bot.triage import Reading, keys_of, triage
from matchers.meaning import MEANING
from matchers.packing import MEANT, VERSION
from storage.chats import open_chat
from storage.database import Database
from storage.entries import known_entries
from storage.feeds import add_feed, claim_feeds, make_due
from storage.holding import held_back, release
from storage.merging import merge_stories
from storage.outbox import claim_deliveries, lost
from storage.records import FeedSpec, OutletSpec
from storage.tables import Delivery, PlacementRow, RevisionRow, Story
from storage.terms import add_term

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=30)


def article(number, title, *, at=NOW, summary=""):
    return ParsedEntry(f"guid {number}", f"https://example.org/{number}", title, summary, "fr", at)


class Desk:
    """Poll one feed as the bot does, without its network, and say who was owed what."""

    def __init__(self, database, watchlist, encoder=None):
        self.store = Store(database)
        self.watchlist = watchlist
        self.ingest = Ingest(self.store, watchlist, window=timedelta(days=7), encoder=encoder)
        self.now = NOW

    async def opened(self, *terms, shows=()):
        def prepare(session):
            self.feed = add_feed(
                session, FeedSpec("https://example.org/feed", OutletSpec("d", "D"), lang="fr"), now=NOW
            )
            for number, term in enumerate(terms, 1):
                chat = open_chat(session, number, kind="private", lang="fr", now=NOW)
                add_term(session, chat.id, entity=term, now=NOW)

        await self.store.write(prepare)
        await self.poll(*shows)  # the baseline
        return self

    async def poll(self, *entries, after=timedelta(minutes=10)):
        self.now += after
        await self.store.write(make_due, None, now=self.now)
        (feed,) = await self.store.write(claim_feeds, now=self.now, limit=9, lease_s=60, holder="test")
        sorted_out = await self.store.read(self._triaged, feed, entries)
        answer = Fetched(b"x", str(self.now), "text/xml", '"1"', "", hint_s=0, status=200)
        facts = PollFacts(new=len(sorted_out.new))
        outcome = plan(feed, answer, facts=facts, now=self.now, settings=CadenceSettings())
        await self.ingest.take(feed, sorted_out, outcome=outcome)
        return await self.told()

    def _triaged(self, session, feed, entries):
        keys = keys_of(entries)
        known = known_entries(
            session,
            feed.id,
            guid_keys=[k.guid for k in keys],
            url_keys=[k.url for k in keys],
            title_keys=[k.title for k in keys],
        )
        expected = None if feed.baseline else expected_since(feed.cadence, self.now)
        return triage(entries, keys, known=known, reading=Reading("fr", len(entries), expected), now=self.now)

    async def told(self):
        """Return the chats that are owed something since they were last asked about."""
        claimed = await self.store.write(
            claim_deliveries, now=self.now + timedelta(seconds=1), limit=99, lease_s=9_999_999, holder="test"
        )
        return sorted(each.chat for each in claimed)


@pytest.fixture
async def desk(database, watchlist):
    opened = await Desk(database, watchlist).opened("jnim", "goita")
    yield opened
    opened.store._writer.shutdown()
    opened.store._readers.shutdown()


async def test_an_edited_headline_that_only_now_names_what_is_watched_rings_once(desk):
    before = await desk.poll(article(1, "Attaque contre un convoi au nord : au moins douze morts"))
    edited = article(1, "Attaque contre un convoi au nord : le GSIM tue au moins douze personnes")
    first, again = await desk.poll(edited), await desk.poll(edited)

    assert ([], [1], []) == (before, first, again)
    assert 0 == await desk.store.read(lost)


TOGETHER = (
    article(1, "Djibo : le GSIM attaque la base militaire, sept morts"),
    article(
        2, "Burkina : attaque du GSIM contre la base militaire de Djibo, neuf morts", at=NOW + timedelta(minutes=1)
    ),
    article(3, "Assimi Goïta reçoit à Bamako le président sénégalais", at=NOW + timedelta(minutes=2)),
    article(4, "Djibo : le bilan de l'attaque du GSIM passe à douze morts", at=NOW + timedelta(minutes=3)),
)


def kept_and_owed(session):
    """Return what placing wrote: placements, stories, revisions, and who is owed what."""
    tables = {
        PlacementRow: ("entry_id", "story_id", "development", "kind", "entities", "merges"),
        Story: ("id", "entries", "revision", "state", "merged_into"),
        RevisionRow: ("story_id", "number", "material", "changes"),
        Delivery: ("chat_id", "kind", "story_id", "revision", "silent"),
    }
    return {
        table.__name__: sorted(
            repr([getattr(row, name) for name in columns]) for row in session.exec(select(table)).all()
        )
        for table, columns in tables.items()
    }


async def test_entries_of_one_poll_end_where_they_would_one_by_one(database, watchlist, tmp_path):
    other = Database(f"sqlite:///{tmp_path / 'other.db'}")
    other.upgrade()
    at_once, one_by_one = Desk(database, watchlist), Desk(other, watchlist)
    for desk in (at_once, one_by_one):
        await desk.opened("jnim", "goita", "family:jihadists")
    await at_once.poll(*TOGETHER, after=timedelta(minutes=10))
    one_by_one.now += timedelta(minutes=10)
    for entry in TOGETHER:
        await one_by_one.poll(entry, after=timedelta(minutes=2))
    found, expected = await at_once.store.read(kept_and_owed), await one_by_one.store.read(kept_and_owed)

    assert (4, 2) == (len(found["PlacementRow"]), len(found["Story"]))
    assert expected == found


class OneMeaning:
    """Find that all headlines say the same."""

    def vectors(self, headlines):
        return [bytes([1] * MEANING)] * len(headlines)


REPORTS = (
    "Mali : le GSIM frappe une colonne de l'armée",
    "L'armée malienne pleure ses soldats tués par le JNIM",
    "Mali : le JNIM revendique l'embuscade",
)


@pytest.mark.parametrize(("encoder", "stories"), [(OneMeaning(), 1), (None, 2)])
async def test_an_encoder_joins_reports_that_words_leave_apart_also_after_a_restart(
    database, watchlist, encoder, stories
):
    desk = await Desk(database, watchlist, encoder).opened("jnim")
    for number, title in enumerate(REPORTS):
        desk.ingest = Ingest(desk.store, watchlist, window=timedelta(days=7), encoder=encoder)
        await desk.poll(article(number, title))

    rows = await desk.store.read(lambda session: session.exec(select(PlacementRow)).all())
    assert [MEANT if encoder else VERSION] * 3 == [row.traits[0] for row in rows]
    assert stories == len({row.story_id for row in rows})


async def test_an_edit_that_names_one_more_rings_for_whom_the_story_had_not_rung(desk):
    first = await desk.poll(article(1, "Le GSIM revendique l'attaque d'un convoi au nord, douze morts"))
    second = await desk.poll(
        article(1, "Le GSIM revendique l'attaque d'un convoi au nord, douze morts : Assimi Goïta réagit")
    )

    assert ([1], [2]) == (first, second)
    assert 0 == await desk.store.read(lost)


async def test_an_edit_of_an_old_entry_does_not_ring(desk):
    old = article(1, "Attaque contre un convoi au nord : au moins douze morts", at=NOW - timedelta(hours=40))
    await desk.poll(old)
    edited = replace(old, title="Attaque contre un convoi au nord : le GSIM tue au moins douze personnes")

    assert [] == await desk.poll(edited, after=timedelta(hours=9))


async def test_what_stood_there_when_the_feed_was_first_read_does_not_ring_when_it_is_edited(database, watchlist):
    old = article(1, "Attaque contre un convoi au nord : au moins douze morts", at=NOW - timedelta(hours=5))
    desk = await Desk(database, watchlist).opened("jnim", shows=[old])

    assert [] == await desk.poll(replace(old, title="Le GSIM attaque un convoi au nord : au moins douze morts"))


async def test_what_the_flood_rule_held_back_rings_when_an_admin_says_so(desk):
    flood = [
        article(n, f"Le GSIM attaque le village numéro {n} du cercle {n}, {n + 3} morts", at=NOW - timedelta(hours=30))
        for n in range(1, 9)
    ]
    held = await desk.poll(*flood)
    count = await desk.store.read(held_back, desk.feed, since=LONG_AGO)
    freed = await desk.store.write(release, desk.feed, since=LONG_AGO)
    owed = await desk.ingest.release(now=desk.now)
    again = await desk.ingest.release(now=desk.now)

    assert ([], 8, 8) == (held, count, freed)
    assert owed > 0
    assert 0 == again
    assert 1 in await desk.told()
    assert 0 == await desk.store.read(lost)


async def test_stories_that_a_reader_merged_are_one_also_after_a_restart(desk):
    await desk.poll(article(1, "Le GSIM attaque un poste militaire de Djibo, sept soldats tués"))
    await desk.poll(article(2, "Goïta reçoit les ambassadeurs au palais de Koulouba"))
    first, second = (row.story_id for row in await desk.store.read(placed))
    await desk.store.write(merge_stories, first, later=second)
    desk.ingest = Ingest(desk.store, desk.watchlist, window=timedelta(days=7))
    await desk.poll(article(3, "Urgent : Goïta reçoit les ambassadeurs au palais de Koulouba"))

    assert second != first
    assert [first, second, first] == [row.story_id for row in await desk.store.read(placed)]


def placed(session):
    return session.exec(select(PlacementRow).order_by(PlacementRow.seq)).all()
