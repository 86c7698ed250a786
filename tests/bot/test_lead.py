"""Show that one process at a time talks to Telegram, and that another follows soon after its end."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import SimulatedClock
from bot.lead import RENEW_S, TTL_S, Lead
from bot.store import Store


@pytest.fixture
def clock():
    return SimulatedClock(datetime(2026, 3, 1, 6, tzinfo=UTC))


@pytest.fixture
def leads(postgres_database, clock):
    stores = [Store(postgres_database), Store(postgres_database)]
    yield [Lead(store, clock, name) for store, name in zip(stores, ("first", "second"), strict=True)]
    for store in stores:
        store.close()


async def test_of_two_processes_one_has_the_lead_for_as_long_as_it_renews(leads, clock):
    first, second = leads
    for _ in range(10):
        await first.renew()
        await second.renew()
        clock.advance_to(clock.now() + timedelta(seconds=RENEW_S))

    assert (True, False) == (first.held, second.held)


async def test_a_killed_process_is_followed_within_fifteen_seconds(leads, clock):
    first, second = leads
    await first.renew()
    died = clock.now()
    while not second.held:
        clock.advance_to(clock.now() + timedelta(seconds=RENEW_S))
        await second.renew()
    await first.renew()

    assert TTL_S <= (clock.now() - died).total_seconds() < 15
    assert not first.held


async def test_who_leaves_is_followed_at_once(leads):
    first, second = leads
    await first.renew()
    await first.leave()
    await second.renew()

    assert (False, True) == (first.held, second.held)


async def test_the_one_process_on_a_sqlite_file_leads_always(sqlite_database, clock):
    store = Store(sqlite_database)
    lead = Lead(store, clock, "only")
    await lead.renew()
    await lead.leave()
    store.close()

    assert lead.held
