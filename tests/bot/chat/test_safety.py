"""Show what protects a reader: names behind a tap, a thin line, messages that delete themselves."""

import re
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from bot.app import Shared
from bot.catalogue import load_gazetteer
from bot.delivery.discretion import Names
from bot.sandbox.demo import READER
from storage.chats import find_chat
from storage.outbox import balance

# Names of the catalogue that the bot's own sentences use as words.
WORDS = {"message", "state", "base", "force"}


@pytest.fixture(scope="session")
def named(watchlist):
    """Give a function that finds names of the catalogue in a text, by another way than the bot's own."""
    forms = {
        alias.text
        for entity in watchlist.entities()
        for alias in entity.aliases
        if len(alias.text) > 2 and alias.text.lower() not in WORDS
    }
    forms |= {place.name for place in load_gazetteer().places() if place.bare}
    by_length = sorted(forms, key=len, reverse=True)
    pattern = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, by_length)) + r")(?!\w)")
    return lambda text: sorted(set(pattern.findall(text)))


def shown(message):
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return "\n".join([message.get("text", ""), *(button["text"] for row in rows for button in row)])


async def settings(talk):
    return (await talk.store.read(find_chat, READER)).settings


@pytest.mark.slow
async def test_a_discreet_chat_sees_no_name_outside_what_it_tapped(talk, named):
    await talk.say("/discreet")
    seen = len(talk.accepted())
    await talk.publish(14)
    for words in (
        "/terms", "/watch jnim", "/watch Goïta", "/why", "/latest", "/digest now", "/mute jnim 1d", "/mute",
        "/settings", "/help", "/status", "/tuning", "/unwatch jnim", "/unwatch", "/privacy", "Kidal",
        "/start", "/search Goïta", "/near Gao 100", "/near", "/route Bamako Ségou 30", "/handover", "/export",
    ):  # fmt: skip
        await talk.say(words)
    sent = [each.message for each in talk.accepted()[seen:]]
    told = {shown(message): names for message in sent if (names := named(shown(message)))}

    assert len(sent) > 20
    assert {} == told
    assert {"Show"} == {
        button["text"]
        for message in sent
        for row in message.get("reply_markup", {}).get("inline_keyboard", [])
        for button in row
        if button["callback_data"].startswith(("1:rv:", "1:sh:"))
    }


@pytest.mark.slow
async def test_a_tap_shows_an_alert_and_another_hides_it(talk, named):
    await talk.say("/discreet on")
    await talk.publish(1)
    veiled = talk.sandbox.messages(READER)[-1]["text"]
    (full,) = await talk.tap("Show")
    (hidden,) = await talk.tap("Hide")

    assert ([], True, []) == (named(veiled), bool(named(full)), named(hidden))
    assert "1 outlet" in veiled


@pytest.mark.slow
async def test_a_tap_shows_an_answer_and_a_catch_up(talk, named):
    await talk.say("/discreet")
    (veiled,) = await talk.say("/terms")
    (terms,) = await talk.tap("Show")
    (hidden,) = await talk.tap("Hide")
    await talk.say("/snooze 3h")
    await talk.hear(18)
    await talk.say("/snooze off")
    (gathered,) = [m["text"] for m in talk.sandbox.messages(READER) if "snoozed" in m["text"]]
    (stories,) = await talk.tap("Show")

    assert veiled == hidden == "There is a message for you.\nTap Show when nobody looks on."
    assert terms.startswith("This chat watches:")
    assert ([], True) == (named(gathered), bool(named(stories)))


@pytest.mark.slow
async def test_whatever_a_tap_shows_of_a_story_another_tap_hides(talk, named):
    await talk.say("/discreet on")
    await talk.publish(1)
    await talk.tap("Show")
    for taps in (["⋯"], ["⋯", "‹ Back"], ["Mute story"], ["Follow story"], ["👎"]):
        for label in taps:
            (full,) = await talk.tap(label)
        (hidden,) = await talk.tap("Hide")
        (again,) = await talk.tap("Show")

        assert (True, [], True) == (bool(named(full)), named(hidden), bool(named(again))), taps


@pytest.mark.slow
async def test_the_stories_that_a_tap_lists_can_be_hidden_as_well(talk, named):
    await talk.say("/discreet on")
    await talk.publish(4)
    await talk.tap("Show")
    await talk.tap("⋯")
    await talk.tap("✂")
    listed = shown(talk.accepted()[-1].message)
    await talk.tap("Hide")
    hidden = shown(talk.accepted()[-1].message)

    assert (True, []) == (bool(named(listed)), named(hidden))


@pytest.mark.slow
async def test_a_page_that_is_turned_can_be_hidden_as_well(talk, named):
    await talk.say("/discreet on")
    for name in ("jnim", "fla", "aes", "goita", "mnla", "hcua", "csp", "gatia", "msa", "barkhane", "minusma", "wagner"):
        await talk.say(f"/watch {name}")
    await talk.say("/terms")
    await talk.tap("Show")
    (page,) = await talk.tap("›")
    (hidden,) = await talk.tap("Hide")

    assert (True, []) == (bool(named(page)), named(hidden))


@pytest.mark.slow
async def test_a_discreet_chat_that_is_set_up_anew_sees_no_name_in_its_example(talk, named):
    await talk.say("/watch jnim")
    await talk.publish(3)
    await talk.say("/discreet on")
    await talk.say("/start")
    for label in ("English", "Armed", "At once", "Mali"):
        (shown_last,) = await talk.tap(label)

    assert ("All set." in shown_last, []) == (True, named(shown_last))
    assert "so that you see what comes" in shown_last


async def test_a_message_that_is_no_longer_kept_is_said_to_be(talk):
    await talk.say("/discreet")
    await talk.say("/terms")

    assert [[], [], [], []] == [await talk.press(data) for data in ("1:sh:999", "1:sh:x", "1:rv:999", "1:hd:x")]


async def test_a_chat_that_is_discreet_no_more_sees_names_at_once(talk):
    await talk.say("/discreet")
    await talk.say("/discreet off")
    (page,) = await talk.say("/terms")

    assert "discreet" not in await settings(talk)
    assert page.startswith("This chat watches:")


def test_a_short_name_counts_as_it_is_written(watchlist):
    names = Names(watchlist.entities(), load_gazetteer().places())

    assert [True, True, False, True, False] == [
        names.stand_in(text) for text in ("AES", "Attack in Gao", "one gao two", "Jama'at Nusrat al-Islam", "Say when")
    ]


@pytest.mark.slow
async def test_on_a_thin_line_an_alert_has_one_link_and_two_buttons(talk):
    (said,) = await talk.say("/light")
    await talk.publish(6)
    alert = talk.sandbox.messages(READER)[-1]
    (ended,) = await talk.say("/light off")
    edits = [datetime.fromisoformat(each.at) for each in talk.accepted() if each.method == "editMessageText"]

    assert said.startswith("Light: text only")
    assert 2 == sum(len(row) for row in alert["reply_markup"]["inline_keyboard"])
    assert 1 == sum("url" in entity for entity in alert["entities"])
    assert "No longer light: messages come in full." == ended
    assert all(later - one >= timedelta(minutes=30) for one, later in pairwise(edits))


async def test_messages_delete_themselves_after_the_hours_that_were_asked_for(talk):
    await talk.publish(1)
    (said,) = await talk.say("/autodelete 2h")
    before = len(talk.sandbox.messages(READER))
    talk.clock.advance(2 * 3600 + 60)
    await talk.settle()
    after = [message["text"] for message in talk.sandbox.messages(READER)]
    dropped = (await talk.store.read(balance)).dropped

    assert said.startswith("I delete each of my messages 2 hours after I sent it.")
    assert (True, [], {}) == (before >= 2, [text for text in after if "SAMPLE" in text or text == said], dropped)


@pytest.mark.slow
async def test_a_restart_does_not_forget_what_is_to_be_deleted(clean_settings, tmp_path, watchlist, play):
    from bot.clock import SimulatedClock
    from bot.demonstrating import stage
    from tests.bot.conftest import START

    clock = SimulatedClock(START)
    async with stage(clean_settings, clock=clock, data=tmp_path / "demo", shared=Shared(watchlist)) as here:
        talk = play(here, clock)
        await talk.say("/autodelete 1h")
        await talk.publish(1)
    clock.advance(3700)
    async with stage(clean_settings, clock=clock, data=tmp_path / "demo", shared=Shared(watchlist)) as here:
        await play(here, clock).settle()

        assert [] == [m["text"] for m in here.sandbox.messages(READER) if "SAMPLE" in m["text"]]


@pytest.mark.slow
async def test_a_deleted_alert_is_not_sent_anew_when_another_outlet_joins(talk):
    await talk.say("/autodelete 1h")
    await talk.publish(1)
    talk.clock.advance(3700)
    await talk.settle()
    before = len(talk.accepted())
    await talk.hear(1)

    assert [] == [each.message["text"] for each in talk.accepted()[before:] if each.method == "sendMessage"]


async def test_deleting_is_ended_and_its_hours_have_bounds(talk):
    await talk.say("/autodelete 5")
    (ended,) = await talk.say("/autodelete off")
    refused = [(await talk.say(words))[0] for words in ("/autodelete 48h", "/autodelete 0", "/autodelete soon")]
    talk.clock.advance(6 * 3600)
    before = len(talk.sandbox.messages(READER))
    await talk.settle()

    assert "My messages stay from now on." == ended
    assert {"Say after how many hours, 1 to 47: /autodelete 24h, or /autodelete off."} == set(refused)
    assert before == len(talk.sandbox.messages(READER))


@pytest.mark.slow
async def test_the_set_up_offers_what_protects(talk):
    await talk.say("/start")
    for label in ("English", "Everything", "At once", "Mali"):
        await talk.tap(label)
    await talk.tap("☐ Discreet")
    await talk.tap("☐ Light")
    await talk.tap("☐ Delete")
    chosen = await settings(talk)

    assert (True, True, 24) == (chosen["discreet"], chosen["light"], chosen["auto_delete"])


async def test_an_answer_is_forgotten_once_it_was_said(talk):
    from sqlmodel import select

    from storage.tables import Delivery

    await talk.say("/terms")

    def kept(session):
        return [row.payload for row in session.exec(select(Delivery).where(Delivery.kind == "reply"))]

    assert [None] == await talk.store.read(kept)


@pytest.mark.parametrize(
    ("words", "stays"),
    [("off", False), ("non", False), ("لا", False), ("on", True), ("oui", True), ("نعم", True), ("plaese", True)],
)
async def test_a_protection_ends_only_where_the_words_say_so_in_any_language(talk, words, stays):
    for command in ("/discreet", "/light"):
        await talk.say(f"{command} on")
        await talk.say(f"{command} {words}")
    kept = await settings(talk)

    assert (stays, stays) == (bool(kept.get("discreet")), bool(kept.get("light")))
