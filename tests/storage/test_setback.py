"""Show on both databases that nothing waits longer because a clock was set back."""

from datetime import UTC, datetime, timedelta

import pytest

from storage import chats, feeds, outbox
from storage.delivery_records import DeliveryKind, NewDelivery
from storage.leases import take_lease
from storage.records import FeedSpec, OutletSpec
from storage.setback import follow_clock

WRONG = datetime(2026, 3, 1, 18, tzinfo=UTC)
HOUR = timedelta(hours=1)
RIGHT = WRONG - 6 * HOUR
MINUTE = timedelta(minutes=1)


@pytest.fixture
def session(database):
    with database.transaction() as opened:
        yield opened


def a_feed_that_was_claimed(session):
    outlet = OutletSpec("le-fleuve", "Le Fleuve", "independent", "Le Fleuve", "ML")
    feeds.add_feed(session, FeedSpec("https://example.org/feed", outlet, "Le Fleuve", "fr"), now=WRONG)
    assert feeds.claim_feeds(session, now=WRONG + HOUR, limit=1, lease_s=60, holder="a")


def deliveries(session, *moments):
    chat = chats.open_chat(session, 7, kind="private", now=WRONG)
    owed = [
        NewDelivery(chat.id, DeliveryKind.REPLY, 0, at, update_id=number, ordinal=0, payload={"n": number})
        for number, at in enumerate(moments)
    ]
    outbox.owe(session, owed, now=WRONG)


def test_a_feed_that_was_claimed_by_the_wrong_clock_is_polled_by_the_right_one(session):
    a_feed_that_was_claimed(session)
    follow_clock(session, now=WRONG + HOUR)
    assert 7 * HOUR == follow_clock(session, now=RIGHT)
    session.flush()

    assert feeds.claim_feeds(session, now=RIGHT + 2 * MINUTE, limit=1, lease_s=60, holder="b")


def test_what_was_due_later_is_due_as_much_later_and_not_at_once(session):
    deliveries(session, WRONG, WRONG + HOUR)
    follow_clock(session, now=WRONG)
    follow_clock(session, now=RIGHT)
    session.flush()

    assert (1, RIGHT + HOUR) == (
        len(outbox.claim_deliveries(session, now=RIGHT, limit=8, lease_s=60, holder="me")),
        outbox.next_delivery_at(session, now=RIGHT),
    )


def test_a_claim_and_the_lease_of_a_dead_process_end_by_the_right_clock(session):
    deliveries(session, WRONG)
    outbox.claim_deliveries(session, now=WRONG, limit=8, lease_s=60, holder="dead")
    take_lease(session, "telegram", holder="dead", now=WRONG, ttl_s=10)
    follow_clock(session, now=WRONG)
    follow_clock(session, now=RIGHT)
    session.flush()

    later = RIGHT + 2 * MINUTE
    assert (1, True) == (
        outbox.recover(session, now=later),
        take_lease(session, "telegram", holder="alive", now=later, ttl_s=10) is not None,
    )


def test_two_clocks_that_differ_a_little_change_nothing(session):
    a_feed_that_was_claimed(session)
    follow_clock(session, now=WRONG + HOUR)

    assert timedelta() == follow_clock(session, now=WRONG + HOUR - MINUTE)


def test_a_clock_that_goes_on_brings_nothing_forward(session):
    deliveries(session, WRONG + 2 * HOUR)
    follow_clock(session, now=WRONG)

    assert (timedelta(), WRONG + 2 * HOUR) == (
        follow_clock(session, now=WRONG + HOUR),
        outbox.next_delivery_at(session, now=WRONG + HOUR),
    )
