"""Show that nothing a person can send makes the bot fail, or say what Telegram refuses."""

import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from bot.app import Shared
from bot.chat.commands import COMMANDS
from bot.chat.context import Limits
from bot.chat.verbs import PRESSES
from bot.clock import SimulatedClock
from bot.config import Settings
from bot.demonstrating import stage
from bot.sandbox.demo import READER
from storage.chats import set_member
from storage.tables import Delivery, Inbox

GROUP, FORUM, CHANNEL = -801, -802, -803
CHATS = (READER, GROUP, FORUM, CHANNEL)
NASTY = st.sampled_from(
    [
        "<b>x", "</b>", "&amp;", "&#0;", "<a href='javascript:1'>x</a>", "\u202eabc", "\u200b\u200b", "🇲🇱" * 50, "x" * 4096,
        "' OR 1=1 --", "re:(((((", "re:(a+)+$", "re:\\", '"', "+", "-", "|", "a|b|c", "+a -a", "{name}", "{0}", "%s", "\x00",
        "جماعة نصرة", "None", "off", "on", "now", "8h", "99999999h", "07:00", "25:99", "22:00-07:00", "7-7",
        "jnim", "gsim 1d", "family:leaders", "claim-x", "join-", "sahel-fr", "sahel-xx", "Africa/Bamako", "../etc/passwd",
        "!urgent", 'from:"', "de:x", '+"', "\u2066\u2067\u2068", "e\u0301" * 300, "http://[", "123 ban", "a\nb",
    ]
)  # fmt: skip
WORDS = st.one_of(NASTY, st.text(max_size=60), st.lists(NASTY, max_size=4).map(" ".join))
NAMES = st.sampled_from([*(command.name for command in COMMANDS), "wacth", "x" * 40, "start@other_bot"])
SAID = st.one_of(WORDS, st.builds("/{} {}".format, NAMES, WORDS), NAMES.map("/{}".format))
ARGS = st.one_of(
    st.sampled_from(["0", "1", "2", "-1", "9" * 30, "yes", "on", "off", "l", "w", "m", "z", "jnim", ""]), WORDS
)
DATA = st.one_of(
    st.text(min_size=1, max_size=64),
    st.builds(lambda verb, args: ":".join(("1", verb, *args)), st.sampled_from(sorted(PRESSES)), st.lists(ARGS, max_size=4)),
)  # fmt: skip
PERSON = {"id": READER, "is_bot": False, "first_name": "<b>&"}


def place(chat):
    kinds = {READER: "private", GROUP: "group", FORUM: "supergroup", CHANNEL: "channel"}
    return {"id": chat, "type": kinds[chat], "title": "<i>"} | ({"is_forum": True} if chat == FORUM else {})


def message(chat, text, *, topic=0, answers=0):
    marks = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}] if text.startswith("/") else []
    return {
        "message_id": 9000, "date": 1, "from": PERSON, "chat": place(chat), "text": text, "entities": marks,
        **({"message_thread_id": topic, "is_topic_message": True} if topic and chat == FORUM else {}),
        **({"reply_to_message": {"message_id": answers, "date": 1, "chat": place(chat)}} if answers else {}),
    }  # fmt: skip


SAY = st.builds(
    lambda chat, text, topic, answers: {
        "channel_post" if chat == CHANNEL else "message": message(chat, text, topic=topic, answers=answers)
    },
    st.sampled_from(CHATS), SAID, st.sampled_from([0, 2, 99]), st.sampled_from([0, 1, 2**40]),
)  # fmt: skip
ORIGIN = {"type": "channel", "date": 1, "message_id": 5, "chat": {"id": CHANNEL, "type": "channel", "title": "<i>"}}
ODD = st.sampled_from(
    [
        {"location": {"latitude": 13.5, "longitude": 2.1}},
        {"location": {"latitude": 1e9, "longitude": -1e9}},
        {"document": {"file_id": "none", "file_unique_id": "n", "file_size": 2**40, "mime_type": "x"}},
        {"forward_origin": ORIGIN},
        {"forward_origin": {"type": "user", "date": 1, "sender_user": PERSON}},
        {"entities": [{"type": "bot_command", "offset": 0, "length": 2**31}]},
        {"entities": [{"type": "bot_command", "offset": -5, "length": 3}] * 200},
        {"entities": [{"type": "custom_emoji", "offset": 0, "length": 1, "custom_emoji_id": "1"}]},
    ]
)
STRANGE = st.builds(lambda text, odd: {"message": message(READER, text) | odd}, SAID, ODD)
EDIT = st.builds(lambda text: {"edited_message": message(READER, text) | {"edit_date": 2}}, SAID)
TAP = st.builds(
    lambda chat, data, number: {
        "callback_query": {"id": "1", "from": PERSON, "chat_instance": "1", "data": data}
        | ({"message": {"message_id": number, "date": 1, "chat": place(chat)}} if number else {})
    },
    st.sampled_from(CHATS), DATA, st.sampled_from([0, 1, 2, 3]),
)  # fmt: skip
UPDATE = st.one_of(SAY, TAP, TAP, EDIT, STRANGE)
# Who was not let in, with chats of their own.
STRANGERS = {READER: 99, GROUP: -811, FORUM: -812, CHANNEL: -813}


def from_a_stranger(update):
    """Return an update as one whom a closed bot does not know would send it, from chats of their own."""
    if isinstance(update, dict):
        return {
            name: from_a_stranger(STRANGERS.get(each, each) if name == "id" else each) for name, each in update.items()
        }
    return [from_a_stranger(each) for each in update] if isinstance(update, list) else update


async def everything_is_answered(updates, folder, play, watchlist, *, closed=False):
    """Return what failed, what could not be said, and the chats in which something was."""
    clock = SimulatedClock(datetime(2026, 3, 1, 6, tzinfo=UTC))
    async with stage(Settings(), clock=clock, data=folder, shared=Shared(watchlist)) as here:
        talk = play(here, clock)
        talk.sandbox.limit(enabled=False)
        here.tocsin.chat.limits, here.tocsin.chat.open = Limits(commands=10_000), not closed
        await talk.store.write(set_member, READER, role="member", now=clock.now())
        for host, group, forum, channel in ((READER, GROUP, FORUM, CHANNEL), tuple(STRANGERS.values())):
            talk.sandbox.add_private(host)
            talk.sandbox.add_group(group, title="<i>", admins=(host,))
            talk.sandbox.add_group(forum, title="<i>", admins=(host,), topics=("one",))
            talk.sandbox.add_channel(channel, title="<i>", admins=(host,))
        await talk.publish(1)
        for update in updates:
            talk.sandbox._arrive(update)
        while await here.tocsin.converse_once():
            pass
        await talk.settle()
        failed, unsaid = await talk.store.read(outcome, wiped=any(map(wipes, updates)))
        return failed, unsaid, {each.chat for each in talk.accepted()}


def wipes(update):
    return update.get("callback_query", {}).get("data", "").startswith("1:wipe:yes")


def outcome(session, *, wiped):
    failed = [row.failure for row in session.exec(select(Inbox)) if row.failure or row.handled is None]
    unsaid = [
        (row.state, row.reason)
        for row in session.exec(select(Delivery))
        if row.state not in {"sent", "due"}
        and "thread not found" not in row.reason
        and row.reason != "nothing left to say"
        and (row.kind, row.reason) != ("delete", "kept after all")  # the chat ended its own auto-delete
        and not (wiped and (row.kind, row.reason) == ("reply", "names a chat that was wiped"))
    ]
    return failed, unsaid


def check(updates, tmp_path_factory, play, watchlist):
    folder = tmp_path_factory.mktemp("hostile")
    failed, unsaid, _ = asyncio.run(everything_is_answered(updates, folder, play, watchlist))

    assert ([], []) == (failed, unsaid)


def check_closed(updates, tmp_path_factory, play, watchlist):
    """Let a stranger send everything before each update of somebody who was let in."""
    folder = tmp_path_factory.mktemp("closed")
    mixed = [each for update in updates for each in (from_a_stranger(update), update)]
    failed, unsaid, heard = asyncio.run(everything_is_answered(mixed, folder, play, watchlist, closed=True))

    assert ([], []) == (failed, unsaid)
    assert READER in heard
    assert set() == heard & set(STRANGERS.values())


# Each example stages a whole bot: a failing one is read as it is, since shrinking it takes minutes.
CALM = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "phases": [Phase.explicit, Phase.generate],
    "database": None,
}


# Huge updates are the subject; Hypothesis warns that they are long to show.
HUGE = pytest.mark.filterwarnings("ignore:Generating overly large repr:hypothesis.errors.HypothesisWarning")


@HUGE
@given(st.lists(UPDATE, min_size=40, max_size=60))
@settings(max_examples=1, **CALM)
def test_whatever_arrives_is_handled_and_answered_in_html_that_telegram_takes(
    tmp_path_factory, play, watchlist, updates
):
    check(updates, tmp_path_factory, play, watchlist)


@HUGE
@given(st.lists(UPDATE, min_size=20, max_size=30))
@settings(max_examples=1, **CALM)
def test_a_closed_bot_says_nothing_to_strangers_whatever_they_send(tmp_path_factory, play, watchlist, updates):
    check_closed(updates, tmp_path_factory, play, watchlist)


@pytest.mark.slow
@HUGE
@given(st.lists(UPDATE, min_size=100, max_size=120))
@settings(max_examples=5, **CALM)
def test_a_thousand_hostile_updates_get_no_stranger_an_answer(tmp_path_factory, play, watchlist, updates):
    check_closed(updates, tmp_path_factory, play, watchlist)


@pytest.mark.slow
@HUGE
@given(st.lists(UPDATE, min_size=200, max_size=240))
@settings(max_examples=50, **CALM)
def test_ten_thousand_hostile_updates_do_no_harm(tmp_path_factory, play, watchlist, updates):
    check(updates, tmp_path_factory, play, watchlist)
