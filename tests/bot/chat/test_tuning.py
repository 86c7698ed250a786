"""Show what a chat teaches the bot about its terms, and how it takes that back."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlmodel import update

from bot.chat.learning import learnt_bar, marking_words, next_bar
from bot.sandbox.demo import READER
from storage.chats import find_chat
from storage.feeds import list_feeds
from storage.stories import latest_stories
from storage.tables import MatchRow
from storage.terms import add_term, remove_term, terms
from storage.tunings import tunings


def test_the_words_of_another_meaning_are_those_that_stand_in_no_other_report():
    disliked = ["AES cipher broken by students", "New cipher beats AES-256"]
    others = [f"AES summit in Bamako, day {n}, students protest" for n in range(20)]

    assert "cipher" == marking_words(disliked, others, names=["AES"])[0]
    assert not {"aes", "students"} & set(marking_words(disliked, others, names=["AES"]))


def test_nothing_is_learnt_from_a_text_of_names_and_common_words():
    assert () == marking_words(["AES AES"], [], names=["AES"])


@pytest.mark.parametrize(
    ("votes", "bar"),
    [
        ([(82, -1), (81, -1)], None),
        ([(82, -1), (81, -1), (83, -1)], 84),
        ([(82, -1), (81, -1), (88, -1)], 90),
        ([(82, -1), (81, -1), (83, -1), (82, 1)], None),
        ([(82, -1), (81, -1), (83, -1), (99, 1)], 84),
        ([(100, -1), (100, -1), (100, -1)], None),
        ([], None),
    ],
)
def test_a_bar_moves_when_three_are_disliked_and_none_as_sure_is_liked(votes, bar):
    assert bar == learnt_bar(votes)


def test_nothing_is_surer_than_a_full_name():
    assert [84, 90, 100, None] == [next_bar(score) for score in (80, 84, 99, 100)]


async def learnt(talk):
    chat = await talk.store.read(find_chat, READER)
    return [
        (each.tuning.entity, each.tuning.kind.value, each.tuning.value)
        for each in await talk.store.read(tunings, chat.id)
    ]


async def own(talk):
    chat = await talk.store.read(find_chat, READER)
    return [term.expression for term in await talk.store.read(terms, chat.id) if term.expression]


@pytest.mark.slow
async def test_another_meaning_is_learnt_by_one_tap_told_and_taken_back(talk):
    await talk.publish(2)
    (why,) = await talk.tap("Why?")
    (told,) = await talk.tap("≠")
    one = await learnt(talk)
    await talk.tap("Rather")
    other = await learnt(talk)
    await talk.tap("↩ Undo")

    assert "% of matches are right" in why
    assert told.startswith("Learnt for this chat: ")
    assert (1, 1, True) == (len(one), len(other), one[0][:2] == other[0][:2] and one != other)
    assert [] == await learnt(talk)


async def test_tuning_lists_what_was_learnt_and_takes_it_back_with_an_undo(talk):
    (empty,) = await talk.say("/tuning")
    await talk.say("/watch gsim +Djibo -football from:nowhere")
    await talk.say("/watch gsim +Djibo -football !urgent")
    (listed,) = await talk.say("/tuning")
    await talk.tap("↩ 1")
    left = await learnt(talk)
    await talk.tap("↩ Undo")
    chat = await talk.store.read(find_chat, READER)
    (term,) = [each for each in await talk.store.read(terms, chat.id) if each.entity == "jnim"]

    assert empty.startswith("Nothing was tuned yet.")
    assert "1. JNIM: only beside “Djibo”\n2. JNIM: never beside “football”" in listed
    assert [("jnim", "without", "football")] == left
    assert {("jnim", "with", "Djibo"), ("jnim", "without", "football")} == set(await learnt(talk))
    assert "critical" == term.urgency


@pytest.mark.slow
async def test_what_is_not_meant_does_not_ring_again(talk):
    await talk.publish(1)
    rung = len(talk.accepted())
    await talk.say("/start sahel-en")
    chat = await talk.store.read(find_chat, READER)
    from matchers.tuning import Tuning, TuningKind
    from storage.tunings import tune

    for term in await talk.store.read(terms, chat.id):
        await talk.store.write(tune, chat.id, Tuning(term.entity, TuningKind.OUTLET, "another"), now=talk.clock.now())
    before = len(talk.accepted())
    await talk.publish(3)

    assert 0 < rung
    assert [] == [each for each in talk.accepted()[before:] if "SAMPLE" in each.message["text"]]


async def test_an_outlet_may_be_the_only_one_that_counts_and_an_unknown_one_is_told(talk):
    (refused,) = await talk.say("/watch gsim from:nowhere")
    (taken,) = await talk.say('/watch gsim from:"West Africa Desk"')

    assert refused.startswith("I read no outlet called “nowhere”. Some that I read: ")
    assert "Narrowed: only from West Africa Desk." in taken
    assert [("jnim", "outlet", "sample:west-africa-desk")] == await learnt(talk)


async def test_a_scope_is_counted_in_what_a_term_would_have_found(talk):
    await talk.publish(16)
    (open_,) = await talk.say("/watch gsim")
    (scoped,) = await talk.say('/watch gsim from:"West Africa Desk"')
    (own,) = await talk.say('/watch Diafarabé from:"Dépêche Sahel"')

    assert "8 reports in 6 outlets" in open_
    assert ("3 reports in 1 outlet:", 3) == (
        scoped.splitlines()[3].split("found ")[1],
        scoped.count("· West Africa Desk"),
    )
    assert {"Dépêche Sahel"} == {line.split(" · ")[-1] for line in own.splitlines() if line.startswith("•")}


async def test_a_feed_is_named_by_its_address_as_a_person_types_it(talk):
    feed = next(iter(await talk.store.read(list_feeds)))
    (taken,) = await talk.say(f"/watch gsim from:{feed.url.removeprefix('http://')}/")

    assert "Narrowed: only from" in taken
    assert [("jnim", "feed", feed.url)] == await learnt(talk)


async def test_own_words_take_an_urgency_and_a_scope(talk):
    await talk.say('/watch "salt caravan" !low de:"West Africa Desk"')
    (added,) = await talk.tap("Add")

    assert ['"salt caravan"'] == await own(talk)
    assert "Low: only in the digest" in added
    assert "only from West Africa Desk" in added


def doubt_everything(session):
    session.exec(update(MatchRow).values(score=82))


@pytest.mark.slow
async def test_three_thumbs_down_move_the_bar_and_the_chat_is_told(talk):
    await talk.publish(20)
    await talk.store.write(doubt_everything)
    chat = await talk.store.read(find_chat, READER)
    since = talk.clock.now() - timedelta(days=9)
    views = await talk.store.read(latest_stories, chat.id, since=since, limit=20)
    named = Counter(entity for view in views for entity in {match.entity for match in view.matches})
    entity = named.most_common(1)[0][0]
    for term in await talk.store.read(terms, chat.id):
        await talk.store.write(remove_term, chat.id, entity=term.entity)
    await talk.store.write(add_term, chat.id, entity=entity, now=talk.clock.now())
    blamed = [view.story for view in views if entity in {match.entity for match in view.matches}][:3]
    answers = [await talk.press(f"1:dn:{story}") for story in blamed]

    assert [False, False, True] == [any("Learnt for this chat" in each for each in told) for told in answers]
    assert [(entity, "least", "84")] == await learnt(talk)
