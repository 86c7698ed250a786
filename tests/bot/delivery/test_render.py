"""Show that whatever is said becomes HTML that Telegram's own parser takes, within its limits."""

import json

import pytest
import regex
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.delivery.message import Button, Message, Span, Style, bold, compose, lines, link
from bot.delivery.render import MOST_BYTES, MOST_ENTITIES, MOST_UNITS, clean, parts, safe_url, to_html, units

HOSTILE = st.text(
    st.one_of(
        st.sampled_from("<>&\"' \n\t\u202e\u2066\u2067\u2068\u2069\u200f\u200d\ufe0f\u0301👨👩👧🇲🇱é\x00\x1b\x85\u2028"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=60,
)
LONG = st.builds(lambda text, times: text * times, HOSTILE, st.sampled_from([1, 1, 1, 40, 150]))
SPANS = st.builds(
    Span, LONG, st.sampled_from(Style), st.sampled_from(["", "https://a.example/?q=1&b=<x>", "javascript:alert(1)"])
)
MESSAGES = st.lists(SPANS, max_size=12).map(lambda spans: Message(tuple(spans)))


def bare(text):
    return regex.sub(r"\s+", "", text)


@given(MESSAGES)
@example(Message((Span("&" * 20_000, Style.BOLD),)))
@example(Message(tuple(Span(f"{number} ", Style.ITALIC if number % 2 else Style.BOLD) for number in range(250))))
@settings(max_examples=60, deadline=None)
def test_telegrams_own_parser_takes_every_part_and_reads_our_text(referee, message):
    html = to_html(message)
    texts = []
    for part in html:
        text, entities = referee(part)
        texts.append(text)

        assert len(part.encode()) <= MOST_BYTES
        assert len(text.encode("utf-16-le")) // 2 <= MOST_UNITS
        assert len(entities) <= MOST_ENTITIES
    assert bare(_without_isolates(message.text)) == bare(_without_isolates("".join(texts)))


def _without_isolates(text):
    return regex.sub("[\u2066-\u2069]", "", clean(text))


@pytest.mark.slow
@given(st.lists(st.sampled_from(["👨‍👩‍👧", "🇲🇱", "e\u0301", "كَ", "한"]), min_size=1, max_size=20))
@settings(max_examples=20, deadline=None)
def test_a_grapheme_is_never_cut(some):
    graphemes = some * (6000 // len(some))
    html = to_html(Message((Span("".join(graphemes)),)))
    shown = [grapheme for part in html for grapheme in regex.findall(r"\X", part)]

    assert regex.findall(r"\X", "".join(graphemes)) == shown


def test_a_message_is_cut_between_paragraphs():
    story = "x" * 900
    message = Message(lines(*[(bold(f"{number}"), Span(f" {story}\n")) for number in range(6)]))

    assert [["0", "1", "2", "3"], ["4", "5"]] == [regex.findall(r"<b>(\d)</b>", part) for part in to_html(message)]


def test_what_stands_in_a_text_is_no_tag():
    assert ("&lt;b&gt; &amp;amp; &lt;/a&gt; <b>&lt;i&gt;</b>",) == to_html(
        Message((Span("<b> &amp; </a> "), bold("<i>")))
    )


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://news.example/a?b=1&c=2", "https://news.example/a?b=1&c=2"),
        ("https://user:secret@news.example/a", "https://news.example/a"),
        ("http://good.example\\@evil.example/", ""),
        ("javascript:alert(1)", ""),
        ("tg://resolve?domain=x", ""),
        ("https://", ""),
        ("https://a.example/ b", ""),
        ("https://a.example/\u202ecod", ""),
        ("https://[bad/", ""),
        ("https://a.example/" + "x" * 40_000, ""),
    ],
)
def test_a_link_is_a_web_address_without_credentials(url, safe):
    assert safe == safe_url(url)


def test_a_link_to_anything_else_is_plain_text():
    assert ("press",) == to_html(Message((link("press", "javascript:alert(1)"),)))


def test_overrides_and_lone_isolates_go_and_closed_isolates_stay():
    message = Message((Span("\u202eevil \u2068"), bold("مالي"), Span("\u2069 end \u2069\u2067open\nnext\u2069")))

    assert ("evil \u2068<b>مالي</b>\u2069 end open\nnext",) == to_html(message)


def test_control_characters_and_half_surrogates_go():
    assert "ab\n\tc" == clean("a\x00\x1b\x7fb\n\t\ud800c\u2028")


def test_a_part_of_a_long_message_edits_first_and_has_its_buttons_last():
    keyboard = ((Button("Why?", "1:why:1"),),)
    first, last = parts(Message((Span("x " * 3000),), keyboard=keyboard, edits=5, silent=True))

    assert (5, (), True) == (first.edits, first.keyboard, first.silent)
    assert (None, keyboard, True) == (last.edits, last.keyboard, last.silent)


def test_a_short_message_is_its_own_part():
    message = Message((Span("x"),), edits=5)

    assert (message,) == parts(message)


def test_nothing_to_say_is_one_empty_part():
    assert ("",) == to_html(Message((Span(" \n\x00"),)))


def test_a_quote_keeps_its_lines_together():
    assert ("<blockquote expandable>a\nb</blockquote>",) == to_html(Message((Span("a\nb", Style.QUOTE),)))


def test_a_message_comes_back_from_json():
    message = Message(
        compose("{who} in {where}", who=bold("GSIM"), where=(Span("Gao"), link("map", "https://m.example"))),
        keyboard=((Button("Why?", "1:why:1"), Button("Copy", copy="x")),),
        silent=True,
        answers=3,
    )

    assert message == Message.from_json(json.loads(json.dumps(message.to_json())))


def test_a_place_without_a_part_is_an_error():
    with pytest.raises(KeyError):
        compose("{who}", where="Gao")


@given(HOSTILE)
def test_length_is_counted_as_telegram_counts(text):
    assert len(text.encode("utf-16-le")) // 2 == units(text)
