"""Show that README, and the table of events, say what the code does."""

import ast
import re
from pathlib import Path

from bot.chat.commands import COMMANDS as CHAT
from bot.cli.main import COMMANDS as TERMINAL
from bot.events import EVENTS
from bot.feeds.defaults import default_feeds

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_chat_command_is_in_the_table_with_its_meaning_and_no_other():
    rows = re.findall(r"^\| `/(\w+)[^`]*` \| ([^|]+) \|", README, re.MULTILINE)

    assert [(command.name, command.says) for command in CHAT] == rows


def test_every_terminal_command_is_in_the_table_with_its_meaning_and_no_other():
    rows = re.findall(r"^\| `tocsin (\w+)` \| ([^|]+) \|", README, re.MULTILINE)

    assert [(name, says) for name, (_, says) in TERMINAL.items()] == rows


def test_the_counts_of_feeds_are_those_of_the_list():
    feeds = default_feeds(None)
    said = re.search(r"(\d+) feeds of (\d+) outlets ship; (\d+) of them", README)

    assert (
        str(len(feeds)),
        str(len({feed.outlet.key for feed in feeds})),
        str(sum(feed.enabled for feed in feeds)),
    ) == said.groups()


def logged():
    """Return every event word that the code logs."""
    found = set()
    for path in (ROOT / "bot").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and ast.unparse(node.func.value) == "log"
            ):
                continue
            words = [each.value for each in ast.walk(node.args[0]) if isinstance(each, ast.Constant)]
            found |= {word for word in words if isinstance(word, str) and "." in word}
    return found


def test_every_event_of_the_log_stands_in_the_table_and_no_other():
    """A new event wants a row in bot/events.py."""
    assert set(EVENTS) == logged()
