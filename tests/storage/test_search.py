"""Show that the archive is searched alike on both databases: folded words, entities, outlets, dates, pages."""

from datetime import UTC, datetime, timedelta

import pytest

from matchers.types import Field, Match, Mention
from storage.entries import add_entries, add_matches, revise_entries
from storage.feeds import add_feed
from storage.records import ChangedEntry, Disposition, FeedSpec, NewEntry, OutletSpec
from storage.search import Search, index_missing, search
from storage.tables import Entry

START = datetime(2026, 3, 1, 6, tzinfo=UTC)
TITLES = (
    "Le colonel Goita reçoit les chefs de l’armée",
    "Colonel Goïta speaks in Bamako",
    "غُوِيتا يلتقي قادة الجيش",
    "Les routes de l’Azawad coupées par la crue",
    "Cholera ward opens at Mopti",
)


def entry(number, title, *, summary=""):
    key = str(number)
    return NewEntry(
        key=key, guid_key=key, url_key=key, title_key=key, url=f"https://a.example/{key}", title=title,
        summary=summary, lang="", published=None, effective=START, content_hash=key, disposition=Disposition.ALERT,
    )  # fmt: skip


@pytest.fixture
def archive(database):
    with database.transaction() as session:
        feeds = [
            add_feed(session, FeedSpec(f"https://{key}.example/", OutletSpec(key, key.title())), now=START)
            for key in ("fleuve", "dune")
        ]
        for number, title in enumerate(TITLES):
            at = START + timedelta(days=number)
            ids = add_entries(session, feeds[number % 2], entries=[entry(number, title)], now=at)
            if number in {0, 2}:
                mention = Mention("Goita", Field.TITLE, 0, 1, title[:1], 1.0)
                add_matches(session, ids[str(number)], matches=[Match("goita", (), 90, (mention,), ())])
    return database


def found(database, wanted, **page):
    with database.reading() as session:
        return [
            TITLES.index(each.title) for each in search(session, wanted, limit=page.pop("limit", 8), **page).entries
        ]


@pytest.mark.parametrize(
    ("words", "entries"),
    [
        ("goita", [1, 0]),
        ("Goïta", [1, 0]),
        ("GOÏTA colonel", [1, 0]),
        ("غويتا", [2]),
        ("غُوِيتَا", [2]),
        ("azawad", [3]),
        ("l'Azawad", [3]),
        ("Mopti cholera", [4]),
        ("mopti goita", []),
        ("nothing", []),
    ],
)
def test_words_are_found_however_they_are_accented_marked_or_elided(archive, words, entries):
    assert entries == found(archive, Search(words))


@pytest.mark.parametrize("words", ['"', "' OR 1=1 --", "a* NEAR(b)", "🔥", "''&|!:*", "\\", "words:x"])
def test_what_looks_like_query_language_is_only_words(archive, words):
    assert [] == found(archive, Search(words))


def test_what_the_words_mean_is_found_whatever_it_is_called(archive):
    assert [2, 1, 0] == found(archive, Search("Goita", meant="goita"))


def test_an_entity_an_outlet_and_a_span_of_days_narrow_a_search(archive):
    span = Search(since=START + timedelta(days=1), until=START + timedelta(days=3))

    assert [2, 0] == found(archive, Search(entities=("goita",)))
    assert [0] == found(archive, Search("colonel", entities=("goita",)))
    assert [1] == found(archive, Search("colonel", outlets=("dune",)))
    assert [2, 1] == found(archive, span)
    assert [4, 3, 2, 1, 0] == found(archive, Search())


def test_one_way_to_write_a_name_is_enough(archive):
    assert [3] == found(archive, Search(names=(("Azawad", "أزواد"),)))
    assert [3] == found(archive, Search("crue", names=(("أزواد", "Azawad"),)))
    assert [] == found(archive, Search("goita", names=(("أزواد", "Azawad"),)))


def test_a_last_word_may_be_a_beginning(archive):
    assert [] == found(archive, Search("chol"))
    assert [4] == found(archive, Search("chol", begins=True))


def test_pages_go_back_and_forth(archive):
    with archive.reading() as session:
        first = search(session, Search(), limit=2)
        second = search(session, Search(), limit=2, before=first.entries[-1].id)
        last = search(session, Search(), limit=2, before=second.entries[-1].id)
        back = search(session, Search(), limit=2, after=last.entries[0].id)

    assert [(True, False), (True, True), (False, True), (True, True)] == [
        (page.older, page.newer) for page in (first, second, last, back)
    ]
    assert second.entries == back.entries
    assert [TITLES[0]] == [each.title for each in last.entries]


def test_a_word_that_stands_in_many_entries_has_pages_too(archive):
    with archive.transaction() as session:
        feed = add_feed(session, FeedSpec("https://many.example/", OutletSpec("many", "Many")), now=START)
        many = [entry(100 + n, f"Goïta {n}") for n in range(260)]
        add_entries(session, feed, entries=many, now=START + timedelta(days=9))
        first = search(session, Search("goita"), limit=3)
        rare = search(session, Search("goita 7"), limit=3)
        outlet = search(session, Search("goita", outlets=("fleuve",)), limit=3)
        oldest = search(session, Search("goita"), limit=3, before=first.entries[-1].id - 255)

    assert (["Goïta 259", "Goïta 258", "Goïta 257"], True) == ([each.title for each in first.entries], first.older)
    assert (["Goïta 7"], [TITLES[0]]) == ([each.title for each in rare.entries], [e.title for e in outlet.entries])
    assert ["Goïta 1", "Goïta 0", TITLES[1]] == [each.title for each in oldest.entries]


def test_an_edited_entry_is_found_by_its_new_words_and_a_removed_one_not_at_all(archive):
    with archive.transaction() as session:
        one = search(session, Search("Mopti"), limit=1).entries[0]
        changed = ChangedEntry(one.id, "Measles ward opens", "", title_key="m", content_hash="m")
        revise_entries(session, one.feed, changed=[changed], now=START)
    with archive.reading() as session:
        seen = [bool(search(session, Search(word), limit=1).entries) for word in ("measles", "cholera")]
    with archive.transaction() as session:
        session.delete(session.get(Entry, one.id))
    with archive.reading() as session:
        after = search(session, Search("measles"), limit=1).entries

    assert ([True, False], ()) == (seen, after)


def test_what_an_older_version_stored_is_indexed_in_slices(archive):
    from sqlalchemy import text

    with archive.transaction() as session:
        session.connection().execute(text("DELETE FROM entry_search"))
    after = 0
    while after is not None:
        assert [] == found(archive, Search("mopti")) or after > 0
        with archive.transaction() as session:
            after = index_missing(session, after=after, limit=2)

    assert [4] == found(archive, Search("mopti"))
