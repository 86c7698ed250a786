"""Show what those who run the bot do in the chat, and that nobody else can."""

import pytest

from bot.chat.commands import COMMANDS, Who
from bot.sandbox.demo import READER
from bot.sandbox.media import Upload
from storage.chats import chats, member, set_member
from storage.desk import audited
from storage.entries import add_entries
from storage.feeds import hushed, list_feeds
from storage.records import Disposition, NewEntry

OTHER = 61
OPML = b'<opml version="2.0"><body><outline text="New" xmlUrl="https://news.example.org/feed"/></body></opml>'


@pytest.fixture
async def owner(talk):
    await talk.store.write(set_member, READER, role="owner", now=talk.clock.now())
    return talk


async def acts(talk):
    return [each.act for each in await talk.store.read(audited)]


@pytest.mark.slow
async def test_what_is_for_operators_is_for_nobody_else_and_never_for_a_group(talk):
    talk.sandbox.add_group(-900, title="Desk", admins=(READER,))
    names = [each.name for each in COMMANDS if each.who is Who.OPERATES]
    refused = [await talk.say(f"/{name}") for name in names]
    forged = [await talk.press(data) for data in ("1:fp:0", "1:fd:1:0:remove", "1:bs:x", "1:bx")]
    await talk.store.write(set_member, READER, role="owner", now=talk.clock.now())
    in_group = [await talk.say(f"/{name}", chat=-900) for name in names]

    assert [[]] * len(names) == refused == in_group
    assert [[]] * 4 == forged


@pytest.mark.slow
async def test_feeds_are_listed_paused_hushed_and_removed_and_each_leaves_a_trace(owner):
    (page,) = await owner.say("/feeds")
    await owner.tap("✓")
    (hush,) = await owner.tap("No alarms")
    quiet = await owner.store.read(hushed)
    await owner.tap("Pause")
    paused = [feed for feed in await owner.store.read(list_feeds) if not feed.enabled]
    await owner.say("/feeds")
    await owner.press(f"1:fc:{paused[0].id}:0", message=owner.sandbox.messages(READER)[-1]["message_id"])
    await owner.tap("Read it")
    resumed = [feed for feed in await owner.store.read(list_feeds) if not feed.enabled]
    count = len(await owner.store.read(list_feeds))
    await owner.say("/feeds")
    await owner.tap("✓")
    await owner.tap("✕ Remove")
    await owner.tap("Yes, remove it")

    assert "feeds are well" in page
    assert (1, 1, 0, count - 1) == (len(quiet), len(paused), len(resumed), len(await owner.store.read(list_feeds)))
    assert "State: active" in hush or "State: new" in hush
    assert ["feed.removed", "feed.resumed", "feed.paused", "feed.hush"] == await acts(owner)


@pytest.mark.slow
async def test_a_feed_is_added_by_its_address_and_many_by_an_opml_file(owner):
    url = owner.here.newsstand.feed_url("west-africa-desk")
    await owner.publish(1)
    (known,) = await owner.say(f"/feeds {url}")
    found = next(feed for feed in await owner.store.read(list_feeds) if feed.url == url)
    await owner.press(f"1:fd:{found.id}:0:remove")
    (added,) = await owner.say(f"/feeds add {url}")
    (nothing,) = await owner.say("/feeds http://127.0.0.1:9/none")
    number = owner.sandbox.hand_in(READER, Upload("feeds.opml", "text/xml", OPML))
    (taken,) = (await owner.say("/feeds", answers=number))[-1:]

    assert known.endswith("is read already.")
    assert "is read from now on" in added
    assert nothing.startswith("I found no feed")
    assert "1 of 1 feeds are new" in taken


async def test_what_the_flood_rule_held_back_rings_at_a_tap(owner):
    (feed, *_) = [each.id for each in await owner.store.read(list_feeds) if each.enabled]
    now = owner.clock.now()
    held = NewEntry(
        "key", "key", "", "", "https://example.org/held", "JNIM fighters kill nine at a post near Djibo", "", "en",
        published=now, effective=now, content_hash="", disposition=Disposition.HELD,
    )  # fmt: skip
    await owner.store.write(add_entries, feed, entries=[held], now=now)
    await owner.say("/feeds")
    await owner.press(f"1:fc:{feed}:0", message=owner.sandbox.messages(READER)[-1]["message_id"])
    (card,) = await owner.tap("Let 1 entry ring that was held back")
    await owner.here.tocsin.poller.poll_due()
    await owner.settle()

    assert "State:" in card
    assert "near Djibo" in owner.accepted()[-1].message["text"]
    assert "feed.released" == (await acts(owner))[0]


async def test_a_broadcast_is_seen_first_counted_and_sent_once(owner):
    owner.sandbox.add_private(OTHER)
    await owner.say("/start", user=OTHER)
    (empty,) = await owner.say("/broadcast")
    (preview,) = await owner.say("/broadcast Planned pause <b>tonight</b>")
    await owner.tap("Send to 2 chats")
    texts = [each.message["text"] for each in owner.accepted() if each.chat == OTHER]
    old = await owner.press("1:bs:00000000")
    await owner.say("/broadcast Another")
    (cancelled,) = await owner.tap("Cancel")

    assert "You see them first" in empty
    assert preview.endswith("Planned pause <b>tonight</b>")
    assert ["Planned pause <b>tonight</b>"] == texts[-1:]
    assert ([], "Not sent.") == (old, cancelled)
    assert ["broadcast"] == await acts(owner)


async def test_a_broadcast_leaves_alone_who_asked_for_silence(owner):
    owner.sandbox.add_private(OTHER)
    await owner.say("/start", user=OTHER)
    await owner.say("/stop", user=OTHER)
    heard = len([each for each in owner.accepted() if each.chat == OTHER])
    await owner.say("/broadcast Planned pause")
    sent = await owner.tap("Send to 1 chat")

    assert "On its way to 1 chat." in sent
    assert heard == len([each for each in owner.accepted() if each.chat == OTHER])


@pytest.mark.slow
async def test_roles_are_given_by_number_and_nobody_raises_themselves(owner):
    answers = [
        (await owner.say(words))[0]
        for words in ("/people 61 admin", "/people 61 ban", "/people 7 member", "/people x", "/people 61 king")
    ]
    banned = (await owner.store.read(member, OTHER)).role
    await owner.say("/people 61 remove")
    await owner.store.write(set_member, READER, role="admin", now=owner.clock.now())
    (refused,) = await owner.say("/people 61 owner")
    (listed,) = await owner.say("/people")
    (trace,) = await owner.say("/audit")

    assert ["61 · admin", "61 · banned"] == answers[:2]
    assert [True, True] == ["Only an owner may do that" in each for each in (answers[2], refused)]
    assert [True, True] == ["Say who and what" in each for each in answers[3:]]
    assert ("banned", None) == (banned, await owner.store.read(member, OTHER))
    assert "7 · admin" in listed
    assert "people.banned 61" in trace


async def test_health_says_what_was_read_sent_and_lost(owner):
    await owner.publish(1)
    (page,) = await owner.say("/health")

    assert "lost 0" in page
    assert "Outbox: " in page


async def test_a_chat_that_asks_too_much_is_left_alone_for_a_minute(talk):
    from bot.chat.context import Limits

    talk.here.tocsin.chat.limits = Limits(terms=1, commands=2)
    answers = [await talk.say("/status") for _ in range(3)]
    talk.clock.advance(61)
    (full,) = await talk.say("/watch gsim")

    assert [1, 1, 0] == [len(each) for each in answers]
    assert full.startswith("This chat watches 1 terms already")
    assert 1 == len(await talk.store.read(chats))
