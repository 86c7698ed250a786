"""Let a reader talk to the bot in the terminal: type a command, tap a button by its number."""

from __future__ import annotations

import asyncio
import sys
import threading
from typing import TYPE_CHECKING, Any, Final

from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from rich.console import Console

    from bot.sandbox.server import Sandbox

_STYLES: Final = {
    "bold": "bold",
    "italic": "italic",
    "underline": "underline",
    "code": "cyan",
    "spoiler": "reverse",
    "text_link": "blue underline",
    "blockquote": "dim",
    "expandable_blockquote": "dim",
}


class Terminal:
    """Show one person's chat and pass on what they type."""

    def __init__(self, sandbox: Sandbox, console: Console, *, user: int) -> None:
        self._sandbox = sandbox
        self._console = console
        self._user = user
        # A button keeps its number for good: news that arrives between reading and typing moves no tap elsewhere.
        self._buttons: dict[tuple[int, str], int] = {}

    async def show(self) -> None:
        """Print what the bot says and edits, for as long as it lasts."""
        async with self._sandbox.watch() as queue:
            while True:
                event, value = await queue.get()
                self.print_event(event, value)

    async def listen(self) -> None:
        """Pass on each line that is typed, until the input ends."""
        async for line in typed_lines():
            self.enter(line)

    def enter(self, line: str) -> None:
        """Pass on one line: a number taps that button, anything else is said."""
        line = line.strip()
        if line.isdecimal() and 1 <= int(line) <= len(self._buttons):
            message, data = list(self._buttons)[int(line) - 1]
            self._sandbox.tap(self._user, message, data=data)
        elif line:
            self._sandbox.say(self._user, line)

    def print_event(self, event: str, value: dict[str, Any]) -> None:
        """Print a message or an edit of this person's chat, or a toast."""
        if event == "toast" and value.get("text"):
            self._console.print(Text(f"  · {value['text']}", style="yellow"))
        if event not in {"message", "edit"} or value["chat"]["id"] != self._user or not value["from"].get("is_bot"):
            return
        head = {"edit": "✎ edited"}.get(event, "🔕" if value.get("silent") else "🔔")
        answer = value.get("reply_to_message")
        told = f" ↩ {answer.get('text', '')[:40]}…" if answer else ""
        self._console.rule(Text(f"{head}  #{value['message_id']}{told}", style="dim"), align="left", style="dim")
        for kind, shown in (("photo", "[picture]"), ("document", "[file]")):
            if kind in value:
                name = value[kind].get("file_name", "") if kind == "document" else ""
                self._console.print(Text(f"{shown} {name}".rstrip(), style="dim"))
        words, entities = value.get("text") or value.get("caption", ""), value.get("entities")
        self._console.print(styled(words, entities or value.get("caption_entities", [])))
        self._print_keyboard(value)

    def _print_keyboard(self, value: dict[str, Any]) -> None:
        for row in value.get("reply_markup", {}).get("inline_keyboard", []):
            shown = Text("  ")
            for button in row:
                shown.append(self._label(value["message_id"], button), style="reverse")
                shown.append("  ")
            self._console.print(shown)

    def _label(self, message: int, button: dict[str, Any]) -> str:
        if "callback_data" not in button:
            return f" {button['text']} ↗ "
        number = self._buttons.setdefault((message, button["callback_data"]), len(self._buttons) + 1)
        return f" {number} {button['text']} "


def styled(text: str, entities: list[dict[str, Any]]) -> Text:
    """Return a text with its entities as terminal styles; their offsets count UTF-16 units."""
    shown = Text(text)
    places = [0]
    for character in text:
        places.append(places[-1] + (2 if character > "\uffff" else 1))
    index = {unit: position for position, unit in enumerate(places)}
    for entity in entities:
        start, end = index.get(entity["offset"]), index.get(entity["offset"] + entity["length"])
        style = _STYLES.get(entity["type"])
        if style and start is not None and end is not None:
            link = f" link {entity['url']}" if entity.get("url") else ""
            shown.stylize(style + link, start, end)
    return shown


async def typed_lines() -> AsyncIterator[str]:
    """Give lines of standard input; a thread reads them, since a terminal cannot be awaited everywhere."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[str | None] = asyncio.Queue()

    def read() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(queue.put_nowait, line)
        loop.call_soon_threadsafe(queue.put_nowait, None)

    threading.Thread(target=read, daemon=True, name="terminal-input").start()
    while (line := await queue.get()) is not None:
        yield line
