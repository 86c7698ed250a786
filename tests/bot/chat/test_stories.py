"""Show what the buttons under a story do."""

import json

import pytest
from sqlmodel import select

from bot.chat.reasons import WORDS, in_words
from bot.sandbox.demo import READER
from bot.texts import texts
from matchers.types import Reason
from storage.chats import find_chat, mutes
from storage.tables import Entry


def labels(talk):
    rows = talk.sandbox.messages(READER)[-1].get("reply_markup", {}).get("inline_keyboard", [])
    return [button["text"] for row in rows for button in row]


async def silences(talk):
    chat = await talk.store.read(find_chat, READER)
    return [(each.kind, each.target) for each in await talk.store.read(mutes, chat.id, now=talk.clock.now())]


async def test_a_muted_story_offers_to_be_followed_again(talk):
    await talk.publish(1)
    await talk.tap("Mute story")
    muted = await silences(talk), labels(talk)[1]
    await talk.tap("Follow story")

    assert ("story", "Follow story") == (muted[0][0][0], muted[1])
    assert ([], "Mute story") == (await silences(talk), labels(talk)[1])


@pytest.mark.slow
async def test_more_silences_a_term_or_an_outlet_and_leads_back(talk):
    await talk.publish(1)
    await talk.tap("⋯")
    offered = labels(talk)
    await talk.tap(next(label for label in offered if label.endswith("for a day")))
    await talk.tap("⋯")
    await talk.tap("🔕 West Africa Desk")
    back = labels(talk)

    assert "‹ Back" == offered[-1]
    assert any(label.startswith("🔕 Alliance of Sahel") and label.endswith("· for a day") for label in offered)
    assert ["outlet", "term"] == sorted(kind for kind, _ in await silences(talk))
    assert ["Why?", "Mute story", "👍", "👎", "⋯"] == back


@pytest.mark.slow
async def test_an_outlet_that_is_silenced_does_not_ring_alone(talk):
    await talk.publish(1)
    outlet = talk.sandbox.messages(READER)[-1]["text"].splitlines()[-1]
    (told,) = await talk.say(f"/mute {outlet} 8h")
    (shown,) = await talk.say("/mute")
    await talk.tap("✕")

    assert told.startswith(f"{outlet} is silent until")
    assert "Silent now:" in shown
    assert [] == await silences(talk)


async def test_votes_are_kept_and_a_bad_one_asks_what_to_change(talk):
    await talk.publish(1)
    await talk.tap("👍")
    await talk.tap("👎")
    chat = await talk.store.read(find_chat, READER)

    assert [-1] == list(chat.settings["votes"].values())
    assert any(label.startswith("✕ Stop watching") for label in labels(talk))


async def test_the_latest_stories_open_in_full_by_their_number(talk):
    await talk.publish(1)
    (listed,) = await talk.say("/latest")
    (story,) = await talk.tap("1")

    assert "1. " in listed
    assert story.startswith(("🟡 SAMPLE", "🟠 SAMPLE", "🔴 SAMPLE", "⚪ SAMPLE"))


async def test_a_story_that_is_gone_is_said_to_be(talk):
    await talk.say("/help")

    assert [[], [], []] == [await talk.press(f"1:{verb}:999") for verb in ("st", "more", "up")]


@pytest.mark.slow
async def test_a_set_up_chat_is_shown_a_real_alert(talk):
    await talk.publish(1)
    await talk.say("/start")
    for label in ("English", "Everything", "At once"):
        await talk.tap(label)
    (done,) = await talk.tap("Mali")

    assert "SAMPLE" in done
    assert "Why?" in labels(talk)


async def test_a_preset_replaces_the_families_and_keeps_the_names(talk):
    await talk.say("/watch gsim")
    await talk.say("/start politics-fr")
    chat = await talk.store.read(find_chat, READER)
    from storage.terms import terms

    families = {"alliance", "juntas", "leaders", "institutions", "accords"}
    assert "fr" == chat.lang
    assert {"jnim", *(f"family:{family}" for family in families)} == {
        term.entity for term in await talk.store.read(terms, chat.id)
    }


def test_every_reason_is_said_in_words():
    fr = texts("fr")

    assert len(WORDS) == len({in_words(fr, Reason(code)) for code in WORDS})
    assert "contexte\u00a0: Mali" == in_words(fr, Reason("context", "Mali"))
    assert "new-code" == in_words(fr, Reason("new-code"))


def _published_on_a_channel(session):
    for entry in session.exec(select(Entry)):
        entry.title = f"{entry.title} @some_channel t.me/some_channel"
        entry.url = f"https://t.me/some_channel/{entry.id}"
        session.add(entry)


@pytest.mark.slow
async def test_nothing_that_a_chat_is_shown_leads_to_a_messenger_channel(talk):
    await talk.publish(8)
    await talk.store.write(_published_on_a_channel)
    seen = len(talk.accepted())
    for words in ("/latest", "/search Goita", "/watch convoy", "/near Gao 300", "/digest now", "/handover", "/why"):
        await talk.say(words)
    for label in ("⋯", "Mute story"):
        await talk.tap(label)
    await talk.say("/mute")
    shown = [json.dumps(each.message, ensure_ascii=False) for each in talk.accepted()[seen:]]

    assert len(shown) > 8
    assert [] == [each for each in shown if "t.me/" in each or "@some_channel" in each]
