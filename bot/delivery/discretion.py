"""Keep names off a screen that others may see: what is sent to a discreet chat names nothing until it is tapped. Pure.

A veiled message says that there is something, how grave and by how many outlets; its button shows the rest, another
hides it again. What answers a tap is what the reader asked to see: it comes as it is, with the button that hides it.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from bot.delivery.message import Button, Message, Span, bold, lines
from matchers.gazetteer import written
from matchers.text import tokens
from storage.delivery_records import DeliveryKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from bot.texts import Texts
    from matchers.entities import Entity
    from matchers.places import Place
    from storage.delivery_records import DueDelivery

# Words of the longest name that is looked for.
_LONGEST: Final = 8
# A name this short is looked for as it is written: `say` is a word, `Gao` and `AES` are not.
_SHORT: Final = 3
# What the buttons carry that hide a story and any other message.
_HIDES: Final = ("1:hd:", "1:hs:")
_VEILED: Final = frozenset({DeliveryKind.DIGEST, DeliveryKind.NOTICE, DeliveryKind.REPLY})


class Names:
    """Know every written form of what can be watched, to see whether a text names any of it."""

    def __init__(self, entities: Collection[Entity], places: Collection[Place] = ()) -> None:
        self._entities, self._places = entities, places

    @cached_property
    def _forms(self) -> frozenset[tuple[str, ...]]:
        # Some ten thousand forms take a tenth of a second to fold: not at the start, and not where no chat is discreet.
        forms = [form for entity in self._entities for form in _forms(entity)]
        forms += [form for place in self._places for form in written(place)]
        return frozenset(words for form in forms if (words := _plain(form)))

    def stand_in(self, text: str) -> bool:
        """Say whether a text holds a name."""
        words = tokens(text)
        forms = [token.form for token in words]
        for start in range(len(forms)):
            for end in range(start + 1, min(len(forms), start + _LONGEST) + 1):
                spelt = words[start].raw if end == start + 1 and len(words[start].raw) <= _SHORT else ""
                if tuple(forms[start:end]) in self._forms and not spelt.islower():
                    return True
        return False


def _forms(entity: Entity) -> Iterable[str]:
    return (*(alias.text for alias in entity.aliases), *([] if entity.aliases else [entity.name]))


def _plain(form: str) -> tuple[str, ...]:
    return tuple(token.form for token in tokens(form))


def veiled(due: DueDelivery, message: Message, *, say: Texts, names: Names) -> Message:
    """Return what a chat is shown of a written message: itself, or that there is one behind a button."""
    if not due.settings.get("discreet") or due.kind not in _VEILED:
        return message
    buttons = [button for row in message.keyboard for button in row]
    always = due.kind is DeliveryKind.DIGEST
    if not always and not names.stand_in("\n".join([message.text, message.force_reply, *(b.label for b in buttons)])):
        return message
    if message.edits is None:
        return veil(due.id, say=say, silent=message.silent or due.silent)
    can_hide = any(button.data.startswith(_HIDES) for button in buttons)
    return message if can_hide else hiding(message, f"1:hs:{due.id}", say=say)


def veil(delivery: int, *, say: Texts, silent: bool = False) -> Message:
    """Return the message that stands for another one, with the button that shows it."""
    return Message(
        lines((bold(say("There is a message for you.")),), (Span(say("Tap Show when nobody looks on.")),)),
        keyboard=((Button(say("Show"), f"1:sh:{delivery}"),),),
        silent=silent,
    )


def hiding(message: Message, data: str, *, say: Texts) -> Message:
    """Return a message that was shown, with the button that hides it again."""
    button = Button(say("Hide"), data)
    return Message(message.spans, keyboard=(*message.keyboard, (button,)), silent=message.silent, edits=message.edits)
