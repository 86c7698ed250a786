"""Show how a chat narrows what a term means to it."""

import pytest

from matchers.tuning import Found, Tuning, TuningKind, counts, stands
from matchers.types import EntryText

TEXT = EntryText("Attaque à Djibo : l’armée réagit", "Le convoi de carburant allait vers Arbinda.")
FOUND = Found(TEXT, "radio-fleuve", "https://example.org/feed", 88)


@pytest.mark.parametrize(
    ("words", "yes"),
    [
        ("djibo", True),
        ("DJIBO", True),
        ("convoi de carburant", True),
        ("carburant de convoi", False),
        ("carbu", False),
        ("carbu*", True),
        ("armée", True),
        ("*", False),
        ("", False),
    ],
)
def test_words_stand_in_a_text_whatever_their_case_and_accents(words, yes):
    assert yes == stands(words, TEXT)


def test_an_arabic_word_stands_behind_its_clitics():
    assert stands("مالي", EntryText("هجوم بمالي اليوم"))


@pytest.mark.parametrize(
    ("kind", "value", "yes"),
    [
        (TuningKind.WITH, "Djibo", True),
        (TuningKind.WITH, "Gao", False),
        (TuningKind.WITHOUT, "football", True),
        (TuningKind.WITHOUT, "djibo", False),
        (TuningKind.OUTLET, "radio-fleuve", True),
        (TuningKind.OUTLET, "other", False),
        (TuningKind.FEED, "https://example.org/feed", True),
        (TuningKind.LEAST, "88", True),
        (TuningKind.LEAST, "89", False),
        (TuningKind.SPELLING, "whatever", True),
    ],
)
def test_a_find_counts_or_not(kind, value, yes):
    assert yes == counts(FOUND, [Tuning("jnim", kind, value)])


def test_without_any_change_a_find_counts_and_one_of_two_outlets_is_enough():
    two = [Tuning("jnim", TuningKind.OUTLET, outlet) for outlet in ("other", "radio-fleuve")]

    assert (True, True) == (counts(FOUND, []), counts(FOUND, two))
