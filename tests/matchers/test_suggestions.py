"""Show how a new acronym of a known name is noticed."""

from matchers.entities import Alias, Entity, EntityKind
from matchers.suggestions import Suggestion, suggest
from matchers.types import EntryText
from matchers.watchlist import Watchlist

JNIM = Entity(
    id="jnim", name="JNIM", kind=EntityKind.GROUP, aliases=(Alias("Support Group for Islam and Muslims"), Alias("JNIM"))
)


def suggested(text):
    watchlist, entry = Watchlist.compile([JNIM]), EntryText(text)
    return suggest(entry, watchlist.match(entry), known=watchlist.entities())


def test_an_unknown_acronym_behind_a_full_name_is_suggested():
    text = "The Support Group for Islam and Muslims (JMIN) said"

    assert (Suggestion("jnim", "JMIN", "Support Group for Islam and Muslims"),) == suggested(text)


def test_a_known_acronym_and_a_word_in_brackets_are_not():
    assert () == suggested("The Support Group for Islam and Muslims (JNIM) said")
    assert () == suggested("The Support Group for Islam and Muslims (here) said")
