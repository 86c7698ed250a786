"""Show that lists of feeds are read and written: the shipped one, TOML, OPML, and what is refused."""

import io
import sys
from datetime import UTC, datetime

import pytest

from bot.cli.progress import counting, working
from bot.clock import SystemClock
from bot.errors import UserError
from bot.feeds.defaults import default_feeds, read_feeds, refuse_blocked
from bot.feeds.discovery import advertised
from bot.feeds.opml import read_opml, write_opml
from bot.running import keep_feeds
from storage.feeds import add_feed, add_new_feeds, list_feeds
from storage.records import FeedSpec, OutletSpec

OPML = """<?xml version="1.0"?><opml version="2.0"><body><outline text="Mali"><outline text="Presse">
<outline type="rss" text="Un" xmlUrl="https://example.org/un"/></outline>
<outline type="rss" title="Deux" xmlUrl="http://example.org/deux"/><outline text="x" xmlUrl="ftp://example.org/"/><outline text="y" xmlUrl="https://e]x.org/"/>
<outline type="rss" text="Un encore" xmlUrl="https://example.org/un"/></outline></body></opml>"""


def test_the_shipped_list_is_as_long_and_varied_as_promised():
    feeds = default_feeds(None)

    assert [True, True, {"ar", "en", "fr"}] == [
        len(feeds) >= 60,
        len({feed.outlet.key for feed in feeds}) >= 45,
        {feed.lang for feed in feeds},
    ]
    assert len(feeds) == len({feed.url for feed in feeds})


def test_folders_are_walked_doubles_and_strange_addresses_left_out():
    assert [("https://example.org/un", "Un"), ("http://example.org/deux", "Deux")] == [
        (feed.url, feed.title) for feed in read_opml(OPML, "list.opml")
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("<opml><body>", "not valid XML"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><opml/>', "declares entities"),
        (
            "<opml>" + "".join(f'<outline xmlUrl="https://example.org/{n}"/>' for n in range(5_001)) + "</opml>",
            "5001 feeds",
        ),
    ],
)
def test_a_list_that_cannot_be_taken_is_named_with_the_reason(text, says):
    with pytest.raises(UserError, match=says):
        read_opml(text, "list.opml")


def test_five_thousand_feeds_are_taken():
    text = "<opml>" + "".join(f'<outline xmlUrl="https://example.org/{n}"/>' for n in range(5_000)) + "</opml>"

    assert 5_000 == len(read_opml(text, "list.opml"))


def test_a_written_list_can_be_read_again():
    class Feed:
        url, title = 'https://example.org/a?b=1&c="2"', "A & <B>"

    again = read_opml(write_opml([Feed]), "list.opml")

    assert [(Feed.url, Feed.title)] == [(feed.url, feed.title) for feed in again]


def test_an_operators_own_list_may_be_toml_or_opml(tmp_path):
    (tmp_path / "a.toml").write_text(
        '[[outlet]]\nkey = "a"\nkind = "wire"\n[[outlet.feed]]\nurl = "https://example.org/a"\n'
    )
    (tmp_path / "b.opml").write_text(OPML)

    assert [1, 2] == [len(default_feeds(tmp_path / name)) for name in ("a.toml", "b.opml")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("= x", "not valid TOML"),
        ('[[outlet]]\nkey = "a"\nkind = "blog"\n[[outlet.feed]]\nurl = "https://example.org/a"\n', "no known kind"),
        ('[[outlet]]\nkey = "a"\nkind = "wire"\n[[outlet.feed]]\nurl = "example"\n', "not complete"),
    ],
)
def test_a_wrong_list_is_named_with_what_is_wrong(text, says):
    with pytest.raises(UserError, match=says):
        read_feeds(text, "feeds.toml")


def test_a_missing_list_is_named(tmp_path):
    with pytest.raises(UserError, match="cannot be read"):
        default_feeds(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("url", "title"), [("https://az-zallaqa.example/feed", ""), ("https://example.org/feed", "وكالة أعماق")]
)
def test_media_of_designated_organisations_are_refused_with_the_reason(url, title):
    with pytest.raises(UserError, match="listed by the United Nations"):
        refuse_blocked(url, title)


def test_a_page_names_its_feeds():
    page = b'<html><head><link rel="alternate" type="application/rss+xml" href="/feed"><link rel="alternate" type="application/rss+xml" href="https://e]x/"><link rel="alternate" hreflang="en" href="/en"></head>'

    assert ["https://example.org/feed"] == advertised(page, "https://example.org/news")


NOW = datetime(2026, 3, 1, tzinfo=UTC)


def test_many_feeds_are_added_as_one_is(database):
    wire = OutletSpec("w", "Wire", "wire", "owner", "ML", lang="fr", reliability="B")
    specs = [
        FeedSpec(f"https://example.org/{n}", wire, f"T {n}", "fr", scope=("ML",), klass="A", enabled=n > 1)
        for n in range(3)
    ]
    with database.transaction() as session:
        add_feed(session, specs[0], now=NOW)
        added = add_new_feeds(session, specs[1:], due=[NOW, NOW])
        first, *others = [
            (each.outlet, each.lang, each.scope, each.klass, each.state, each.next_at, each.cadence)
            for each in list_feeds(session)
        ]
        on = [each.enabled for each in list_feeds(session)]

    assert 2 == added
    assert [first, first] == others
    assert [False, False, True] == on


def test_a_long_list_is_kept_once_and_its_feeds_are_due_one_after_another(sqlite_database):
    text = "<opml>" + "".join(f'<outline xmlUrl="https://{n}.example/"/>' for n in range(1_000)) + "</opml>"
    specs = read_opml(text, "list.opml")
    with sqlite_database.transaction() as session:
        added = [keep_feeds(session, specs, clock=SystemClock(), wanted=True) for _ in range(2)]
        due = [each.next_at for each in list_feeds(session)]

    assert [1_000, 0] == added
    assert 23 < (max(due) - min(due)).total_seconds() < 24


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(("stream", "shows"), [(Terminal, True), (io.StringIO, False)])
def test_long_work_shows_on_a_terminal_and_is_silent_in_a_pipe(stream, shows, monkeypatch):
    monkeypatch.setattr(sys, "stderr", said := stream())
    with working("Writing feeds"), counting("Asking feeds", 2) as one_more:
        one_more()
    with counting("Asking feeds", 2) as one_more:
        one_more()
        one_more()

    assert (shows, shows) == ("Writing feeds" in said.getvalue(), "2/2" in said.getvalue())
