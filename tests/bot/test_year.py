"""Show a year of publishing at the rates measured on 81,000 real addresses: what rings twice, and what never does.

Each desk publishes, edits headlines (9.18 %), moves dates with 40 % of the edits, counts its guids up at an edit,
flips http and https, adds trackers, deletes and restores, comes out of order, rewrites its guids once and moves
to another system once. What we do of it goes through the real tables.
"""

import random
import shutil
import tempfile
import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.feeds.parsed import ParsedEntry
from bot.triage import Reading, keys_of, triage
from storage.database import Database
from storage.entries import add_entries, known_entries, revise_entries, touch_entries
from storage.feeds import add_feed
from storage.records import Disposition, FeedSpec, OutletSpec
from storage.upkeep import SWEEPS, Keep

START = datetime(2026, 1, 1, tzinfo=UTC)
EDITS, DATES_MOVE, DELETED, TRACKED, LATE_COMERS = 0.0918, 0.398, 0.01, 0.2, 0.02
WINDOW, POLLS = 25, timedelta(hours=4)
# Ten thousand commits need not reach a disk here.
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None


@dataclass
class Article:
    number: int
    born: datetime
    title: str
    date: datetime | None
    shows_at: datetime
    edits: int = 0
    hidden_until: datetime | None = None


class Desk:
    """Publish; `manner` is how its system names what it publishes."""

    def __init__(self, manner, seed, per_day):
        self.manner, self.rng, self.per_day = manner, random.Random(seed), per_day
        self.articles, self.next_at, self.generation = [], START, 0
        self.rewritten = START + timedelta(days=self.rng.randrange(60, 200))
        self.moved = START + timedelta(days=self.rng.randrange(210, 330))

    def live_until(self, now):
        while self.next_at <= now:
            number = len(self.articles)
            lag = timedelta(hours=self.rng.uniform(1, 6)) if self.rng.random() < LATE_COMERS else timedelta(0)
            title = f"Titre {uuid.UUID(int=self.rng.getrandbits(128)).hex[:12]}"
            date = None if self.manner == "undated" else self.next_at
            self.articles.append(Article(number, self.next_at, title, date, self.next_at + lag))
            self.next_at += timedelta(days=self.rng.expovariate(self.per_day))
        for article in self.articles[-WINDOW:]:
            self.meddle(article, now)

    def meddle(self, article, now):
        if self.rng.random() < EDITS / 6:  # it stands in the window for about a day: six polls
            article.edits += 1
            article.title += f" : {article.edits}"
            if article.date and self.rng.random() < DATES_MOVE:
                article.date = now
        if self.rng.random() < DELETED / 6:
            article.hidden_until = now + timedelta(hours=self.rng.uniform(2, 60))

    def shown(self, now):
        self.live_until(now)
        there = [a for a in self.articles if a.shows_at <= now and not (a.hidden_until and a.hidden_until > now)]
        return [self.entry(article, now) for article in reversed(there[-WINDOW:])]

    def entry(self, article, now):
        moved = now >= self.moved
        path = f"{article.born:%Y/%m}/article-{article.number}" if moved else f"?p={article.number}"
        scheme = self.rng.choice(["http", "https"]) if self.manner == "flips" else "https"
        url = f"{scheme}://www.desk.example.org/{path}"
        guid = {
            "guid": f"{article.number} at desk",
            "flips": url,
            "counter": f"{url}#{article.edits}",
            "rewritten": f"tag:{'new' if now >= self.rewritten else 'old'}-{article.number}",
            "none": "",
            "undated": f"{article.number} at desk",
            "one": "the feed itself",
        }[self.manner]
        if moved and guid and self.manner != "one":
            guid = f"moved-{article.number}"
        if self.rng.random() < TRACKED:
            url += ("&" if "?" in url else "?") + f"utm_source=rss&at_medium={self.rng.randrange(9)}"
        return ParsedEntry(guid, url, article.title, "Résumé de l'article.", "fr", article.date)


class Reader:
    """Take polls in as the bot does, and remember what rang."""

    def __init__(self, database, desk, number):
        self.database, self.desk, self.rang, self.kept, self.shown = database, desk, Counter(), set(), set()
        with database.transaction() as session:
            self.feed = add_feed(session, FeedSpec(f"https://{number}.example.org/", OutletSpec("d", "D")), now=START)
        self.last = None

    def poll(self, now):
        entries = self.desk.shown(now)
        by_title = {a.title: a.number for a in self.desk.articles[-3 * WINDOW :]}
        keys = keys_of(entries)
        with self.database.transaction() as session:
            known = known_entries(
                session,
                self.feed,
                guid_keys=[k.guid for k in keys if k.guid],
                url_keys=[k.url for k in keys if k.url],
                title_keys=[k.title for k in keys],
            )
            expected = self.desk.per_day * (now - self.last) / timedelta(days=1) if self.last else None
            sorted_out = triage(entries, keys, known=known, reading=Reading("fr", len(entries), expected), now=now)
            stored = add_entries(session, self.feed, entries=sorted_out.new, now=now)
            revise_entries(session, self.feed, changed=sorted_out.changed, now=now)
            touch_entries(session, sorted_out.seen, now=now)
        self.last = now
        for new in sorted_out.new:
            if new.key in stored and new.disposition is Disposition.ALERT:
                self.rang[by_title[new.title]] += 1
            elif new.disposition in {Disposition.LATE, Disposition.BASELINE}:
                self.kept.add(by_title[new.title])
        self.shown |= {by_title[entry.title] for entry in entries}

    def balance(self):
        """Return how many rang more than once, how many that stood there at a poll never did, and of how many."""
        return (
            sum(times - 1 for times in self.rang.values()),
            len(self.shown - self.kept - set(self.rang)),
            len(self.shown),
        )


def live(manners, *, days):
    folder = tempfile.mkdtemp(dir=MEMORY)
    database = Database(f"sqlite:///{folder}/year.db")
    database.upgrade()
    readers = [Reader(database, Desk(manner, seed, 14.0), seed) for seed, manner in enumerate(manners)]
    now, pruned = START + POLLS, START
    while now < START + timedelta(days=days):
        for reader in readers:
            reader.poll(now)
        now += POLLS
        if now - pruned > timedelta(days=7):
            with database.transaction() as session:
                for sweep in SWEEPS:
                    sweep.remove(session, sweep.find(session, Keep(), now=now, limit=500), keep=Keep(), now=now)
            pruned = now
    database.dispose()
    shutil.rmtree(folder)
    return {reader.desk.manner: reader.balance() for reader in readers}


MANNERS = ("guid", "flips", "counter", "rewritten", "none", "undated", "one")


def judged(balances):
    repeats, lost, told = (sum(column) for column in zip(*balances.values(), strict=True))
    return repeats / told, lost


@pytest.mark.slow
def test_a_fortnight_of_publishing_rings_once_for_each_article():
    share, lost = judged(live(("counter", "flips", "one"), days=14))

    assert (0.0, 0) == (share, lost)


@pytest.mark.slow
def test_in_a_year_of_publishing_one_article_in_a_thousand_rings_twice_at_most():
    share, lost = judged(live(MANNERS, days=365))

    assert share <= 0.001
    assert 0 == lost
