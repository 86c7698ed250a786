"""Make the parts of the documentation that the code knows best; MkDocs calls this as a hook.

A page says `<!-- made: NAME -->` where a part goes. Nothing of it is kept in the repository, so
that page and code cannot differ.
"""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path
from typing import Any, Final

import click
import typer

from bot.chat.access import Who
from bot.chat.commands import COMMANDS as CHAT
from bot.cli.main import COMMANDS as TERMINAL
from bot.config import known_settings, variable_of
from bot.events import EVENTS
from bot.jobs import all_jobs
from bot.metrics import names_and_meanings

ROOT: Final = Path(__file__).parent.parent
_MARK: Final = re.compile(r"<!-- made: ([a-z-]+) -->")
_WHO: Final = {Who.ANYONE: "everybody", Who.CHANGES: "its admins", Who.OPERATES: "the bot's admins"}


def on_page_markdown(markdown: str, **_more: Any) -> str:
    """Put the made parts in their places."""
    return _MARK.sub(lambda found: PARTS[found[1]](), markdown)


def settings() -> str:
    """Return every setting: name, variable, default, meaning."""
    rows = []
    for name, field in known_settings().items():
        default = field.get_default(call_default_factory=True)
        shown = (
            "" if default in (None, (), "") else f"`{str(default).lower() if isinstance(default, bool) else default}`"
        )
        rows.append((f"`{name}`", f"`{variable_of(name)}`", shown, field.description))
    return table(("in tocsin.toml", "variable", "default", "meaning"), rows)


def commands() -> str:
    """Return every command of the terminal with its options."""
    parts = []
    for name, (module, says) in TERMINAL.items():
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        app.callback()(lambda: None)
        importlib.import_module(module).register(app)
        parts.append(_command(typer.main.get_group(app).commands[name], f"tocsin {name}", says=says))
    return "\n".join(parts)


def _command(command: click.Command, path: str, *, says: str) -> str:
    whole = (command.help or says).strip()
    lines = [f"### `{path}`", "", re.sub(r"\s*\n\s*", " ", whole), ""]
    rows = [row for parameter in command.params if (row := _parameter(parameter))]
    lines += [table(("given", "meaning"), rows), ""] if rows else []
    for name, inner in getattr(command, "commands", {}).items():
        lines.append(_command(inner, f"{path} {name}", says=""))
    return "\n".join(lines)


def _parameter(parameter: click.Parameter) -> tuple[str, str] | None:
    if getattr(parameter, "hidden", False) or parameter.name == "help":
        return None
    if isinstance(parameter, click.Option):
        shown = ", ".join(f"`{each}`" for each in (*parameter.opts, *parameter.secondary_opts))
    else:
        shown = f"`{(parameter.name or '').upper()}`" + ("" if parameter.required else " (may be left out)")
    return shown, getattr(parameter, "help", "") or ""


def chat() -> str:
    """Return every command of the chat."""
    rows = [
        (f"`/{each.name}{f' {each.words}' if each.words else ''}`".replace("|", "\\|"), each.says, _WHO[each.who])
        for each in CHAT
    ]
    return table(("command", "does", "who, in a group"), rows)


def metrics() -> str:
    """Return every metric."""
    rows = [
        (f"`{name}`", kind, f"`{labels}`" if labels else "", says) for name, kind, labels, says in names_and_meanings()
    ]
    return table(("metric", "kind", "labels", "meaning"), rows)


def events() -> str:
    """Return every event of the log."""
    rows = [(f"`{name}`", fields, says) for name, (fields, says) in EVENTS.items()]
    return table(("event", "fields", "meaning"), rows)


def jobs() -> str:
    """Return every job with its rhythm."""
    return table(("job", "when", "does"), [(f"`{job.name}`", str(job.trigger), job.does) for job in all_jobs()])


def faults() -> str:
    """Return every fault that the doctor knows, read from the checks themselves."""
    calls = [
        node
        for path in sorted((ROOT / "bot/checks").glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"bad", "warn"} and _words(node.args[0])
    ]
    rows = [(f"`{_words(call.args[0])}`", _words(call.args[1]), _words(call.keywords[0].value)) for call in calls]
    return table(("fault", "says", "remedy"), sorted(rows))


def _words(node: ast.expr) -> str:
    """Return the words of a text, … for each value in it, "" for what is no text."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
    return ""


def operating() -> str:
    """Return the runbook that lies beside the files it speaks of, without its title."""
    text = (ROOT / "deploy/README.md").read_text(encoding="utf-8")
    return text.partition("\n")[2].strip()


def changes() -> str:
    """Return the changelog, without its title."""
    return (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").partition("\n")[2].strip()


def table(head: tuple[str, ...], rows: list[Any]) -> str:
    """Return a table in Markdown."""
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


PARTS: Final = {
    "settings": settings,
    "commands": commands,
    "chat": chat,
    "metrics": metrics,
    "events": events,
    "jobs": jobs,
    "faults": faults,
    "operating": operating,
    "changes": changes,
}
