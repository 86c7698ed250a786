"""Show that the pace keeps Telegram's limits in every window, and no more than that."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.pace import GLOBAL_PER_S, Pace, drain_s
from storage.delivery_records import Leaving

START = datetime(2026, 3, 1, tzinfo=UTC)
READER, GROUP = 7, -100


def at(seconds):
    return START + timedelta(seconds=seconds)


def depart(pace, count, *, pauses=(), latencies=(0.05,)):
    """Let messages depart as soon as they may, eight in flight at most; return when each arrived, in seconds."""
    now, flying, arrived = 0.0, [], []

    def land(until):
        while flying and flying[0] <= until:
            pace.arrive(len(arrived), at(flying.pop(0)))

    for number in range(count):
        now += pauses[number % len(pauses)] if pauses else 0
        if len(flying) == 8:
            now = max(now, flying[0])
        land(now)
        while (wait := pace.departs_in(at(now))) > 0:
            now += wait + 1e-6
            land(now)
        pace.depart(at(now))
        arrived.append(now + latencies[number % len(latencies)])
        flying = sorted([*flying, arrived[-1]])
    return arrived


def most_within(times, seconds):
    return max(sum(begin <= each < begin + seconds for each in times) for begin in times)


def test_nearly_thirty_arrive_in_any_second():
    assert 29 == most_within(depart(Pace(), 200), 1.0)


def test_a_long_queue_goes_out_at_no_less_than_95_percent_of_what_is_permitted():
    arrived = depart(Pace(), 3000, latencies=(0.005,))

    assert 3000 / arrived[-1] >= 0.95 * 30


def test_a_queue_drains_as_soon_as_its_slowest_part_may():
    queues = (Leaving(2900), Leaving(2900, private=150), Leaving(2900, private=90, group=30), Leaving())

    assert [100, 150, 120, 0] == [drain_s(each) for each in queues]
    assert depart(Pace(), 2900)[-1] == pytest.approx(drain_s(queues[0]), rel=0.05)


@pytest.mark.slow
@given(
    st.lists(st.floats(0, 2), min_size=1, max_size=20),
    st.lists(st.floats(0.001, 3), min_size=1, max_size=20),
)
def test_no_more_than_twenty_nine_arrive_in_any_second_however_the_network_stalls(pauses, latencies):
    assert most_within(depart(Pace(), 120, pauses=pauses, latencies=latencies), 1.0) <= 29
    assert most_within(depart(Pace(), 120, latencies=latencies), 1.0) <= 29


def test_a_private_chat_rests_a_second_from_the_answer_on():
    pace = Pace()
    pace.arrive(READER, at(0.4))

    assert ((READER,), ()) == (pace.resting(at(1.3)), pace.resting(at(1.4)))
    assert at(1.4) == pace.rested_at(at(1))
    assert None is pace.rested_at(at(2))


def test_a_group_gets_five_at_once_and_twenty_in_any_minute():
    pace, now, arrived = Pace(), 0.0, []
    while now < 200:
        if GROUP not in pace.resting(at(now)):
            pace.arrive(GROUP, at(now))
            arrived.append(now)
        else:
            now += 0.5

    assert [0.0] * 5 == arrived[:5]
    assert 15 <= most_within(arrived, 60) <= 20


def test_429s_of_one_chat_slow_nobody_down():
    pace = Pace()

    assert [False] * 5 == [pace.refused(READER, at(second)) for second in range(5)]
    assert GLOBAL_PER_S == pace.rate


def test_429s_of_three_chats_within_ten_seconds_halve_the_pace_and_quiet_minutes_bring_it_back():
    pace = Pace()

    assert [False, False, True] == [pace.refused(chat, at(chat)) for chat in (1, 2, 3)]
    assert 14.5 == pace.rate
    pace.depart(at(64))
    assert 15.5 == pace.rate
    pace.depart(at(64 + 60 * 30))
    assert GLOBAL_PER_S == pace.rate


def test_429s_of_three_chats_over_a_minute_are_their_own():
    pace = Pace()

    assert [False] * 3 == [pace.refused(chat, at(chat * 20)) for chat in (1, 2, 3)]


def test_the_pace_never_falls_below_one_a_second():
    pace = Pace()
    for chat in range(60):
        pace.refused(chat, at(chat / 10))

    assert 1 == pace.rate


def test_chats_that_rested_long_ago_are_forgotten():
    pace = Pace()
    for chat in range(1, 2002):
        pace.arrive(chat, at(chat))

    assert len(pace._chats) <= 1000
