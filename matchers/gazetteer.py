"""Find the places of the gazetteer in a text, and a place by one of its names.

text --tokens--> words --longest name first--> Place...

An ambiguous name (Gao, Niger) counts only beside a word of its country's context or an
unambiguous place of that country. What fools it: a person or a team called like a town,
and a place that is named only to say where it is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from matchers.text import alias_form, fold, pieces, tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matchers.places import Place
    from matchers.text import Token


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Hold places by the first word of each of their names."""

    _names: dict[str, list[tuple[tuple[str, ...], Place]]]
    _by_id: dict[str, Place]

    @classmethod
    def compile(cls, places: Iterable[Place]) -> Gazetteer:
        """Make the index of all names, longer ones first."""
        names: dict[str, list[tuple[tuple[str, ...], Place]]] = {}
        by_id = {place.id: place for place in places}
        for place in by_id.values():
            for name in written(place):
                words = tuple(alias_form(token.raw) for token in tokens(name))
                if words:
                    names.setdefault(words[0], []).append((words, place))
        for row in names.values():
            row.sort(key=lambda each: -len(each[0]))
        return cls(names, by_id)

    def place(self, place: str) -> Place | None:
        """Return a place by its id."""
        return self._by_id.get(place)

    def places(self) -> tuple[Place, ...]:
        """Return every place."""
        return tuple(self._by_id.values())

    def named(self, words: str) -> Place | None:
        """Return the place that words name and nothing else, whether the name is ambiguous or not."""
        wanted = tuple(alias_form(token.raw) for token in tokens(words))
        rows = self._names.get(wanted[0], ()) if wanted else ()
        return next((place for name, place in rows if name == wanted), None)

    def find(self, text: str, *, scope: Iterable[str] = ()) -> tuple[Place, ...]:
        """Return the places that a text names, in its order; `scope` are countries that it is known to be about."""
        # Pieces come from a memo, chunk by chunk; where they stand in the text is not asked here.
        words = [piece for chunk in text.split() for piece in pieces(chunk)]
        begins = self._names.keys()
        found: dict[str, Place] = {}
        free = 0
        for at in [at for at, word in enumerate(words) if not begins.isdisjoint(word.forms)]:
            name, place = self._longest(words, at) if at >= free else ((), None)
            if place:
                found.setdefault(place.id, place)
                # The ends of a road are places too.
                free = at + (1 if place.kind == "road" else len(name))
        sure = set(scope) | {place.country for place in found.values() if not place.ambiguous}
        return tuple(
            place
            for place in found.values()
            if not place.ambiguous or place.country in sure or _is_in_context(place, words)
        )

    def _longest(self, words: Sequence[Token], at: int) -> tuple[tuple[str, ...], Place | None]:
        after = words[at + 1].forms if at + 1 < len(words) else ()
        for form in words[at].forms:
            for name, place in self._names.get(form, ()):
                if len(name) > 1 and name[1] not in after:  # many names begin with "route" or "axe"
                    continue
                rest = words[at + 1 : at + len(name)]
                if len(rest) == len(name) - 1 and all(n in w.forms for n, w in zip(name[1:], rest, strict=True)):
                    return name, place
        return (), None


def written(place: Place) -> tuple[str, ...]:
    """Return the names by which a text may call a place; one that is a common word does not count."""
    own = (place.name, *place.names.values()) if place.bare else ()
    return tuple(dict.fromkeys((*own, *place.aliases)))


def _is_in_context(place: Place, words: Sequence[Token]) -> bool:
    """Say whether a word of the country's context stands in the text, other than the name itself."""
    own = {fold(word.raw) for name in written(place) for word in tokens(name)}
    said = {form for word in words for form in word.forms} - own
    for each in place.context:
        wanted = fold(each.rstrip("*"))
        if wanted in said or (each.endswith("*") and any(form.startswith(wanted) for form in said)):
            return True
    return False
