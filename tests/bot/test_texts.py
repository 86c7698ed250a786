"""Show that every text the bot says has a French form, and that none is left over."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from bot.texts import LANGUAGES, language_of, texts

BOT = Path(__file__).parent.parent.parent / "bot"


def called(node):
    """Return the name behind a call: `say` for say("…"), ask.say("…") and texts(code)("…")."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=ast.Name(id="texts")):
            return "say"
    return ""


def spoken():
    """Return every text in the code with its plural form, or None."""
    found = {}
    for path in BOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            strings = [
                each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)
            ]
            if strings and called(node.func) in {"say", "mark", "self"}:
                found.setdefault(strings[0], None)
            if len(strings) == 2 and called(node.func) == "plural":
                found[strings[0]] = strings[1]
    return found


def written(lang):
    with (BOT / "locales" / lang / "LC_MESSAGES" / "tocsin.po").open("rb") as source:
        catalogue = read_po(source, locale=lang)
    return {
        (message.id if isinstance(message.id, str) else message.id[0]): message for message in catalogue if message.id
    }


@pytest.mark.parametrize("lang", [lang for lang in LANGUAGES if lang != "en"])
def test_no_text_is_missing_or_left_over(lang):
    assert set(spoken()) == set(written(lang))


@pytest.mark.parametrize("lang", [lang for lang in LANGUAGES if lang != "en"])
def test_every_text_is_translated_and_keeps_its_places(lang):
    def places(text):
        return sorted(re.findall(r"\{(\w+)\}", text))

    def fits(key, form, *, plural):
        """Say whether a text keeps its places; "one outlet" and a dual need no number."""
        kept = places(form)
        return bool(form) and (kept == places(key) or (plural and sorted([*kept, "n"]) == places(key)))

    wrong = [
        key
        for key, message in written(lang).items()
        for form in ([message.string] if isinstance(message.string, str) else message.string)
        if not fits(key, form, plural=not isinstance(message.string, str))
    ]

    assert [] == wrong


def test_plurals_follow_the_language():
    fr, en = texts("fr"), texts("en")
    words = ("{n} outlet", "{n} outlets")

    assert ["0 média", "1 média", "2 médias"] == [fr.plural(*words, count=n) for n in (0, 1, 2)]
    assert ["0 outlets", "1 outlet", "2 outlets"] == [en.plural(*words, count=n) for n in (0, 1, 2)]
    assert ["وسيلة واحدة", "وسيلتان", "3 وسائل", "11 وسيلة", "100 وسيلة"] == [
        texts("ar").plural(*words, count=n) for n in (1, 2, 3, 11, 100)
    ]


def test_a_command_in_arabic_stands_in_an_isolate_so_that_it_reads_from_left_to_right():
    bare = [
        text
        for message in written("ar").values()
        for text in ([message.string] if isinstance(message.string, str) else message.string)
        if re.search(r"(?<![\u2066/\w])/[a-z]{3,}", text) and not text.startswith("[")
    ]

    assert [] == bare


@pytest.mark.parametrize(
    ("code", "lang"), [("fr-FR", "fr"), ("fr", "fr"), ("en-GB", "en"), ("ar-DZ", "ar"), ("de", "en"), ("", "en")]
)
def test_a_client_is_spoken_to_in_its_language_or_in_english(code, lang):
    assert lang == language_of(code)


def test_french_signs_never_begin_a_line():
    said = [
        form
        for message in written("fr").values()
        for form in ([message.string] if isinstance(message.string, str) else message.string)
    ]
    fr = texts("fr")
    shown = [fr(key) for key, message in written("fr").items() if isinstance(message.string, str)]

    assert [] == [each for each in shown if re.search(r" [;?!%»]|« | :(\s|$)", each)]
    assert any(" ?" in each for each in said)
