"""Show that editions are opened once, hold what was held, and are cut between stories."""

import asyncio
from datetime import timedelta

from bot.delivery.message import Message
from bot.delivery.render import to_html, units
from bot.digest.chart import Picture
from bot.digest.editions import Desk, digest_now, open_due_editions
from bot.digest.pulse import take_pulse
from matchers.types import Change, ChangeKind
from storage.chats import mute, update_chat
from storage.delivery_records import DeliveryKind, NewDelivery
from storage.outbox import balance, claim_deliveries, owe
from storage.tables import Feed


def name(entity, _lang):
    return entity.upper()


def silence(session, *, feed, now):
    row = session.get(Feed, feed)
    row.state, row.cadence = "silent", {"last_ok": now.isoformat(), "last_new": "2026-01-20T06:00:00+00:00"}
    session.add(row)


async def now(archive, chat):
    """Ask for an edition at once."""
    pulse = await archive.store.read(take_pulse, now=archive.clock.now())
    await archive.store.write(digest_now, chat, desk=Desk(name, pulse), update_id=1)


async def owed(archive):
    """Claim what is due, one after another, and return it."""
    found = []
    while batch := await archive.store.write(
        claim_deliveries, now=archive.clock.now(), limit=8, lease_s=90, holder="test"
    ):
        from storage.delivery_records import DeliveryOutcome, DeliveryState
        from storage.outbox import settle

        outcomes = [DeliveryOutcome(due.id, due.lease_token, DeliveryState.SENT, message_id=due.id) for due in batch]
        await archive.store.write(settle, outcomes, now=archive.clock.now())
        found += batch
    return found


async def test_an_edition_comes_once_a_day_whoever_asks_and_how_often(archive):
    await archive.reader()
    await archive.report("GSIM attacks a convoy")
    archive.clock.advance(3600)
    opened = await asyncio.gather(*(open_due_editions(archive.store, archive.clock, name=name) for _ in range(4)))
    archive.clock.advance(24 * 3600)
    tomorrow = await open_due_editions(archive.store, archive.clock, name=name)
    deliveries = await owed(archive)

    assert (1, 1) == (sum(opened), tomorrow)
    assert [("2 deliveries", 0), ("2 deliveries", 0)] == [
        (f"{len(deliveries)} deliveries", due.part) for due in deliveries
    ]


async def test_an_edition_tells_what_was_held_for_it(archive):
    chat = await archive.reader()
    story = await archive.report("GSIM attacks a convoy")
    held = NewDelivery(chat, DeliveryKind.ALERT, 2, archive.clock.now(), held=True, story=story, revision=1)
    await archive.store.write(owe, [held], now=archive.clock.now())
    archive.clock.advance(3600)
    await open_due_editions(archive.store, archive.clock, name=name)
    (due,) = await owed(archive)

    assert "GSIM attacks a convoy" in Message.from_json(due.payload).text
    assert 0 == (await archive.store.read(balance)).lost


async def test_a_long_edition_is_cut_between_stories_into_parts_that_fit(archive):
    await archive.reader(settings={"digest_kind": "weekly", "digest_from": "2026-01-01T00:00:00+00:00"})
    for number in range(40):
        title = f"GSIM {number:02} {'attaque un convoi de carburant ' * 5}"
        await archive.report(title, outlet=f"outlet-{number}", state={"tolls": {"killed": 7}, "places": ["gao"]})
    archive.clock.advance(3600)
    await open_due_editions(archive.store, archive.clock, name=name)
    deliveries = await owed(archive)
    messages = [Message.from_json(due.payload) for due in deliveries]

    assert list(range(len(deliveries))) == [due.part for due in deliveries]
    assert len(deliveries) > 1
    assert [] == [message.text[:20] for message in messages[1:] if not message.text.startswith(("⚪", "🟡"))]
    assert [] == [html[:20] for message in messages for html in to_html(message) if units(html) > 32_768]
    assert "20 smaller stories are left out." in messages[-1].text


async def test_an_edition_says_what_moved_what_is_new_what_waited_and_what_is_not_heard(sqlite_archive):
    archive = sqlite_archive
    await archive.report("GSIM attacks a convoy near Gao", state={"places": ["gao"]})
    archive.clock.advance(20 * 86_400)
    chat = await archive.reader(settings={"quiet": [0, 420]})
    archive.clock.advance(20 * 86_400 - 3600)
    toll = Change(ChangeKind.TOLL, "killed", "3", "7"), Change(ChangeKind.TOLL, "killed", "7", "9")
    story = await archive.report("GSIM attacks a mine", state={"places": ["gao", "tinzaouaten"]})
    await archive.report("GSIM again", story=story, outlet="other", state={"places": ["tinzaouaten"]}, changes=toll)
    for number in range(8):
        await archive.report(f"GSIM {number}", outlet="third")
    waits = NewDelivery(chat, DeliveryKind.ALERT, 2, archive.clock.now() + timedelta(hours=2), story=story, revision=1)
    await archive.store.write(owe, [waits], now=archive.clock.now())
    await archive.store.write(silence, feed=1, now=archive.clock.now())
    archive.clock.advance(3600)
    await now(archive, chat)
    told = [line for line in Message.from_json((await owed(archive))[-1].payload).text.splitlines() if line]

    assert [
        "What moved",
        "• GSIM attacks a mine: killed: 3 → 9",
        "First time in 40 days",
        "TINZAOUATEN",
        "Named more than usual",
        "• JNIM: 10, usually 0",
        "🌙 1 alert waited for the end of your quiet hours (00:00–07:00).",
        "🔇 Not heard, since: Radio Fleuve (20 Jan, 06:00)",
    ] == told[told.index("What moved") :]


async def test_a_term_that_is_dismissed_each_time_is_proposed_for_silence(sqlite_archive):
    archive = sqlite_archive
    chat = await archive.reader()
    stories = [await archive.report(f"GSIM {number}") for number in range(4)]
    await archive.store.write(update_chat, chat, settings={"votes": {str(story): -1 for story in stories}})
    await now(archive, chat)
    (due,) = await owed(archive)
    message = Message.from_json(due.payload)

    assert "💡 You dismissed 4 stories about JNIM." == message.text.splitlines()[-1]
    assert "1:dm:jnim" == message.keyboard[0][0].data


async def test_an_empty_edition_is_one_line_or_none_as_the_chat_likes(archive):
    talkative, terse = await archive.reader(7), await archive.reader(8, settings={"empty_digest": False})
    archive.clock.advance(3600)
    opened = await open_due_editions(archive.store, archive.clock, name=name)
    deliveries = await owed(archive)

    assert (2, [talkative]) == (opened, [due.chat for due in deliveries])
    assert terse not in [due.chat for due in deliveries]
    assert "Nothing happened" in Message.from_json(deliveries[0].payload).text


async def test_an_edition_covers_what_came_since_the_one_before(archive):
    chat = await archive.reader()
    archive.clock.advance(3600)
    await open_due_editions(archive.store, archive.clock, name=name)
    archive.clock.advance(2 * 3600)
    await archive.report("GSIM attacks a convoy")
    archive.clock.advance(46 * 3600)
    await open_due_editions(archive.store, archive.clock, name=name)
    second = (await owed(archive))[-1]

    assert chat == second.chat
    assert "GSIM attacks a convoy" in Message.from_json(second.payload).text


async def test_a_silenced_story_is_not_told(archive):
    chat = await archive.reader()
    story = await archive.report("GSIM attacks a convoy")
    await archive.store.write(mute, chat, kind="story", target=str(story))
    await now(archive, chat)
    (due,) = await owed(archive)

    assert "Nothing happened" in Message.from_json(due.payload).text


async def test_an_edition_says_day_outlets_tolls_and_places_in_the_chats_language(sqlite_archive):
    archive = sqlite_archive
    chat = await archive.reader()
    await archive.store.write(update_chat, chat, lang="fr", tz="Europe/Paris")
    known = {"tolls": {"killed": 7}, "places": ["gao"], "voices": ["a", "b"], "severity": 4, "claimed": True}
    story = await archive.report("GSIM : attaque près de Gao", state=known)
    await archive.report("Attaque à Gao", outlet="other-desk", story=story, state=known)
    await now(archive, chat)
    (due,) = await owed(archive)
    told = Message.from_json(due.payload).text

    assert [
        "Résumé du dimanche 1er mars",
        "1 sujet · 2 articles",
        "🔴 GSIM : attaque près de Gao",
        "   1 mars, 07:00 · 2 médias, 2 indépendants entre eux\u00a0: Radio Fleuve, Other Desk",
        "   Ceci repose sur une déclaration, selon Radio Fleuve\u202f; non confirmé.",
        "   Bilan le plus élevé annoncé\u00a0: tués 7",
        "   📍 GAO",
    ] == [line for line in told.splitlines() if line]


async def test_the_picture_comes_after_the_text_with_the_same_in_words(archive):
    chat = await archive.reader(settings={"picture": True})
    for number in range(3):
        await archive.report(f"GSIM {number} attaque Kidal")
    archive.clock.advance(3600)
    await open_due_editions(archive.store, archive.clock, name=name)
    text, picture = [Message.from_json(due.payload) for due in await owed(archive)]

    assert chat
    assert (None, "JNIM: 3 today, 3 in 14 days\nOn the map: Kidal") == (text.picture, picture.text)
    assert [("JNIM", (0,) * 13 + (3,))] == [(row.name, row.counts) for row in Picture.from_json(picture.picture).rows]
    assert [("Kidal", 3)] == [(spot.name, spot.weight) for spot in Picture.from_json(picture.picture).spots]


async def test_a_thin_line_gets_its_counts_as_blocks(sqlite_archive):
    chat = await sqlite_archive.reader(settings={"light": True})
    await sqlite_archive.report("GSIM attaque Kidal")
    await now(sqlite_archive, chat)
    (due,) = await owed(sqlite_archive)

    assert "▁▁▁▁▁▁▁▁▁▁▁▁▁█\u200e 1 · JNIM" in Message.from_json(due.payload).text
