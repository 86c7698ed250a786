"""Show that the archive is searched from the chat: words, filters, pages."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.searching import Reading, Unknown, read_search
from bot.vigil import Vigil
from storage.search import Search

NOW = datetime(2026, 3, 8, 12, tzinfo=UTC)
OUTLETS = (("radio-fleuve", "Radio Fleuve"), ("fleuve-info", "Fleuve Info"), ("rfi", "RFI"))


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("fuel convoy", Search("fuel convoy")),
        ("fuel conv*", Search("fuel conv", begins=True)),
        ("Goïta", Search("Goïta", meant="goita")),
        ("place:Gao", Search(names=(("Gao", "غاو", "جاو", "Гао"),))),
        ("entity:gsim", Search(entities=("jnim",))),
        ("crue lieu:Gao média:rfi", Search("crue", names=(("Gao", "غاو", "جاو", "Гао"),), outlets=("rfi",))),
        ('outlet:"radio fleuve" x', Search("x", outlets=("radio-fleuve",))),
        ("from:fleuve", Search(outlets=("radio-fleuve", "fleuve-info"))),
        ("x since:7d", Search("x", since=NOW - timedelta(days=7))),
        ("x depuis:2026-03-01", Search("x", since=datetime(2026, 2, 28, 23, tzinfo=UTC))),
        ("http://a.example", Search("http //a.example")),
        ("18:30", Search("18 30")),
    ],
)
def test_a_search_is_read(watchlist, words, wanted):
    assert wanted == read_search(words, Reading(Vigil(watchlist), OUTLETS, NOW, "Europe/Paris"))


@pytest.mark.parametrize(
    ("words", "unknown"),
    [("outlet:nobody", Unknown("outlet", "nobody")), ("x since:whenever", Unknown("since", "whenever")),
     ("place:Nowhereville", Unknown("place", "Nowhereville"))],
)  # fmt: skip
def test_a_filter_that_names_nothing_is_said(watchlist, words, unknown):
    assert unknown == read_search(words, Reading(Vigil(watchlist), OUTLETS, NOW))


@pytest.mark.slow
async def test_the_archive_is_searched_and_its_pages_turned(talk):
    await talk.publish(12)
    (first,) = await talk.say("/search since:30d")
    (second,) = await talk.tap("Older")
    (back,) = await talk.tap("‹ Newer")
    (nothing,) = await talk.say("/search xylophone")
    (unknown,) = await talk.say("/search outlet:nobody")
    (hint,) = await talk.say("/search")

    assert (True, True) == (first.startswith("Archive: since:30d\n"), first == back)
    assert 8 == first.count("\n\n")
    assert not set(first.split("\n\n")[1:]) & set(second.split("\n\n")[1:])
    assert "Archive: xylophone\nNothing found." == nothing
    assert ("I know no outlet called nobody", "Say what to look for") == (unknown[:30], hint[:20])
