"""Hold SQLite and PostgreSQL to one behaviour: every storage function runs on both."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select, update

from matchers.features import traits_of
from matchers.packing import pack
from matchers.tuning import Tuning, TuningKind
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
from storage import (
    chats,
    desk,
    editions,
    entries,
    feeds,
    inbox,
    leases,
    merging,
    outbox,
    rhythm,
    stories,
    terms,
    tunings,
)
from storage.delivery_records import DeliveryKind, DeliveryOutcome, DeliveryState, Leaving, NewDelivery
from storage.figures import backlog, figures, leaving, queue_of
from storage.fulltext import vocabulary
from storage.records import (
    Cadence,
    ChangedEntry,
    DeskRecord,
    Disposition,
    FeedSpec,
    FeedState,
    NewEntry,
    OutletSpec,
    PollOutcome,
)
from storage.story_records import Named, StoryStep
from storage.tables import Delivery, Table

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
READER = 70_000_000_007


def a_feed(session, host="example.org", *, now=NOW, **more):
    spec = FeedSpec(
        f"https://{host}/feed", OutletSpec(host, host.title(), "wire", "Owner"), "Title", "fr", ("ML",), **more
    )
    return feeds.add_feed(session, spec, now=now)


def new_entry(key="k1", *, title="Attaque à Djibo"):
    return NewEntry(
        key=key, guid_key=key, url_key=f"u{key}", title_key=f"t{title}", url=f"https://example.org/{key}", title=title,
        summary="Sept morts.", lang="fr", published=NOW, effective=NOW, content_hash="c", disposition=Disposition.ALERT,
    )  # fmt: skip


def an_entry(session, feed, key="k1", **more):
    return entries.add_entries(session, feed, entries=[new_entry(key, **more)], now=NOW)[key]


def a_match(entity="jnim", family="jihadists", score=92):
    mention = Mention("GSIM", Field.TITLE, 0, 4, "GSIM", 1.0)
    return Match(entity, (family,), score, (mention,), (Reason("exact", "GSIM"),))


def a_placement(entry, story=None, *, kind=PlacementKind.NEW, merges=None):
    told = StoryEntry(str(entry), "Attaque", NOW, NOW, outlet="o")
    target = str(story or entry)
    return Placement(told, kind, target, target, 0.9, entities=("jnim",), reasons=(Reason("same"),), merges=merges)


def a_story(session, feed, key="k1"):
    entry = an_entry(session, feed, key)
    entries.add_matches(session, entry, matches=[a_match()])
    place(session, a_placement(entry), state={"headline": "x"}, changes=(Change(ChangeKind.NEW_STORY, after="x"),))
    return entry


def place(session, *placements, number=1, state=None, changes=(), now=NOW):
    """Place entries in one go, each with a revision of its own."""
    steps = [
        StoryStep(each, number + place, state or {}, Revision(each.story, changes, material=True))
        for place, each in enumerate(placements)
    ]
    return stories.add_placements(session, steps, now=now)


def a_chat(session, telegram_id=READER, **more):
    return chats.open_chat(session, telegram_id, kind="private", now=NOW, **more)


def owed(chat, story, *, kind=DeliveryKind.ALERT, revision=1, priority=2, at=NOW, **more):
    return NewDelivery(chat.id, kind, priority, at, story=story, revision=revision, **more)


def reply(chat, number, *, priority=0, at=NOW):
    return NewDelivery(chat.id, DeliveryKind.REPLY, priority, at, update_id=number, ordinal=0, payload={"n": number})


def claim(session, now=NOW, limit=8):
    return outbox.claim_deliveries(session, now=now, limit=limit, lease_s=60, holder="me")


def sent(due, message_id=5):
    return DeliveryOutcome(due.id, due.lease_token, DeliveryState.SENT, message_id=message_id)


@pytest.fixture
def session(database):
    with database.transaction() as opened:
        yield opened


# ── feeds ────────────────────────────────────────────────────────────────────


def outcome(feed, **more):
    given = {
        "feed": feed.id, "lease_token": feed.lease_token, "at": NOW, "state": FeedState.ACTIVE, "state_reason": "",
        "next_at": LATER, "status": 200, "error": "", "etag": '"1"', "last_modified": "m", "body_hash": "h", "baseline": False,
        "cadence": Cadence(rate=0.5, hour_profile=(1.0,) * 24, last_ok=NOW, last_new=NOW),
    }  # fmt: skip
    return PollOutcome(**given | more)


def test_a_feed_is_claimed_polled_and_due_again_only_later(session):
    a_feed(session)
    (claimed,) = feeds.claim_feeds(session, now=NOW, limit=5, lease_s=60, holder="a")
    again = feeds.claim_feeds(session, now=NOW, limit=5, lease_s=60, holder="b")
    kept = feeds.record_poll(session, outcome(claimed))
    (shown,) = feeds.list_feeds(session)
    session.expire_all()
    (later,) = feeds.claim_feeds(session, now=LATER, limit=5, lease_s=60, holder="b")

    assert ((), True, FeedState.ACTIVE, LATER) == (again, kept, shown.state, shown.next_at)
    assert ('"1"', "h", 0.5, NOW, False) == (
        later.etag,
        later.body_hash,
        later.cadence.rate,
        later.cadence.last_ok,
        later.baseline,
    )


def test_a_poll_whose_lease_was_lost_writes_nothing(session):
    a_feed(session)
    (old,) = feeds.claim_feeds(session, now=NOW, limit=1, lease_s=1, holder="a")
    (new,) = feeds.claim_feeds(session, now=NOW + timedelta(seconds=5), limit=1, lease_s=60, holder="b")

    assert (False, True) == (feeds.record_poll(session, outcome(old)), feeds.record_poll(session, outcome(new)))


def test_one_feed_a_host_is_claimed_and_the_host_then_rests(session):
    for path in ("a", "b"):
        feeds.add_feed(session, FeedSpec(f"https://example.org/{path}", OutletSpec("e", "E")), now=NOW)
    first = feeds.claim_feeds(session, now=NOW, limit=5, lease_s=60, holder="a")
    soon = feeds.claim_feeds(session, now=NOW + timedelta(seconds=1), limit=5, lease_s=60, holder="a")
    after = feeds.claim_feeds(session, now=NOW + timedelta(seconds=2), limit=5, lease_s=60, holder="a")

    assert [1, 0, 1] == [len(each) for each in (first, soon, after)]


def test_a_host_that_asked_for_rest_and_a_paused_feed_are_left_alone(session):
    resting, paused, off = a_feed(session), a_feed(session, "b.org"), a_feed(session, "c.org")
    feeds.cool_host(session, "example.org", until=LATER)
    feeds.set_state(session, paused, state=FeedState.PAUSED, reason="asked", now=NOW)
    feeds.enable_feed(session, off, enabled=False, now=NOW)
    session.expire_all()

    assert () == feeds.claim_feeds(session, now=NOW, limit=5, lease_s=60, holder="a")
    assert [resting] == [feed.id for feed in feeds.claim_feeds(session, now=LATER, limit=5, lease_s=60, holder="a")]


def test_leases_are_given_back_and_feeds_made_due(session):
    number = a_feed(session, now=LATER)
    due_at = feeds.next_due_at(session)
    feeds.make_due(session, [number], now=NOW)
    session.expire_all()
    feeds.claim_feeds(session, now=NOW, limit=1, lease_s=600, holder="a")
    nobody = feeds.release_leases(session, "b")
    released = feeds.release_leases(session, "a")
    feeds.claim_feeds(session, now=NOW + timedelta(minutes=5), limit=1, lease_s=600, holder="a")
    all_of_them = [feeds.release_leases(session, None) for _ in range(2)]

    assert (LATER, 0, 1, [1, 0], 1) == (
        due_at,
        nobody,
        released,
        all_of_them,
        feeds.make_due(session, None, now=NOW),
    )


def test_a_known_address_is_brought_up_to_date_and_a_removed_one_takes_its_entries_along(session):
    one, two = a_feed(session), a_feed(session, klass="A")
    an_entry(session, one)
    feed = feeds.feed_by_url(session, "https://example.org/feed")
    removed = [feeds.remove_feed(session, one), feeds.remove_feed(session, one)]

    assert (one, "A", [True, False]) == (two, feed.klass, removed)
    assert () == entries.archive(session, since=NOW - timedelta(days=1))
    assert feeds.feed_by_url(session, "https://example.org/feed") is None


def test_a_moved_feed_keeps_its_name_and_changes_its_address(session):
    a_feed(session)
    (claimed,) = feeds.claim_feeds(session, now=NOW, limit=1, lease_s=60, holder="a")
    feeds.record_poll(session, outcome(claimed, url="https://new.example.org/feed"))

    assert "https://new.example.org/feed" == feeds.list_feeds(session)[0].url


# ── entries ──────────────────────────────────────────────────────────────────


def test_an_entry_is_stored_once_and_known_by_each_of_its_keys(session):
    feed = a_feed(session)
    first = entries.add_entries(session, feed, entries=[new_entry()], now=NOW)
    again = entries.add_entries(session, feed, entries=[new_entry()], now=NOW)
    known = entries.known_entries(session, feed, guid_keys=["k1"], url_keys=["uk1"], title_keys=["tAttaque à Djibo"])

    assert (1, {}) == (len(first), again)
    assert [first["k1"]] * 3 == [known.by_guid["k1"].id, known.by_url["uk1"].id, known.by_title["tAttaque à Djibo"].id]


def test_an_edit_is_written_and_its_churned_guid_remembered(session):
    feed = a_feed(session)
    number = an_entry(session, feed)
    edit = ChangedEntry(number, "Attaque : 7 morts", "s", "t2", content_hash="c2", alias="k2")
    entries.revise_entries(session, feed, changed=[edit], now=LATER)
    entries.touch_entries(session, [number], now=LATER)
    session.expire_all()
    known = entries.known_entries(session, feed, guid_keys=["k2"], url_keys=[], title_keys=[])

    assert (number, "Attaque : 7 morts") == (known.by_guid["k2"].id, entries.entry(session, number).title)


def test_matches_come_back_as_they_were_found(session):
    number = an_entry(session, a_feed(session))
    entries.add_matches(session, number, matches=[a_match(), a_match("aes", "alliance", 99)])
    entries.add_matches(session, number, matches=[a_match()])

    assert (a_match("aes", "alliance", 99), a_match()) == entries.matches_of(session, [number])[number]


def test_the_archive_is_read_page_by_page_and_across_feeds(session):
    one, two = a_feed(session), a_feed(session, "b.org")
    ids = [an_entry(session, one, f"k{n}", title=f"Titre {n}") for n in range(3)]
    first = entries.archive(session, since=NOW - timedelta(days=1), limit=2)
    rest = entries.archive(session, since=NOW - timedelta(days=1), before=first[-1].id, limit=2)
    twin = an_entry(session, two, "k1")

    assert (ids[::-1][:2], ids[:1]) == ([each.id for each in first], [each.id for each in rest])
    assert {"uk1": ids[1]} == entries.seen_elsewhere(session, ["uk1", ""], since=NOW - timedelta(days=1))
    assert twin not in ids
    assert entries.entry(session, 999) is None
    assert 4 == len(list(entries.archive_texts(session, since=NOW - timedelta(days=1))))


def test_the_archive_is_read_by_the_words_that_stand_in_it(session):
    feed = a_feed(session)
    for number, title in enumerate(("Attaque à Gao", "Marché de Mopti", "Un mort à GAO")):
        an_entry(session, feed, f"w{number}", title=title)

    def titles(words):
        return [each.title for each in entries.archive_texts(session, since=NOW - timedelta(days=1), words=words)]

    assert {"attaque", "gao", "mopti"} <= set(vocabulary(session))
    assert ["Un mort à GAO", "Attaque à Gao"] == titles(["gao"])
    assert ["Un mort à GAO", "Marché de Mopti"] == titles(["mort", "mopti"])
    assert [] == titles([])


def test_the_families_of_recent_entries_are_counted_by_entry(session):
    number = an_entry(session, a_feed(session))
    entries.add_matches(session, number, matches=[a_match(), a_match("aes", "alliance")])

    assert (frozenset({"jihadists", "alliance"}),) == entries.families_since(session, since=NOW - timedelta(days=1))


# ── stories ──────────────────────────────────────────────────────────────────


def test_placements_come_back_in_order_and_slice_by_slice(session):
    feed = a_feed(session)
    ids = [an_entry(session, feed, f"k{n}", title=f"Titre {n}") for n in range(3)]
    place(session, a_placement(ids[0]), a_placement(ids[1], ids[0], kind=PlacementKind.COPY))
    place(session, a_placement(ids[2], ids[0], kind=PlacementKind.FOLLOW_UP), number=3, now=LATER)
    since = NOW - timedelta(hours=1)
    first = stories.placements_after(session, 0, since=since, limit=2)
    rest = stories.placements_after(session, first[-1].seq, since=since)

    assert [str(ids[0])] * 3 == [stored.filed.story for stored in (*first, *rest)]
    assert (NOW, LATER, len(rest)) == (first[0].filed.seen, rest[0].filed.seen, 1)
    assert (3, None) == (stories.story(session, ids[0]).entries, stories.story(session, 999))


def test_what_was_compared_of_an_entry_comes_back_and_is_read_anew_when_it_was_not_kept(session):
    feed = a_feed(session)
    ids = [an_entry(session, feed, f"k{n}", title=f"Titre {n}") for n in range(2)]
    traits = traits_of(a_placement(ids[0]).entry, ("jnim",))
    place(session, replace(a_placement(ids[0]), traits=traits))
    place(session, a_placement(ids[1]))
    kept, anew = (stored.filed.traits for stored in stories.placements_after(session, 0, since=NOW))

    assert pack(traits) == pack(kept)
    assert pack(traits_of(a_placement(ids[1]).entry, a_placement(ids[1]).entities)) == pack(anew)


def test_a_story_is_seen_by_a_chat_with_what_it_watches(session):
    feed, chat = a_feed(session), a_chat(session)
    story = a_story(session, feed)
    terms.add_term(session, chat.id, entity="family:jihadists", now=NOW)
    view = stories.story_view(session, story, chat=chat.id)

    assert (story, 1, {"headline": "x"}, ChangeKind.NEW_STORY) == (
        view.story,
        view.revision,
        view.state,
        view.changes[0].kind,
    )
    assert ["family:jihadists"] == [match.term for match in view.matches]
    assert (view,) == stories.latest_stories(session, chat.id, since=NOW - timedelta(hours=1))
    assert (
        Named(frozenset({"jnim"}), frozenset({"jihadists"}))
        == stories.story_entities(session, stories.stories(session, [story]))[story]
    )
    assert stories.story_view(session, 999, chat=chat.id) is None


def test_a_later_story_that_tells_the_same_joins_the_earlier_one(session):
    feed, chat = a_feed(session), a_chat(session)
    one, two = a_story(session, feed), a_story(session, feed, "k2")
    terms.add_term(session, chat.id, entity="jnim", now=NOW)
    third = an_entry(session, feed, "k3")
    place(session, a_placement(third, one, kind=PlacementKind.FOLLOW_UP, merges=str(two)), number=2)
    session.expire_all()

    assert (one, 3) == (
        stories.story(session, two).merged_into,
        len(stories.story_view(session, one, chat=chat.id).entries),
    )
    assert (one,) == stories.watched_stories(session, chat.id, since=NOW - timedelta(hours=1))
    assert 1 == len(stories.watched_stories(session, chat.id, since=NOW - timedelta(hours=1), limit=1))


def test_stories_that_are_one_are_told_by_the_message_that_came_first(session):
    feed, chat, other = a_feed(session), a_chat(session), a_chat(session, READER + 1)
    one, two, three = (a_story(session, feed, key) for key in ("k1", "k2", "k3"))
    entries.add_matches(session, two, matches=[replace(a_match(), entity="aes", families=("alliances",))])
    outbox.owe(session, [owed(chat, one), owed(chat, two), owed(other, two)], now=NOW)
    numbers = {(chat.id, one): 7, (chat.id, two): 8, (other.id, two): 9}
    for (reader, story), number in numbers.items():
        delivery = (col(Delivery.chat_id) == reader, col(Delivery.story_id) == story)
        session.execute(update(Delivery).where(*delivery).values(state="sent", sent=NOW, message_id=number))
    merging.merge_stories(session, two, later=three)
    merging.merge_stories(session, one, later=two)
    both = (chat, other)
    outbox.owe(session, [owed(each, one, kind=DeliveryKind.EDIT, revision=2) for each in both], now=LATER)
    edits = {due.chat: due.message_id for due in claim(session, LATER)}

    assert ((two, one), (three, one)) == merging.merges_since(session, NOW)
    both_named = Named(frozenset({"aes", "jnim"}), frozenset({"alliances", "jihadists"}))
    assert both_named == stories.story_entities(session, stories.stories(session, [one]))[one]
    assert {chat.id: NOW, other.id: NOW} == {
        key: told.last_ring for key, told in rhythm.told(session, one, chats=[chat.id, other.id]).items()
    }
    assert {chat.id: 7, other.id: 9} == edits


# ── terms ────────────────────────────────────────────────────────────────────


def test_a_term_is_watched_once_and_listed(session):
    chat = a_chat(session)
    added = [terms.add_term(session, chat.id, entity="w:1", expression="fuel convoy", now=NOW) for _ in range(2)]
    terms.set_urgency(session, chat.id, entity="w:1", urgency="critical")
    session.expire_all()
    (term,) = terms.terms(session, chat.id)
    expressions = terms.expressions(session)
    removed = [terms.remove_term(session, chat.id, entity="w:1") for _ in range(2)]

    assert ([True, False], "critical", (("w:1", "fuel convoy"),), [True, False]) == (
        added,
        term.urgency,
        expressions,
        removed,
    )


def test_words_that_were_added_since_are_asked_for_alone(session):
    chat = a_chat(session)
    terms.add_term(session, chat.id, entity="w:1", expression="fuel convoy", now=NOW)
    seen = terms.newest_term(session)
    terms.add_term(session, chat.id, entity="jnim", now=NOW)
    terms.add_term(session, chat.id, entity="w:2", expression="salt caravan", now=NOW)

    assert (("w:2", "salt caravan"),) == terms.expressions(session, after=seen)
    assert seen < terms.newest_term(session)


def hearing(session, story):
    found = terms.subscribers(session, entities=["jnim"], families=["jihadists"], story=story, now=NOW)
    return [each.telegram_id for each in found]


def test_subscribers_are_those_who_watch_an_entity_or_its_family_each_once(session):
    story = a_story(session, a_feed(session))
    for number, entities in enumerate((["jnim", "family:jihadists"], ["family:jihadists"], ["aes"]), 1):
        chat = a_chat(session, number)
        for entity in entities:
            terms.add_term(session, chat.id, entity=entity, now=NOW)

    assert [1, 2] == hearing(session, story)


@pytest.mark.parametrize(("kind", "target"), [("all", ""), ("term", "jnim"), ("story", "STORY")])
def test_a_silence_holds_until_its_end(session, kind, target):
    story = a_story(session, a_feed(session))
    chat = a_chat(session)
    terms.add_term(session, chat.id, entity="jnim", now=NOW)
    target = target.replace("STORY", str(story))
    chats.mute(session, chat.id, kind=kind, target=target, until=LATER)
    silent = hearing(session, story)
    chats.mute(session, chat.id, kind=kind, target=target, until=NOW - timedelta(minutes=1))
    over = hearing(session, story)
    listed = chats.mutes(session, chat.id, now=NOW)

    assert ([], [READER], ()) == (silent, over, listed)
    assert [True, False] == [chats.unmute(session, chat.id, kind=kind, target=target) for _ in range(2)]


def test_stopped_and_closed_chats_hear_nothing(session):
    story = a_story(session, a_feed(session))
    chat = a_chat(session)
    terms.add_term(session, chat.id, entity="jnim", now=NOW)
    chats.update_chat(session, chat.id, status="stopped")

    assert [] == hearing(session, story)


def test_what_a_chat_was_told_is_known_by_kind(session):
    story, chat = a_story(session, a_feed(session)), a_chat(session)
    outbox.owe(session, [owed(chat, story)], now=NOW)
    outbox.owe(session, [owed(chat, story, kind=DeliveryKind.DEVELOPMENT, revision=2)], now=LATER)
    outbox.owe(session, [owed(chat, story, kind=DeliveryKind.EDIT, revision=2)], now=LATER)
    before = rhythm.told(session, story, chats=[chat.id, 999])
    session.execute(update(Delivery).where(col(Delivery.kind) == "edit").values(state="sent", sent=LATER))
    after = rhythm.told(session, story, chats=[chat.id, 999])

    assert [{chat.id: (NOW, LATER, None)}, {chat.id: (NOW, LATER, LATER)}] == [
        {key: (t.last_ring, t.last_development, t.last_edit) for key, t in told.items()} for told in (before, after)
    ]


# ── chats ────────────────────────────────────────────────────────────────────


def test_a_chat_is_opened_once_a_topic_and_changed_by_name(session):
    chat, again, topic = a_chat(session), a_chat(session), a_chat(session, topic_id=3)
    chats.update_chat(session, chat.id, lang="fr", settings={"quiet": [1, 2], "x": 1})
    chats.update_chat(session, chat.id, settings={"x": None})
    chats.update_chat(session, 999, lang="fr")
    changed = chats.chat(session, chat.id)

    assert (chat.id, 2) == (again.id, len(chats.chats(session)))
    assert ("fr", {"quiet": [1, 2]}, True) == (changed.lang, changed.settings, topic.id != chat.id)
    assert (None, None) == (chats.chat(session, 999), chats.find_chat(session, 999))


def test_a_closed_chat_drops_what_it_is_owed_with_the_reason(session):
    story, chat = a_story(session, a_feed(session)), a_chat(session)
    outbox.owe(session, [owed(chat, story)], now=NOW)
    outbox.owe_stories(session, story, chats=[chat.id], now=NOW)
    dropped = chats.close_chat(session, READER, reason="bot was blocked")
    session.expire_all()

    assert (1, "closed", 0) == (dropped, chats.chat(session, chat.id).status, outbox.lost(session))
    assert {"bot was blocked": 1} == outbox.balance(session).dropped


def test_a_migrated_group_takes_its_topics_and_deliveries_along(session):
    chat = a_chat(session, -5)
    outbox.owe(session, [reply(chat, 1)], now=NOW)
    chats.migrate_chat(session, -5, new=-1005)
    chats.migrate_chat(session, -5, new=-1005)
    session.expire_all()

    assert (None, chat.id) == (chats.find_chat(session, -5), chats.find_chat(session, -1005).id)
    assert [-1005] == [due.telegram_id for due in claim(session)]


def test_an_invitation_lets_one_person_in_once_and_not_for_ever(session):
    chats.add_invite(session, "good", role="owner", expires=LATER)
    chats.add_invite(session, "old", role="admin", expires=NOW - timedelta(days=1))
    used = [
        chats.use_invite(session, code, user_id=user, now=NOW)
        for code, user in (("good", 1), ("good", 2), ("old", 3), ("no", 4))
    ]
    roles = [each.user_id for each in chats.members(session)]
    chats.set_member(session, 1, role="banned", now=NOW)
    banned = chats.member(session, 1).role
    chats.remove_member(session, 1)

    assert (["owner", None, None, None], [1], "banned", None) == (used, roles, banned, chats.member(session, 1))


def test_a_wiped_chat_is_named_in_no_table(session):
    story, chat = a_story(session, a_feed(session)), a_chat(session)
    terms.add_term(session, chat.id, entity="jnim", now=NOW)
    chats.mute(session, chat.id, kind="all")
    chats.set_member(session, READER, role="owner", now=NOW)
    chats.add_invite(session, "code", role="owner", expires=LATER)
    chats.use_invite(session, "code", user_id=READER, now=NOW)
    outbox.owe(session, [owed(chat, story), reply(chat, 9)], now=NOW)
    outbox.owe_stories(session, story, chats=[chat.id], now=NOW)
    outbox.park(session, READER, until=LATER)
    editions.open_edition(session, chat.id, kind="daily", day="2026-03-01", now=NOW)
    inbox.store_updates(session, [(4, {"message": {"chat": {"id": READER}}})], now=NOW)
    tunings.tune(session, chat.id, Tuning("jnim", TuningKind.WITHOUT, "cipher"), now=NOW)
    desk.act(session, a_chat(session, -5).id, DeskRecord(story, READER, "take", at=NOW))
    desk.audit(session, READER, act="ban", target=str(READER), now=NOW)

    def named():
        rows = {
            table.name: session.connection().execute(table.select()).all() for table in Table.metadata.tables.values()
        }
        return [name for name, found in rows.items() if any(str(READER) in str(row) for row in found)]

    before = named()
    chats.wipe_chat(session, READER)
    session.flush()

    everywhere = {"chats", "deliveries", "members", "parked", "inbox", "invites", "desk_acts", "audit"}
    assert (True, []) == (everywhere <= set(before), named())
    assert () == tunings.tunings(session, chat.id)


def test_an_answer_to_others_that_names_a_wiped_chat_is_never_owed_without_its_words(session):
    a_chat(session, 77)
    said = ("77 is banned", "chat 177 and 770", "message of -77")
    for number, words in enumerate(said):
        answer = replace(reply(a_chat(session, 5 + number), 20 + number), payload={"spans": [{"text": words}]})
        outbox.owe(session, [answer], now=NOW)
    chats.wipe_chat(session, 77)
    session.flush()
    due = claim(session)

    assert list(said[1:]) == [each.payload["spans"][0]["text"] for each in due]


def test_a_term_that_was_narrowed_counts_only_for_what_is_left_of_it(session):
    story = a_story(session, a_feed(session))
    one, two, three = (a_chat(session, number) for number in (1, 2, 3))
    terms.add_term(session, one.id, entity="jnim", now=NOW)
    terms.add_term(session, two.id, entity="family:jihadists", now=NOW)
    terms.add_term(session, three.id, entity="jnim", now=NOW)
    tunings.tune(session, two.id, Tuning("jnim", TuningKind.WITHOUT, "djibo"), now=NOW)
    tunings.tune(session, three.id, Tuning("jnim", TuningKind.LEAST, "90"), now=NOW)
    asked = {"entities": ["jnim"], "families": ["jihadists"], "story": story, "now": NOW}
    heard = [each.chat for each in tunings.tuned(session, terms.subscribers(session, **asked), story=story)]
    seen = [len(stories.latest_stories(session, chat.id, since=NOW - timedelta(days=1))) for chat in (one, two, three)]
    view = stories.story_view(session, story, chat=two.id)
    taken_back = tunings.untune(session, two.id, Tuning("jnim", TuningKind.WITHOUT, "djibo"))

    assert [one.id, three.id] == heard
    assert ([1, 0, 1], ()) == (seen, view.matches)
    assert (True, 1) == (taken_back, len(stories.latest_stories(session, two.id, since=NOW - timedelta(days=1))))


def test_a_later_threshold_takes_the_place_of_the_one_before(session):
    chat = a_chat(session)
    for value in ("90", "95", "95"):
        tunings.tune(session, chat.id, Tuning("jnim", TuningKind.LEAST, value), now=NOW)

    assert ["95"] == [each.tuning.value for each in tunings.tunings(session, chat.id)]


def test_a_desk_keeps_every_act_and_admins_leave_a_trace(session):
    story, chat = a_story(session, a_feed(session)), a_chat(session, -5)
    for kind, at in (("take", NOW), ("verified", LATER)):
        desk.act(session, chat.id, DeskRecord(story, READER, kind, at=at))
    desk.audit(session, READER, act="feed.paused", target="https://example.org/feed", now=NOW)

    assert ["take", "verified"] == [each.kind for each in desk.acts_of(session, chat.id, story=story)]
    assert ["verified"] == [each.kind for each in desk.acts_since(session, chat.id, since=LATER)]
    assert ["take"] == [each.kind for each in desk.labels(session, kinds=["take", "same"])]
    assert ["feed.paused"] == [each.act for each in desk.audited(session)]


# ── outbox ───────────────────────────────────────────────────────────────────


def test_what_is_owed_twice_is_owed_once(session):
    story, chat = a_story(session, a_feed(session)), a_chat(session)
    edition = editions.open_edition(session, chat.id, kind="daily", day="d", now=NOW)
    each = [
        owed(chat, story),
        reply(chat, 1),
        NewDelivery(chat.id, DeliveryKind.DIGEST, 4, NOW, edition=edition, part=0),
        NewDelivery(chat.id, DeliveryKind.NOTICE, 4, NOW, notice_key="n"),
        NewDelivery(999, DeliveryKind.NOTICE, 4, NOW, notice_key="nobody"),
    ]

    assert (4, 0) == (outbox.owe(session, each, now=NOW), outbox.owe(session, each, now=NOW))


def test_urgent_goes_first_and_a_chat_has_one_in_flight(session):
    one, two = a_chat(session, 1), a_chat(session, 2)
    outbox.owe(session, [reply(one, 1, priority=3), reply(one, 2, priority=1), reply(two, 3, priority=2)], now=NOW)
    first = claim(session)
    meanwhile = claim(session)
    outbox.settle(session, [sent(due) for due in first], now=NOW)
    then = claim(session)

    assert [[2, 3], [], [1]] == [[due.payload["n"] for due in each] for each in (first, meanwhile, then)]


def test_messages_of_a_story_and_parts_of_an_edition_keep_their_order(session):
    story, chat = a_story(session, a_feed(session)), a_chat(session)
    edition = editions.open_edition(session, chat.id, kind="daily", day="d", now=NOW)
    outbox.owe(
        session,
        [owed(chat, story, priority=3), owed(chat, story, kind=DeliveryKind.UPDATE, revision=2, priority=1)],
        now=NOW,
    )
    parts = [NewDelivery(chat.id, DeliveryKind.DIGEST, 4, NOW, edition=edition, part=n) for n in range(2)]
    outbox.owe(session, parts, now=NOW)
    order = []
    for number in range(4):
        (due,) = claim(session)
        order.append((due.kind.value, due.part, due.reply_to))
        outbox.settle(session, [sent(due, number + 10)], now=NOW)

    assert [("alert", None, None), ("update", None, 10), ("digest", 0, None), ("digest", 1, None)] == order


def test_a_parked_chat_is_left_alone_until_its_time(session):
    chat = a_chat(session)
    outbox.owe(session, [reply(chat, 1)], now=NOW)
    outbox.park(session, READER, until=LATER)
    waiting = (claim(session), outbox.next_delivery_at(session, now=NOW), backlog(session, now=NOW).parked)
    freed = outbox.unpark(session, now=LATER)

    assert ((), LATER, 1) == waiting
    assert (1, 1) == (freed, len(claim(session, LATER)))


def test_of_what_is_owed_only_what_is_new_is_counted(session):
    chat = a_chat(session)
    first = outbox.owe(session, [reply(chat, 1), reply(chat, 2)], now=NOW)
    again = outbox.owe(session, [reply(chat, 1), reply(chat, 3), reply(chat, 2)], now=NOW)

    assert (2, 1, 0) == (first, again, outbox.owe(session, [], now=NOW))
    assert 3 == queue_of(session, chat.id)


def test_what_could_leave_now_is_counted_of_all_and_of_whoever_has_most(session):
    few, many, group = a_chat(session), a_chat(session, READER + 1), a_chat(session, -READER)
    outbox.owe(session, [reply(few, 1), *(reply(many, n) for n in range(2, 5))], now=NOW)
    outbox.owe(session, [*(reply(group, n) for n in range(5, 7)), reply(few, 8, at=LATER)], now=NOW)
    every = leaving(session, now=NOW)
    outbox.park(session, READER + 1, until=LATER)
    others = backlog(session, now=NOW).leaving

    assert (Leaving(6, private=3, group=2, oldest=NOW), Leaving(3, private=1, group=2, oldest=NOW)) == (every, others)
    assert Leaving(7, private=3, group=2, oldest=NOW) == leaving(session, now=LATER)


def test_what_is_not_due_yet_names_its_time_and_nothing_owed_names_none(session):
    chat = a_chat(session)
    none = outbox.next_delivery_at(session, now=NOW)
    outbox.owe(session, [reply(chat, 1, at=LATER)], now=NOW)

    assert (None, LATER, (), 1) == (
        none,
        outbox.next_delivery_at(session, now=NOW),
        claim(session),
        queue_of(session, chat.id),
    )


def test_a_retry_waits_and_counts_and_a_lost_lease_settles_nothing(session):
    outbox.owe(session, [reply(a_chat(session), 1)], now=NOW)
    (due,) = claim(session)
    again = DeliveryOutcome(
        due.id, due.lease_token, DeliveryState.DUE, not_before=LATER, reason="500", possible_repeat=True
    )
    written = [
        outbox.settle(session, [again], now=NOW),
        outbox.settle(session, [DeliveryOutcome(due.id, 99, DeliveryState.SENT)], now=NOW),
    ]
    (later,) = claim(session, LATER)

    assert ([1, 0], (), 1, True, 1) == (
        written,
        claim(session),
        later.attempts,
        later.possible_repeat,
        outbox.balance(session).possible_repeats,
    )


def test_what_a_dead_sender_held_is_taken_back_and_counted(session):
    outbox.owe(session, [reply(a_chat(session, 1), 1), reply(a_chat(session, 2), 2)], now=NOW)
    claim(session)
    early = outbox.recover(session, now=NOW)
    mine = outbox.recover(session, now=NOW, holder="me")
    session.expire_all()
    claim(session)
    late = outbox.recover(session, now=LATER)

    assert (0, 2, 2, 4) == (early, mine, late, outbox.balance(session).possible_repeats)


def test_old_news_is_dropped_with_its_reason_and_a_newer_edit_replaces_an_older(session):
    story, chat = a_story(session, a_feed(session)), a_chat(session)
    outbox.owe(session, [owed(chat, story, expires=LATER)], now=NOW)
    edits = [owed(chat, story, kind=DeliveryKind.EDIT, revision=n) for n in (2, 3)]
    for edit in edits:
        outbox.owe(session, [edit], now=NOW)
    expired = outbox.expire(session, now=LATER)
    states = dict(session.exec(select(Delivery.revision, Delivery.state)).all())

    assert (1, {1: "dropped", 2: "merged", 3: "due"}) == (expired, states)


def test_the_audit_sees_what_no_delivery_keeps(session):
    story, chat = a_story(session, a_feed(session)), a_chat(session)
    outbox.owe_stories(session, story, chats=[chat.id], now=NOW)
    outbox.owe(session, [owed(chat, story)], now=NOW)
    before = outbox.lost(session)
    session.delete(session.exec(select(Delivery)).one())
    session.flush()

    assert (0, 1, 1) == (before, outbox.lost(session), outbox.balance(session).lost)


def test_held_deliveries_wait_and_are_told_by_an_edition(session):
    story, chat = a_story(session, a_feed(session)), a_chat(session)
    outbox.owe(session, [owed(chat, story, held=True)], now=NOW)
    held = backlog(session, now=NOW).held

    assert (1, 1, ()) == (
        held,
        outbox.merge_held(session, chat.id, stories=[story], reason="edition 1"),
        claim(session),
    )


def test_a_message_leads_to_its_story(session):
    story, chat = a_story(session, a_feed(session)), a_chat(session)
    outbox.owe(session, [owed(chat, story)], now=NOW)
    (due,) = claim(session)
    outbox.settle(session, [sent(due, 77)], now=NOW)

    assert [story, story, None] == [outbox.story_of_message(session, chat.id, message_id=n) for n in (77, None, 5)]


def test_the_balance_counts_what_was_read_told_and_sent(session):
    story, chat = a_story(session, a_feed(session)), a_chat(session)
    outbox.owe(session, [owed(chat, story)], now=NOW)
    outbox.settle(session, [sent(due) for due in claim(session)], now=NOW)
    balance = outbox.balance(session)

    assert (1, 1, 1, 0, {"alert": 1}, 0) == (
        balance.entries,
        balance.matched,
        balance.stories,
        balance.copies,
        balance.sent,
        balance.lost,
    )


# ── inbox, editions, leases, upkeep ──────────────────────────────────────────


def test_an_update_is_stored_once_handled_and_forgotten(session):
    stored = [inbox.store_updates(session, [(5, {"a": 1}), (6, {"b": 2})], now=NOW) for _ in range(2)]
    inbox.handled(session, 5, now=NOW)
    inbox.fail_update(session, 6, reason="E", now=NOW, give_up=False)
    session.expire_all()
    (left,) = inbox.next_updates(session)
    inbox.fail_update(session, 6, reason="E", now=NOW, give_up=True)
    session.expire_all()

    assert ([2, 0], 6, 1, 6) == (stored, left.update_id, left.attempts, inbox.last_update_id(session))
    assert () == inbox.next_updates(session)


def test_what_nobody_could_handle_in_a_day_is_forgotten(session):
    inbox.store_updates(session, [(5, {"a": 1})], now=NOW)

    assert (1, 0) == (inbox.forget_old(session, before=LATER), inbox.forget_old(session, before=LATER))


def test_a_day_has_one_edition_a_chat(session):
    chat = a_chat(session)
    chats.update_chat(session, chat.id, mode="both")
    numbers = [editions.open_edition(session, chat.id, kind="daily", day=day, now=NOW) for day in ("1", "1", "2")]
    last = editions.last_edition(session, chat.id, kind="daily")

    assert ([True, False, True], "2", None) == (
        [number is not None for number in numbers],
        last.day,
        editions.last_edition(session, chat.id, kind="weekly"),
    )
    assert [chat.id] == [each.id for each in editions.digest_chats(session)]


def test_a_lease_has_one_holder_and_an_epoch_for_each_new_one(session):
    def take(holder, now=NOW):
        return leases.take_lease(session, "sender", holder=holder, now=now, ttl_s=15)

    taken = [take("a"), take("a"), take("b"), take("b", NOW + timedelta(seconds=16))]
    leases.release_lease(session, "sender", holder="b")
    session.expire_all()

    assert [1, 1, None, 2] == taken
    assert 3 == take("c", NOW + timedelta(seconds=17))


def test_small_facts_are_kept(session):
    leases.set_fact(session, "menu", {"hash": "a"})
    leases.set_fact(session, "menu", {"hash": "b"})
    session.expire_all()

    assert ({"hash": "b"}, None) == (leases.fact(session, "menu"), leases.fact(session, "none"))


def test_what_was_held_back_of_a_flood_is_counted_by_outlet(session):
    feed = a_feed(session)
    flood = [replace(new_entry(f"k{n}", title=f"t{n}"), disposition=Disposition.HELD) for n in range(3)]
    entries.add_entries(session, feed, entries=flood, now=NOW)
    an_entry(session, feed, "other")

    assert {"Example.Org": 3} == figures(session, now=NOW).held_back


def test_a_feed_that_moved_is_known_by_both_addresses(session):
    feed = a_feed(session)
    (claimed,) = feeds.claim_feeds(session, now=NOW, limit=1, lease_s=60, holder="a")
    feeds.record_poll(session, outcome(claimed, url="https://new.example.net/feed"))

    assert {claimed.url, "https://new.example.net/feed"} == feeds.known_urls(session, removed=True)
    assert [feed, feed] == [feeds.feed_by_url(session, url).id for url in (claimed.url, "https://new.example.net/feed")]


def test_a_feed_that_moved_to_where_another_stands_keeps_its_address(session):
    a_feed(session, "example.org")
    other = feeds.feed_by_url(session, feeds.list_feeds(session)[0].url)
    a_feed(session, "other.org")
    claimed = next(
        each for each in feeds.claim_feeds(session, now=NOW, limit=2, lease_s=60, holder="a") if each.id != other.id
    )

    assert feeds.record_poll(session, outcome(claimed, url=other.url))
    assert 2 == len({each.url for each in feeds.list_feeds(session)})


def test_a_removed_feed_is_remembered_as_removed(session):
    feed = a_feed(session)
    url = feeds.list_feeds(session)[0].url
    feeds.remove_feed(session, feed)

    assert ({url}, frozenset()) == (feeds.known_urls(session, removed=True), feeds.known_urls(session, removed=False))


def test_what_is_overdue_after_a_restart_is_spread_and_the_first_stay_due(session):
    for number in range(6):
        a_feed(session, f"host{number}.org")
    waiting = feeds.spread_overdue(session, now=NOW, at_once=2, per_second=2.0)
    due = sorted(each.next_at for each in feeds.list_feeds(session))

    assert (4, 2) == (waiting, sum(moment <= NOW for moment in due))
    assert NOW + timedelta(seconds=2) == due[-1]


def test_a_shorter_rest_does_not_end_a_longer_one(session):
    a_feed(session)
    feeds.cool_host(session, "example.org", until=LATER)
    feeds.cool_host(session, "example.org", until=NOW)

    assert () == feeds.claim_feeds(session, now=NOW + timedelta(seconds=5), limit=5, lease_s=60, holder="a")


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://feeds.bbci.co.uk/news/rss.xml", "bbci.co.uk"),
        ("https://one.blogspot.com/feeds", "blogspot.com"),
        ("https://user:word@www.example.org:8443/feed", "example.org"),
        ("http://127.0.0.1:8000/feed", "127.0.0.1:8000"),
        ("http://localhost/feed", "localhost"),
    ],
)
def test_polls_are_spaced_by_whose_machine_it_is(url, host):
    assert host == feeds.host_of(url)


def test_two_processes_never_claim_the_same_feed(postgres_database):
    with postgres_database.transaction() as session:
        for number in range(20):
            a_feed(session, f"host{number}.org")
    barrier, taken = threading.Barrier(2), {}

    def claimer(name):
        with postgres_database.transaction() as session:
            taken[name] = {feed.id for feed in feeds.claim_feeds(session, now=NOW, limit=10, lease_s=60, holder=name)}
            barrier.wait(10)

    threads = [threading.Thread(target=claimer, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (set(), True) == (taken["a"] & taken["b"], len(taken["a"] | taken["b"]) >= 10)


def test_two_processes_never_claim_the_same_delivery(postgres_database):
    with postgres_database.transaction() as session:
        outbox.owe(session, [reply(a_chat(session, number), number) for number in range(1, 21)], now=NOW)
    barrier, taken = threading.Barrier(2), {}

    def claimer(name):
        with postgres_database.transaction() as session:
            taken[name] = {due.id for due in claim(session, limit=10)}
            barrier.wait(10)

    threads = [threading.Thread(target=claimer, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (set(), True) == (taken["a"] & taken["b"], len(taken["a"] | taken["b"]) >= 10)


def test_placement_is_serial_across_processes(postgres_database):
    order, entered = [], threading.Event()

    def placer():
        with postgres_database.transaction() as session:
            entered.set()
            postgres_database.placement_lock(session)
            order.append("second")

    with postgres_database.transaction() as session:
        postgres_database.placement_lock(session)
        thread = threading.Thread(target=placer)
        thread.start()
        entered.wait(10)
        order.append("first")
    thread.join()

    assert ["first", "second"] == order
