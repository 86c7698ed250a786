"""Show that pruning goes in slices that fit the machine, and that settings say what is kept."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.config import KeepSettings
from bot.pruning import AIM_S, keep_of, next_size, prune_all
from bot.store import Store
from storage.desk import audit
from storage.upkeep import Keep

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)


def test_what_ships_as_settings_is_what_storage_keeps_by_itself():
    assert Keep() == keep_of(KeepSettings())
    assert timedelta(days=400) == keep_of(KeepSettings(stories_days=400)).stories


@given(row_us=st.floats(20, 2_500), start=st.integers(10, 500))
def test_whatever_a_row_takes_slices_settle_at_a_quarter_of_what_may_be(row_us, start):
    size = start
    for _ in range(20):
        size = next_size(size, took_s=size * row_us / 1e6)

    assert 10 <= size <= 500
    assert size * row_us / 1e6 <= AIM_S * 1.02
    assert size in {10, 500} or size * row_us / 1e6 >= AIM_S * 0.7


async def test_everything_goes_in_one_round_and_others_write_between_slices(sqlite_database):
    store = Store(sqlite_database)
    with sqlite_database.transaction() as session:
        for number in range(700):
            audit(session, 7, act=f"{number}", now=NOW)
    pruned = await prune_all(store, Keep(), now=NOW + timedelta(days=400))
    again = await prune_all(store, Keep(), now=NOW + timedelta(days=400))
    store.close()

    assert ({"over": 0, "audit": 700}, 0) == (pruned.rows, again.total)
    assert pruned.slices >= 4
    assert pruned.longest_s > 0
