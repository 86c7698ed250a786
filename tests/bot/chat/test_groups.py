"""Show the bot in groups, topics and channels, and at the door of a closed bot."""

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
