"""Show on both databases what upkeep removes, and that nothing goes that is alive."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import func, select

from matchers.types import (
    Change,
    ChangeKind,
    Field,
    Match,
    Mention,
    Placement,
    PlacementKind,
    Reason,
    Revision,
    StoryEntry,
)
from storage import chats, desk, editions, entries, feeds, hooks, outbox, stories, upkeep
from storage.chat_tables import AuditRow
from storage.delivery_records import DeliveryKind, DeliveryOutcome, DeliveryState, NewDelivery
from storage.merging import merge_stories
from storage.output_tables import HookCall
from storage.records import DeskRecord, Disposition, FeedSpec, NewEntry, OutletSpec
from storage.story_records import StoryStep
from storage.tables import Delivery, Edition, Entry, Inbox, Invite, MatchRow, Owed, Story
from storage.upkeep import SWEEPS, Keep, forget

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def session(database):
    with database.transaction() as opened:
        yield opened


def prune(session, *, after, keep=Keep()):  # noqa: B008 - frozen
    """Remove everything past its retention so many days after; return how many of each kind."""
    now, gone = NOW + after * DAY, {}
    for sweep in SWEEPS:
        while ids := sweep.find(session, keep, now=now, limit=3):
            count = sweep.remove(session, ids, keep=keep, now=now)
            gone[sweep.name] = gone.get(sweep.name, 0) + count
            if not count:
                break
    return gone


def a_feed(session, host="x"):
    return feeds.add_feed(session, FeedSpec(f"https://{host}.example/", OutletSpec(host, host)), now=NOW)


def an_entry(session, feed, key="k", *, at=NOW):
    new = NewEntry(
        key=key, guid_key=key, url_key=key, title_key=key, url="", title=key, summary="", lang="fr", published=at,
        effective=at, content_hash=key, disposition=Disposition.ALERT,
    )  # fmt: skip
    return entries.add_entries(session, feed, entries=[new], now=at)[key]


def a_story(session, feed, key="s", *, at=NOW):
    entry = an_entry(session, feed, key, at=at)
    match = Match("jnim", ("jihadists",), 95, (Mention("GSIM", Field.TITLE, 0, 1, "s", 1.0),), (Reason("exact"),))
    entries.add_matches(session, entry, matches=[match])
    told = StoryEntry(str(entry), key, at, at, outlet="x")
    placement = Placement(told, PlacementKind.NEW, str(entry), str(entry), 1.0)
    revision = Revision(str(entry), (Change(ChangeKind.NEW_STORY),), material=True)
    stories.add_placements(session, [StoryStep(placement, 1, {}, revision)], now=at)
    return entry


def a_chat(session, telegram_id=7):
    return chats.open_chat(session, telegram_id, kind="private", now=NOW).id


def tell(session, chat, story, *, sent=True, at=NOW):
    outbox.owe_stories(session, story, chats=[chat], now=at)
    outbox.owe(session, [NewDelivery(chat, DeliveryKind.ALERT, 1, at, story=story, revision=1)], now=at)
    if sent:
        due = outbox.claim_deliveries(session, now=at, limit=8, lease_s=60, holder="me")
        done = [DeliveryOutcome(each.id, each.lease_token, DeliveryState.SENT, message_id=1) for each in due]
        outbox.settle(session, done, now=at)


def count(session, table):
    return session.exec(select(func.count()).select_from(table)).one()


def stays_shown(session, feed):
    """Let a feed show something new, so that what it showed before has left it."""
    an_entry(session, feed, "newer", at=NOW + 390 * DAY)


def test_a_story_goes_after_its_time_with_all_that_belongs_to_it(session):
    feed, chat = a_feed(session), a_chat(session)
    tell(session, chat, a_story(session, feed))
    an_entry(session, feed, "plain")
    stays_shown(session, feed)
    early = prune(session, after=119)
    middle, lost = prune(session, after=200), outbox.lost(session)
    late = prune(session, after=400)

    assert ({"entries": 1}, {"deliveries": 1}, {"stories": 1, "entries": 1}) == (early, middle, late)
    assert (0, 0) == (lost, outbox.lost(session))
    assert [0, 0, 0, 0, 1] == [count(session, each) for each in (Story, Delivery, Owed, MatchRow, Entry)]


def test_what_a_feed_may_still_show_is_known_for_ever(session):
    feed = a_feed(session)
    a_story(session, feed)
    an_entry(session, feed, "plain")
    gone = prune(session, after=900)

    assert ({"stories": 1}, 2) == (gone, count(session, Entry))


def test_an_entry_that_came_back_between_finding_and_removing_stays(session):
    feed, sweep = a_feed(session), SWEEPS[-1]
    entry = an_entry(session, feed, "plain")
    stays_shown(session, feed)
    ids = sweep.find(session, Keep(), now=NOW + 400 * DAY, limit=9)
    entries.touch_entries(session, [entry], now=NOW + 400 * DAY)

    assert ([entry], 0) == (list(ids), sweep.remove(session, ids, keep=Keep(), now=NOW + 400 * DAY))


@pytest.mark.parametrize("why", ["unsent", "held", "grew", "stamped", "kin grew", "to be posted"])
def test_a_story_that_is_alive_stays(session, why):
    feed, chat = a_feed(session), a_chat(session)
    story = a_story(session, feed)
    stays_shown(session, feed)
    if why in {"unsent", "held"}:
        tell(session, chat, story, sent=False)
        if why == "held":
            session.exec(select(Delivery)).one().state = "held"
    elif why == "stamped":
        desk.act(session, chat, DeskRecord(story, 7, "note", NOW, "known"))
    elif why == "to be posted":
        hooks.set_hook(session, chat, url="https://r.example/", secret="whsec_AAAA", now=NOW)
        hooks.owe_calls(session, story, revision=1, chats=[chat], now=NOW)
    else:
        other = a_story(session, feed, "other", at=NOW + 380 * DAY)
        if why == "grew":
            session.get(Story, story).last = NOW + 380 * DAY
        else:
            merge_stories(session, other, later=story)
    session.flush()

    assert "stories" not in prune(session, after=400)
    assert story in session.exec(select(Story.id)).all()


def test_what_was_not_sent_stays_and_what_is_lost_stays_lost(session):
    feed, chat = a_feed(session), a_chat(session)
    story = a_story(session, feed)
    tell(session, chat, story, sent=False)
    outbox.owe_stories(session, a_story(session, feed, "lost"), chats=[chat], now=NOW)

    assert ({}, 1, 1) == (prune(session, after=360), count(session, Delivery), outbox.lost(session))


def test_deliveries_of_a_story_that_grows_stay_so_that_it_does_not_ring_anew(session):
    feed, chat = a_feed(session), a_chat(session)
    story = a_story(session, feed)
    tell(session, chat, story)
    session.get(Story, story).last = NOW + 150 * DAY
    session.flush()

    assert ({}, {"deliveries": 1}) == (prune(session, after=200), prune(session, after=300))


def test_commands_answers_audit_invitations_editions_and_calls_go_each_in_its_time(session):
    feed, chat = a_feed(session), a_chat(session)
    story = a_story(session, feed)
    session.add_all([
        Inbox(update_id=1, payload=None, received=NOW, handled=NOW),
        Inbox(update_id=2, payload={"x": 1}, received=NOW),
        Invite(code_hash="h", role="member", expires=NOW),
        AuditRow(user_id=7, act="x", at=NOW),
    ])  # fmt: skip
    reply = NewDelivery(chat, DeliveryKind.REPLY, 0, NOW, update_id=1, ordinal=0, payload={"n": 1})
    outbox.owe(session, [reply], now=NOW)
    (due,) = outbox.claim_deliveries(session, now=NOW, limit=8, lease_s=60, holder="me")
    outbox.settle(session, [DeliveryOutcome(due.id, due.lease_token, DeliveryState.SENT, message_id=1)], now=NOW)
    editions.open_edition(session, chat, kind="daily", day="2026-03-01", now=NOW)
    hooks.set_hook(session, chat, url="https://r.example/", secret="whsec_AAAA", now=NOW)
    hooks.owe_calls(session, story, revision=1, chats=[chat], now=NOW)
    calls = hooks.claim_calls(session, now=NOW, limit=1, lease_s=60)
    hooks.settle_calls(session, [hooks.CallOutcome(call, "sent") for call in calls], now=NOW)
    chats.mute(session, chat, kind="all", until=NOW)
    forgot, again = (forget(session, now=NOW + 2 * DAY) for _ in range(2))

    assert (2, 0) == (forgot, again)
    assert {"answers": 1} == prune(session, after=2)
    assert {"commands": 1, "invites": 1} == prune(session, after=8)
    assert {"deliveries": 1, "editions": 1, "calls": 1} == prune(session, after=121)
    assert {"audit": 1} == prune(session, after=120, keep=Keep(audit=30 * DAY))
    assert [1, 0, 0, 0] == [count(session, each) for each in (Inbox, Edition, HookCall, AuditRow)]


def test_an_edition_of_which_a_part_is_owed_stays(session):
    chat = a_chat(session)
    edition = editions.open_edition(session, chat, kind="daily", day="2026-03-01", now=NOW)
    part = NewDelivery(chat, DeliveryKind.DIGEST, 4, NOW, edition=edition, part=0, payload={})
    outbox.owe(session, [part], now=NOW)

    assert ({}, 1) == (prune(session, after=900), count(session, Delivery))
    assert upkeep.newest_entry(session) is None
