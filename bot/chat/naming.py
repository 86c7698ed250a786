"""Find what a person means by a few words, and say what a term is called. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.chat.replies import FAMILIES
from matchers.entities import AliasKind, EntityKind
from matchers.terms import TermError, parse_term
from matchers.text import tokens

if TYPE_CHECKING:
    from bot.texts import Texts
    from bot.vigil import Vigil
    from matchers.entities import Entity

# What the term of a whole family begins with.
FAMILY_TERM: Final = "family:"
# Names that begin like the words; more of them help nobody choose.
_MOST_OFFERED: Final = 4
_SHORT: Final = frozenset({AliasKind.ACRONYM, AliasKind.SHORT})
_MOST_SHORT: Final = 3
_MOST_SPELLINGS: Final = 6


def find_family(words: str) -> str | None:
    """Return the term of a family by its id, with or without `family:`."""
    wanted = "-".join(words.lower().removeprefix(FAMILY_TERM).split())
    return f"{FAMILY_TERM}{wanted}" if wanted in FAMILIES else None


def find_named(words: str, vigil: Vigil) -> str | None:
    """Return the term that words name exactly: a family, or an entity by any of its spellings."""
    return find_family(words) or next((each.id for each in exact(words, vigil)), None)


def exact(words: str, vigil: Vigil) -> tuple[Entity, ...]:
    """Return the catalogue's entities that have these very words for a name or a spelling, best first."""
    return tuple(each for each in vigil.watchlist.find(words) if _plain(words) in _names(each))


def alike(words: str, vigil: Vigil) -> tuple[Entity, ...]:
    """Return entities whose names begin like the words, for a person to choose from."""
    return vigil.watchlist.find(words)[:_MOST_OFFERED]


def term_name(say: Texts, entity: str, *, vigil: Vigil, expression: str = "") -> str:
    """Return what a term is called here."""
    family = entity.removeprefix(FAMILY_TERM)
    if family != entity:
        return say(FAMILIES[family]) if family in FAMILIES else family
    return vigil.name(entity, say.lang, expression=expression)


def restored(entity: str, vigil: Vigil) -> str | None:
    """Return the expression with which a term can be watched again; None for what cannot be."""
    if find_family(entity) == entity:
        return ""
    known = vigil.watchlist.entity(entity)
    if known is None:
        return None
    return known.name if known.kind is EntityKind.WORDS else ""


def own_words(words: str) -> Entity | TermError:
    """Return the term that own words make, or what is wrong with them."""
    try:
        return parse_term(words)
    except TermError as error:
        return error


def spellings(entity: Entity) -> tuple[str, ...]:
    """Return a few written forms that differ most: short ones, then one a language."""
    short = [alias.text for alias in entity.aliases if alias.kind in _SHORT]
    by_lang = {(alias.lang, alias.script): alias.text for alias in reversed(entity.aliases)}
    shown = dict.fromkeys([*short[:_MOST_SHORT], *reversed(by_lang.values())])
    return tuple(each for each in shown if each != entity.name)[:_MOST_SPELLINGS]


def _names(entity: Entity) -> set[str]:
    written = (entity.id, entity.name, *entity.names.values(), *(alias.text for alias in entity.aliases))
    return {_plain(each) for each in written}


def _plain(words: str) -> str:
    return " ".join(token.form for token in tokens(words))
