"""Show what a person meets who talks to the bot: over HTTP, with Telegram's own client."""

import pytest

from bot.chat.access import Who
from bot.chat.commands import COMMANDS
from bot.sandbox.demo import READER
from storage.chats import add_invite, find_chat, member, mutes
from storage.terms import terms

GROUP, STRANGER = -500, 99


async def chat_of(talk, telegram_id=READER):
    return await talk.store.read(find_chat, telegram_id)


async def watched(talk):
    chat = await chat_of(talk)
    return {term.entity: term.expression for term in await talk.store.read(terms, chat.id)}


async def test_four_taps_set_a_chat_up_in_its_language(talk):
    await talk.say("/start")
    steps = [await talk.tap(label) for label in ("Français", "Tout le Sahel", "Les deux", "France")]
    chat = await chat_of(talk)

    assert [
        "Que dois-je surveiller\u202f?",
        "Comment dois-je vous prévenir\u202f?",
        "Quelle heure dois-je suivre\u202f?",
        "Tout est prêt.",
    ] == [step[0].split("\n")[0].split(" La prochaine")[0] for step in steps]
    assert ("fr", "both", "Europe/Paris") == (chat.lang, chat.mode, chat.tz)


async def test_families_are_chosen_one_by_one_with_what_each_had_in_the_last_week(talk):
    await talk.publish(3)
    await talk.say("/start")
    await talk.tap("English")
    await talk.tap("Choose myself")
    rows = talk.accepted()[-1].message["reply_markup"]["inline_keyboard"]
    offered = [button["text"] for row in rows for button in row]
    await talk.tap("☑ Leaders")
    dropped = await watched(talk)
    await talk.tap("☐ Leaders")
    taken = await watched(talk)
    told = await talk.tap("Go on")

    assert any(label.startswith("☑ GSIM/JNIM") and label.split(" · ")[-1].isdecimal() for label in offered)
    assert ("family:leaders" in dropped, "family:leaders" in taken) == (False, True)
    assert ["How shall I tell you?"] == told


async def test_help_lists_what_a_person_may_use_and_says_that_silence_is_no_safety(talk):
    (page,) = await talk.say("/help")

    assert [command.name for command in COMMANDS if command.who is not Who.OPERATES] == [
        line[1:].split()[0] for line in page.splitlines() if line.startswith("/")
    ]
    assert "No alert does not mean no danger" in page


@pytest.mark.slow
async def test_a_name_is_watched_by_any_of_its_spellings_and_unwatched_again(talk):
    for term in await watched(talk):
        await talk.say(f"/unwatch {term.removeprefix('family:')}")
    await talk.say("/watch gsim")
    one = await watched(talk)
    await talk.say("/watch fuel convoy")
    await talk.tap("Add")
    two = await watched(talk)
    await talk.say("/unwatch JNIM")
    three = await watched(talk)

    assert {"jnim": ""} == one
    assert {"", "fuel convoy"} == set(two.values())
    assert ["fuel convoy"] == list(three.values())


async def test_watch_without_words_or_with_a_broken_pattern_says_what_to_do(talk):
    (empty,) = await talk.say("/watch")
    (broken,) = await talk.say("/watch re:(")

    assert (True, True) == ("/watch jnim" in empty, bool(broken))


async def test_terms_are_dropped_by_their_buttons(talk):
    before = await watched(talk)
    await talk.say("/terms")
    await talk.tap("›")
    await talk.tap("‹")
    await talk.tap("✕")

    assert len(before) - 1 == len(await watched(talk))


@pytest.mark.slow
async def test_an_alert_rings_grows_is_explained_and_silenced(talk):
    await talk.publish(2)
    sent = talk.accepted()
    alert = next(each for each in sent if "SAMPLE" in each.message["text"])
    (reason,) = await talk.tap("Why?")
    (again,) = await talk.say("/why", answers=alert.message_id)
    await talk.tap("✕ Stop watching")
    await talk.tap("Undo")
    await talk.tap("Mute story")
    chat = await chat_of(talk)

    assert ["sendMessage", "editMessageText"] == [each.method for each in sent if "SAMPLE" in each.message["text"]]
    assert reason == again
    assert "of 100" in reason
    assert ["story"] == [mute.kind for mute in await talk.store.read(mutes, chat.id, now=talk.clock.now())]


async def test_why_without_an_alert_says_how_to_ask(talk):
    assert ["Reply to an alert with /why, or press its button."] == await talk.say("/why")


async def test_the_latest_stories_are_listed_once_there_are_some(talk):
    before = await talk.say("/latest")
    await talk.publish(1)
    after = await talk.say("/latest")

    assert ["Nothing yet for what this chat watches."] == before
    assert "Three Sahel governments" in after[0]


@pytest.mark.parametrize(
    ("words", "begins"),
    [
        ("/mute 2h", "Silent until"),
        ("/mute", "Nothing is silent."),
        ("/mute soon", "Say how long"),
        ("/mute off", "I ring again"),
    ],
)
async def test_silence_has_an_end(talk, words, begins):
    (answer,) = await talk.say(words)

    assert answer.startswith(begins)


async def test_a_silenced_chat_hears_nothing_until_it_rings_again(talk):
    await talk.say("/mute 8h")
    before = len(talk.accepted())
    await talk.publish(1)
    silent = len(talk.accepted()) - before
    await talk.tap("Ring again")

    assert 0 == silent
    assert [] == list(await talk.store.read(mutes, (await chat_of(talk)).id, now=talk.clock.now()))


async def test_quiet_hours_are_set_refused_and_ended(talk):
    answers = [(await talk.say(words))[0] for words in ("/quiet 22:00-07:00", "/quiet 7-7", "/quiet off")]

    assert ["Quiet from 22:00", "Say from when to", "No quiet hours."] == [answer[:16] for answer in answers]


async def test_what_comes_in_quiet_hours_waits_for_the_morning(talk):
    await talk.say("/quiet 05:00-08:00")
    before = len(talk.accepted())
    talk.here.newsstand.publish()
    from bot.sandbox.demo import make_outlet_due
    from storage.figures import backlog

    await talk.store.write(make_outlet_due, talk.here.newsstand.feed_url("west-africa-desk"), now=talk.clock.now())
    await talk.here.tocsin.poll_once()
    await talk.settle()
    waiting = await talk.store.read(backlog, now=talk.clock.now())
    night = len(talk.accepted()) - before
    talk.clock.advance(3 * 3600)
    await talk.settle()

    assert (1, 0, 1) == (waiting.held, night, len(talk.accepted()) - before)


@pytest.mark.slow
async def test_the_digest_is_set_sent_and_ended(talk):
    await talk.publish(3)
    answers = [
        (await talk.say(words))[0] for words in ("/digest 07:30", "/digest now", "/digest 99", "/digest off", "/digest")
    ]

    assert ["Digest every day at 07:30", "Digest of Sunday 1 March", "Say when", "No digest.", "No digest."] == [
        answer[: len(start)]
        for answer, start in zip(
            answers,
            ("Digest every day at 07:30", "Digest of Sunday 1 March", "Say when", "No digest.", "No digest."),
            strict=True,
        )
    ]
    assert "Three Sahel governments" in answers[1]


async def test_a_stopped_chat_hears_nothing_and_start_goes_on(talk):
    await talk.say("/stop")
    before = len(talk.accepted())
    await talk.publish(1)
    silent = len(talk.accepted()) - before
    await talk.say("/start")

    assert (0, "active") == (silent, (await chat_of(talk)).status)


@pytest.mark.slow
async def test_status_tells_anyone_of_polls_and_admins_of_the_outbox(talk):
    await talk.publish(1)
    (plain,) = await talk.say("/status")
    from storage.chats import set_member

    await talk.store.write(set_member, READER, role="admin", now=talk.clock.now())
    (whole,) = await talk.say("/status")
    (invite,) = await talk.say("/invite")

    assert (True, False, True) == ("Last poll:" in plain, "Outbox:" in plain, "Outbox:" in whole)
    assert "?start=join-" in invite


@pytest.mark.slow
async def test_everything_about_a_chat_is_forgotten_when_it_asks(talk):
    await talk.publish(1)
    (privacy,) = await talk.say("/privacy")
    await talk.say("/wipe")
    await talk.tap("Yes, forget everything")

    assert "Kept:" in privacy
    assert await chat_of(talk) is None
    assert await talk.store.read(member, READER) is None


async def test_a_blocked_bot_closes_the_chat_and_comes_back(talk):
    talk.sandbox.block(READER)
    await talk.settle()
    closed = (await chat_of(talk)).status
    talk.sandbox.block(READER, blocked=False)
    await talk.settle()

    assert ("closed", "active") == (closed, (await chat_of(talk)).status)


async def test_in_a_group_only_its_admins_change_settings(talk):
    talk.sandbox.add_private(STRANGER)
    talk.sandbox.add_group(GROUP, title="Desk", admins=(READER,))
    refused = await talk.say("/watch gsim", user=STRANGER, chat=GROUP)
    allowed = await talk.say("/watch gsim", user=READER, chat=GROUP)
    await talk.say("/terms", user=STRANGER, chat=GROUP)
    await talk.tap("✕", user=STRANGER, chat=GROUP)
    group = await chat_of(talk, GROUP)

    assert (["Only the admins of this chat can do that."], "Watching from now on: JNIM") == (
        refused,
        allowed[0].splitlines()[0],
    )
    assert ["jnim"] == [term.entity for term in await talk.store.read(terms, group.id)]


async def test_old_and_forged_buttons_do_no_harm(talk):
    await talk.say("/help")
    answers = [
        await talk.press(data)
        for data in ("0:why:1", "1:nonsense", "1:why:x", "1:s:z:Mars", "1:un:99:0", "1:tp:-5", "x")
    ]

    assert [[], []] == [answers[0], answers[1]]


async def test_a_closed_bot_answers_only_those_who_were_let_in(talk):
    from datetime import timedelta

    from bot.chat.context import code_hash

    context = talk.here.tocsin.chat
    context.open = False
    talk.sandbox.add_private(STRANGER)
    ignored = await talk.say("/start", user=STRANGER)
    wrong = await talk.say("/start claim-wrong", user=STRANGER)
    await talk.store.write(add_invite, code_hash("right"), role="owner", expires=talk.clock.now() + timedelta(days=1))
    welcomed = await talk.say("/start claim-right", user=STRANGER)
    role = await talk.store.read(member, STRANGER)
    talk.sandbox.add_private(98)
    used = await talk.say("/start claim-right", user=98)

    assert ([], [], 1, "owner", []) == (ignored, wrong, len(welcomed), role.role, used)
