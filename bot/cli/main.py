"""Mount the commands; each command's module is imported only when it is called.

`tocsin --help`, `match`, `stories` and `explain` must not pay for the database,
Telegram or the charts.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from typing import Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

from bot.errors import EXIT_FAILED, UserError, foreign_packages
from matchers.spelling import closest

# name -> (module with `register(app)`, one line of help)
COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "run": ("bot.cli.running", "Poll, match, ring and talk, all in one process."),
    "demo": ("bot.cli.running", "Run on bundled sample feeds, with no network."),
    "poll": ("bot.cli.running", "Poll one round now and exit."),
    "match": ("bot.cli.matching", "Match JSON Lines against the watch list."),
    "stories": ("bot.cli.stories", "Place JSON Lines into stories."),
    "explain": ("bot.cli.matching", "Show what a text matches, and why."),
    "feeds": ("bot.cli.feeds", "List, add, remove, check, import and export feeds."),
    "catalogue": ("bot.cli.matching", "List, show and check the entities that can be watched."),
    "digest": ("bot.cli.archive", "Write a digest as HTML and PNG, to look at."),
    "search": ("bot.cli.archive", "Search the archive."),
    "backtest": ("bot.cli.archive", "Say what a term would have found in the stored archive."),
    "init": ("bot.cli.setting_up", "Set up: check the token, choose feeds, write tocsin.toml."),
    "export": ("bot.cli.exporting", "Write stories and matches of a period: jsonl, csv, atom or stix."),
    "db": ("bot.cli.database", "Upgrade, back up, restore, check and copy the database."),
    "config": ("bot.cli.operating", "Show every setting, its value and where it came from."),
    "doctor": ("bot.cli.operating", "Find what is wrong and how to mend it."),
}


class _LazyGroup(TyperGroup):
    """List commands from the table and import one when it is invoked."""

    def list_commands(self, _ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: Any, cmd_name: str) -> Any:
        return TyperCommand(cmd_name, help=COMMANDS[cmd_name][1]) if cmd_name in COMMANDS else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = args[0]
        if name in COMMANDS:
            return name, _load(name), args[1:]
        close = closest(name, COMMANDS)
        hint = f"Did you mean `tocsin {close}`?" if close else "`tocsin --help` lists the commands."
        ctx.fail(f"There is no command {name!r}. {hint}")
        raise AssertionError


def _load(name: str) -> Any:
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)

    @app.callback()
    def _group() -> None: ...

    importlib.import_module(COMMANDS[name][0]).register(app)
    return typer.main.get_group(app).commands[name]


def _version(wanted: bool) -> None:  # noqa: FBT001 - a Typer callback is given the flag by position
    if wanted:
        from bot.http import program_version

        typer.echo(f"tocsin {program_version()}")
        raise typer.Exit


application = typer.Typer(
    cls=_LazyGroup,
    name="tocsin",
    help="Watch news feeds for what you care about and ring on Telegram: once per event, with the reason.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@application.callback()
def _tocsin_command(
    *, version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Show the version.")
) -> None: ...


def main() -> None:
    """Run the command line: 0 ok, 1 failed, 2 wrong use; no traceback for what a user can cause."""
    if strangers := foreign_packages():
        name, place = next(iter(strangers.items()))
        sys.exit(f"tocsin: The package {name} comes from {place}. Run from another folder, or remove that package.")
    from storage.errors import StorageError  # only now: it might be a stranger's

    try:
        application()
    except (UserError, StorageError) as error:
        sys.stderr.write(f"tocsin: {error}\n")
        sys.exit(getattr(error, "exit_code", EXIT_FAILED))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # The reader of a pipe (`| head`) has gone: nothing more to say, and nothing to complain about.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


if __name__ == "__main__":
    main()
