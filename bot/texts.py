"""Say things in the reader's language: gettext catalogues in `bot/locales/`, plural rules included."""

from __future__ import annotations

import gettext
import io
import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final

from babel.dates import format_date, format_datetime, format_time, get_day_names
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bot.quiet import zone

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

# The source texts are English; each other language has a catalogue.
LANGUAGES: Final = {"en": "English", "fr": "Français", "ar": "العربية"}
DEFAULT: Final = "en"


# French sets a narrow space before ; ? ! % and a whole one inside « » and before a colon; neither breaks a line.
_NARROW: Final = re.compile(r" (?=[;?!%])")
_FIRST: Final = re.compile(r"\b1 (?=\w)")
_WHOLE: Final = re.compile(r" (?=[»:](?:\W|$))|(?<=«) ")


class Texts:
    """Hold one language: sentences, plurals, times."""

    def __init__(self, lang: str) -> None:
        self.lang = lang if lang in LANGUAGES else DEFAULT
        self._catalogue = _catalogue(self.lang)

    def __call__(self, message: str) -> str:
        """Return a sentence in this language."""
        return self._catalogue.gettext(message)

    def plural(self, one: str, many: str, *, count: int) -> str:
        """Return the form that a number takes, with `{n}` filled in."""
        return self._catalogue.ngettext(one, many, count).replace("{n}", str(count))

    def colon(self, head: str, rest: str) -> str:
        """Return two parts with a colon between them, as the language sets it."""
        return self("{head}: {rest}").replace("{head}", head).replace("{rest}", rest)

    def listed(self, names: Iterable[str]) -> str:
        """Return names one after another, with the comma that the language writes; each keeps its own direction."""
        return self(", ").join(names)

    def short_day(self, moment: date) -> str:
        """Return day and month."""
        return self._first(format_date(moment, "d MMMM", locale=self.lang))

    def weekdays(self, days: str) -> str:
        """Return the names of weekdays given as ISO digits, "" for all of them."""
        names = get_day_names("wide", locale=self.lang)
        return self.listed(names[int(day) - 1] for day in days)

    def time(self, moment: datetime, tz: str) -> str:
        """Return hours and minutes in a zone."""
        return format_time(moment.astimezone(zone(tz)), "HH:mm", locale=self.lang)

    def day_time(self, moment: datetime, tz: str) -> str:
        """Return day, month, hours and minutes in a zone."""
        comma = "،" if self.lang == "ar" else ","
        return format_datetime(moment.astimezone(zone(tz)), f"d MMM{comma} HH:mm", locale=self.lang)

    def date_time(self, moment: datetime, tz: str) -> str:
        """Return day, month, year, hours and minutes in a zone."""
        return format_datetime(moment.astimezone(zone(tz)), "d MMM y, HH:mm", locale=self.lang)

    def day(self, moment: date) -> str:
        """Return a day in full, without its year."""
        return self._first(format_date(moment, "EEEE d MMMM", locale=self.lang))

    def _first(self, day: str) -> str:
        """Return a day as it is said: French counts the first of a month apart."""
        return _FIRST.sub("1er ", day) if self.lang == "fr" else day


@cache
def texts(lang: str) -> Texts:
    """Return a language's texts; English for one that we do not speak."""
    return Texts(lang[:2].lower())


def language_of(code: str, usual: str = DEFAULT) -> str:
    """Return the language to speak to a client that gives this language code; `usual` when we do not speak it."""
    short = code[:2].lower()
    return short if short in LANGUAGES else usual


@cache
def _catalogue(lang: str) -> gettext.NullTranslations:
    if lang == DEFAULT:
        return gettext.NullTranslations()
    path = resources.files("bot") / "locales" / lang / "LC_MESSAGES" / "tocsin.po"
    compiled = io.BytesIO()
    with path.open("rb") as source:
        catalogue = read_po(source, locale=lang)
    if lang == "fr":
        for message in catalogue:
            message.string = _set_french(message.string or "") if message.id else message.string
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _set_french(said: str | Sequence[str]) -> str | tuple[str, ...]:
    """Set the spaces that French has before its signs, so that no line begins with one."""
    if not isinstance(said, str):
        return tuple(_WHOLE.sub("\u00a0", _NARROW.sub("\u202f", each)) for each in said)
    return _WHOLE.sub("\u00a0", _NARROW.sub("\u202f", said))
