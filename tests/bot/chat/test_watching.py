"""Show how own words are tried on the archive before they are watched."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.chat.backtest import Trial, try_term
from bot.chat.naming import exact, find_named, restored, spellings
from bot.chat.offering import trial_lines
from bot.sandbox.demo import READER
from bot.texts import texts
from bot.vigil import Vigil
from matchers.terms import parse_term
from matchers.tuning import Tuning, TuningKind
from matchers.types import EntryText
from matchers.watchlist import Watchlist
from storage.chats import find_chat, mutes
from storage.fulltext import forms
from storage.records import ArchivedText
from storage.terms import terms


def archived(title, *, outlet="a", known=False):
    return ArchivedText(title, "", "en", f"https://{outlet}.example/{title[:3]}", outlet, outlet.title(), known)


def one(words):
    return Watchlist.compile([parse_term(words)])


GOLD = Path(__file__).parents[2] / "gold" / "mentions-dev.jsonl"


@pytest.mark.parametrize(
    "words",
    [
        "Assimi Goita", "Ansar Eddine", "Kidhal", "Macina Liberation Front", '"force unifiée"', "AES", "burkinafaso",
        "Tinzawaten", "ghali", "charter +Liptako", "ceasefire -Gaza", "الساحل", "Африка корпус", "le prix du riz",
    ],
)  # fmt: skip
def test_the_words_that_wake_a_term_lose_no_report_that_it_finds(words):
    titles = [json.loads(line)["title"] for line in GOLD.read_text(encoding="utf-8").splitlines()][::2]
    folded = {title: {form for word in forms(title) for form in word} for title in titles}
    wakes = one(words).waking(sorted(set().union(*folded.values())))
    whole, sifted = (
        [title for title in among if watchlist.match(EntryText(title, "", ""))]
        for watchlist, among in (
            (one(words), titles),
            (one(words), [title for title in titles if not folded[title].isdisjoint(wakes)]),
        )
    )

    assert whole == sifted
    assert len(wakes) < 60


def test_a_scope_counts_in_a_trial_as_it_will_in_rings():
    archive = [
        archived("Fuel convoy burns", outlet="b"),
        archived("Fuel convoy burns", outlet="a"),
        archived("Fuel sold"),
    ]
    scoped = [Tuning("", TuningKind.OUTLET, "a"), Tuning("", TuningKind.WITH, "convoy")]
    trial = try_term(one("fuel"), archive, changed=scoped)

    assert (1, 1, ["a"]) == (trial.found, trial.outlets, [each.outlet for each in trial.examples])
    assert 2 == try_term(one("fuel"), archive).found


def test_a_pattern_is_tried_on_every_report():
    assert one(r"re:convo[iy]").waking(["convoy", "rain"]) is None


def test_a_trial_counts_each_headline_once_and_shows_the_newest():
    archive = [archived(f"Uranium convoy {n} seen", outlet=o) for n in range(4) for o in ("a", "b")] + [
        archived("Rain")
    ]
    trial = try_term(one("uranium"), archive)

    assert (9, 4, 1) == (trial.read, trial.found, trial.outlets)
    assert [f"Uranium convoy {n} seen" for n in range(3)] == [each.title for each in trial.examples]


def test_the_word_that_keeps_a_term_to_its_subject_is_computed():
    on = [archived(f"Gold mine attacked in Mali, day {n}", known=True) for n in range(5)]
    off = [archived(f"Gold price moves again on Monday {n}") for n in range(5)]
    trial = try_term(one("gold"), on + off)

    assert (10, 5, 5) == (trial.found, trial.strangers, trial.found_with_word)
    assert trial.word in {"mali", "mine", "attacked"}


def test_no_word_is_offered_where_little_is_off_the_subject_or_nothing_is_on_it():
    on = [archived(f"Gold mine attacked in Mali, day {n}", known=True) for n in range(9)]
    off = [archived(f"Gold price moves again on Monday {n}") for n in range(2)]
    nothing_on = [archived(f"Gold price moves again on Monday {n}") for n in range(5)]

    assert ["", ""] == [try_term(one("gold"), archive).word for archive in (on + off, nothing_on)]


def test_a_trial_that_takes_too_long_says_how_far_back_it_read():
    seen = datetime(2026, 3, 1, 6, tzinfo=UTC)
    archive = [ArchivedText(f"Uranium {n}", "", "en", "u", "a", "A", is_known=False, seen=seen) for n in range(1200)]
    whole = try_term(one("uranium"), archive)
    late = try_term(one("uranium"), archive, is_late=lambda: True)

    assert (1200, None) == (whole.read, whole.since)
    assert (100, seen) == (late.read, late.since)


@pytest.mark.parametrize(
    ("trial", "begins"),
    [
        (Trial(0), "The archive is still empty"),
        (Trial(5), "Nothing in the last 30 days"),
        (Trial(5, 1, 1), "In the last 30 days it would have found 1 report in 1 outlet:"),
    ],
)
def test_a_trial_is_said_in_words(trial, begins):
    (first, *_) = trial_lines(texts("en"), trial)

    assert "".join(span.text for span in first).startswith(begins)


@pytest.mark.parametrize(
    ("words", "term"),
    [
        ("gsim", "jnim"),
        ("JNIM", "jnim"),
        ("Goïta", "goita"),
        ("tuareg groups", "family:tuareg-groups"),
        ("family:jihadists", "family:jihadists"),
        ("fuel convoy", None),
        ("mali", None),
        ("", None),
    ],
)
def test_a_name_is_found_by_any_spelling_and_by_nothing_less(words, term, watchlist):
    assert term == find_named(words, Vigil(watchlist))


def test_a_few_spellings_that_differ_are_shown(watchlist):
    (entity, *_) = exact("jnim", Vigil(watchlist))
    shown = spellings(entity)

    assert len(shown) <= 6
    assert "GSIM" in shown
    assert entity.name not in shown


def test_a_dropped_term_comes_back_with_its_words(watchlist):
    vigil = Vigil(watchlist)
    term = parse_term("salt caravan")
    vigil.learn([(term.id, "salt caravan")])
    found = [restored(entity, vigil) for entity in (term.id, "jnim", "family:leaders", "family:x", "nobody", "w:0")]
    vigil.forget(term.id)

    assert ["salt caravan", "", "", None, None, None] == found


async def watched(talk):
    chat = await talk.store.read(find_chat, READER)
    return {term.entity: term.expression for term in await talk.store.read(terms, chat.id)}


async def own(talk):
    return [expression for expression in (await watched(talk)).values() if expression]


@pytest.mark.slow
async def test_own_words_are_tried_offered_added_and_taken_back(talk):
    await talk.publish(3)
    (offer,) = await talk.say("/watch charter")
    before = await own(talk)
    (added,) = await talk.tap("Add")
    during = await own(talk)
    await talk.tap("Undo")
    after = await own(talk)
    await talk.tap("Undo")

    assert "In the last 30 days it would have found" in offer
    assert added.startswith("Watching from now on: charter")
    assert ([], ["charter"], [], ["charter"]) == (before, during, after, await own(talk))


async def test_what_is_said_without_a_command_is_offered_and_can_be_left(talk):
    (offer,) = await talk.say("sahel")
    labels = [b["text"] for row in talk.sandbox.messages(READER)[-1]["reply_markup"]["inline_keyboard"] for b in row]
    (left,) = await talk.tap("Cancel")

    assert "Or do you mean one of these" in offer
    assert [True, True, True] == [labels[0] == "Add", labels[1].startswith("★"), labels[-1] == "Cancel"]
    assert ("Not watched.", []) == (left, await own(talk))


async def test_a_name_that_is_alike_is_watched_by_its_button(talk):
    before = await watched(talk)
    await talk.say("/watch niger")
    await talk.tap("★")

    assert len(before) + 1 == len(await watched(talk))


async def test_a_button_for_other_words_adds_nothing(talk):
    await talk.say("/watch salt caravan")
    old = talk.sandbox.messages(READER)[-1]
    await talk.say("/watch fuel convoy")
    await talk.press(old["reply_markup"]["inline_keyboard"][0][0]["callback_data"], message=old["message_id"])

    assert [] == await own(talk)


async def test_a_terms_card_sets_how_urgent_it_is_and_silences_it(talk):
    await talk.say("/terms")
    (card,) = await talk.tap("Alliance of Sahel States")
    await talk.tap("Critical")
    await talk.tap("Silent for a day")
    chat = await talk.store.read(find_chat, READER)
    silent = await talk.store.read(mutes, chat.id, now=talk.clock.now())
    await talk.tap("Ring again")
    (listed,) = await talk.tap("‹ Back")
    (urgent,) = [term for term in await talk.store.read(terms, chat.id) if term.entity == "family:alliance"]

    assert "Watched since 1 Mar" in card
    assert "🔴 Alliance of Sahel States" in listed
    assert ("critical", [("term", "family:alliance")]) == (
        urgent.urgency,
        [(each.kind, each.target) for each in silent],
    )
    assert timedelta(hours=23) < silent[0].until - talk.clock.now() <= timedelta(days=1)
    assert () == await talk.store.read(mutes, chat.id, now=talk.clock.now())


async def test_a_low_term_comes_without_sound(talk):
    chat = await talk.store.read(find_chat, READER)
    from storage.terms import set_urgency

    for term in await talk.store.read(terms, chat.id):
        await talk.store.write(set_urgency, chat.id, entity=term.entity, urgency="low")
    await talk.publish(1)

    assert [True] == [bool(each.message.get("silent")) for each in talk.accepted()]
