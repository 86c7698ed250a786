"""Hold the sandbox's reading of HTML against Telegram's own parser."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.html import HtmlRefused, parse_html

tdjson = pytest.importorskip("tdjson", reason="Telegram's own parser has no wheel for this platform")
KINDS = {
    "textEntityTypeBold": "bold",
    "textEntityTypeItalic": "italic",
    "textEntityTypeUnderline": "underline",
    "textEntityTypeStrikethrough": "strikethrough",
    "textEntityTypeSpoiler": "spoiler",
    "textEntityTypeCode": "code",
    "textEntityTypeTextUrl": "text_link",
    "textEntityTypeExpandableBlockQuote": "expandable_blockquote",
    "textEntityTypeBlockQuote": "blockquote",
}


def telegram(query):
    return json.loads(tdjson.td_execute(json.dumps(query).encode()) or b"null")


telegram({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0})


def verdict(source):
    answer = telegram({"@type": "parseTextEntities", "text": source, "parse_mode": {"@type": "textParseModeHTML"}})
    if answer["@type"] == "error":
        return "refused"
    marks = sorted(
        (KINDS[entity["type"]["@type"]], entity["offset"], entity["length"])
        for entity in answer["entities"]
        if entity["type"]["@type"] in KINDS
    )
    return answer["text"].strip(), marks


def ours(source):
    try:
        text, entities = parse_html(source)
    except HtmlRefused:
        return "refused"
    return text, sorted((entity.type, entity.offset, entity.length) for entity in entities)


@pytest.mark.parametrize(
    "source",
    [
        "plain",
        "<b>bold</b> and <i>italic</i>",
        "<b>un <i>deux</i></b> trois",
        '<a href="https://example.org/a?b=1&amp;c=2">lien</a>',
        "<blockquote expandable>long</blockquote>",
        "<tg-spoiler>caché</tg-spoiler>",
        "&lt;b&gt; &amp; &quot; &nbsp; &copy; &#233; &#x41;",
        "<code>x &lt; y</code>",
        "<b>open",
        "close</b>",
        "<b><i>crossed</b></i>",
        "<p>no</p>",
        "a < b",
        "😀 <b>gras</b>",
        "<script>alert(1)</script>",
        "<u>é</u>\n<s>ش</s>",
    ],
)
def test_a_text_is_read_or_refused_as_telegram_does(source):
    assert verdict(source) == ours(source)


PIECES = st.sampled_from(
    [
        "<b>",
        "</b>",
        "<i>",
        "</i>",
        "<code>",
        "</code>",
        "<u>",
        "</u>",
        "text ",
        "é",
        "😀",
        "&amp;",
        "&lt;",
        "&nbsp;",
        "<br>",
        "\n",
        "م",
        "<",
        ">",
    ]
)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_whether_a_text_is_refused_agrees_with_telegram(source):
    assert ("refused" == verdict(source)) is ("refused" == ours(source))
