"""Show that admins hear once of what went wrong, and once that it is over."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.alarms import Standing, alarms, compare, sentences
from bot.health import Late
from bot.sandbox.demo import READER, Replay
from bot.texts import texts
from storage.chats import set_member
from storage.delivery_records import Leaving
from storage.figures import Figures
from storage.records import Cadence, FeedRecord, FeedState, OutletSpec

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)
SOUND = Standing(Figures(deliveries={"due": 3}, newest_match=NOW), matched_week=700, disk_free=10**11, backup_age_s=60)


def ago(**span):
    return NOW - timedelta(**span)


def feed(state, *, last_ok=NOW, enabled=True):
    outlet = OutletSpec("r", "Radio Fleuve")
    return FeedRecord(
        1, "https://example.org/f", "", "fr", (), "A", enabled, False, outlet, state, "answered 500", NOW, NOW, 500, "",
        Cadence(last_ok=last_ok),
    )  # fmt: skip


def figures(**what):
    return replace(SOUND, figures=replace(SOUND.figures, **what))


def keys(standing):
    return [alarm.key for alarm in alarms(standing, now=NOW)]


@pytest.mark.parametrize(
    ("standing", "wrong"),
    [
        (SOUND, []),
        (figures(leaving=Leaving(oldest=ago(minutes=9))), []),
        (figures(leaving=Leaving(oldest=ago(minutes=11))), ["outbox"]),
        (figures(leaving=Leaving(count=17_000)), []),
        (figures(leaving=Leaving(count=17_500)), ["outbox"]),
        (figures(leaving=Leaving(count=700, private=601)), ["outbox"]),
        (figures(lost=1), ["lost"]),
        (figures(held_back={"Radio Fleuve": 40}), ["flood:Radio Fleuve"]),
        (figures(newest_match=ago(hours=5)), []),
        (figures(newest_match=ago(hours=7)), ["match"]),
        (replace(figures(newest_match=ago(hours=7)), matched_week=14), []),
        (replace(figures(newest_match=ago(days=6)), matched_week=3), []),
        (replace(SOUND, late=[Late("poll", ago(hours=1), 60, "DiskFull")]), ["loop:poll"]),
        (replace(SOUND, disk_free=10**8), ["disk"]),
        (replace(SOUND, backup_age_s=40 * 3600), ["backup"]),
        (replace(SOUND, backup_age_s=None, disk_free=None), []),
        (replace(SOUND, feeds=[feed(FeedState.SILENT)]), ["feed:1"]),
        (replace(SOUND, feeds=[feed(FeedState.DEGRADED)]), []),
        (replace(SOUND, feeds=[feed(FeedState.FAILING, last_ok=None)]), []),
        (replace(SOUND, feeds=[feed(FeedState.FAILING, enabled=False)]), []),
    ],
)
def test_what_is_wrong_is_decided_by_each_subjects_own_rhythm(standing, wrong):
    assert wrong == keys(standing)


def test_an_alarm_is_told_once_and_so_is_its_end():
    wrong = alarms(figures(lost=2), now=NOW)
    first = compare(wrong, {})
    second = compare(wrong, first.told)
    third = compare((), second.told)

    assert [(1, 0), (0, 0), (0, 1), {}] == [
        *((len(news.raised), len(news.over)) for news in (first, second, third)),
        third.told,
    ]


@pytest.mark.parametrize(
    ("lang", "begins", "ends"),
    [
        ("en", "⚠️ Radio Fleuve cannot be read: answered 500.", "✅ Radio Fleuve is read again."),
        ("fr", "⚠️ Radio Fleuve ne peut être lu\u00a0: answered 500.", "✅ Radio Fleuve est de nouveau lu."),
    ],
)
def test_both_are_said_in_the_readers_language(lang, begins, ends):
    news = compare(alarms(replace(SOUND, feeds=[feed(FeedState.FAILING)]), now=NOW), {})
    over = compare((), news.told)

    assert (begins, ends) == (sentences(news, texts(lang)), sentences(over, texts(lang)))


def test_a_flood_of_alarms_is_one_message_of_a_few_lines():
    many = [replace(feed(FeedState.FAILING), id=number) for number in range(40)]
    said = sentences(compare(alarms(replace(SOUND, feeds=many), now=NOW), {}), texts("en"))

    assert (11, "… and 30 more.") == (len(said.splitlines()), said.splitlines()[-1])


@pytest.mark.slow
async def test_an_admin_reads_that_a_feed_fell_silent_and_that_it_is_back(talk):
    await talk.store.write(set_member, READER, role="owner", now=talk.clock.now())
    await talk.publish(1)
    upkeep, replay = talk.here.tocsin.upkeep, Replay(talk.here.tocsin, talk.here.newsstand, talk.sandbox, talk.clock)
    before = len(talk.sandbox.messages(READER))
    talk.clock.advance(30 * 3600)
    await replay._poll("west-africa-desk")
    told = [await upkeep.watch_silence() for _ in range(2)]
    talk.here.newsstand._entries = tuple(e for e in talk.here.newsstand._entries if e.outlet == "west-africa-desk")
    await talk.publish(2)
    told += [await upkeep.watch_silence() for _ in range(2)]
    await talk.settle()
    notices = [
        each["text"]
        for each in talk.sandbox.messages(READER)[before:]
        if "Desk" in each["text"] and each["text"][0] in "⚠✅"
    ]

    assert ([1, 0, 1, 0], ["⚠", "✅"]) == (told, [text[0] for text in notices])
