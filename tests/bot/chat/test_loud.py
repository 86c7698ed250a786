"""Show what a chat does with its rhythm: snooze, limits, switches; over HTTP, with Telegram's own client."""

import pytest

from bot.sandbox.demo import READER
from storage.chats import find_chat


async def settings(talk):
    return (await talk.store.read(find_chat, READER)).settings


@pytest.mark.slow
async def test_a_snooze_holds_what_comes_and_tells_it_in_one_message_when_it_ends(talk):
    (held,) = await talk.say("/snooze 3h")
    before = len(talk.accepted())
    replay = talk.here.newsstand.waiting[:18]
    await talk.hear(18)
    asleep = len(talk.accepted()) - before
    await talk.tap("End the snooze")
    await talk.settle()
    last = talk.sandbox.messages(READER)[-1]

    assert held.startswith("I hold everything but what is critical until")
    assert (0, 18) == (asleep, len(replay))
    assert last["text"].startswith("While you snoozed: ")
    assert "snooze" not in await settings(talk)


async def test_a_snooze_that_is_no_time_or_too_long_is_refused(talk):
    answers = [(await talk.say(words))[0] for words in ("/snooze soon", "/snooze 2w")]

    assert {"Say how long, three days at most: /snooze 2h, or /snooze off."} == set(answers)


async def test_the_limit_of_rings_is_said_set_and_lifted(talk):
    answers = [
        (await talk.say(words))[0]
        for words in ("/loud", "/loud 3 1", "/loud 9", "/loud much", "/loud off", "/loud 6 2")
    ]

    assert [
        "I ring at most 6 times a day and 2 an hour.",
        "I ring at most 3 times a day and 1 an hour.",
        "I ring at most 9 times a day and 2 an hour.",
        "Say how many a day and an hour: /loud 6 2, o",
        "I ring without a limit. /loud 6 2 sets one.",
        "I ring at most 6 times a day and 2 an hour.",
    ] == [answer[: len("I ring at most 6 times a day and 2 an hour.") + answer.startswith("Say")] for answer in answers]
    assert "loud" not in await settings(talk)


@pytest.mark.slow
async def test_past_its_limit_a_chat_is_told_in_one_message_without_a_sound(talk):
    await talk.say("/loud 1 1")
    await talk.publish(24)
    sent = [each.message for each in talk.accepted() if each.method == "sendMessage"]
    loud = [message["text"] for message in sent if not message.get("silent") and "SAMPLE" in message["text"]]

    assert 1 == len(loud)
    assert any(message["text"].startswith("Past your limit of rings") and message["silent"] for message in sent)


async def test_switches_of_the_card_choose_what_rings(talk):
    await talk.say("/settings")
    for label in ("☑ Ring for what is grave only", "☐ Ring only with 2", "☐ Previews"):
        await talk.tap(label)
    chosen = await settings(talk)
    for label in ("☐ Ring for what is grave only", "☑ Ring only with 2", "☑ Previews"):
        await talk.tap(label)

    assert ("all", 2, True) == (chosen["rings"], chosen["outlets"], chosen["preview"])
    assert set() == {"rings", "outlets", "preview"} & set(await settings(talk))


async def test_an_old_button_of_a_snooze_does_no_harm(talk):
    await talk.say("/snooze")
    await talk.say("/snooze off")

    assert ["The snooze is over; what it held comes now."] == await talk.tap("End the snooze")
