"""Show that readers are told once, silently and afterwards, of a time in which they could not have heard."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from bot.blindness import DELIVERY, OUTLETS, POLLING, Blindness, Gap, blind_notice, dim_outlets, polling_gap
from bot.sandbox.demo import READER, Replay
from bot.sandbox.faults import Fault, FaultKind
from bot.texts import texts
from storage.chats import find_chat
from storage.feeds import list_feeds, set_state
from storage.records import FeedState
from storage.tables import Feed

THREE = datetime(2026, 3, 1, 3, 10, tzinfo=UTC)


def test_a_gap_is_from_the_last_good_poll_to_the_first_after_it():
    first, later = THREE + timedelta(hours=3, minutes=30), THREE + timedelta(hours=4)

    assert Gap(POLLING, THREE, first) == polling_gap(THREE, [later, first, THREE - timedelta(days=1)])
    assert polling_gap(THREE, [THREE + timedelta(minutes=59)]) is None
    assert polling_gap(None, [later]) is None
    assert polling_gap(THREE, []) is None


def test_a_watch_of_a_few_feeds_that_are_read_hours_apart_is_not_blind_between():
    planned, first = THREE + timedelta(hours=6), THREE + timedelta(hours=6, minutes=5)
    late = planned + timedelta(hours=2)

    assert polling_gap(THREE, [first], planned=planned) is None
    assert Gap(POLLING, planned, late) == polling_gap(THREE, [late], planned=planned)


def _read_again_in(hours):
    def change(session, now):
        for feed in session.exec(select(Feed)):
            feed.next_at = now + timedelta(hours=hours)
            session.add(feed)

    return change


@pytest.mark.slow
async def test_nothing_is_told_of_hours_in_which_no_poll_was_due(talk):
    watch = Blindness(talk.store, talk.clock)
    await talk.publish(1)
    await talk.store.write(_read_again_in(5), talk.clock.now())
    await watch.watch()
    talk.clock.advance(5 * 3600)
    await talk.publish(1)
    await watch.watch()
    talk.clock.advance(11 * 60)

    assert 0 == await watch.watch()


def test_over_half_of_four_outlets_or_more_is_too_many():
    four = frozenset("abcd")

    assert [False, True] == [dim_outlets(four, frozenset(silent)) for silent in ("ab", "abc")]
    assert dim_outlets(frozenset("abc"), frozenset("abc")) is False


@pytest.mark.parametrize(
    ("lang", "kind", "hours", "says"),
    [
        ("en", POLLING, 3, "Blind 1 Mar, 03:10–06:10: no outlet could be read. 2 stories found since."),
        ("en", DELIVERY, 30, "Blind 1 Mar, 03:10–2 Mar, 09:10: Telegram could not be reached. 2 stories found since."),
        ("fr", OUTLETS, 2, "1 mars, 03:10–05:10 : plus de la moitié des médias que vous suivez se taisaient. 2 sujets trouvés depuis."),
    ],
)  # fmt: skip
def test_the_notice_says_from_when_to_when_and_what_was_found_since(lang, kind, hours, says):
    notice = blind_notice(texts(lang), Gap(kind, THREE, THREE + timedelta(hours=hours)), tz="UTC", found=2)

    assert (says, True) == (notice.text.replace("\u202f", " ").replace("\xa0", " "), notice.silent)


def told(talk):
    return [
        (message["text"], message.get("silent"))
        for message in talk.sandbox.messages(READER)
        if message["text"].startswith("Blind") or "were silent" in message["text"]
    ]


@pytest.mark.slow
async def test_when_polling_was_blind_readers_are_told_once_it_is_over(talk):
    watch = Blindness(talk.store, talk.clock)
    await talk.publish(1)
    await talk.store.write(_read_again_in(0.1), talk.clock.now())
    await watch.watch()
    talk.clock.advance(3 * 3600)
    during = await watch.watch()
    await talk.publish(3)
    at_once = await watch.watch()
    talk.clock.advance(11 * 60)
    after, again = await watch.watch(), await watch.watch()
    await talk.settle()

    assert (0, 0, 1, 0) == (during, at_once, after, again)
    ((text, silent),) = told(talk)
    assert text.startswith("Blind 1 Mar, 06:")
    assert "no outlet could be read." in text
    assert silent is True


@pytest.mark.slow
async def test_when_telegram_was_away_readers_are_told_once_it_is_back(talk):
    watch = Blindness(talk.store, talk.clock)
    await talk.publish(1)
    talk.sandbox.fault(Fault(FaultKind.SERVER_ERROR, times=1000))
    replay = Replay(talk.here.tocsin, talk.here.newsstand, talk.sandbox, talk.clock)
    talk.here.newsstand.publish(9)
    for outlet in list(talk.here.newsstand.outlets)[:4]:
        await replay._poll(outlet)
    for _ in range(4):
        await talk.here.tocsin.sender.send_due()
        talk.clock.advance(25 * 60)
        for outlet in list(talk.here.newsstand.outlets)[:1]:
            await replay._poll(outlet)
        await watch.watch()
    stuck = told(talk)
    talk.sandbox.faults.clear()
    await replay._until(None)
    await watch.watch()
    talk.clock.advance(11 * 60)
    await watch.watch()
    await talk.settle()

    assert [] == stuck
    assert any("Telegram could not be reached." in text and silent for text, silent in told(talk))


@pytest.mark.slow
async def test_when_most_outlets_of_a_chat_were_silent_it_is_told_once_they_speak(talk):
    watch = Blindness(talk.store, talk.clock)
    await talk.publish(6)
    feeds = await talk.store.read(list_feeds)
    for feed in feeds:
        await talk.store.write(set_state, feed.id, state=FeedState.FAILING, reason="", now=talk.clock.now())
    during = await watch.watch()
    dim = (await talk.store.read(find_chat, READER)).settings["dim"]
    talk.clock.advance(2 * 3600)
    for feed in feeds:
        await talk.store.write(set_state, feed.id, state=FeedState.ACTIVE, reason="", now=talk.clock.now())
    after, again = await watch.watch(), await watch.watch()
    await talk.settle()

    assert (0, 1, 0) == (during, after, again)
    assert talk.clock.now() - datetime.fromisoformat(dim) >= timedelta(hours=2)
    assert ["more than half of the outlets that you hear of were silent." in text for text, _ in told(talk)] == [True]
