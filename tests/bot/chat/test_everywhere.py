"""Use every command and press every button, in each kind of chat, as a member and as an admin, in three languages.

One bot serves a whole row: what people say is laid before it at once, then every button
that it showed. Nothing may fail, nothing be refused by the sandbox, every command be
answered in the chat's language, and whoever does not administer a group change nothing in it.
"""

import itertools
from collections import Counter

import pytest
from sqlmodel import select

from bot.chat.access import Who
from bot.chat.args import read_press
from bot.chat.commands import COMMANDS
from bot.chat.verbs import PRESSES
from bot.sandbox.demo import READER
from bot.texts import LANGUAGES, texts
from storage.chat_tables import AuditRow, Tuning
from storage.chats import open_chat, set_member
from storage.tables import Chat, Delivery, Feed, Inbox, Invite, MatchRow, Member, Mute, Term
from storage.terms import add_term

GROUP, FORUM, CHANNEL, MEMBER = -501, -502, -503, 96
PLACES = {"private": (READER, 0), "group": (GROUP, 0), "topic": (FORUM, 2), "channel": (CHANNEL, 0)}
# What is said beside a command, where it takes words.
WORDS = {
    "watch": ("", "gsim", "niger", '"salt caravan" !urgent +Gao', "re:(", "family:leaders", "Gao -football"),
    "unwatch": ("", "gsim"),
    "mute": ("", "8h", "gsim 1d", "", "off"),
    "quiet": ("", "22:00-07:00", "7-7", "off"),
    "digest": ("", "07:30", "off"),
    "settings": ("", "Dakar", "Atlantis"),
    "note": ("", "a word"),
    "handover": ("", "2h"),
    "near": ("", "Gao 100", ""),
    "route": ("", "Bamako Ségou 30"),
    "search": ("", "since:30d"),
    "people": ("", "123 member", "x"),
    "broadcast": ("", "a word to all"),
    "discreet": ("off",),
    "light": ("off",),
}
# These end or begin anew what the others need.
LAST = ("stop", "wipe", "start")
# How often a button is pressed whose likes differ in a number alone: pages and lists have many.
OFTEN = 4
# Shown only after many dismissals; test_rhythm.py presses it.
ELSEWHERE = {"dm"}
# What would change the language, or the chat itself, under the others' feet.
SPARED = {"wipe", "cp"}


def said():
    ordered = sorted(COMMANDS, key=lambda each: each.name in LAST)
    return [
        (each, " ".join((f"/{each.name}", words)).strip()) for each in ordered for words in WORDS.get(each.name, ("",))
    ]


def prepare(session, lang, now):
    """Let each chat be known in its language, with something to hear of."""
    for telegram_id, topic in PLACES.values():
        kind = "private" if telegram_id > 0 else "channel" if telegram_id == CHANNEL else "group"
        chat = open_chat(session, telegram_id, kind=kind, topic_id=topic, lang=lang, now=now)
        session.get(Chat, chat.id).lang = lang
        for family in ("alliance", "jihadists", "leaders"):
            add_term(session, chat.id, entity=f"family:{family}", now=now)
    set_member(session, READER, role="owner", now=now)


# Why a message that was owed need not be sent any more: somebody pressed the button that ends it.
TAKEN_BACK = {("delete", "kept after all"), ("notice", "renewed or ended")}


def troubles(session):
    """Return updates that failed, and replies that were refused."""
    failed = [row.failure for row in session.exec(select(Inbox)) if row.failure or row.handled is None]
    refused = [
        (row.kind, row.reason)
        for row in session.exec(select(Delivery))
        if row.state == "dropped"
        and "nothing left to say" not in row.reason
        and (row.kind, row.reason) not in TAKEN_BACK
    ]
    return failed, refused


def kept(session, telegram_id):
    """Return what only admins of a group may change; when the team last handed over is the team's."""
    chats = session.exec(select(Chat).where(Chat.telegram_id == telegram_id)).all()
    ids = [chat.id for chat in chats]
    rows = [(chat.lang, chat.tz, chat.mode, chat.status, {**chat.settings, "handover": None}) for chat in chats]
    for table in (Term, Mute, Tuning):
        rows += [str(row) for row in session.exec(select(table)) if row.chat_id in ids]
    return rows


def buttons(talk, telegram_id):
    """Return each button that was ever shown in a chat once, with its message: a finger may be late."""
    found = {}
    for message in answers(talk, telegram_id):
        for row in message.get("reply_markup", {}).get("inline_keyboard", []):
            for button in row:
                press = read_press(button.get("callback_data", ""))
                if press and press.verb not in SPARED and press.args[:1] not in {("l",), ("lang",)}:
                    found.setdefault(button["callback_data"], message["message_id"])
    return found


def answers(talk, telegram_id):
    return [each.message for each in talk.accepted() if each.chat == telegram_id]


def foreign(lang):
    """Return English sentences that a chat of another language must not hear."""
    say = texts(lang)
    long = [each.says for each in COMMANDS] + ["This chat watches:", "What shall I watch?", "Nothing is silent."]
    return [each for each in long if lang != "en" and say(each) != each]


async def drain(talk):
    """Let the bot take in and answer all that was said."""
    tocsin = talk.here.tocsin
    while await tocsin.converse_once() or await tocsin.inbox.handle_pending():
        pass
    await talk.settle()


async def say_everything(talk, where, user):
    telegram_id, topic = where
    for _, words in said():
        talk.sandbox.say(user, words, chat=telegram_id, topic=topic)
    await drain(talk)


async def use_everything(talk, where, user):
    """Say every command in one place, and press what is shown, then what that shows; return what was pressed."""
    await say_everything(talk, where, user)
    return await press_everything(talk, where[0], user)


async def press_everything(talk, telegram_id, user):
    pressed, times = {}, Counter()
    while fresh := {each: at for each, at in buttons(talk, telegram_id).items() if each not in pressed}:
        for data, message in fresh.items():
            pressed[data] = message
            press = read_press(data)
            alike = press.verb, *(each for each in press.args if not each.isdecimal())
            times[alike] += 1
            if times[alike] <= OFTEN:
                talk.sandbox.tap(user, message, data=data, chat=telegram_id)
        await drain(talk)
    return pressed


async def set_the_scene(talk, lang):
    from bot.chat.context import Limits

    talk.here.tocsin.chat.limits = Limits(commands=10_000)
    talk.sandbox.limit(enabled=False)
    talk.sandbox.add_private(MEMBER, lang=lang)
    talk.sandbox.add_group(GROUP, title="Desk", admins=(READER,))
    talk.sandbox.add_group(FORUM, title="Forum", admins=(READER,), topics=("One",))
    talk.sandbox.add_channel(CHANNEL, title="Watch", admins=(READER,))
    await talk.store.write(prepare, lang, now=talk.clock.now())
    await talk.publish(2)


@pytest.mark.parametrize(
    ("lang", "place"),
    [pytest.param(lang, place, marks=pytest.mark.slow) for lang, place in itertools.product(LANGUAGES, PLACES)],
)
async def test_every_command_and_button_is_answered_and_a_member_changes_nothing(talk, lang, place):
    await set_the_scene(talk, lang)
    telegram_id, _ = PLACES[place]
    if place in {"group", "topic"}:
        before = await talk.store.read(kept, telegram_id)
        await use_everything(talk, PLACES[place], MEMBER)
        after = await talk.store.read(kept, telegram_id)
        assert before == after
    if place == "channel":  # only its admins can post there, but whoever reads it sees the buttons
        await say_everything(talk, PLACES[place], READER)
        before = await talk.store.read(kept, telegram_id)
        assert len(await press_everything(talk, telegram_id, MEMBER)) > 30
        assert before == await talk.store.read(kept, telegram_id)
    pressed = await use_everything(talk, PLACES[place], READER)
    heard = answers(talk, telegram_id)
    text = "\n".join(each.get("text", each.get("caption", "")) for each in heard)
    failed, refused = await talk.store.read(troubles)

    assert ([], []) == (failed, refused)
    assert len(heard) > len(said()) / 2
    assert len(pressed) > 30
    assert [] == [each for each in foreign(lang) if each in text]


def operated(session):
    """Return what only those who run the bot may change, and what reached other chats."""
    rows = [(feed.url, feed.enabled, feed.state) for feed in session.exec(select(Feed))]
    rows += [str(row) for table in (Member, Invite, AuditRow) for row in session.exec(select(table))]
    return rows + [row.chat_id for row in session.exec(select(Delivery)) if row.telegram_id != MEMBER]


@pytest.mark.slow
async def test_a_member_changes_nothing_of_those_who_run_the_bot(talk):
    await set_the_scene(talk, "en")
    await talk.say("/start", user=MEMBER)
    before = await talk.store.read(operated)
    pressed = await use_everything(talk, (MEMBER, 0), MEMBER)
    for verb, (_, who) in PRESSES.items():
        for argument in ("", "1", "1:0:off", "1:off"):
            if who is Who.OPERATES:
                await talk.press(f"1:{verb}:{argument}", user=MEMBER)
    failed, _ = await talk.store.read(troubles)

    assert len(pressed) > 30
    assert ([], before) == (failed, await talk.store.read(operated))


def doubt(session):
    """Let every match be one that a reader might question: by a form that is none of the entity's, not quite sure."""
    for row in session.exec(select(MatchRow)):
        row.score = 82
        row.mentions = [{**each, "similarity": 0.9} for each in row.mentions]
        session.add(row)


@pytest.mark.slow
async def test_every_kind_of_button_is_met_by_somebody_who_uses_everything(talk):
    await set_the_scene(talk, "en")
    await talk.publish(20)
    await talk.store.write(doubt)
    met = {*SPARED, *ELSEWHERE}
    for place in ("private", "topic"):
        met |= {read_press(data).verb for data in await use_everything(talk, PLACES[place], READER)}
    for words in ("/start", "/watch gsim", "/discreet on", "/tuning", "/search Mali"):
        talk.sandbox.say(READER, words)
        await drain(talk)
    await talk.publish(6)
    met |= {read_press(data).verb for data in await press_everything(talk, READER, READER)}

    assert set() == set(PRESSES) - met
