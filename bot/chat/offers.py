"""Draw the buttons that change something: under a story's menu, and under an explanation. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.chat.args import Press
from bot.chat.learning import next_bar
from bot.chat.naming import term_name
from bot.chat.reasons import best_each
from bot.chat.replies import row, shortened
from matchers.revisions import StoryState

if TYPE_CHECKING:
    from bot.delivery.message import Keyboard
    from bot.texts import Texts
    from bot.vigil import Vigil
    from storage.story_records import StoryView, TermMention

_MOST_TERMS: Final = 2
_MOST_OUTLETS: Final = 2
_MOST_PLACES: Final = 2
# Characters of a name on a button, so that what the button does is read as well.
_NAME: Final = 28
_SURELY_WRITTEN: Final = 1.0


def story_offers(say: Texts, view: StoryView, *, vigil: Vigil, kind: str = "private") -> Keyboard:
    """Return what can be done about a story: silence a term, an outlet or a place, or say what was wrong.

    In a group or channel the team's desk comes first; alone one may still say what is one event and what is two.
    """
    story = str(view.story)
    rows: list[tuple[str, Press]] = [(f"👥 {say('Team')}", Press("de", (story,)))] if kind != "private" else []
    for match in best_each(view.matches)[:_MOST_TERMS]:
        name = shortened(term_name(say, match.term, vigil=vigil), _NAME)
        rows.append((f"🔕 {name} · {say('for a day')}", Press("mt", (story, match.term))))
        rows += corrections(say, view.story, match=match, vigil=vigil)
        rows.append((f"✕ {say('Stop watching {name}').replace('{name}', name)}", Press("ux", (match.term,))))
    outlets = {entry.outlet.key: entry for entry in reversed(view.entries)}
    for entry in list(outlets.values())[-_MOST_OUTLETS:]:
        rows.append((f"🔕 {entry.outlet.name}", Press("mo", (story, str(entry.id)))))
    places = StoryState.from_json(view.state).places if view.state else ()
    for place in places[:_MOST_PLACES]:
        rows.append((f"🔕 📍 {vigil.name(place, say.lang)}", Press("mp", (story, place))))
    if kind == "private":
        rows.append((f"= {say('Same event as…')}", Press("dj", (story,))))
        rows.append((f"✂ {say('Two events')}", Press("ds", (story,))))
    rows.append((f"‹ {say('Back')}", Press("st", (story,))))
    return tuple(each for label, press in rows for each in row(label, press))


def why_offers(say: Texts, view: StoryView, *, vigil: Vigil) -> Keyboard:
    """Return what can be changed about the terms that an explanation names."""
    rows: list[tuple[str, Press]] = []
    for match in best_each(view.matches)[:_MOST_TERMS]:
        name = shortened(term_name(say, match.term, vigil=vigil), _NAME)
        rows += corrections(say, view.story, match=match, vigil=vigil)
        rows.append((f"✕ {say('Stop watching {name}').replace('{name}', name)}", Press("ux", (match.term,))))
    return tuple(each for label, press in dict(rows).items() for each in row(label, press))


def corrections(say: Texts, story: int, *, match: TermMention, vigil: Vigil) -> list[tuple[str, Press]]:
    """Return what can be said of one match: another meaning, too unsure, a spelling to be kept."""
    name, about = shortened(vigil.name(match.entity, say.lang), _NAME), (str(story), match.entity)
    found = [(f"≠ {say('{name}: not this meaning').replace('{name}', name)}", Press("nm", about))]
    if next_bar(match.score) is not None:
        found.append((f"↑ {say('{name}: only surer ones').replace('{name}', name)}", Press("ls", about)))
    mention = match.mentions[0]
    if mention.similarity < _SURELY_WRITTEN:
        found.append(
            (f"+ {say('Also “{word}”').replace('{word}', shortened(mention.text, _NAME))}", Press("sp", about))
        )
    return found
