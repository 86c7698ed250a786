"""Feed one part of Tocsin with whatever a coverage-guided fuzzer thinks of: python -m tests.fuzz.targets NAME [OPTION…].

A target fails by an exception that its part does not promise, or by a promise that does not hold. Options are
libFuzzer's; a finding is written to a file, which is given as the only argument to see it again.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["bot", "matchers", "feedparser", "tomllib", "xml"]):
    from bot.catalogue import load_entities, shipped_files
    from bot.chat.args import read_clock, read_duration, read_hours, read_press, read_silence, read_words, read_zone
    from bot.delivery.message import Message, Span, Style
    from bot.delivery.render import MOST_BYTES, MOST_UNITS, to_html
    from bot.errors import UserError
    from bot.feeds.opml import read_opml
    from bot.feeds.parsed import NotAFeed
    from bot.feeds.reading import read_feed
    from bot.sandbox.html import parse_html, units
    from matchers.catalogue import CatalogueError, contexts_of, parse_catalogue
    from matchers.terms import TermError, parse_term
    from matchers.text import fold, tokens
    from matchers.types import EntryText, Field
    from matchers.watchlist import Watchlist

TYPES = ("application/xml", "text/html; charset=utf-8", "application/json", "text/xml; charset=iso-8859-1", "")


def text_of(data):
    return data.decode("utf-8", "replace")


def feeds(data):
    kind = TYPES[data[0] % len(TYPES)] if data else ""
    try:
        feed = read_feed(data[1:], kind, lang="fr", url="https://example.org/feed")
    except NotAFeed:
        return
    for entry in feed.entries:
        assert isinstance(entry.title, str)
        assert entry.published is None or entry.published.tzinfo


def folding(data):
    text = text_of(data)
    for token in tokens(text):
        assert 0 <= token.start < token.end <= len(text)
        assert fold(token.form) == token.form


def matching():
    watchlist = Watchlist.compile(load_entities())

    def target(data):
        entry = EntryText(*text_of(data).partition("\n")[::2])
        for match in watchlist.match(entry):
            assert 0 <= match.score <= 100
            for mention in match.mentions:
                field = entry.title if mention.field is Field.TITLE else entry.summary
                assert field[mention.start : mention.end] == mention.text

    return target


def rendering(data):
    given = atheris.FuzzedDataProvider(data)
    spans = []
    while given.remaining_bytes() and len(spans) < 50:
        style = list(Style)[given.ConsumeIntInRange(0, len(Style) - 1)]
        url = given.ConsumeUnicodeNoSurrogates(20) if given.ConsumeBool() else ""
        text = given.ConsumeUnicodeNoSurrogates(given.ConsumeIntInRange(0, 200))
        spans.append(Span(text * given.ConsumeIntInRange(1, 30), style, url))
    for part in to_html(Message(tuple(spans))):
        text, _ = parse_html(part)
        assert units(text) <= MOST_UNITS
        assert len(part.encode()) <= MOST_BYTES


def arguments(data):
    text = text_of(data)
    for read in (read_words, read_duration, read_silence, read_clock, read_hours, read_zone, read_press):
        read(text)
    try:
        parse_term(text)
    except TermError:
        return


def catalogue():
    contexts = contexts_of(shipped_files())

    def target(data):
        try:
            parse_catalogue(text_of(data), "fuzzed.toml", contexts=contexts)
        except CatalogueError:
            return

    return target


def opml(data):
    try:
        found = read_opml(text_of(data), "fuzzed.opml")
    except UserError:
        return
    assert all(feed.url.lower().startswith(("http:", "https:")) for feed in found)


TARGETS = {
    "feeds": lambda: feeds, "folding": lambda: folding, "matching": matching, "rendering": lambda: rendering,
    "arguments": lambda: arguments, "catalogue": catalogue, "opml": lambda: opml,
}  # fmt: skip


def main():
    target = TARGETS[sys.argv[1]]()
    atheris.Setup([sys.argv[0], *sys.argv[2:]], target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
