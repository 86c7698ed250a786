"""Show what a subscriber may write, and what is said about it."""

import pytest

from matchers.catalogue import parse_catalogue
from matchers.terms import TermError, advise, parse_term, with_context
from matchers.types import EntryText
from matchers.watchlist import Watchlist

CMA = """
[[entity]]
id = "cma"
name = "CMA"
kind = "alliance"
context = ["mali*", "azawad*"]
senses = ["the UK's competition regulator"]
[[entity.alias]]
text = "CMA"
kind = "acronym"
case = "exact"
weak = true
[[entity.alias]]
text = "Coordination des mouvements de l'Azawad"
"""


def rings(expression, text):
    return bool(Watchlist.compile([parse_term(expression)]).match(EntryText(text)))


@pytest.mark.parametrize(
    ("expression", "yes", "no"),
    [
        ("uranium Arlit", "Arlit: new uranium mine", "uranium in Canada"),
        ("Barkhane", "the end of barkhane", "the end of Serval"),
        ('"end of mission"', "the End of Mission, he said", "end of the long mission"),
        ("gold | uranium", "Uranium!", "silver"),
        ("gold +mali -olympic", "gold mine in Mali", "gold mine in Ghana"),
        ("gold -olympic*", "gold mine", "Olympics gold"),
        ('gold -"white gold"', "gold mine", "white gold mine"),
        ("MSC", "the MSC met", "msc ships"),
        ("re:colonel.{0,12}sadio", "Colonel Sadio Camara", "Sadio the colonel"),
        ("戈伊塔", "马里总统戈伊塔", "马里总统"),
        ("غويتا", "استقبل الرئيس غويتا", "استقبل الرئيس"),
    ],
)
def test_an_expression_rings_for_what_it_says(expression, yes, no):
    assert (True, False) == (rings(expression, yes), rings(expression, no))


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("", "There is nothing to watch."),
        ("x" * 201, "That is longer than 200 characters."),
        ("the", "“the” stands in nearly every text."),
        ("a", "“a” is too short to watch."),
        ("-bomb", "Those words only narrow something down."),
        ("re:", "There is no expression after re:."),
        ("re:.*", "That expression fits every text."),
        ("re:(a", "RE2 cannot read that: missing ): (a."),
        (" | ".join(f"name{i}" for i in range(21)), "Those are more than 20 alternatives."),
    ],
)
def test_an_expression_that_cannot_be_watched_is_refused_with_a_remedy(expression, reason):
    with pytest.raises(TermError) as caught:
        parse_term(expression)

    assert reason == caught.value.reason
    assert caught.value.remedy


def test_one_meaning_has_one_id():
    assert parse_term("Gold | Uranium").id == parse_term("URANIUM  |  gold").id
    assert parse_term("gold").id != parse_term('"gold"').id
    assert parse_term("gold").id.startswith("w:")


def test_other_meanings_of_a_word_are_named():
    (advice, short) = advise(parse_term("CMA"), parse_catalogue(CMA, "f.toml"))

    assert ("ambiguous", "cma", ("the UK's competition regulator",), ("mali", "azawad")) == (
        advice.code,
        advice.entity,
        advice.senses,
        advice.context,
    )
    assert "short" == short.code


def test_a_term_that_the_catalogue_knows_is_pointed_out():
    (advice,) = advise(parse_term("coordination des mouvements de l'azawad"), parse_catalogue(CMA, "f.toml"))

    assert ("known", "cma") == (advice.code, advice.entity)


def test_a_common_word_is_pointed_out():
    assert ["common"] == [advice.code for advice in advise(parse_term("army"), ())]


def test_a_term_can_be_tied_to_context():
    watchlist = Watchlist.compile([with_context(parse_term("CMA"), ("mali*",))])

    assert [False, True] == [bool(watchlist.match(EntryText(text))) for text in ("the CMA met", "the CMA met in Mali")]
