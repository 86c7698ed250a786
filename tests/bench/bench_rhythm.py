"""Count how loud a week is for a chat with the default preset: an invented week told by the feeds that ship.

python -m tests.bench rhythm       prints the table of README; exit 1 past 6 rings at the median or 12 on a day

Events are drawn with a fixed seed: places of the gazetteer, groups of the catalogue, tolls; each is told by one to
five of the outlets that ship, in French or English, some with a later toll. The fifth day is an offensive. Polls go
through the real ingest, messages over HTTP to the sandbox.
"""

from __future__ import annotations

import asyncio
import logging
import random
import statistics
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from sqlmodel import select

from bot.app import Shared, TelegramAddress, assemble, compile_watchlist
from bot.catalogue import load_gazetteer
from bot.chat.onboarding import PRESETS
from bot.clock import SimulatedClock
from bot.config import Settings
from bot.feeds.defaults import default_feeds
from bot.sandbox.server import Sandbox
from bot.triage import Triage
from storage.chats import open_chat, update_chat
from storage.feeds import add_feed, claim_feeds, make_due
from storage.outbox import lost
from storage.records import Disposition, FeedState, NewEntry, PollOutcome
from storage.tables import Delivery
from storage.terms import add_term

READER = 7
START = datetime(2026, 3, 2, tzinfo=UTC)
DAYS = 7
OFFENSIVE = 4
# events a day by kind, on an ordinary day
DAILY = {"attack": 6, "abduction": 1, "rupture": 1, "charter": 1, "movement": 3, "protocol": 4, "opinion": 2}
GROUPS = ("JNIM", "GSIM", "Islamic State Sahel Province", "FLA", "CSP", "Ansarul Islam")
LEADERS = ("Assimi Goïta", "Ibrahim Traoré", "Abdourahamane Tiani")
BODIES = ("CEDEAO", "ECOWAS", "AES", "Africa Corps")
# kind -> headlines in French and English; {n} is a number, {place} a town, {group}, {leader} and {body} names
HEADLINES = {
    "attack": {
        "fr": ("Attaque du {group} à {place} : {n} morts", "{n} tués près de {place} dans une attaque attribuée au {group}"),
        "en": ("{group} attack on {place} kills {n}", "{n} killed near {place} in raid blamed on {group}"),
    },
    "abduction": {
        "fr": ("{n} personnes enlevées près de {place}, le {group} soupçonné", "Rapt de {n} voyageurs à {place} par le {group}"),
        "en": ("{n} people abducted near {place}, {group} suspected", "{group} gunmen kidnap {n} travellers at {place}"),
    },
    "rupture": {
        "fr": ("{leader} annonce un retrait : la rupture avec la {body} est prononcée à {place}",),
        "en": ("{leader} announces withdrawal from a pact with {body} in {place}",),
    },
    "charter": {
        "fr": ("Charte du Liptako-Gourma : réunion de suivi à {place}, {n} articles relus",),
        "en": ("Liptako-Gourma Charter: follow-up meeting in {place} reviews {n} articles",),
    },
    "movement": {
        "fr": ("L’armée malienne déploie {n} véhicules vers {place}", "Un convoi des FAMa de {n} camions arrive à {place}"),
        "en": ("Malian army deploys {n} vehicles towards {place}", "FAMa convoy of {n} lorries reaches {place}"),
    },
    "protocol": {
        "fr": ("{leader} reçoit une délégation de la {body} à {place}",),
        "en": ("{leader} receives a delegation of {body} in {place}",),
    },
    "opinion": {
        "fr": ("Tribune : ce que {leader} devrait dire à {place}",),
        "en": ("Opinion: what {leader} should tell {place}",),
    },
}  # fmt: skip


@dataclass(frozen=True)
class Report:
    """Hold one entry of the week: when, from which feed, with which headline."""

    at: datetime
    feed: int
    title: str
    lang: str


def week(feeds, *, seed=7):
    """Return the reports of a week, in order."""
    rng = random.Random(seed)
    towns = [place.name for place in load_gazetteer().places() if place.kind == "town" and not place.ambiguous]
    reports = []
    for day in range(DAYS):
        for kind, count in DAILY.items():
            times = count * (4 if day == OFFENSIVE and kind == "attack" else 1)
            for _ in range(times):
                reports += event(rng, kind, day=START + timedelta(days=day), feeds=feeds, towns=towns)
    return sorted(reports, key=lambda report: report.at)


def event(rng, kind, *, day, feeds, towns):
    begins = day + timedelta(minutes=rng.randrange(20 * 60))
    words = {
        "place": rng.choice(towns),
        "group": rng.choice(GROUPS),
        "leader": rng.choice(LEADERS),
        "body": rng.choice(BODIES),
    }
    toll = rng.randint(2, 14)
    told = rng.sample(range(len(feeds)), rng.randint(1, 5))
    for order, number in enumerate(told):
        lang = "fr" if feeds[number].lang == "fr" else "en"
        later = order > 2 and rng.random() < 0.3
        title = rng.choice(HEADLINES[kind][lang]).format(n=toll + 3 * later, **words)
        yield Report(begins + timedelta(minutes=order * rng.randint(4, 40)), number, title, lang)


async def replay(*, mode):
    """Replay the week for one chat and return what it was sent and what its deliveries became."""
    clock = SimulatedClock(START)
    feeds = [replace(feed, enabled=True) for feed in default_feeds(None)]
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(database_url=f"sqlite:///{Path(folder) / 'week.db'}")
        async with Sandbox(clock).open() as sandbox:
            sandbox.add_private(READER, lang="fr")
            address = TelegramAddress(sandbox.token, sandbox.base_url, sandbox=True)
            watchlist = await asyncio.to_thread(compile_watchlist, settings)
            async with assemble(settings, clock=clock, address=address, shared=Shared(watchlist)) as tocsin:
                ids = await tocsin.store.write(set_up, feeds, mode=mode)
                for number, report in enumerate(week(feeds)):
                    await send_until(tocsin, clock, report.at)
                    await take(tocsin, report, ids[report.feed], number=number)
                await send_until(tocsin, clock, START + timedelta(days=DAYS))
                rows = await tocsin.store.read(lambda session: session.exec(select(Delivery)).all())
                return sandbox.accepted(), rows, await tocsin.store.read(lost)


def set_up(session, feeds, *, mode):
    chat = open_chat(session, READER, kind="private", lang="fr", now=START)
    update_chat(session, chat.id, mode=mode, tz="Africa/Bamako")
    for family in PRESETS["sahel"].families:
        add_term(session, chat.id, entity=f"family:{family}", now=START)
    return [add_feed(session, feed, now=START + timedelta(days=400)) for feed in feeds]


async def send_until(tocsin, clock, moment):
    while (report := await tocsin.sender.send_due()).next_at and report.next_at <= moment:
        clock.advance_to(report.next_at)
    clock.advance_to(moment)


async def take(tocsin, report, feed, *, number):
    now, claimed = report.at, ()
    while not claimed:  # a host is asked again only after a while
        await tocsin.store.write(make_due, [feed], now=now)
        claimed = await tocsin.store.write(claim_feeds, now=now, limit=1, lease_s=60, holder="week")
        now += timedelta(seconds=5)
    (claimed,) = claimed
    key = f"week-{number}"
    entry = NewEntry(
        key, key, key, key, f"https://week.example/{number}", report.title, "", report.lang, report.at, report.at,
        content_hash=key, disposition=Disposition.ALERT,
    )  # fmt: skip
    outcome = PollOutcome(
        claimed.id, claimed.lease_token, report.at, FeedState.ACTIVE, "", START + timedelta(days=400), 200, "", "", "",
        body_hash="", baseline=False, cadence=claimed.cadence,
    )  # fmt: skip
    await tocsin.poller.ingest.take(claimed, Triage(new=(entry,)), outcome=outcome)


def table(accepted, rows):
    """Return a row a day: rings, what came without a sound, catch-ups, stories told in them, edits."""
    days = []
    for day in range(DAYS):
        date = (START + timedelta(days=day)).date().isoformat()
        sent = [each for each in accepted if each.at.startswith(date)]
        messages = [each for each in sent if each.method == "sendMessage"]
        loud = [each for each in messages if not each.message.get("silent")]
        merged = [row for row in rows if row.state == "merged" and row.created.date().isoformat() == date]
        gathered = {row.story_id for row in merged if row.reason == "catch-up"}
        held = {row.story_id for row in rows if row.state == "held" and row.created.date().isoformat() == date}
        kinds = Counter(each.method for each in sent)
        days.append((day + 1, len(loud), len(messages) - len(loud), len(gathered), len(held), kinds["editMessageText"]))
    return days


def main(arguments):
    """Print the table for a way of being told (instant, or those named); return 1 when a bound is broken."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    broken = False
    for mode in arguments or ("instant",):
        accepted, rows, missing = asyncio.run(replay(mode=mode))
        days = table(accepted, rows)
        loud = [day[1] for day in days]
        print(f"\n{mode}: median {statistics.median(loud):.0f}, most {max(loud)}, lost {missing}")
        print("| day | rings | without sound | stories in catch-ups | waiting for the digest | edits |")
        print("| --- | --- | --- | --- | --- | --- |")
        for day in days:
            print("| " + " | ".join(map(str, day)) + " |")
        broken |= statistics.median(loud) > 6 or max(loud) > 12 or missing > 0
    return int(broken)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
