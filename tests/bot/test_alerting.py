"""Show who hears of a revision, how loud, and when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.alerting import EDIT_GAP, StoryNews, decide, rings_again
from bot.loudness import CHARTER, GATHERING, MOST_IN_A_ROW, Weight, budget, quiet_hours
from matchers.types import Change, ChangeKind, Revision
from storage.delivery_records import WAITS_FOR_DIGEST, DeliveryKind, Waits
from storage.records import Heard, Subscriber, Told

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


@pytest.mark.parametrize(
    ("settings", "waits", "until"),
    [
        ({"quiet": [22 * 60, 6 * 60]}, Waits.ASLEEP, NOW.replace(hour=6)),
        ({"snooze": NOW.replace(hour=8).isoformat()}, Waits.SNOOZED, NOW.replace(hour=8)),
    ],
)
def test_a_possible_development_waits_for_a_chat_to_wake(settings, waits, until):
    (reply, _) = decide(subscriber(**settings), told(), news=news(material=False, development=True), now=NOW)

    assert (DeliveryKind.DEVELOPMENT, True, waits, until) == (reply.kind, reply.held, reply.reason, reply.not_before)


def test_a_possible_development_of_what_is_critical_comes_at_any_hour():
    (reply, _) = decide(
        subscriber(urgency="critical", quiet=[0, 12 * 60]), told(), news=news(material=False, development=True), now=NOW
    )

    assert (False, NOW) == (reply.held, reply.not_before)


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


# ── how loud ─────────────────────────────────────────────────────────────────

MORNING = NOW.replace(hour=10)


def weighed(severity=1, independent=1, *entities, **about):
    weight = Weight(severity, independent, entities)
    return replace(news(ChangeKind.NEW_STORY), weight=weight, before=about.get("before", weight))


def family(**about):
    return replace(subscriber(**about), terms=("family:jihadists",))


def first(chat, story=None, *, heard=None):
    (alert,) = decide(chat, None, news=story or weighed(3), now=MORNING, heard=heard or Heard())
    return (alert.silent, alert.held, alert.reason, alert.not_before)


@pytest.mark.parametrize(
    ("story", "rings"),
    [(weighed(3), True), (weighed(4), True), (weighed(2), False), (weighed(0), False), (weighed(2, 1, "aes"), False)],
)
def test_a_family_rings_for_what_is_grave(story, rings):
    assert (not rings, False, "", MORNING) == first(family(), story)


def test_a_family_rings_for_the_charter():
    assert (False, False, "", MORNING) == first(family(), weighed(2, 1, CHARTER))


def test_what_is_watched_by_name_rings_for_everything_and_so_does_a_chat_that_asks_for_it():
    assert (False, False, "", MORNING) == first(subscriber(), weighed(1))
    assert (False, False, "", MORNING) == first(family(rings="all"), weighed(1))


def test_what_does_not_ring_waits_for_the_digest_where_there_is_one():
    assert (True, True, WAITS_FOR_DIGEST, MORNING) == first(family(mode="both"), weighed(2))
    assert (True, True, WAITS_FOR_DIGEST, MORNING) == first(subscriber(mode="both", urgency="low"), weighed(4))


def test_a_critical_term_rings_through_digest_quiet_hours_snooze_and_limits():
    chat = subscriber(mode="digest", urgency="critical", quiet=[0, 1439], snooze="2026-03-02T00:00:00+00:00")

    assert (False, False, "", MORNING) == first(chat, weighed(0), heard=Heard(9, 9, 9))


def test_a_snooze_holds_until_it_ends():
    end = "2026-03-01T12:30:00+00:00"

    assert (False, True, Waits.SNOOZED, datetime.fromisoformat(end)) == first(family(snooze=end))
    assert (False, False, "", MORNING) == first(family(snooze="2026-03-01T09:59:00+00:00"))


@pytest.mark.parametrize(
    ("heard", "reason"),
    [
        (Heard(loud_hour=1, loud_day=5), ""),
        (Heard(loud_hour=2, loud_day=2), Waits.LIMIT),
        (Heard(loud_hour=0, loud_day=6), Waits.LIMIT),
        (Heard(lately=5), Waits.FLOOD),
    ],
)
def test_past_its_limits_a_chat_gets_one_message_without_a_sound(heard, reason):
    silent, held, why, at = first(family(), heard=heard)

    assert (reason, bool(reason), bool(reason)) == (why, silent, held)
    assert (MORNING + GATHERING if reason else MORNING) == at


def test_a_chat_chooses_its_limits():
    assert Waits.LIMIT == first(family(loud=[1, 1]), heard=Heard(loud_day=1))[2]
    assert "" == first(family(loud=[20, 9]), heard=Heard(loud_hour=8, loud_day=19))[2]
    assert (6, 2) == budget({"loud": "x"})


def test_a_chat_that_wants_two_outlets_hears_the_first_without_a_sound_and_is_rung_by_the_second():
    chat = family(outlets=2)
    alone = first(chat, weighed(3, 1))
    (update, _edit) = decide(
        chat, told(), news=replace(weighed(3, 2, before=Weight(3, 1)), revision=news(material=False).revision), now=NOW
    )

    assert (True, False) == alone[:2]
    assert (DeliveryKind.UPDATE, False) == (update.kind, update.silent)


def test_a_story_that_waits_for_the_digest_rings_when_it_becomes_grave():
    waiting = replace(told(), waits=WAITS_FOR_DIGEST, has_message=False)
    calm = decide(family(mode="both"), waiting, news=weighed(2), now=MORNING)
    (alert,) = decide(family(mode="both"), waiting, news=weighed(3), now=MORNING)

    assert () == calm
    assert (DeliveryKind.ALERT, False, 2) == (alert.kind, alert.held, alert.revision)


def test_what_waits_for_a_catch_up_is_owed_nothing_more_until_then():
    waiting = replace(told(), waits=Waits.ASLEEP, has_message=False)

    assert () == decide(family(), waiting, news=news(ChangeKind.TOLL), now=MORNING)


def test_a_story_told_in_a_catch_up_has_no_message_to_edit_but_rings_again():
    merged = replace(told(), has_message=False)

    assert [DeliveryKind.UPDATE] == kinds(decide(family(), merged, news=weighed_toll(), now=MORNING))


def weighed_toll():
    return replace(news(ChangeKind.TOLL, development=True), weight=Weight(3), before=Weight(3))


def test_a_flood_leaves_developments_out():
    full = decide(
        family(), told(), news=news(material=False, development=True), now=MORNING, heard=Heard(lately=MOST_IN_A_ROW)
    )

    assert [DeliveryKind.EDIT] == kinds(full)


def test_on_a_thin_line_a_message_is_edited_every_half_hour_and_six_times_at_most():
    quiet = news(material=False)
    soon = told(ring=timedelta(minutes=10))
    (first_edit,) = decide(family(light=True), soon, news=quiet, now=NOW)
    (later,) = decide(family(light=True), replace(told(edit=timedelta(minutes=5)), edits=5), news=quiet, now=NOW)
    spent = decide(family(light=True), replace(told(edit=timedelta(hours=1)), edits=6), news=quiet, now=NOW)

    assert (NOW + timedelta(minutes=20), NOW + timedelta(minutes=25), ()) == (
        first_edit.not_before,
        later.not_before,
        spent,
    )
