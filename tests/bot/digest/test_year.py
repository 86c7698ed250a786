"""Show a simulated year of a thousand chats in twenty zones: each edition once, none missed, on both databases."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.clock import SimulatedClock
from bot.digest.editions import open_due_editions
from bot.store import Store
from storage.dialect import insert_new
from storage.tables import Chat, Edition

# Zones with one-hour, half-hour and negative summer time, changes at midnight, odd offsets, and none at all.
ZONES = (
    "UTC", "Africa/Bamako", "Africa/Casablanca", "Africa/Cairo", "Europe/Paris", "Europe/Dublin", "Europe/London",
    "America/New_York", "America/St_Johns", "America/Santiago", "America/Havana", "America/Asuncion", "Asia/Beirut",
    "Asia/Kolkata", "Asia/Kathmandu", "Asia/Jerusalem", "Australia/Lord_Howe", "Pacific/Chatham", "Pacific/Apia",
    "Antarctica/Troll",
)  # fmt: skip
CHATS = 1000
BEGIN, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
LOOK = timedelta(hours=6)
# Digest days and kind: most read a weekly edition, so that a year has some hundred thousand of them.
RHYTHMS = (("", "daily"), ("12345", "daily"), *((str(day), "weekly") for day in (1, 2, 3, 4, 5, 6, 7, 1)))
MINUTES = (0, 30, 150, 185, 420, 1080, 1439)


def people(session):
    """Make the chats; they want no edition when nothing happened, so that opening is all there is to do."""
    rows = []
    for n in range(CHATS):
        days, kind = RHYTHMS[n // 20 % len(RHYTHMS)]
        rows.append(
            {
                "id": n + 1, "telegram_id": n + 1, "topic_id": 0, "kind": "private", "status": "active", "lang": "en",
                "tz": ZONES[n % 20], "mode": "digest", "digest_minute": MINUTES[n // 140 % len(MINUTES)], "digest_days": days,
                "settings": {"empty_digest": False, "digest_kind": kind}, "created": BEGIN,
            }
        )  # fmt: skip
    insert_new(session, Chat, rows)
    return rows


def expected(row):
    """Return each local day whose hour lies in the year, with its moment."""
    here, day, found = ZoneInfo(row["tz"]), date(2025, 12, 31), {}
    while day <= date(2027, 1, 1):
        local = datetime.combine(day, time(row["digest_minute"] // 60, row["digest_minute"] % 60), here)
        moment = local.astimezone(UTC)
        if BEGIN <= moment <= END - LOOK and (not row["digest_days"] or str(day.isoweekday()) in row["digest_days"]):
            found[row["id"], row["settings"]["digest_kind"], day.isoformat()] = moment
        day += timedelta(days=1)
    return found


def all_editions(session):
    from sqlmodel import select

    return [(each.chat_id, each.kind, each.day, each.created) for each in session.exec(select(Edition))]


@pytest.mark.slow
async def test_a_year_of_a_thousand_chats_has_each_edition_once(database):
    clock, store = SimulatedClock(BEGIN), Store(database)
    rows = await store.write(people)
    opened = 0
    while clock.now() < END:
        opened += await open_due_editions(store, clock, name=lambda entity, _lang: entity)
        clock.advance(LOOK.total_seconds())
    found = await store.read(all_editions)
    wanted = {key: moment for row in rows for key, moment in expected(row).items()}
    created = {(chat, kind, day): at for chat, kind, day, at in found}
    store.close()

    assert (len(found), opened) == (len(created), len(found))
    assert set() == set(wanted) - set(created)
    assert [] == [key for key in set(created) - set(wanted) if created[key] < END - LOOK]
    assert [] == [key for key, moment in wanted.items() if not timedelta(0) <= created[key] - moment < LOOK]
