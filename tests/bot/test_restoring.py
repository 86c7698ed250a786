"""Show that a backup put back loses nothing, rings nothing old unasked, and that what may repeat is counted."""

import asyncio
import shutil
from datetime import UTC, datetime, timedelta

import pytest

from bot.app import Shared, TelegramAddress, assemble
from bot.clock import SimulatedClock
from bot.demonstrating import _demo_settings, stage
from bot.sandbox.demo import Replay, compare
from storage.chats import open_chat
from storage.copying import copy_all
from storage.database import Database
from storage.delivery_records import DeliveryKind, NewDelivery
from storage.errors import StorageError
from storage.leases import fact, set_fact
from storage.outbox import balance, claim_deliveries, lost, next_delivery_at, owe
from storage.restoring import decide, hold_back, restored
from storage.tables import Table

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)
LATER = NOW + timedelta(days=7)


def notice(chat, key):
    return NewDelivery(chat, DeliveryKind.NOTICE, 4, NOW, notice_key=key, payload={"spans": []})


@pytest.fixture
def owing(database):
    """Give a database whose outbox owes two notices, one of them just claimed."""
    with database.transaction() as session:
        chat = open_chat(session, 1, kind="private", lang="en", now=NOW).id
        other = open_chat(session, 2, kind="private", lang="en", now=NOW).id
        owe(session, [notice(chat, "a"), notice(other, "b")], now=NOW)
        claim_deliveries(session, now=NOW, limit=1, lease_s=60, holder="gone")
    return database


def claimed(database, now):
    with database.transaction() as session:
        return len(claim_deliveries(session, now=now, limit=9, lease_s=60, holder="t"))


def test_what_a_restored_backup_still_owed_is_held_until_somebody_decides(owing):
    with owing.transaction() as session:
        held = hold_back(session, now=LATER)
        waits = restored(session)
        next_at = next_delivery_at(session, now=LATER)

    assert (2, 2, LATER, 0) == (held, waits.held, waits.at, claimed(owing, LATER + timedelta(days=300)))
    assert next_at > LATER + timedelta(days=300)


def test_sent_by_decision_each_counts_as_a_possible_repeat(owing):
    with owing.transaction() as session:
        hold_back(session, now=LATER)
        sent = decide(session, "send", now=LATER)
        repeats = balance(session).possible_repeats

    assert (2, 2, 2) == (sent, repeats, claimed(owing, LATER))


def test_dropped_by_decision_each_has_a_reason(owing):
    with owing.transaction() as session:
        hold_back(session, now=LATER)
        dropped = decide(session, "drop", now=LATER)
        reasons = balance(session).dropped

    assert (2, {"restored from a backup": 2}, 0) == (dropped, reasons, claimed(owing, LATER))


async def restore_elsewhere(settings, here, copy, *, folder, clock, watchlist):
    """Put a copy back in another place, with the same newsstand and Telegram; return the bot there."""
    folder.mkdir()
    shutil.copyfile(copy, folder / "tocsin.db")
    database = Database(f"sqlite:///{folder / 'tocsin.db'}")
    with database.transaction() as session:
        hold_back(session, now=clock.now())
    database.dispose()
    address = TelegramAddress(here.sandbox.token, here.sandbox.base_url, sandbox=True)
    return assemble(_demo_settings(settings, folder), clock=clock, address=address, shared=Shared(watchlist))


async def take_in(replay, entry, back_up, *, racing):
    """Poll, place and send one entry, and copy the database meanwhile: at any moment, or just before the sending."""
    if racing:
        copying = asyncio.create_task(back_up())
        await replay._take_in(entry)
        await copying
    else:
        await replay._poll(entry.outlet)
        await back_up()
        await replay.tocsin.converse_once()


async def drill(settings, tmp_path, watchlist, *, entries, backup_after, decision, racing=True):
    """Back up in the middle of the work, go on, lose the machine, restore elsewhere, go on there."""
    clock = SimulatedClock(NOW)
    async with stage(settings, clock=clock, data=tmp_path / "first", shared=Shared(watchlist)) as here:
        here.newsstand._entries = here.newsstand._entries[:entries]
        replay = Replay(here.tocsin, here.newsstand, here.sandbox, clock)
        copy = tmp_path / "copy.backup"

        async def back_up():
            await asyncio.to_thread(here.tocsin.store.database.back_up, copy)

        for number, entry in enumerate(here.newsstand.waiting):
            await replay._until(here.newsstand.planned(entry))
            here.newsstand.publish()
            if number == backup_after:
                await take_in(replay, entry, back_up, racing=racing)
            else:
                await replay._take_in(entry)
        await replay._until(None)
        told_before = await here.tocsin.store.read(balance)
        before = len(here.sandbox.accepted())
        there = await restore_elsewhere(
            settings, here, copy, folder=tmp_path / "second", clock=clock, watchlist=watchlist
        )
        async with there as tocsin:
            await tocsin.store.write(decide, decision, now=clock.now())
            second = Replay(tocsin, here.newsstand, here.sandbox, clock)
            await second.catch_up()
            await second._until(None)
            told, missing = await tocsin.store.read(balance), await tocsin.store.read(lost)
        again = sent_loud(here.sandbox.accepted()[before:])
        untold = compare(here.newsstand.ledger, here.sandbox.accepted(), tables=None).missing
    return told_before, told, (missing, untold), again


def sent_loud(accepted):
    return sum(each.method == "sendMessage" for each in accepted)


@pytest.mark.slow
async def test_a_restored_bot_loses_nothing_and_counts_what_it_may_repeat(clean_settings, tmp_path, watchlist):
    first, told, gone, again = await drill(
        clean_settings, tmp_path, watchlist, entries=12, backup_after=6, decision="drop", racing=False
    )

    assert ((0, ()), first.entries) == (gone, told.entries)
    assert (1, 1) == (again, told.possible_repeats)


@pytest.mark.slow
@pytest.mark.parametrize("decision", ["send", "drop"])
async def test_the_drill_holds_on_a_busy_day(clean_settings, tmp_path, watchlist, decision):
    first, told, gone, again = await drill(
        clean_settings, tmp_path, watchlist, entries=90, backup_after=40, decision=decision
    )
    print(f"restore drill, {decision}: {again} rang again, {told.possible_repeats} counted as possible repeats")

    assert ((0, ()), first.entries) == (gone, told.entries)
    assert 0 < again <= told.possible_repeats <= sum(first.sent.values())


def test_a_database_moves_to_postgres_whole(owing, empty_postgres_url):
    with owing.transaction() as session:
        set_fact(session, "menu", {"hash": "kept"})
    target = Database(empty_postgres_url)
    copied = copy_all(owing, target)
    with target.transaction() as session:
        chat = open_chat(session, 3, kind="private", lang="fr", now=NOW)
        kept, waiting = fact(session, "menu"), balance(session)
    with pytest.raises(StorageError, match="not empty"):
        copy_all(owing, target)
    target.dispose()

    assert {table.name for table in Table.metadata.sorted_tables} == set(copied)
    assert ({"hash": "kept"}, 2, 3) == (kept, copied["deliveries"], chat.id)
    assert 0 == waiting.lost
