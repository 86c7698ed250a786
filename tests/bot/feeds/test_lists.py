"""Show that lists of feeds are read and written: the shipped one, TOML, OPML, and what is refused."""

import pytest

from bot.errors import UserError
from bot.feeds.defaults import default_feeds, read_feeds, refuse_blocked
from bot.feeds.discovery import advertised
from bot.feeds.opml import read_opml, write_opml

OPML = """<?xml version="1.0"?><opml version="2.0"><body><outline text="Mali"><outline text="Presse">
<outline type="rss" text="Un" xmlUrl="https://example.org/un"/></outline>
<outline type="rss" title="Deux" xmlUrl="http://example.org/deux"/><outline text="x" xmlUrl="ftp://example.org/"/>
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
    page = b'<html><head><link rel="alternate" type="application/rss+xml" href="/feed"><link rel="alternate" hreflang="en" href="/en"></head>'

    assert ["https://example.org/feed"] == advertised(page, "https://example.org/news")
