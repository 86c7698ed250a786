"""Show that a chat reads its editions over HTTP: once, at its hour, with what was held for it."""

from datetime import timedelta

import pytest

from bot.digest.editions import open_due_editions
from bot.sandbox.demo import READER
from storage.chats import find_chat, update_chat
from storage.figures import backlog
from storage.outbox import balance


async def open_due(talk):
    return await open_due_editions(talk.store, talk.clock, name=talk.here.tocsin.vigil.name)


async def at_eight(talk):
    """Move on to the next morning."""
    talk.clock.advance_to(talk.clock.now().replace(hour=8) + timedelta(days=1))


async def digest_texts(talk):
    return [m["text"] for m in talk.sandbox.messages(READER) if m.get("text", "").startswith("Digest of")]


@pytest.mark.slow
async def test_an_edition_is_sent_once_and_again_the_next_day(talk):
    await talk.publish(4)
    reader = await talk.store.read(find_chat, READER)
    await talk.store.write(update_chat, reader.id, mode="both", digest_minute=7 * 60)
    await at_eight(talk)
    opened = [await open_due(talk) for _ in range(3)]
    await talk.settle()
    talk.clock.advance(24 * 3600)
    opened.append(await open_due(talk))
    await talk.settle()

    assert [1, 0, 0, 1] == opened
    assert [True, True] == [words in (await digest_texts(talk))[0] for words in ("Three Sahel governments", "outlets")]


@pytest.mark.slow
async def test_a_chat_with_digests_only_is_not_rung_and_reads_it_in_the_edition(talk):
    reader = await talk.store.read(find_chat, READER)
    await talk.store.write(update_chat, reader.id, mode="digest", digest_minute=7 * 60)
    await talk.publish(2)
    rung = len(talk.accepted())
    held = (await talk.store.read(backlog, now=talk.clock.now())).held
    await at_eight(talk)
    await open_due(talk)
    await talk.settle()
    after = await talk.store.read(backlog, now=talk.clock.now())

    assert (0, True, 0, 0) == (rung, held >= 1, after.held, (await talk.store.read(balance)).lost)
    assert 1 == len(await digest_texts(talk))


async def test_a_quiet_day_is_one_line(talk):
    reader = await talk.store.read(find_chat, READER)
    await talk.store.write(update_chat, reader.id, mode="both", digest_minute=5 * 60)
    await at_eight(talk)
    await open_due(talk)
    await talk.settle()

    assert ["Digest of Monday 2 March\nNothing happened to what this chat watches."] == await digest_texts(talk)


async def test_a_digest_that_was_ended_is_brought_back_as_it_was(talk):
    said = [(await talk.say(f"/digest {words}"))[0] for words in ("weekly sun 18:00", "off", "on")]

    assert ("No digest.", said[0]) == (said[1][:10], said[2])
    assert "Sunday at 18:00" in said[2]
