"""Show how the rhythm of a digest is read."""

import pytest

from bot.chat.rhythm import Rhythm, read_rhythm
from bot.sandbox.demo import READER
from storage.chats import find_chat, mutes


@pytest.mark.parametrize(
    ("words", "rhythm"),
    [
        ("07:00", Rhythm(420)),
        ("7h30", Rhythm(450)),
        ("07:00 mon-fri", Rhythm(420, "12345", "daily")),
        ("lun-ven 18h", Rhythm(1080, "12345", "daily")),
        ("samedi dimanche", Rhythm(None, "67", "daily")),
        ("fri-mon", Rhythm(None, "1567", "daily")),
        ("mon,wed 6", Rhythm(360, "13", "daily")),
        ("weekly", Rhythm(None, "1", "weekly")),
        ("hebdo ven 8h", Rhythm(480, "5", "weekly")),
        ("weekly sun 20:15", Rhythm(1215, "7", "weekly")),
        ("daily", Rhythm(None, "", "daily")),
        ("mon-sun", Rhythm(None, "", "daily")),
        ("الاثنين-الجمعة 07:00", Rhythm(420, "12345", "daily")),
        ("أسبوعي", Rhythm(None, "1", "weekly")),
    ],
)
def test_a_rhythm_is_read_in_three_languages(words, rhythm):
    assert rhythm == read_rhythm(words)


@pytest.mark.parametrize("words", ["", "99", "07:00 whenever", "mon-fri-sun", "-", "25:00 weekly"])
def test_what_is_no_rhythm_is_refused(words):
    assert read_rhythm(words) is None


async def test_a_silence_that_an_edition_proposes_takes_one_tap(talk):
    unknown = await talk.press("1:dm:nobody")
    await talk.press("1:dm:family:leaders")
    chat = await talk.store.read(find_chat, READER)
    silent = await talk.store.read(mutes, chat.id, now=talk.clock.now())

    assert [] == unknown
    assert [("term", "family:leaders", None)] == [(each.kind, each.target, each.until) for each in silent]
