"""Show that feeds are read in every shape that publishers' systems give them: of our own making, modelled on saved ones."""

import json

import pytest

from bot.feeds.reading import read_feed

TITLES = ("Deux villages évacués près de Djibo", "Un convoi atteint Ménaka", "Le marché de Gao rouvre")


def each(form, titles=TITLES):
    return "".join(form.format(n=n, title=title) for n, title in enumerate(titles, 1))


def rss(
    items,
    *,
    version="2.0",
    head="<title>Le fil</title><link>https://example.org/</link>",
    spaces="",
    end="</channel></rss>",
):
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="{version}"{spaces}><channel>{head}{items}{end}'


PLAIN = each(
    "<item><title>{title}</title><link>https://example.org/{n}</link><guid>https://example.org/{n}</guid></item>"
)
BARE = each("<item><title>{title}</title><link>https://example.org/{n}</link></item>")
ATOM = each(
    '<entry><id>tag:{n}</id><title>{title}</title><link href="https://example.org/{n}"/><updated>2026-03-01T06:00:00Z</updated></entry>'
)
DC = ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
CONTENT = ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
SHAPES = {
    "RSS 2.0": rss(PLAIN),
    "RSS 0.91 with its DOCTYPE": '<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" '
    '"http://my.netscape.com/publish/formats/rss-0.91.dtd"><rss version="0.91"><channel><title>T</title>' + BARE + "</channel></rss>",
    "RSS 0.92": rss(BARE, version="0.92"),
    "RSS 1.0 (RDF)": '<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
    + DC + '><channel rdf:about="https://example.org/"><title>T</title></channel>'
    + each('<item rdf:about="https://example.org/{n}"><title>{title}</title><link>https://example.org/{n}</link><dc:date>2026-03-01T06:00:00+00:00</dc:date></item>')
    + "</rdf:RDF>",
    "RSS 1.0 with prefixed items": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:r="http://purl.org/rss/1.0/">'
    + each('<r:item rdf:about="https://example.org/{n}"><r:title>{title}</r:title><r:link>https://example.org/{n}</r:link></r:item>') + "</rdf:RDF>",
    "Atom 1.0": f'<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>{ATOM}</feed>',
    "Atom 1.0 with a prefix": '<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:title>T</a:title>'
    + each('<a:entry><a:id>tag:{n}</a:id><a:title>{title}</a:title><a:link href="https://example.org/{n}"/></a:entry>') + "</a:feed>",
    "Atom 0.3": f'<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>T</title>{ATOM.replace("updated", "modified")}</feed>',
    "Atom with XHTML titles": '<feed xmlns="http://www.w3.org/2005/Atom">'
    + each('<entry><id>{n}</id><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><b>{title}</b></div></title></entry>') + "</feed>",
    "Atom with HTML titles": '<feed xmlns="http://www.w3.org/2005/Atom">' + each('<entry><id>{n}</id><title type="html">&lt;b&gt;{title}&lt;/b&gt;</title></entry>') + "</feed>",
    "WordPress": rss(
        each("<item>\n\t<title>{title}</title>\n\t<link>https://example.org/{n}/</link>\n\t<dc:creator><![CDATA[Rédaction]]></dc:creator>"
             "<pubDate>Sun, 01 Mar 2026 06:00:00 +0000</pubDate><category><![CDATA[Sahel]]></category>"
             '<guid isPermaLink="false">https://example.org/?p={n}</guid><description><![CDATA[<p>Chapô [&#8230;]</p>]]></description>'
             "<content:encoded><![CDATA[<p>Le texte</p>]]></content:encoded></item>"),
        spaces=CONTENT + DC + ' xmlns:slash="http://purl.org/rss/1.0/modules/slash/"',
    ),
    "SPIP": rss(each('<item xml:lang="fr"><title>{title}</title><link>https://example.org/spip.php?article{n}</link>'
                     '<guid isPermaLink="true">https://example.org/spip.php?article{n}</guid><dc:date>2026-03-01T06:00:00Z</dc:date>'
                     "<dc:format>text/html</dc:format><dc:language>fr</dc:language></item>"), spaces=DC),
    "Joomla": rss(each('<item><title>{title}</title><link>https://example.org/index.php/{n}</link><guid isPermaLink="true">https://example.org/index.php/{n}</guid>'
                       '<description><![CDATA[<div class="feed-description"><p>x</p></div>]]></description><author>a@example.org (A)</author></item>')),
    "Drupal": rss(each("<item>\n  <title>{title}</title>\n  <link>https://example.org/node/{n}</link>\n  <description>&lt;span&gt;x&lt;/span&gt;</description>\n"
                       '  <guid isPermaLink="false">{n} at https://example.org</guid>\n</item>')),
    "Blogger": '<?xml-stylesheet href="http://www.blogger.com/styles/atom.css" type="text/css"?><feed xmlns="http://www.w3.org/2005/Atom" '
    'xmlns:openSearch="http://a9.com/-/spec/opensearchrss/1.0/"><openSearch:totalResults>3</openSearch:totalResults>' + ATOM + "</feed>",
    "FeedBurner": rss(each("<item><title>{title}</title><link>https://feeds.example.net/~r/{n}</link><feedburner:origLink>https://example.org/{n}</feedburner:origLink></item>"),
                      spaces=' xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'),
    "a podcast": rss(each('<item><title>{title}</title><enclosure url="https://example.org/{n}.mp3" length="1" type="audio/mpeg"/><itunes:duration>60</itunes:duration></item>'),
                     spaces=' xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'),
    "media for each entry": rss(each('<item><title>{title}</title><media:content url="https://example.org/{n}.jpg"><media:title>Photo</media:title></media:content></item>'),
                                spaces=' xmlns:media="http://search.yahoo.com/mrss/"'),
    "everything in CDATA": rss(each("<item><title><![CDATA[{title}]]></title><link><![CDATA[https://example.org/{n}]]></link></item>")),
    "no guid": rss(BARE),
    "no link": rss(each("<item><title>{title}</title><guid>{n}</guid></item>")),
    "no date": rss(PLAIN),
    "one guid for all": rss(each("<item><title>{title}</title><link>https://example.org/{n}</link><guid>x</guid></item>")),
    "one link for all": rss(each("<item><title>{title}</title><link>https://example.org/</link></item>")),
    "a date in words": rss(each("<item><title>{title}</title><pubDate>dimanche 1 mars 2026</pubDate></item>")),
    "titles over several lines": rss(each("<item><title>\n   {title}\n  </title></item>")),
    "one item": rss(each("<item><title>{title}</title></item>", TITLES[:1])),
    "items outside the channel": f'<rss version="2.0"><channel><title>T</title></channel>{PLAIN}</rss>',
    "no channel": f'<rss version="2.0">{PLAIN}</rss>',
    "no version": f"<rss><channel>{PLAIN}</channel></rss>",
    "a mark of byte order": "\ufeff" + rss(PLAIN),
    "blank lines before": "\n\n  " + rss(PLAIN),
    "a comment before": "<!-- cache -->" + rss(PLAIN),
    "words after": rss(PLAIN) + "\n<!-- 42 queries. 0,1 seconds. --><script>x()</script>",
    "cut in the middle": rss(PLAIN + "<item><title>Coup", end=""),
    "an ampersand by itself": rss(PLAIN.replace("Gao", "Gao & Ansongo")),
    "names of HTML": rss(PLAIN.replace("é", "&eacute;")),
    "undeclared prefixes": rss(PLAIN.replace("</item>", "<dc:creator>A</dc:creator><media:thumbnail url='x'/></item>")),
    "control characters": rss(PLAIN.replace("Gao", "Gao\x0b")),
    "no XML declaration": rss(PLAIN).split("\n", 1)[1],
    "a wrong encoding declared": rss(PLAIN).replace('encoding="UTF-8"', 'encoding="us-ascii"'),
    "line ends of Windows": rss(PLAIN.replace("><", ">\r\n<")),
    "JSON Feed 1.1": json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": [{"id": str(n), "title": title, "content_text": "x"} for n, title in enumerate(TITLES)]}),
    "JSON Feed 1 with bare texts": json.dumps({"version": "https://jsonfeed.org/version/1", "items": [{"id": n, "url": f"https://example.org/{n}", "title": title} for n, title in enumerate(TITLES)]}),
    "a Google News sitemap": '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
    + each("<url><loc>https://example.org/{n}</loc><news:news><news:publication_date>2026-03-01</news:publication_date><news:title>{title}</news:title></news:news></url>") + "</urlset>",
    "a sitemap with another prefix": '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">'
    + each("<url><loc>https://example.org/{n}</loc><n:news><n:title>{title}</n:title></n:news></url>") + "</urlset>",
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_a_feed_of_each_shape_yields_its_entries(shape):
    feed = read_feed(SHAPES[shape].encode(), "application/xml", url="https://example.org/feed")
    found = [entry.title.replace(" & Ansongo", "") for entry in feed.entries]

    assert list(TITLES[: 1 if shape == "one item" else 3]) == found[:3]


@pytest.mark.parametrize("shape", SHAPES)
def test_what_of_a_feed_was_read_before_is_known_again(shape):
    body = SHAPES[shape].encode()
    first = read_feed(body, "application/xml")
    again = read_feed(body, "application/xml", known=first.marks)

    assert first.shown == again.shown
    assert not first.marks or () == again.entries
