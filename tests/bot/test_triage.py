"""Show what is new, what is known and what may ring: the cases that feed readers get wrong."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.feeds.reading import ParsedEntry
from bot.triage import Reading, keys_in_doubt, keys_of, triage
from storage.records import Disposition, KnownEntries, KnownEntry

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)


def entry(
    guid="g1", url="https://example.org/a", title="Attaque à Djibo", *, age=timedelta(minutes=5), summary="", dated=True
):
    return ParsedEntry(guid, url, title, summary, "fr", NOW - age if dated else None)


def known(*entries, first_seen=NOW - timedelta(hours=1)):
    rows = []
    for number, (one, keys) in enumerate(zip(entries, keys_of(entries), strict=True), 1):
        rows.append((one, keys, KnownEntry(number, keys.guid, keys.url, keys.title, keys.content, first_seen)))
    return KnownEntries(
        {keys.guid: row for _, keys, row in rows if keys.guid},
        {keys.url: row for _, keys, row in rows if keys.url},
        {keys.title: row for _, keys, row in rows},
    )


def sorted_out(entries, have=None, *, baseline=False, expected=0.0):
    reading = Reading("fr", len(entries), None if baseline else expected)
    return triage(entries, keys_of(entries), known=have or known(), reading=reading, now=NOW)


def dispositions(result):
    return [each.disposition for each in result.new]


def test_an_unknown_entry_is_new_and_a_known_one_is_not():
    first, second = entry(), entry("g2", "https://example.org/b", "Autre chose")
    result = sorted_out([first, second], known(first))

    assert (["Autre chose"], (1,), ()) == ([each.title for each in result.new], result.seen, result.changed)


def test_an_edited_headline_changes_the_entry_and_is_not_new():
    result = sorted_out([entry(title="Attaque à Djibo : 7 morts")], known(entry()))

    assert ((), ["Attaque à Djibo : 7 morts"]) == (result.new, [each.title for each in result.changed])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("https://example.org/?p=12", "https://example.org/2026/03/01/djibo"),
        ("http://example.org/guid/1", "https://example.org/guid/1"),
        ("https://www.bbc.com/news/x#0", "https://www.bbc.com/news/x#3"),
        ("tag:one", "tag:two"),
        ("", "tag:late"),
        ("tag:early", ""),
    ],
)
def test_a_guid_that_churns_does_not_ring_again(before, after):
    assert () == sorted_out([entry(after)], known(entry(before))).new


def test_a_churned_guid_is_remembered_as_another_name():
    (changed,) = sorted_out([entry("tag:two")], known(entry("tag:one"))).changed

    assert keys_of([entry("tag:two")])[0].guid == changed.alias


def test_trackers_and_hosts_do_not_make_an_address_new():
    again = entry("", "http://m.example.org/a/?utm_source=rss#xtor=1")

    assert () == sorted_out([again], known(entry(""))).new


def test_an_address_that_three_entries_share_is_nobodys():
    entries = [entry(f"g{n}", "https://example.org/", f"Titre {n}") for n in range(3)]

    assert 3 == len(sorted_out(entries).new)


def test_the_same_entry_twice_in_a_poll_counts_once():
    assert 1 == len(sorted_out([entry(), entry()]).new)


def test_the_same_headline_at_another_address_within_three_days_is_a_twin():
    result = sorted_out([entry("g9", "https://example.org/other")], known(entry()))
    later = sorted_out([entry("g9", "https://example.org/other")], known(entry(), first_seen=NOW - timedelta(days=4)))

    assert ([Disposition.TWIN], [Disposition.ALERT]) == (dispositions(result), dispositions(later))


def test_a_first_poll_rings_only_what_is_fresh():
    entries = [
        entry("g1", age=timedelta(minutes=50)),
        entry("g2", "https://e.org/2", age=timedelta(minutes=70)),
        entry("g3", "https://e.org/3", dated=False),
    ]

    assert [Disposition.ALERT, Disposition.BASELINE, Disposition.BASELINE] == dispositions(
        sorted_out(entries, baseline=True)
    )


def test_what_is_two_days_old_is_kept_and_does_not_ring():
    assert [Disposition.LATE] == dispositions(sorted_out([entry(age=timedelta(hours=49))]))


@pytest.mark.parametrize("age", [timedelta(minutes=-6), timedelta(days=4000)])
def test_an_absurd_date_is_no_date(age):
    (new,) = sorted_out([entry(age=age)]).new

    assert (None, NOW, Disposition.ALERT) == (new.published, new.effective, new.disposition)


def test_a_burst_of_old_entries_is_held():
    entries = [entry(f"g{n}", f"https://example.org/{n}", f"Titre {n}", age=timedelta(hours=30)) for n in range(6)]
    result = sorted_out(entries)

    assert (True, {Disposition.HELD}) == (result.flood, set(dispositions(result)))


def test_a_busy_hour_is_no_flood():
    entries = [entry(f"g{n}", f"https://example.org/{n}", f"Titre {n}") for n in range(40)]

    assert (False, {Disposition.ALERT}) == (sorted_out(entries).flood, set(dispositions(sorted_out(entries))))


def test_an_entry_without_a_headline_is_named_by_its_first_words_and_an_empty_one_is_nothing():
    result = sorted_out([entry(title="", summary="Des hommes armés."), entry("g2", "https://e.org/2", "")])

    assert ["Des hommes armés."] == [each.title for each in result.new]


def test_a_guid_that_two_addresses_share_is_nobodys():
    one = entry("same", "https://example.org/a", "Un")
    two = entry("same", "https://example.org/b", "Deux")
    result = sorted_out([one, two], known(one))

    assert ["Deux"] == [each.title for each in result.new]


def test_one_article_under_two_guids_in_one_poll_counts_once():
    assert 1 == len(sorted_out([entry("http://e.org/1"), entry("tag:1")]).new)


def test_a_rubric_that_returns_next_day_over_another_text_rings():
    before = entry("g1", "https://example.org/1", "Le point du jour", summary="Lundi.")
    after = entry("g2", "https://example.org/2", "Le point du jour", summary="Mardi.")
    next_day = sorted_out([after], known(before, first_seen=NOW - timedelta(hours=24)))
    same_day = sorted_out([after], known(before, first_seen=NOW - timedelta(hours=2)))

    assert ([Disposition.ALERT], [Disposition.TWIN]) == (dispositions(next_day), dispositions(same_day))


def many(count, **more):
    return [entry(f"g{n}", f"https://example.org/{n}", f"Titre {n}", **more) for n in range(count)]


def test_a_fresh_entry_among_many_old_ones_still_rings():
    result = sorted_out([*many(9, age=timedelta(hours=30)), entry("new", "https://example.org/new", "Nouveau")])

    assert [Disposition.ALERT] == dispositions(result)[-1:]
    assert {Disposition.HELD} == set(dispositions(result)[:-1])


def test_a_burst_beyond_all_measure_is_held_unless_the_feed_was_not_read_for_long():
    assert (True, False) == (sorted_out(many(70)).flood, sorted_out(many(70), expected=40.0).flood)


def test_a_site_that_moved_and_lost_its_dates_is_held():
    moved, usual = sorted_out(many(15, dated=False)), sorted_out(many(15, dated=False), expected=12.0)

    assert (True, False) == (moved.flood, usual.flood)


@pytest.mark.parametrize(
    ("guid", "url", "doubt"),
    [
        ("g1", "https://example.org/a", False),
        ("g1", "https://example.org/b", True),
        ("g2", "https://example.org/a", True),
        ("", "https://example.org/a", False),
        ("g2", "https://example.org/b", False),
    ],
)
def test_one_known_key_beside_an_unknown_one_is_in_doubt(guid, url, doubt):
    have = known(entry("g1", "https://example.org/a"))

    assert doubt is keys_in_doubt(keys_of([entry(guid, url)]), have)
