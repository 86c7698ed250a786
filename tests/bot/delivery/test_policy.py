"""Show what follows from each answer of Telegram: the table of the module, row by row."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.delivery.policy import (
    ChatGone,
    ChatMoved,
    Failed,
    Rejected,
    Sent,
    TargetGone,
    Throttled,
    TopicGone,
    Unmodified,
    broken,
    follow,
    is_anew,
    is_edit,
    is_for_general,
    is_plain,
    retry_delay,
)
from storage.delivery_records import DeliveryKind, DeliveryState, DueDelivery

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DUE = DueDelivery(
    id=1, chat=1, telegram_id=7, topic_id=0, chat_kind="private", lang="en", tz="UTC", settings={},
    kind=DeliveryKind.NOTICE, priority=2, silent=False, story=None, revision=None, edition=None, part=None, payload={},
    attempts=0, possible_repeat=False, message_id=5, reply_to=None, created=NOW, expires=None, lease_token=3,
)  # fmt: skip
EDIT = replace(DUE, kind=DeliveryKind.EDIT)


def after(result, due=DUE, *, jitter=0.0):
    return follow(result, due, now=NOW, jitter=jitter)


def again(result, due=DUE):
    """Return the delivery as the next try will find it."""
    return replace(due, reason=after(result, due).outcome.reason)


@pytest.mark.parametrize(
    ("result", "state", "reason", "counts"),
    [
        (Sent(9), "sent", "", True),
        (Unmodified(), "sent", "", True),
        (Throttled(30), "due", "", False),
        (ChatGone("Forbidden: blocked"), "dropped", "Forbidden: blocked", True),
        (ChatMoved(-9), "due", "", False),
        (TargetGone(), "due", "message gone", True),
        (TopicGone(), "due", "topic gone", True),
        (Rejected("can't parse"), "due", "rejected: can't parse", True),
        (Failed("ConnectError", perhaps_sent=False), "due", "ConnectError", True),
        (Failed("ReadTimeout", perhaps_sent=True), "due", "ReadTimeout", True),
    ],
)
def test_each_answer_has_one_outcome(result, state, reason, counts):
    outcome = after(result).outcome

    assert (DeliveryState(state), reason, counts, 3) == (
        outcome.state,
        outcome.reason,
        outcome.counts_as_attempt,
        outcome.lease_token,
    )


def test_a_story_is_not_told_twice_because_its_message_takes_no_edit_any_more():
    edit, answer = (after(TargetGone(stands=True), due).outcome for due in (EDIT, DUE))

    assert (DeliveryState.DROPPED, "the message takes no edit any more") == (edit.state, edit.reason)
    assert (DeliveryState.DUE, "message gone") == (answer.state, answer.reason)


def test_a_story_that_is_sent_anew_counts_as_a_possible_repeat_once():
    first = after(TargetGone(), EDIT).outcome
    second = after(TargetGone(), again(TargetGone(), EDIT)).outcome

    assert [(DeliveryState.DUE, True), (DeliveryState.DROPPED, False)] == [
        (each.state, each.possible_repeat) for each in (first, second)
    ]
    assert not after(TargetGone()).outcome.possible_repeat


def test_a_sent_message_keeps_its_number():
    assert (9, 5) == (after(Sent(9)).outcome.message_id, after(Unmodified()).outcome.message_id)


def test_a_throttled_chat_is_parked_for_what_telegram_says_and_a_moment():
    action = after(Throttled(30), jitter=0.5)

    assert (NOW + timedelta(seconds=30.5), 7) == (action.park_until, action.telegram_id)
    assert action.park_until == action.outcome.not_before


def test_a_gone_chat_is_closed_and_a_moved_one_followed():
    assert ("gone", -9) == (after(ChatGone("gone")).close_reason, after(ChatMoved(-9)).moved_to)


@pytest.mark.parametrize(
    ("result", "remedy"), [(Rejected("bad"), is_plain), (TargetGone(), is_anew), (TopicGone(), is_for_general)]
)
def test_each_remedy_is_tried_once_and_then_it_is_dropped_with_the_reason(result, remedy):
    second = again(result)

    assert (False, True) == (remedy(DUE), remedy(second))
    outcome = after(result, second).outcome
    assert DeliveryState.DROPPED is outcome.state
    assert outcome.reason


def test_remedies_add_up_and_outlive_other_failures():
    due = again(Throttled(5), again(Failed("x", perhaps_sent=False), again(TopicGone(), again(Rejected("bad")))))

    assert (True, True, False) == (is_plain(due), is_for_general(due), is_anew(due))


def test_only_what_may_have_been_sent_counts_as_a_possible_repeat_and_an_edit_never_does():
    unsure = Failed("ReadTimeout", perhaps_sent=True)

    assert (True, False, False) == (
        after(unsure).outcome.possible_repeat,
        after(unsure, EDIT).outcome.possible_repeat,
        after(Failed("ConnectError", perhaps_sent=False)).outcome.possible_repeat,
    )


def test_an_edit_that_is_sent_anew_is_no_edit_any_more():
    assert (True, False, True) == (
        is_edit(EDIT),
        is_edit(replace(EDIT, reason="message gone")),
        is_edit(replace(DUE, payload={"edits": 4})),
    )


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(0, 1), (1, 2), (2, 4), (3, 8), (4, 16), (5, 32), (6, 60), (7, 60), (1000, 60)]
)
def test_retries_wait_twice_as_long_each_time_up_to_a_minute(attempts, seconds):
    assert seconds == retry_delay(attempts, jitter=0.0)
    assert seconds * 1.5 == retry_delay(attempts, jitter=1.0)


def test_a_perhaps_sent_message_waits_at_least_five_seconds():
    assert (5, 8) == (retry_delay(0, jitter=0.0, ambiguous=True), retry_delay(3, jitter=0.0, ambiguous=True))


def test_what_cannot_be_rendered_is_dropped_in_the_end():
    assert DeliveryState.DUE is broken(DUE, "KeyError", now=NOW, jitter=0.0).outcome.state
    last = broken(replace(DUE, attempts=7), "KeyError", now=NOW, jitter=0.0).outcome
    assert (DeliveryState.DROPPED, "broken: KeyError") == (last.state, last.reason)
