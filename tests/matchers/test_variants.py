"""A name is also found as nobody listed it: without its legal form, without a forefather, with an initial."""

from __future__ import annotations

import pytest

from matchers.entities import Alias, Entity, EntityKind
from matchers.types import EntryText
from matchers.variants import variants
from matchers.watchlist import Watchlist


def rings(name, text, kind, *, context=(), source=""):
    entity = Entity(id="it", name=name, kind=kind, aliases=(Alias(name, source=source),), context=context)
    return bool(Watchlist.compile([entity]).match(EntryText(text)))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Orolia Mining Ltd", "Workers at Orolia Mining walked out on Monday."),
        ("Orolia Mining Ltd", "Orolia Mining Limited has named a new director."),
        ("OAO Severgaz", "Severgaz will not deliver before the winter."),
        ("Tambour SARL", "La Tambour Société à responsabilité limitée est en faillite."),
        ("Quarz GmbH", "Die Quarz Gesellschaft mit beschränkter Haftung liefert nicht."),
    ],
)
def test_a_firm_is_found_without_its_legal_form_or_with_the_form_written_out(name, text):
    assert rings(name, text, EntityKind.GROUP)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Quarz GmbH", "Der Quarz im Sand von Agadez glitzert."),  # one short word is also a word
        ("Security Company", "Security was tightened around the airport."),
    ],
)
def test_a_short_or_a_common_word_keeps_its_legal_form(name, text):
    assert not rings(name, text, EntityKind.GROUP)


def test_what_a_subscriber_typed_loses_a_legal_form_only_where_that_is_no_word():
    assert rings("Orolia Mining Ltd", "Workers at Orolia Mining walked out.", EntityKind.WORDS)
    assert not rings("Orolia Mining Company", "Workers at Orolia Mining walked out.", EntityKind.WORDS)


@pytest.mark.parametrize(
    "text",
    [
        "Kader Anzoumane al-Tamari signed for the front.",  # two forefathers left out
        "K. al-Tamari signed for the front.",
        "K al-Tamari signed for the front.",
    ],
)
def test_a_person_is_found_without_forefathers_and_with_an_initial(text):
    assert rings("Kader Moussokoro Anzoumane Bilali al-Tamari", text, EntityKind.PERSON)


@pytest.mark.parametrize(
    "text",
    [
        "Il revient à al-Tamari de signer.",  # a preposition is no initial
        "M. al-Tamari signed for the front.",  # another initial
        "Kader Diarra al-Tamari signed for the front.",  # another father
        "Moussokoro Anzoumane Bilali al-Tamari signed for the front.",  # his father
        "Kader, son of al-Tamari, signed for the front.",
    ],
)
def test_another_initial_another_father_and_the_father_himself_are_other_people(text):
    assert not rings("Kader Moussokoro Anzoumane Bilali al-Tamari", text, EntityKind.PERSON)


def test_an_initial_counts_only_together_with_context_where_context_is_known():
    assert not rings("Anzoumane Koriba", "A. Koriba scored twice.", EntityKind.PERSON, context=("Kidal",))
    assert rings("Anzoumane Koriba", "A. Koriba spoke to fighters in Kidal.", EntityKind.PERSON, context=("Kidal",))


def test_a_name_with_a_source_is_written_as_its_source_writes_it():
    text = "Kader al-Tamari signed for the front."
    assert rings("Kader Anzoumane al-Tamari", text, EntityKind.PERSON)
    assert not rings("Kader Anzoumane al-Tamari", text, EntityKind.PERSON, source="https://example.org/list")


@pytest.mark.parametrize("text", ["阿西米·戈伊塔", "the minister's eldest son Kader Anzoumane Koriba"])
def test_a_name_in_one_piece_and_a_phrase_have_no_variants(text):
    alias = Alias(text)
    assert variants(Entity(id="it", name=text, kind=EntityKind.PERSON, aliases=(alias,)), alias) == ()
