"""Show that editions are opened once, hold what was held, and are cut between stories."""

import asyncio

from bot.delivery.message import Message
from bot.delivery.render import to_html, units
from bot.digest.editions import digest_now, open_due_editions
from storage.chats import mute, update_chat
from storage.delivery_records import DeliveryKind, NewDelivery
from storage.outbox import balance, claim_deliveries, owe


def name(entity, _lang):
    return entity.upper()


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
    await archive.reader()
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
    await archive.store.write(digest_now, chat, name=name, now=archive.clock.now(), update_id=1)
    (due,) = await owed(archive)

    assert "Nothing happened" in Message.from_json(due.payload).text


async def test_an_edition_says_day_outlets_tolls_and_places_in_the_chats_language(sqlite_archive):
    archive = sqlite_archive
    chat = await archive.reader()
    await archive.store.write(update_chat, chat, lang="fr", tz="Europe/Paris")
    known = {"tolls": {"killed": 7}, "places": ["gao"], "voices": ["a", "b"], "severity": 4, "claimed": True}
    story = await archive.report("GSIM : attaque près de Gao", state=known)
    await archive.report("Attaque à Gao", outlet="other-desk", story=story, state=known)
    await archive.store.write(digest_now, chat, name=name, now=archive.clock.now(), update_id=1)
    (due,) = await owed(archive)
    told = Message.from_json(due.payload).text

    assert [
        "Résumé du dimanche 1 mars",
        "1 sujet",
        "🔴 GSIM : attaque près de Gao",
        "   1 mars, 07:00 · 2 médias, 2 indépendants entre eux : Radio Fleuve, Other Desk",
        "   Ceci repose sur une déclaration, selon Radio Fleuve ; non confirmé.",
        "   Bilan le plus élevé annoncé : tués 7",
        "   📍 GAO",
    ] == [line for line in told.splitlines() if line]
