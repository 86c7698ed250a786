"""Show that what publishers send is read: in any shape and encoding, and at no risk to the bot."""

import asyncio
import contextlib
import json
import os
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.feeds.parse import ParseFailed, ParserPool
from bot.feeds.reading import NotAFeed, plain, read_feed

WORDS = "Les forces armées maliennes à Ménaka"
ARABIC = "جماعة نصرة الإسلام والمسلمين"


def rss(title, *, encoding=None, more=""):
    declared = f' encoding="{encoding}"' if encoding else ""
    return f'<?xml version="1.0"{declared}?><rss version="2.0"><channel><title>t</title>{more}<item><title>{title}</title></item></channel></rss>'


def first_title(body, content_type="application/xml"):
    return read_feed(body, content_type).entries[0].title


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (rss(WORDS).encode(), "application/xml"),
        (rss(WORDS, encoding="utf-8").encode(), "text/xml"),
        (rss(WORDS, encoding="iso-8859-1").encode(), "text/xml"),
        (rss(WORDS, encoding="windows-1252").encode(), "text/xml; charset=iso-8859-1"),
        (rss(WORDS, encoding="iso-8859-1").encode("latin-1"), "text/xml"),
        (rss(WORDS, encoding="windows-1252").encode("cp1252"), "application/rss+xml"),
        (rss(WORDS).encode("latin-1"), "application/xml; charset=iso-8859-1"),
        (b"\xef\xbb\xbf" + rss(WORDS, encoding="utf-8").encode(), "text/xml"),
        (rss(WORDS, encoding="utf-16").encode("utf-16"), "application/xml"),
        (rss("Les forces arm&eacute;es maliennes &agrave; M&eacute;naka").encode(), "application/xml"),
        (rss("Les forces arm&#233;es maliennes &#xE0; M&#233;naka").encode(), "application/xml"),
        (rss("Les forces arm&amp;eacute;es maliennes &amp;agrave; M&amp;#233;naka").encode(), "application/xml"),
        (rss(f"<![CDATA[{WORDS}]]>").encode(), "application/xml"),
    ],
)
def test_french_arrives_as_it_was_written(body, content_type):
    assert WORDS == first_title(body, content_type)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (rss(ARABIC).encode(), "application/xml"),
        (rss(ARABIC, encoding="windows-1256").encode(), "text/xml"),
        (rss(ARABIC, encoding="windows-1256").encode("cp1256"), "text/xml"),
        (rss(ARABIC).encode("cp1256"), "text/xml; charset=windows-1256"),
    ],
)
def test_arabic_arrives_as_it_was_written(body, content_type):
    assert ARABIC == first_title(body, content_type)


def test_an_atom_feed_is_read_with_its_links_dates_and_languages():
    body = (
        b'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ar"><title>T</title><entry><id>tag:1</id><title>Un</title>'
        b'<link rel="alternate" href="https://example.org/a"/><published>2026-03-01T06:00:00+01:00</published>'
        b"<summary>&lt;p&gt;Deux&lt;br&gt;lignes&lt;/p&gt;</summary></entry></feed>"
    )
    entry = read_feed(body, "application/atom+xml").entries[0]

    assert ("tag:1", "https://example.org/a", "Deux lignes", datetime(2026, 3, 1, 5, tzinfo=UTC)) == (
        entry.guid,
        entry.url,
        entry.summary,
        entry.published,
    )


def test_a_broken_feed_with_entries_is_a_feed():
    body = b'<rss version="2.0"><channel><item><title>A & B</title><link>http://example.org/1</link></item><item><title>C</title>'

    assert ["A & B", "C"] == [entry.title for entry in read_feed(body, "text/xml").entries]


@pytest.mark.parametrize(
    ("more", "seconds"),
    [
        ("<ttl>30</ttl>", 1800),
        ("<ttl>never</ttl>", 0),
        ('<sy:updatePeriod xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">hourly</sy:updatePeriod>', 3600),
    ],
)
def test_the_feeds_own_word_on_how_often_it_changes_is_read(more, seconds):
    assert seconds == read_feed(rss("x", more=more).encode(), "text/xml").rhythm.hint_s


@pytest.mark.parametrize("body", [b"", b"not xml at all", b"<html><body>hello</body></html>", b"\x00" * 100])
def test_what_is_no_feed_is_refused(body):
    with pytest.raises(NotAFeed):
        read_feed(body, "text/xml")


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Un <b>deux</b></p><p>trois</p>", "Un deux trois"),
        ("a<script>alert(1)</script>b", "ab"),
        ("l&amp;#039;arm&amp;eacute;e", "l'armée"),
        ("un\u200b\x00\ufeff deux\n\n trois", "un deux trois"),
        ("5 < 6", "5 < 6"),
    ],
)
def test_html_becomes_plain_text(markup, text):
    assert text == plain(markup, 100)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400) | st.text(max_size=200).map(lambda text: rss(text).encode("utf-8", "replace")))
def test_whatever_bytes_come_there_are_entries_or_a_refusal(body):
    with contextlib.suppress(NotAFeed):
        assert isinstance(read_feed(body, "text/xml").entries, tuple)


@pytest.fixture
async def pool():
    opened = ParserPool(workers=1, deadline_s=20)
    yield opened
    await opened.close()


async def test_a_worker_reads_one_feed_after_another(pool):
    feeds = [await pool.parse(rss(f"Titre {n}").encode(), "text/xml") for n in range(3)]

    assert ["Titre 0", "Titre 1", "Titre 2"] == [feed.entries[0].title for feed in feeds]


async def test_a_body_that_is_no_feed_is_a_failure_with_a_name(pool):
    with pytest.raises(ParseFailed, match="not-a-feed"):
        await pool.parse(b"hello", "text/html")


@pytest.mark.slow
async def test_a_body_that_takes_too_long_is_cut_and_the_next_one_is_read():
    pool = ParserPool(workers=1, deadline_s=2)
    slow = rss("x", more=f"<author>a@{'a.' * 40_000}</author>").encode()
    with pytest.raises(ParseFailed, match="parser-timeout"):
        await pool.parse(slow, "text/xml")
    pool._deadline_s = 20
    after = await pool.parse(rss("après").encode(), "text/xml")
    await pool.close()

    assert "après" == after.entries[0].title


async def test_a_worker_that_was_killed_is_replaced(pool):
    await pool.parse(rss("un").encode(), "text/xml")
    worker = pool._free.get_nowait()
    worker.kill()
    pool._free.put_nowait(worker)
    with pytest.raises(ParseFailed, match="parser-crash"):
        await pool.parse(rss("deux").encode(), "text/xml")
    feed = await pool.parse(rss("trois").encode(), "text/xml")

    assert "trois" == feed.entries[0].title


async def parsers_after(pool, bodies):
    """Have bodies read side by side; return how many processes were started for them, and how many are kept."""
    before = children()
    reading = [asyncio.create_task(pool.parse(rss(f"Titre {n}").encode(), "text/xml")) for n in range(bodies)]
    most = 0
    while any(not task.done() for task in reading):
        await asyncio.wait(reading, timeout=0.01)
        most = max(most, len(children() - before))
    assert [f"Titre {n}" for n in range(bodies)] == [(await task).entries[0].title for task in reading]
    return most, len(children() - before)


def children():
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


@pytest.mark.parametrize(("patience_s", "most"), [(60, 1), (0, 2)])
async def test_a_second_parser_lives_only_while_bodies_wait_for_the_first(patience_s, most):
    pool = ParserPool(workers=2, patience_s=patience_s)
    started, kept = await parsers_after(pool, 6)
    again = await pool.parse(rss("après").encode(), "text/xml")
    await pool.close()

    assert (most, 1) == (started, kept)
    assert "après" == again.entries[0].title


@pytest.mark.parametrize(
    "body",
    [
        b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">'
        + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
        + b"]><rss><channel><item><title>&j;</title></item></channel></rss>",
        b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]><rss version="2.0"><channel><item><title>&x;</title></item></channel></rss>',
        rss("x", more='<description><![CDATA[<p style="' + "a" * 20_000 + '">]]></description>').encode(),
    ],
    ids=["billion laughs", "external entity", "long style"],
)
async def test_hostile_bodies_end_in_time_and_leak_nothing(pool, body):
    try:
        async with asyncio.timeout(12):
            feed = await pool.parse(body, "text/xml")
    except ParseFailed:
        return

    assert all(len(entry.title) < 1_001 and "localhost" not in entry.title for entry in feed.entries)


def test_a_json_feed_is_read():
    body = json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "T",
            "language": "fr-ML",
            "items": [
                {
                    "id": 7,
                    "url": "https://example.org/a",
                    "title": "Attaque &amp; riposte",
                    "content_html": "<p>Sept <b>morts</b></p>",
                    "date_published": "2026-03-01T06:00:00+01:00",
                },
                {
                    "id": "8",
                    "external_url": "https://example.net/b",
                    "content_text": "Sans titre",
                    "date_published": "x",
                },
                "no item",
            ],
        }
    ).encode()
    feed = read_feed(b"\xef\xbb\xbf" + body, "application/feed+json")

    assert [
        ("7", "https://example.org/a", "Attaque & riposte", "Sept morts", "fr", datetime(2026, 3, 1, 5, tzinfo=UTC)),
        ("8", "https://example.net/b", "", "Sans titre", "fr", None),
    ] == [(e.guid, e.url, e.title, e.summary, e.lang, e.published) for e in feed.entries]


NEWS_MAP = (
    '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://example.org/a</loc><news:news>'
    "<news:publication><news:name>Le Nord</news:name><news:language>fr</news:language></news:publication>"
    "<news:publication_date>2026-03-01T06:00:00Z</news:publication_date><news:title>Attaque à Djibo</news:title>"
    "<news:keywords>Burkina</news:keywords></news:news></url>"
)


@pytest.mark.parametrize("end", ["</urlset>", "", "<url><loc>cut of"])
def test_a_news_sitemap_is_read_also_a_damaged_one(end):
    feed = read_feed((NEWS_MAP + end).encode(), "application/xml")

    assert ("Le Nord", [("https://example.org/a", "Attaque à Djibo", "Burkina", "fr")]) == (
        feed.title,
        [(e.url, e.title, e.summary, e.lang) for e in feed.entries],
    )


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": 1}',
        b"{broken",
        b"{" * 100_000,
        b"<urlset><url><loc>https://example.org/</loc></url></urlset>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><urlset><url/></urlset>',
    ],
)
def test_json_and_sitemaps_without_news_are_no_feeds(body):
    with pytest.raises(NotAFeed):
        read_feed(body, "application/json")


def test_relative_addresses_begin_at_the_site_or_at_the_feed():
    body = rss("x").replace("<title>x", "<link>/a?b=1</link><title>x").encode()
    with_site = body.replace(b"<title>t", b"<link>https://site.example.org/</link><title>t")

    assert ["https://example.org/a?b=1", "https://site.example.org/a?b=1"] == [
        read_feed(each, "text/xml", url="https://example.org/feed").entries[0].url for each in (body, with_site)
    ]


def test_the_hours_and_days_of_rest_are_read():
    more = "<skipHours><hour>0</hour><hour>24</hour><hour>23</hour></skipHours><skipDays><day>Sunday</day><day>Nie</day></skipDays>"
    rhythm = read_feed(rss("x", more=more).encode(), "text/xml").rhythm

    assert ((0, 23), ("sunday",)) == (rhythm.skip_hours, rhythm.skip_days)


def test_of_a_very_long_feed_the_newest_entries_are_kept():
    items = "".join(
        f"<item><title>{n}</title><pubDate>{format_datetime(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=n))}</pubDate></item>"
        for n in range(700)
    )
    feed = read_feed(f"<rss version='2.0'><channel>{items}</channel></rss>".encode(), "text/xml")

    assert ("200", "699", 500) == (feed.entries[0].title, feed.entries[-1].title, len(feed.entries))


@pytest.mark.parametrize(
    ("body", "content_type", "lang"),
    [
        (rss(ARABIC, more="<language>ar</language>").encode("cp1256"), "text/xml", ""),
        (rss(ARABIC).encode("cp1256"), "text/xml", "ar"),
        (rss(ARABIC, encoding="utf-8").encode("cp1256"), "text/xml", "ar"),
        (rss(ARABIC, encoding="utf-8").encode("cp1256"), "text/xml; charset=utf-8", "ar"),
    ],
)
def test_a_language_tells_the_encoding_that_nobody_declared(body, content_type, lang):
    assert ARABIC == read_feed(body, content_type, lang=lang).entries[0].title


@pytest.mark.parametrize("declared", [None, "utf-8"])
def test_french_in_an_old_encoding_is_read_also_when_it_claims_to_be_utf8_or_nothing(declared):
    assert WORDS == first_title(rss(WORDS, encoding=declared).encode("cp1252"), "text/xml")


def test_one_broken_letter_does_not_spoil_all_the_others():
    body = rss(WORDS, encoding="utf-8", more=f"<description>{WORDS * 5}</description>").encode()
    cut = body.replace(b"</description>", "é".encode()[:1] + b"</description>")

    assert WORDS == first_title(cut, "text/xml")


def items(*titles, head="", tail="</channel></rss>"):
    each = "".join(
        f"<item><title>{title}</title><guid>{title}</guid><description>Court {title}</description>"
        f"<content:encoded><![CDATA[<p>Long {title}</p>]]></content:encoded><category>x</category></item>"
        for title in titles
    )
    return (
        f'<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>T</title>{head}{each}{tail}'
    ).encode()


def titles(feed):
    return [entry.title for entry in feed.entries]


def test_what_was_read_before_is_not_read_again_and_what_is_new_is():
    first = read_feed(items("un", "deux"), "text/xml")
    second = read_feed(items("trois", "un", "deux"), "text/xml", known=first.marks)
    third = read_feed(items("trois", "un", "deux", head="<ttl>5</ttl>"), "text/xml", known=second.marks)

    assert (["un", "deux"], ["trois"], []) == (titles(first), titles(second), titles(third))
    assert [2, 3, 3] == [first.shown, second.shown, third.shown]


def test_an_entry_of_which_one_letter_changed_is_read_again():
    first = read_feed(items("un", "deux"), "text/xml")

    assert ["UN"] == titles(read_feed(items("UN", "deux"), "text/xml", known=first.marks))


@pytest.mark.parametrize(
    "body",
    [
        items("un", head="<!-- <item><title>zéro</title></item> -->"),
        items("un", tail="<item><title>cut"),
        items("un <![CDATA[ </item><item> ]]>"),
    ],
)
def test_what_cannot_be_cut_cleanly_is_read_whole(body):
    assert "un" == titles(read_feed(body, "text/xml"))[0][:2]


def test_a_summary_is_taken_before_the_full_text_and_the_full_text_before_nothing():
    short = read_feed(items("un"), "text/xml").entries[0]
    bare = read_feed(items("un").replace(b"Court un", b" "), "text/xml").entries[0]

    assert ("Court un", "Long un") == (short.summary, bare.summary)
