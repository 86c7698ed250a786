"""Offer `init`: from a token to a settings file, the bot's link and the next step."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from bot.config import load_settings
from bot.errors import UsageError, UserError
from bot.texts import LANGUAGES

_HERE: Final = Path()


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("init")(init_command)


def init_command(
    *,
    token_file: Annotated[
        Path | None, typer.Option(help="A file that holds the token and nothing else; - reads standard input.")
    ] = None,
    language: Annotated[str, typer.Option(help="Language of people whose own the bot does not speak.")] = "",
    feeds: Annotated[str, typer.Option(help="Languages of the feeds to poll, as in `fr,en`, or `all`.")] = "",
    contact: Annotated[str, typer.Option(help="Web or mail address that publishers see.")] = "",
    folder: Annotated[Path, typer.Option(help="Where tocsin.toml is written.")] = _HERE,
    check: Annotated[bool, typer.Option(help="Ask Telegram whether it knows the token.")] = True,
    force: Annotated[bool, typer.Option("--force", help="Write files anew that are there already.")] = False,
) -> None:
    """Set Tocsin up: check the token, choose language and feeds, write tocsin.toml, say what to do next.

    Asks for what is not given as an option when it runs on a terminal.
    """
    from bot.setup import Choices, feed_languages, write_settings

    asking = sys.stdin.isatty() and token_file is None
    token = _token(token_file, asking=asking)
    name = asyncio.run(_bot_name(token)) if check else ""
    if name:
        typer.echo(f"Telegram knows this token: it is @{name}.", err=True)
    known = feed_languages()
    language = language or (_ask_language() if asking else "en")
    if language not in LANGUAGES:
        raise UsageError(f"The bot does not speak {language!r}.", f"Choose one of {', '.join(LANGUAGES)}.")
    feeds = feeds or (_ask_feeds(known) if asking else "all")
    chosen = () if feeds == "all" else tuple(feeds.replace(",", " ").split())
    if unknown := [each for each in chosen if each not in known]:
        raise UsageError(f"No feed that ships is in {unknown[0]!r}.", f"Choose among {', '.join(known)}, or all.")
    for path in write_settings(folder, Choices(token, language, chosen, contact), replace=force):
        typer.echo(str(path))
    _say_next(name, folder)


def _token(file: Path | None, *, asking: bool) -> str:
    if file is None and not asking:
        raise UsageError("There is no token.", "Give a file with --token-file, or run this on a terminal.")
    if file is None:
        typer.echo("Talk to @BotFather on Telegram: /newbot. Choose a neutral name: readers' phones show it.", err=True)
        return str(typer.prompt("Token", hide_input=True, err=True)).strip()
    if str(file) == "-":
        return sys.stdin.read().strip()
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file} cannot be read: {error}.", "Name the file that holds the token.") from None


async def _bot_name(token: str) -> str:
    """Return the user name of the token's bot; raise TelegramRefused when Telegram does not know it."""
    from bot.delivery.telegram import Messenger, build_application

    telegram = load_settings().telegram
    application = build_application(token, base_url=telegram.base_url, proxy=telegram.proxy)
    try:
        return (await Messenger(application.bot).identity())[1]
    finally:
        await application.bot.request.shutdown()


def _ask_language() -> str:
    spoken = ", ".join(f"{code} ({name})" for code, name in LANGUAGES.items())
    return str(
        typer.prompt(f"Language of the bot where a reader's own is not spoken: {spoken}", default="en", err=True)
    )


def _ask_feeds(known: dict[str, int]) -> str:
    counted = ", ".join(f"{lang} ({count})" for lang, count in known.items())
    return str(typer.prompt(f"Languages of feeds: {counted}, several with commas, or all", default="all", err=True))


def _say_next(name: str, folder: Path) -> None:
    where = "" if folder == _HERE else f"in {folder}: "
    typer.echo(f"\nNext, {where}`tocsin run`, and open the link that it prints to become the bot's owner.", err=True)
    if name:
        typer.echo(f"Your bot: https://t.me/{name}", err=True)
    typer.echo("`tocsin doctor` says what is wrong and how to mend it.", err=True)
