"""Show what a team does with stories in a group: take, stamp, note, hand over, say what is one event and what two."""

import pytest
from sqlmodel import select

from bot.sandbox.demo import READER
from storage.chats import find_chat
from storage.desk import acts_of, labels
from storage.tables import Delivery
from storage.terms import add_term

GROUP, COLLEAGUE = -800, 97


async def a_story_in_a_group(talk):
    talk.sandbox.add_private(COLLEAGUE, name="Colleague")
    talk.sandbox.add_group(GROUP, title="Desk", admins=(READER,))
    await talk.say("/watch family:alliance", chat=GROUP)
    chat = await talk.store.read(find_chat, GROUP)
    for family in ("jihadists", "leaders", "accords", "juntas", "forces"):
        await talk.store.write(add_term, chat.id, entity=f"family:{family}", now=talk.clock.now())
    await talk.publish(1)
    alert = next(each for each in reversed(talk.accepted()) if each.chat == GROUP and "SAMPLE" in each.message["text"])
    return chat, alert.message_id


def kept_payloads(session):
    return [str(row.payload) for row in session.exec(select(Delivery)) if row.payload is not None]


@pytest.mark.slow
async def test_a_member_takes_stamps_and_notes_and_everybody_sees_who_without_a_name_being_kept(talk):
    chat, alert = await a_story_in_a_group(talk)
    await talk.tap("⋯", user=COLLEAGUE, chat=GROUP)
    await talk.tap("👥 Team", user=COLLEAGUE, chat=GROUP)
    (taken,) = await talk.tap("👤 Take", user=COLLEAGUE, chat=GROUP)
    (stamped, *_) = await talk.tap("✔ Verified", user=COLLEAGUE, chat=GROUP)
    noted = await talk.say("/note called the mayor", user=COLLEAGUE, chat=GROUP, answers=alert)
    payloads = await talk.store.read(kept_payloads)
    (over,) = await talk.say("/handover", user=READER, chat=GROUP)
    story = (await talk.store.read(labels, kinds=["take"]))[0].story

    shown = talk.sandbox.ledger.message(GROUP, alert)["text"].split("\n")

    assert "👤 Taken by Colleague" in taken
    assert "✔ Verified, Colleague · 👤 Colleague · 📝 1" == shown[1]
    assert "✔ Verified · Colleague" in stamped
    assert any("Colleague: called the mayor" in each for each in noted)
    assert [("take", COLLEAGUE), ("verified", COLLEAGUE), ("note", COLLEAGUE)] == [
        (each.kind, each.user) for each in await talk.store.read(acts_of, chat.id, story=story)
    ]
    assert [] == [payload for payload in payloads if "Colleague" in payload]
    assert "Hand-over since" in over
    assert "called the mayor" in over


@pytest.mark.slow
async def test_a_stamp_can_be_taken_off_and_a_story_let_go(talk):
    await a_story_in_a_group(talk)
    await talk.tap("⋯", chat=GROUP)
    await talk.tap("👥", chat=GROUP)
    await talk.tap("👤 Take", chat=GROUP)
    await talk.tap("✖ False", chat=GROUP)
    (open_again, *_) = await talk.tap("● ✖ False", chat=GROUP)
    (released, *_) = await talk.tap("👤 Release", chat=GROUP)

    assert ("✖ False" in open_again, "Taken by" in released) == (False, False)
    assert "Nobody has taken it yet." in released


@pytest.mark.slow
async def test_what_is_one_event_and_what_is_two_is_kept_as_a_label(talk):
    await talk.publish(8)
    await talk.tap("⋯")
    await talk.tap("= Same event as")
    await talk.tap("= ")
    kept = await talk.store.read(labels, kinds=["same", "split"])

    assert [("same", READER, True)] == [(each.kind, each.user, each.other is not None) for each in kept]


async def test_desk_and_note_without_an_alert_say_how(talk):
    (note,) = await talk.say("/note something")
    (desk, *_) = await talk.say("/desk") or [""]
    (over,) = await talk.say("/handover 2h")

    assert "Answer an alert with /note" in note
    assert desk in {"", "Answer an alert with /desk."}
    assert "Nobody took or stamped anything." in over
