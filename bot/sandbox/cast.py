"""Put people and places into the sandbox: three readers, a group with topics, a channel."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from bot.texts import language_of

if TYPE_CHECKING:
    from bot.sandbox.server import Sandbox

# The person in front of the terminal, and whom the page opens with.
READER: Final = 7
MEMBER: Final = 8
STRANGER: Final = 9
GROUP: Final = -1001
CHANNEL: Final = -1002
# language -> what the group, its topics and the channel are called
_NAMES: Final = {
    "en": ("Sahel desk", ("Alerts", "Questions"), "Sahel watch"),
    "fr": ("Bureau Sahel", ("Alertes", "Questions"), "Veille Sahel"),
    "ar": ("مكتب الساحل", ("تنبيهات", "أسئلة"), "رصد الساحل"),
}


def language_here() -> str:
    """Return the language of the person at this terminal."""
    return language_of(os.environ.get("LANG", ""))


def named(name: str, lang: str) -> str:
    """Return a name that we gave in another of its languages, and any other name as it is."""
    known = {ours: place for names in _NAMES.values() for place, ours in enumerate(_flat(names))}
    return _flat(_NAMES.get(lang, _NAMES["en"]))[known[name]] if name in known else name


def _flat(names: tuple[str, tuple[str, ...], str]) -> tuple[str, ...]:
    group, topics, channel = names
    return group, *topics, channel


def bring_in(sandbox: Sandbox, *, lang: str) -> None:
    """Let everybody and every place exist that does not yet; Awa administers the places, the others are members."""
    sandbox.add_private(READER, lang=lang, name="Awa")
    sandbox.add_private(MEMBER, lang="fr" if lang == "en" else "en", name="Ben")
    sandbox.add_private(STRANGER, lang="ar", name="Layla")
    group, topics, channel = _NAMES.get(lang, _NAMES["en"])
    if sandbox.ledger.chat(GROUP) is None:
        sandbox.add_group(GROUP, title=group, admins=(READER,), topics=topics)
    if sandbox.ledger.chat(CHANNEL) is None:
        sandbox.add_channel(CHANNEL, title=channel, admins=(READER,))
