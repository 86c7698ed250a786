"""Show that somebody is rung for what happens where they look, for three days, and that nobody else learns of it."""

from datetime import timedelta

import pytest

from bot.sandbox.demo import READER
from bot.sandbox.newsstand import SampleEntry
from storage.areas import areas
from storage.chats import find_chat
from storage.terms import remove_term, terms

GROUP = -500
SAFE = ("safe", "secure", "sûr", "sûre", "calme", "آمن")


@pytest.fixture
async def traveller(talk):
    """Give a reader who watches nothing."""
    chat = await talk.store.read(find_chat, READER)
    for term in await talk.store.read(terms, chat.id):
        await talk.store.write(remove_term, chat.id, entity=term.entity)
    return talk


def news(talk, *titles):
    """Let the newsstand have these headlines next."""
    entries = tuple(
        SampleEntry(f"road-{n}", True, 1, 10 * n, "sahel-monitor", title, "") for n, title in enumerate(titles)
    )
    stand = talk.here.newsstand
    stand._entries = (*stand.ledger, *entries)
    return len(entries)


async def looks(talk):
    chat = await talk.store.read(find_chat, READER)
    return [(each.stops, each.km) for each in await talk.store.read(areas, chat.id, now=talk.clock.now())]


def rung(talk):
    return [each.message["text"].splitlines()[0] for each in talk.accepted() if "SAMPLE" in each.message["text"]]


@pytest.mark.slow
async def test_what_happens_near_a_place_rings_and_what_happens_elsewhere_does_not(traveller):
    (answer,) = await traveller.say("/near Gao 100")
    count = news(traveller, "Gunmen stop a bus near Ansongo in Mali", "Market reopens in Kayes, western Mali")
    await traveller.publish(count)
    told = rung(traveller)
    (why,) = await traveller.tap("Why?")

    assert "within 100 km of Gao" in answer.splitlines()[0]
    assert ["Gunmen stop a bus near Ansongo"] == [line.split(" · ")[2][:30] for line in told]
    assert [(("ml-gao",), 100)] == await looks(traveller)
    assert "It happened where you look; /near shows where that is." == why


async def test_an_answer_says_what_was_reported_until_when_and_by_how_many_and_never_that_a_road_is_safe(traveller):
    (nothing,) = await traveller.say("/route Bamako Ségou 30")
    await traveller.publish(news(traveller, "Mine blast kills two on the road near Ségou in Mali"))
    (something,) = await traveller.say("/route Bamako Ségou Sévaré 30")
    words = f"{nothing} {something}".lower()

    assert "no outlet that I read reported anything there" in nothing
    assert "1 report by 1 outlet" in something
    assert "Mine blast kills two" in something
    assert all("No report does not mean no danger" in each for each in (nothing, something))
    assert [] == [word for word in SAFE if word in words]


@pytest.mark.slow
async def test_a_look_ends_after_three_days_unless_it_is_renewed(traveller):
    await traveller.say("/near Gao 100")
    traveller.clock.advance(timedelta(hours=70, minutes=1).total_seconds())
    await traveller.settle()
    reminder = traveller.sandbox.messages(READER)[-1]
    (renewed,) = await traveller.tap("72 more hours")
    traveller.clock.advance(timedelta(hours=69).total_seconds())
    still = await looks(traveller)
    traveller.clock.advance(timedelta(hours=4).total_seconds())
    await traveller.here.tocsin.upkeep.prune()
    before = len(rung(traveller))
    await traveller.publish(news(traveller, "Gunmen stop a bus near Ansongo in Mali"))

    assert (True, True) == (reminder["text"].startswith("At "), reminder["silent"])
    assert "Gao" not in reminder["text"]
    assert renewed.startswith("I look on until")
    assert (1, [], before) == (len(still), await looks(traveller), len(rung(traveller)))


async def test_a_look_is_shown_and_ended(traveller):
    (empty,) = await traveller.say("/near")
    await traveller.say("/route Bamako Ségou 20")
    (card,) = await traveller.say("/route")
    (ended,) = await traveller.tap("Stop looking")
    (late,) = (await traveller.say("/near off"))[-1:]

    assert empty.startswith("You look nowhere")
    assert "Bamako – Ségou, 20 km, until" in card
    assert "Forgotten: I no longer look anywhere for you." == ended == late
    assert [] == await looks(traveller)


async def test_what_cannot_be_looked_at_is_said_to_be(traveller):
    words = ("/near Atlantis 50", "/near Gao 900", "/near Gao Kidal 50", "/route Gao 30", "/near 30")
    answers = [(await traveller.say(each))[0] for each in words]

    assert [
        "I know no place called Atlantis.",
        "Say a place and how far",
        "Say a place and how far",
        "Say two to eight places",
        "Say a place and how far",
    ] == [answer[: len("Say a place and how far") + 9 * ("Atlantis" in answer)] for answer in answers]


async def test_three_areas_are_enough(traveller):
    for place in ("Gao", "Kidal", "Mopti"):
        await traveller.say(f"/near {place} 50")

    assert ["You look at three areas already; /near off ends them."] == await traveller.say("/near Kayes 50")


async def test_a_group_is_never_told_where_somebody_goes(traveller):
    traveller.sandbox.add_group(GROUP, title="Desk", admins=(READER,))
    (answer,) = await traveller.say("/near Gao 100", chat=GROUP)

    assert answer.startswith("Only in a private chat with me")


async def test_where_somebody_looks_stands_in_no_log_metric_export_copy_or_answer_that_was_said(
    traveller, tmp_path, capfd
):
    from sqlmodel import select

    from storage.tables import Delivery, Inbox

    await traveller.say("/near Ansongo 77")
    await traveller.publish(news(traveller, "Gunmen stop a bus near Ménaka in Mali"))
    copy = tmp_path / "copy.db"
    traveller.store.database.back_up(copy)

    def kept(session):
        rows = [*session.exec(select(Delivery.payload)), *session.exec(select(Inbox.payload))]
        return " ".join(map(str, rows))

    texts = await traveller.store.read(kept)
    logged = "".join(capfd.readouterr())
    metrics = traveller.here.tocsin.poller.metrics

    assert 1 == len(await looks(traveller))
    assert [] == [place for place in ("ansongo", "77 km") if place in (texts + logged + str(vars(metrics))).lower()]
    assert b"ml-ansongo" not in copy.read_bytes()


async def test_one_who_watches_and_looks_hears_of_a_story_once(talk):
    await talk.say("/near Gao 100")
    await talk.publish(news(talk, "JNIM fighters attack the town of Ansongo in Mali"))

    assert 1 == len(rung(talk))
