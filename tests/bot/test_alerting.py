"""Show who hears of a revision, how loud, and when."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.alerting import EDIT_GAP, StoryNews, decide, quiet_hours, rings_again
from matchers.types import Change, ChangeKind, Revision
from storage.delivery_records import DeliveryKind
from storage.records import Subscriber, Told

NOW = datetime(2026, 3, 1, 3, tzinfo=UTC)


def subscriber(*, mode="instant", urgency="normal", **settings):
    return Subscriber(
        1, 7, "private", "fr", "Africa/Bamako", mode=mode, settings=settings, terms=("jnim",), urgencies=(urgency,)
    )


def news(*kinds, material=True, development=False):
    revision = Revision("1", tuple(Change(kind) for kind in kinds), material=material)
    return StoryNews(story=1, number=2, revision=revision, joins_outlets=True, begins_development=development)


def told(ring=timedelta(hours=5), development=None, edit=None):
    return Told(1, NOW - ring, NOW - development if development else None, NOW - edit if edit else None)


def kinds(owed):
    return [each.kind for each in owed]


def test_a_chat_that_heard_nothing_is_rung_once():
    (alert,) = decide(subscriber(), None, news=news(ChangeKind.NEW_STORY), now=NOW)

    assert (DeliveryKind.ALERT, False, NOW, 1, 2) == (
        alert.kind,
        alert.silent,
        alert.not_before,
        alert.story,
        alert.revision,
    )


def test_another_outlet_edits_the_message_and_does_not_ring():
    (edit,) = decide(subscriber(), told(), news=news(material=False), now=NOW)

    assert (DeliveryKind.EDIT, True) == (edit.kind, edit.silent)


def test_a_higher_toll_rings_again_and_edits():
    assert [DeliveryKind.UPDATE, DeliveryKind.EDIT] == kinds(
        decide(subscriber(), told(), news=news(ChangeKind.TOLL), now=NOW)
    )


@pytest.mark.parametrize(
    ("kind", "since", "expected"),
    [
        (ChangeKind.TOLL, timedelta(minutes=1), True),
        (ChangeKind.STATE, timedelta(minutes=1), True),
        (ChangeKind.CLAIM, timedelta(minutes=19), False),
        (ChangeKind.CLAIM, timedelta(minutes=21), True),
        (ChangeKind.OUTLETS_3, timedelta(minutes=59), False),
        (ChangeKind.OUTLETS_3, timedelta(hours=2), True),
        (ChangeKind.DEVELOPMENT, timedelta(hours=9), False),
    ],
)
def test_each_kind_of_change_has_its_cool_down(kind, since, expected):
    assert expected is rings_again(news(kind).revision, since_last_ring=since)


def test_a_possible_development_is_a_silent_reply_at_most_every_half_hour():
    soon = decide(subscriber(), told(timedelta(minutes=10)), news=news(material=False, development=True), now=NOW)
    later = decide(subscriber(), told(), news=news(material=False, development=True), now=NOW)
    again = decide(
        subscriber(), told(development=timedelta(minutes=20)), news=news(material=False, development=True), now=NOW
    )

    assert ([DeliveryKind.EDIT], [DeliveryKind.DEVELOPMENT, DeliveryKind.EDIT], [DeliveryKind.EDIT]) == (
        kinds(soon),
        kinds(later),
        kinds(again),
    )
    assert later[0].silent is True


def test_a_chat_may_do_without_developments():
    assert [DeliveryKind.EDIT] == kinds(
        decide(subscriber(developments=False), told(), news=news(material=False, development=True), now=NOW)
    )


def test_edits_come_at_most_once_a_minute():
    (edit,) = decide(subscriber(), told(edit=timedelta(seconds=20)), news=news(material=False), now=NOW)

    assert NOW - timedelta(seconds=20) + EDIT_GAP == edit.not_before


def test_quiet_hours_hold_a_normal_alert_until_the_morning_and_a_critical_one_not_at_all():
    (normal,) = decide(subscriber(quiet=[1320, 420]), None, news=news(ChangeKind.NEW_STORY), now=NOW)
    (critical,) = decide(
        subscriber(urgency="critical", quiet=[1320, 420]), None, news=news(ChangeKind.NEW_STORY), now=NOW
    )

    assert (NOW.replace(hour=7), NOW) == (normal.not_before, critical.not_before)
    assert critical.priority < normal.priority


def test_a_chat_that_wants_digests_only_is_owed_the_alert_but_not_rung():
    (held,) = decide(subscriber(mode="digest"), None, news=news(ChangeKind.NEW_STORY), now=NOW)

    assert held.held is True


@pytest.mark.parametrize("setting", [None, "22-7", [5, 5], [1], [1, "x"]])
def test_quiet_hours_that_say_nothing_are_none(setting):
    assert quiet_hours({"quiet": setting}) is None
