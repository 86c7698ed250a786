"""Show that a person can talk to the bot in a terminal."""

import io
from datetime import UTC, datetime

import pytest
from rich.console import Console

from bot.clock import SimulatedClock
from bot.sandbox.server import Sandbox
from bot.sandbox.terminal import Terminal, styled

READER = 7


@pytest.fixture
def sandbox():
    opened = Sandbox(SimulatedClock(datetime(2026, 3, 1, tzinfo=UTC)))
    opened.add_private(READER)
    return opened


@pytest.fixture
def terminal(sandbox):
    return Terminal(sandbox, Console(file=io.StringIO(), width=80), user=READER)


def said(terminal):
    return terminal._console.file.getvalue()


def from_bot(**more):
    return {
        "message_id": 5,
        "chat": {"id": READER},
        "from": {"is_bot": True},
        "text": "Choose",
        "reply_markup": {
            "inline_keyboard": [
                [{"text": "Why?", "callback_data": "1:why:3"}, {"text": "Open", "url": "https://example.org"}]
            ]
        },
    } | more


def waiting(sandbox):
    return sandbox.ledger.waiting_updates(0, 10)


def test_a_typed_line_is_said_to_the_bot(terminal, sandbox):
    terminal.enter("/start\n")

    assert ["/start"] == [update["message"]["text"] for update in waiting(sandbox)]


def test_a_number_taps_the_button_that_shows_it(terminal, sandbox):
    terminal.print_event("message", from_bot())
    terminal.enter("1")

    assert ["1:why:3"] == [update["callback_query"]["data"] for update in waiting(sandbox)]
    assert [True, True] == [" 1 Why? " in said(terminal), " Open ↗ " in said(terminal)]


def test_a_button_keeps_its_number_while_news_arrives_and_after_an_edit(terminal, sandbox):
    first, second = from_bot(), from_bot(message_id=6)
    for event, message in (("message", first), ("message", second), ("edit", first)):
        sandbox.ledger.keep_message(message)
        terminal.print_event(event, message)
    terminal.enter("1")
    terminal.enter("2")

    assert [5, 6] == [update["callback_query"]["message"]["message_id"] for update in waiting(sandbox)]
    assert [2, 1] == [said(terminal).count(f" {number} Why? ") for number in (1, 2)]


def test_a_number_without_a_button_and_an_empty_line_do_no_harm(terminal, sandbox):
    terminal.enter("  ")
    terminal.enter("9")

    assert ["9"] == [update["message"]["text"] for update in waiting(sandbox)]


def test_edits_silence_and_answers_are_marked(terminal):
    terminal.print_event("message", from_bot(silent=True, reply_to_message={"text": "The first alert"}))
    terminal.print_event("edit", from_bot())

    assert [True, True, True] == [words in said(terminal) for words in ("🔕", "↩ The first alert", "✎ edited")]


def test_a_photo_and_a_document_are_named_with_their_captions(terminal):
    bold = [{"type": "bold", "offset": 0, "length": 5}]
    terminal.print_event("message", from_bot(text="", photo=[{}], caption="Chart", caption_entities=bold))
    terminal.print_event("message", from_bot(text="", document={"file_name": "feeds.opml"}))

    assert [True, True] == ["[picture]\nChart\n" in said(terminal), "[file] feeds.opml\n" in said(terminal)]


def test_what_others_say_is_not_shown(terminal):
    terminal.print_event("message", from_bot(chat={"id": 8}))
    terminal.print_event("message", from_bot(**{"from": {"is_bot": False}}))

    assert "" == said(terminal)


def test_styles_stand_where_telegram_puts_them_also_behind_an_emoji():
    shown = styled("😀 Mali now", [{"type": "bold", "offset": 3, "length": 4}])

    assert ["Mali"] == [shown.plain[span.start : span.end] for span in shown.spans]
