"""Show that each edition comes at its local hour, exactly once, and tells what the chat watches."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.digest.choose import due_day
from bot.digest.editions import open_due_editions
from bot.sandbox.demo import READER
from storage.chats import find_chat, update_chat
from storage.outbox import backlog, balance
from storage.records import ChatRecord

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def chat(tz="Africa/Bamako", minute=420, days=""):
    return ChatRecord(
        1,
        7,
        0,
        "private",
        "active",
        lang="fr",
        tz=tz,
        mode="both",
        digest_minute=minute,
        digest_days=days,
        settings={},
        created=NOON,
    )


@pytest.mark.parametrize(
    ("tz", "moment", "expected"),
    [
        ("Africa/Bamako", datetime(2026, 3, 1, 6, 59, tzinfo=UTC), None),
        ("Africa/Bamako", datetime(2026, 3, 1, 7, 0, tzinfo=UTC), "2026-03-01"),
        ("Africa/Niamey", datetime(2026, 3, 1, 6, 0, tzinfo=UTC), "2026-03-01"),
        ("America/New_York", datetime(2026, 3, 1, 11, 0, tzinfo=UTC), None),
        ("America/New_York", datetime(2026, 3, 1, 12, 0, tzinfo=UTC), "2026-03-01"),
        ("Europe/Paris", datetime(2026, 3, 29, 5, 0, tzinfo=UTC), "2026-03-29"),
        ("Africa/Bamako", datetime(2026, 3, 1, 19, 30, tzinfo=UTC), None),
    ],
)
def test_an_edition_is_due_from_its_local_hour_on_for_half_a_day(tz, moment, expected):
    assert expected == due_day(chat(tz), moment)


def test_a_day_that_the_chat_did_not_ask_for_has_none():
    sunday = datetime(2026, 3, 1, 8, tzinfo=UTC)

    assert (None, "2026-03-01") == (due_day(chat(days="12345"), sunday), due_day(chat(days="67"), sunday))


@pytest.mark.parametrize("tz", ["Europe/Paris", "America/New_York", "Africa/Bamako", "Asia/Kathmandu", "Pacific/Apia"])
@pytest.mark.parametrize("minute", [150, 420])
def test_a_year_of_hours_gives_each_day_exactly_one_edition(tz, minute):
    moment, days = datetime(2026, 1, 1, tzinfo=UTC), []
    for _ in range(365 * 24):
        day = due_day(chat(tz, minute), moment)
        if day and (not days or days[-1] != day):
            days.append(day)
        moment += timedelta(hours=1)

    assert len(days) == len(set(days))
    assert len(days) in {365, 366}


async def digest_texts(talk):
    return [m["text"] for m in talk.sandbox.messages(READER) if m.get("text", "").startswith("Digest of")]


async def test_an_edition_is_sent_once_and_again_the_next_day(talk):
    await talk.publish(4)
    reader = await talk.store.read(find_chat, READER)
    await talk.store.write(update_chat, reader.id, mode="both", digest_minute=7 * 60)
    talk.clock.advance_to(talk.clock.now().replace(hour=8))
    opened = [await open_due_editions(talk.store, talk.clock) for _ in range(3)]
    await talk.settle()
    talk.clock.advance(24 * 3600)
    opened.append(await open_due_editions(talk.store, talk.clock))
    await talk.settle()

    assert [1, 0, 0, 1] == opened
    assert [True, True] == [words in (await digest_texts(talk))[0] for words in ("Three Sahel governments", "outlets")]


async def test_a_chat_with_digests_only_is_not_rung_and_reads_it_in_the_edition(talk):
    reader = await talk.store.read(find_chat, READER)
    await talk.store.write(update_chat, reader.id, mode="digest", digest_minute=7 * 60)
    await talk.publish(2)
    rung = len(talk.accepted())
    held = (await talk.store.read(backlog, now=talk.clock.now())).held
    talk.clock.advance_to(talk.clock.now().replace(hour=8))
    await open_due_editions(talk.store, talk.clock)
    await talk.settle()
    after = await talk.store.read(backlog, now=talk.clock.now())

    assert (0, True, 0, 0) == (rung, held >= 1, after.held, (await talk.store.read(balance)).lost)
    assert 1 == len(await digest_texts(talk))


async def test_a_quiet_day_is_one_line(talk):
    reader = await talk.store.read(find_chat, READER)
    await talk.store.write(update_chat, reader.id, mode="both", digest_minute=5 * 60)
    await open_due_editions(talk.store, talk.clock)
    await talk.settle()

    assert ["Digest of 2026-03-01\nNothing happened to what this chat watches."] == await digest_texts(talk)
