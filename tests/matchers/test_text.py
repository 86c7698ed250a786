"""Show how words are cut and folded."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchers.text import fold, forms_of, tokens

# Letters of the scripts that we meet, with what goes between and on top of them.
LETTERS = st.text(
    st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from("aéïçñœßøłĐɔɛŋɓɗƙäÖâ'’ʼ-. #@\u0301\u0308\u200b\u00ad&;"),
        st.sampled_from("أإآاىيةهؤئءـًٌَُِّكگغفقولبس المسلمين"),
        st.sampled_from("Гойтаёйїщ马里戈伊塔阿西米ゴイタแอ고이타"),
    ),
    max_size=40,
)


def folded(text):
    return [token.form for token in tokens(text)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("L'Azawad n’est qu'une région", ["azawad", "est", "une", "region"]),
        ("Jama'at Nusrat al-Islam", ["jamaat", "nusrat", "al", "islam"]),
        ("Goïta's guard", ["goita", "guard"]),
        ("N'Djamena", ["ndjamena"]),
        ("l'A.E.S. et la C.M.A", ["l", "aes", "et", "la", "cma"]),
        ("CSP-DPA, FLA-JNIM", ["csp", "dpa", "fla", "jnim"]),
        ("R&eacute;publique &amp; Al&#39;Qaida", ["republique", "alqaida"]),
        ("Koɔlɔnɛli Asimi Goyita", ["kooloneli", "asimi", "goyita"]),
        ("Go\u0308\u200bïta", ["goita"]),
        ("马里总统", ["马", "里", "总", "统"]),
        ("#JNIM @GoitaAssimi", ["jnim", "goitaassimi"]),
    ],
)
def test_text_is_cut_into_plain_words(text, words):
    assert words == folded(text)


@pytest.mark.parametrize("word", ["وبالأزواد", "للأزواد", "الأزواد", "وأزواد", "بأزواد", "أَزْواد", "أزوـاد"])
def test_an_arabic_word_is_found_without_its_clitics(word):
    assert "ازواد" in forms_of(word)


@pytest.mark.parametrize(("one", "other"), [("القرى", "القري"), ("أفريقيا", "افريقيا"), ("جماعة", "جماعه")])
def test_arabic_letter_variants_fold_to_one(one, other):
    assert fold(one) == fold(other)


def test_a_cyrillic_word_is_looked_up_in_latin_letters_as_well():
    assert ("гоита", "goita") == forms_of("Гойта")


def test_arabic_is_not_transliterated():
    assert all(not form.isascii() for form in forms_of("غويتا"))


def test_two_ways_of_composing_a_letter_fold_to_one():
    assert fold(unicodedata.normalize("NFC", "Goïta")) == fold(unicodedata.normalize("NFD", "Goïta"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("z&FLA;", [("z", 0, 1), ("FLA", 2, 5)]),
        ("z&ltFLA;", [("z", 0, 1), ("FLA", 4, 7)]),
        ("&eacute;tat", [("&eacute;tat", 0, 11)]),
    ],
)
def test_words_behind_an_ampersand_keep_their_places_whether_it_begins_a_reference_or_not(text, words):
    assert words == [(token.raw, token.start, token.end) for token in tokens(text)]


@given(LETTERS)
def test_offsets_point_back_at_the_word_as_it_is_written(text):
    assert [token.raw for token in tokens(text)] == [text[token.start : token.end] for token in tokens(text)]


@given(LETTERS)
def test_words_do_not_overlap_and_stand_in_order(text):
    ends = [0] + [token.end for token in tokens(text)]

    assert all(end <= token.start for end, token in zip(ends, tokens(text), strict=False))


@given(LETTERS)
def test_folding_twice_changes_nothing(text):
    for token in tokens(text):
        assert token.form == fold(token.form)


@given(st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyzéàçïôœ"), min_size=1, max_size=12))
def test_case_does_not_count(word):
    assert fold(word) == fold(word.upper())
