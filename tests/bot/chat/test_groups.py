"""Show the bot in groups, topics and channels, and at the door of a closed bot."""

import pytest

from bot.sandbox.demo import READER
from storage.chats import find_chat, set_member
from storage.terms import terms

GROUP, CHANNEL, STRANGER = -600, -700, 98


async def test_a_topic_has_terms_and_answers_of_its_own(talk):
    talk.sandbox.add_group(GROUP, title="Desk", admins=(READER,), topics=("Mali", "Niger"))
    await talk.say("/watch gsim", chat=GROUP, topic=2)
    await talk.say("/watch fla", chat=GROUP, topic=3)
    found = [await talk.store.read(find_chat, GROUP, topic_id=topic) for topic in (2, 3)]
    answers = [each.message.get("message_thread_id") for each in talk.accepted()]

    assert [["jnim"], ["fla"]] == [[term.entity for term in await talk.store.read(terms, chat.id)] for chat in found]
    assert [2, 3] == answers


async def test_a_channel_is_set_up_by_who_may_post_in_it(talk):
    talk.sandbox.add_channel(CHANNEL, title="Watch", admins=(READER,))
    (answer,) = await talk.say("/watch gsim", chat=CHANNEL)

    assert answer.startswith("Watching from now on: JNIM")
    assert "channel" == (await talk.store.read(find_chat, CHANNEL)).kind


async def test_a_subscriber_of_a_channel_changes_nothing_by_tapping(talk):
    talk.sandbox.add_private(STRANGER)
    talk.sandbox.add_channel(CHANNEL, title="Watch", admins=(READER,))
    await talk.say("/watch gsim", chat=CHANNEL)
    await talk.say("/terms", chat=CHANNEL)
    await talk.say("/wipe", chat=CHANNEL)
    refused = [
        await talk.tap(label, user=STRANGER, chat=CHANNEL)
        for message in talk.sandbox.messages(CHANNEL)
        for row in message.get("reply_markup", {}).get("inline_keyboard", [])
        for label in [button["text"] for button in row]
    ]
    kept = await talk.store.read(terms, (await talk.store.read(find_chat, CHANNEL)).id)
    await talk.tap("Yes", chat=CHANNEL)

    assert (True, ["jnim"]) == (len(refused) > 3 and not any(refused), [term.entity for term in kept])
    assert await talk.store.read(find_chat, CHANNEL) is None


async def test_only_someone_who_was_let_in_brings_a_closed_bot_into_a_group(talk):
    talk.here.tocsin.chat.open = False
    talk.sandbox.add_private(STRANGER)
    talk.sandbox.add_group(GROUP, title="Desk", admins=(STRANGER,))
    before = await talk.say("/status", user=STRANGER, chat=GROUP)
    await talk.store.write(set_member, READER, role="member", now=talk.clock.now())
    opened = await talk.say("/status", user=READER, chat=GROUP)
    after = await talk.say("/watch gsim", user=STRANGER, chat=GROUP)

    assert ([], 1, 1) == (before, len(opened), len(after))


async def test_a_banned_person_hears_nothing_even_from_an_open_bot(talk):
    await talk.store.write(set_member, READER, role="banned", now=talk.clock.now())

    assert [] == await talk.say("/help")


async def test_commands_for_operators_are_not_for_members(talk):
    assert [] == await talk.say("/invite")


async def test_a_group_that_becomes_a_supergroup_keeps_its_terms(talk):
    talk.sandbox.add_group(GROUP, title="Desk", admins=(READER,))
    await talk.say("/watch gsim", chat=GROUP)
    place = {"id": GROUP, "type": "group", "title": "Desk"}
    person = {"id": READER, "is_bot": False, "first_name": "Reader"}
    migrated = {"message_id": 5000, "date": 1, "chat": place, "from": person, "migrate_to_chat_id": -1000600}
    talk.sandbox._arrive({"message": migrated})
    await talk.settle()
    moved = await talk.store.read(find_chat, -1000600)

    assert ["jnim"] == [term.entity for term in await talk.store.read(terms, moved.id)]


async def test_what_is_no_command_is_answered_in_private_only(talk):
    talk.sandbox.add_group(GROUP, title="Desk", admins=(READER,))
    answers = [await talk.say(words) for words in ("/wacth jnim", "/zzzzzz", "/help@some_other_bot")]
    silent = [await talk.say(words, chat=GROUP) for words in ("/wacth jnim", "what happened?")]

    assert ["I do not know that command. Did you mean /watch?"] == answers[0]
    assert ["I do not know that command; /help lists them all."] == answers[1]
    assert ([], [[], []]) == (answers[2], silent)


async def test_the_settings_card_turns_its_switches(talk):
    await talk.say("/settings Nouakchott")
    await talk.tap("Both")
    await talk.tap("☑ A digest when nothing happened")
    await talk.tap("Français")
    chat = await talk.store.read(find_chat, READER)
    (refused,) = await talk.say("/settings Atlantis")
    await talk.say("/settings")
    (zones,) = await talk.tap("Fuseau horaire")

    assert ("fr", "Africa/Nouakchott", "both", False) == (
        chat.lang,
        chat.tz,
        chat.mode,
        chat.settings["empty_digest"],
    )
    assert refused.startswith("Je ne connais pas cette ville")
    assert zones.startswith("Quelle heure dois-je suivre")


def forwarded(channel, user=READER):
    person = {"id": user, "is_bot": False, "first_name": "Reader"}
    origin = {
        "type": "channel",
        "date": 1,
        "message_id": 5,
        "chat": {"id": channel, "type": "channel", "title": "Watch"},
    }
    chat = {"id": user, "type": "private"}
    said = {"message_id": 9001, "date": 1, "from": person, "chat": chat, "text": "Headline", "forward_origin": origin}
    return {"message": said}


async def test_a_channel_is_set_up_by_forwarding_a_message_from_it_by_its_admin_alone(talk):
    talk.sandbox.add_channel(CHANNEL, title="Watch", admins=(READER,))
    talk.sandbox.add_private(STRANGER)
    talk.sandbox._arrive(forwarded(CHANNEL, user=STRANGER))
    await talk.settle()
    refused = talk.accepted()[-1].message["text"]
    talk.sandbox._arrive(forwarded(CHANNEL))
    await talk.settle()
    await talk.tap("AES, juntas, accords")
    chat = await talk.store.read(find_chat, CHANNEL)
    watched = {term.entity for term in await talk.store.read(terms, chat.id)}
    forged = await talk.press(f"1:cp:{CHANNEL}:stop", user=STRANGER)
    still = (await talk.store.read(find_chat, CHANNEL)).status

    assert "You must be an admin of that channel" in refused
    assert ("channel", True) == (chat.kind, "family:alliance" in watched and "family:jihadists" not in watched)
    assert ("active", True) == (still, "You must be an admin" in forged[0])


async def test_a_topic_is_given_one_family_and_the_general_one_loses_it(talk):
    talk.sandbox.add_group(GROUP, title="Desk", admins=(READER,), topics=("Mali", "Niger"))
    await talk.say("/watch family:alliance", chat=GROUP)
    await talk.say("/watch family:leaders", chat=GROUP, topic=2)
    (outside,) = await talk.say("/topic", chat=GROUP)
    await talk.say("/topic", chat=GROUP, topic=2)
    message = talk.sandbox.messages(GROUP)[-1]
    button = message["reply_markup"]["inline_keyboard"][0][0]
    talk.sandbox.tap(READER, message["message_id"], data=button["callback_data"], chat=GROUP)
    await talk.settle()
    general, topic = [await talk.store.read(find_chat, GROUP, topic_id=number) for number in (0, 2)]

    assert outside.startswith("In a topic of a group")
    left, given = [await talk.store.read(terms, chat.id) for chat in (general, topic)]
    assert ([], ["family:alliance"]) == ([each.entity for each in left], [each.entity for each in given])


async def share_a_place(talk):
    person = {"id": READER, "is_bot": False, "first_name": "Reader"}
    place = {"latitude": 13.5137, "longitude": 2.1098}
    said = {"message_id": 9002, "date": 1, "from": person, "chat": {"id": READER, "type": "private"}, "location": place}
    talk.sandbox._arrive({"message": said})
    await talk.settle()


async def test_a_shared_place_sets_the_clock_and_is_kept_nowhere(talk):
    await share_a_place(talk)
    chat = await talk.store.read(find_chat, READER)
    path = talk.store.database.path
    await talk.store.settle_log()

    assert "Africa/Niamey" == chat.tz
    assert "Niamey" in talk.accepted()[-1].message["text"]
    assert b"13.5137" not in path.read_bytes()


@pytest.mark.parametrize("how", ["tap", "place", "city"])
async def test_however_the_clock_is_given_the_set_up_ends_the_same_way(talk, how):
    await talk.publish(1)
    await talk.say("/start")
    for label in ("English", "Armed", "At once"):
        await talk.tap(label)
    await {
        "tap": lambda: talk.tap("Niger"),
        "place": lambda: share_a_place(talk),
        "city": lambda: talk.say("/settings Niamey"),
    }[how]()
    ended = talk.accepted()[-1].message
    labels = [button["text"] for row in ended["reply_markup"]["inline_keyboard"] for button in row]

    assert ended["text"].startswith("All set.")
    assert "so that you see what comes" in ended["text"]
    assert {"☐ Discreet: names behind a tap", "☐ Light: for a thin line"} <= set(labels)
    assert "Africa/Niamey" == (await talk.store.read(find_chat, READER)).tz
    assert not (await talk.say("/settings Bamako"))[0].startswith("All set.")
