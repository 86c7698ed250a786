"""Show on both databases that webhooks have an outbox of their own: each revision once, in order, taken back after a crash."""

from datetime import UTC, datetime, timedelta

import pytest

from matchers.types import Change, ChangeKind, Placement, PlacementKind, Revision, StoryEntry
from storage import chats, entries, feeds, hooks, stories
from storage.hooks import CallOutcome
from storage.records import Disposition, FeedSpec, NewEntry, OutletSpec
from storage.story_records import StoryStep

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)


@pytest.fixture
def posted(database):
    """Give a database with two chats that have webhooks, one that has none, and two stories owed to all."""
    with database.transaction() as session:
        ids = [chats.open_chat(session, 7 + n, kind="private", now=NOW).id for n in range(3)]
        for chat in ids[:2]:
            hooks.set_hook(session, chat, url=f"https://r{chat}.example/", secret="whsec_AAAA", now=NOW)
        for key in ("a", "b"):
            hooks.owe_calls(session, a_story(session, key), revision=1, chats=ids, now=NOW)
    return database, ids


def a_story(session, key):
    feed = feeds.add_feed(session, FeedSpec("https://x.example/", OutletSpec("x", "X")), now=NOW)
    new = NewEntry(
        key=key, guid_key=key, url_key=key, title_key=key, url="", title=key, summary="", lang="fr", published=NOW,
        effective=NOW, content_hash=key, disposition=Disposition.ALERT,
    )  # fmt: skip
    entry = entries.add_entries(session, feed, entries=[new], now=NOW)[key]
    told = StoryEntry(str(entry), key, NOW, NOW, outlet="x")
    placement = Placement(told, PlacementKind.NEW, str(entry), str(entry), 1.0)
    revision = Revision(str(entry), (Change(ChangeKind.NEW_STORY),), material=True)
    stories.add_placements(session, [StoryStep(placement, 1, {}, revision)], now=NOW)
    return entry


def claim(session, now=NOW):
    return hooks.claim_calls(session, now=now, limit=9, lease_s=60)


def settle(session, calls, state="sent", **more):
    hooks.settle_calls(session, [CallOutcome(call, state, **more) for call in calls], now=NOW)


def test_each_webhook_has_one_call_at_a_time_oldest_first(posted):
    database, ids = posted
    with database.transaction() as session:
        first, busy = claim(session), claim(session)
        settle(session, first)
        second = claim(session)

    assert (ids[:2], (), ids[:2]) == ([c.chat for c in first], busy, [c.chat for c in second])
    assert {c.story for c in first} != {c.story for c in second}


def test_a_revision_is_owed_once(posted):
    database, ids = posted
    with database.transaction() as session:
        story = claim(session)[0].story

        assert (0, 2) == tuple(
            hooks.owe_calls(session, story, revision=revision, chats=ids, now=NOW) for revision in (1, 2)
        )


def test_a_receiver_that_failed_rests_and_keeps_nobody_else_waiting(posted):
    database, ids = posted
    later = NOW + timedelta(seconds=30)
    with database.transaction() as session:
        one, other = claim(session)
        settle(session, [one], "due", trouble="HTTP 500", not_before=later)
        settle(session, [other])
        meanwhile, after = claim(session), claim(session, later)
        fares = hooks.hook_of(session, ids[0])

    assert ([ids[1]], [one.story]) == ([c.chat for c in meanwhile], [c.story for c in after])
    assert (1, "HTTP 500", 2) == (fares.failures, fares.trouble, fares.waiting)


def test_what_a_dead_process_had_claimed_is_taken_back_and_its_word_counts_no_more(posted):
    database, ids = posted
    with database.transaction() as session:
        dead = claim(session)
        taken_back = hooks.recover_calls(session, now=NOW + timedelta(seconds=61))
        again = claim(session)
        settle(session, dead)
        fares = hooks.hook_of(session, ids[0])

    assert (2, [c.id for c in dead], 2) == (taken_back, [c.id for c in again], fares.waiting)


def test_calls_expire_are_closed_and_are_wiped_with_their_chat(posted):
    database, ids = posted
    with database.transaction() as session:
        settle(session, claim(session)[1:], "dropped", trouble="HTTP 410", closes=True)
        closed = hooks.hook_of(session, ids[1])
        hooks.recover_calls(session, now=NOW + timedelta(hours=1))
        expired = hooks.expire_calls(session, before=NOW + timedelta(seconds=1))
        chats.wipe_chat(session, 7)

        assert (None, 2, None, ()) == (closed, expired, hooks.hook_of(session, ids[0]), claim(session))
