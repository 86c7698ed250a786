"""Read the settings: `tocsin.toml`, then `TOCSIN_*` variables, which win.

Nested settings are written with two underscores: `TOCSIN_TELEGRAM__TOKEN`.
An unknown setting is an error, because a mistyped one is a bot that does
something else than its operator believes.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from bot.errors import UsageError
from matchers.spelling import closest

PREFIX: Final = "TOCSIN_"
DEFAULT_FILE: Final = "tocsin.toml"
# Where the web side listens unless told otherwise: this machine only.
USUAL_ADDRESS: Final = "127.0.0.1:8642"
# Variables of ours that are no settings: the tests' switches and where the settings file is.
_NOT_SETTINGS: Final = frozenset({"TOCSIN_CONFIG", "TOCSIN_REQUIRE_POSTGRES", "TOCSIN_TEST_POSTGRES_URL"})


class _Group(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TelegramSettings(_Group):
    """Say how to reach Telegram and who may talk to the bot."""

    token: SecretStr | None = Field(None, description="The bot's token, as @BotFather gave it. None: the sandbox.")
    base_url: str = Field("https://api.telegram.org", description="A self-hosted Bot API server's address.")
    proxy: str = Field("", description="http:// or socks5:// proxy for Telegram only.")
    open: bool = Field(False, description="Let anybody use the bot. Closed by default: only by invitation.")
    language: str = Field("en", description="Language of people whose own the bot does not speak: en or fr.")
    admins: Annotated[tuple[int, ...], NoDecode] = Field((), description="Telegram user ids of administrators.")
    terms_per_chat: int = Field(200, ge=1, le=2_000, description="Terms that one chat may watch.")
    commands_per_minute: int = Field(60, ge=1, le=10_000, description="Commands and buttons of one chat a minute.")

    @field_validator("language")
    @classmethod
    def _spoken(cls, value: str) -> str:
        from bot.texts import LANGUAGES

        if value not in LANGUAGES:
            raise ValueError(f"the bot speaks {', '.join(LANGUAGES)}")
        return value

    @field_validator("admins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [part for part in value.replace(",", " ").split() if part] if isinstance(value, str) else value


class FeedsSettings(_Group):
    """Say which feeds are polled, and how politely."""

    file: Path | None = Field(None, description="TOML or OPML file with feeds. None: the list that ships.")
    allow_private_hosts: bool = Field(False, description="Allow feeds on private and loopback addresses.")
    proxy: str = Field("", description="http:// or socks5:// proxy for feeds only.")
    min_interval: int = Field(120, ge=1, le=86_400, description="Seconds between two polls of a feed, at least.")
    contact: str = Field("", description="Web or mail address shown to publishers in the User-Agent.")
    budget_per_day: int = Field(150, ge=1, le=100_000, description="Polls a day and feed, on average.")


class WebSettings(_Group):
    """Say where the web side listens."""

    listen: str = Field(USUAL_ADDRESS, description="Address and port of health, metrics and the chat page.")
    public_url: str = Field("", description="How others reach it, https://news.example: for the addresses of feeds.")
    page: bool = Field(
        False,
        description="Serve the chat page also beyond this machine, and beside a real token: a second bot with sample news.",
    )

    @property
    def host(self) -> str:
        """Return the address without the port."""
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """Return the port."""
        return int(self.listen.rpartition(":")[2])

    @field_validator("listen")
    @classmethod
    def _address(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if not host or not port.isdecimal() or int(port) > 65_535:
            raise ValueError("write it as ADDRESS:PORT, for example 127.0.0.1:8642")
        return value


class CatalogueSettings(_Group):
    """Say which catalogue files are read beside the ones that ship."""

    files: Annotated[tuple[Path, ...], NoDecode] = Field((), description="More TOML files of entities.")

    @field_validator("files", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [part for part in value.split(os.pathsep) if part] if isinstance(value, str) else value


class KeepSettings(_Group):
    """Say for how many days things are kept; what is alive (unsent, growing, shown by its feed) stays in any case."""

    entries_days: int = Field(
        90, ge=30, le=36_500, description="Days that an entry outside of stories is kept after it left its feed."
    )
    stories_days: int = Field(
        365, ge=100, le=36_500, description="Days that a story and its entries are kept after its last report."
    )
    deliveries_days: int = Field(120, ge=30, le=36_500, description="Days that it is kept what a chat was sent.")
    commands_days: int = Field(
        7, ge=2, le=365, description="Days that the number of a handled command is kept; what it said is gone at once."
    )
    audit_days: int = Field(365, ge=30, le=36_500, description="Days that it is kept what admins did.")


class StoriesSettings(_Group):
    """Say how entries find their stories."""

    semantic: bool = Field(
        True,
        description="Ask the sentence encoder of tocsin[semantic], where it is installed, when words leave it open.",
    )


class LogSettings(_Group):
    """Say what is logged and how."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="The least level that is shown.")
    format: Literal["console", "json"] = Field("console", description="Lines for people or for machines.")


class Settings(BaseSettings):
    """Hold every setting; read once by the command line and handed to the composition root."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        nested_model_default_partial_update=True,
    )

    telegram: TelegramSettings = TelegramSettings()
    database_url: str = Field("sqlite:///tocsin.db", description="sqlite:///FILE or postgresql://USER@HOST/NAME.")
    feeds: FeedsSettings = FeedsSettings()
    web: WebSettings = WebSettings()
    catalogue: CatalogueSettings = CatalogueSettings()
    stories: StoriesSettings = StoriesSettings()
    keep: KeepSettings = KeepSettings()
    log: LogSettings = LogSettings()

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if not value.startswith(("sqlite:///", "postgresql://", "postgres://")):
            raise ValueError("write sqlite:///FILE or postgresql://USER@HOST/NAME")
        return value

    @classmethod
    def settings_customise_sources(  # type: ignore[override]  # the library passes them all by name
        cls,
        settings_cls: type[BaseSettings],
        **sources: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read overrides, then variables, then the settings file."""
        file = settings_file()
        from_file = [TomlConfigSettingsSource(settings_cls, file)] if file else []
        return (sources["init_settings"], sources["env_settings"], *from_file)


def settings_file() -> Path | None:
    """Return the settings file in force: `TOCSIN_CONFIG`, else `tocsin.toml` here, else none."""
    named = os.environ.get("TOCSIN_CONFIG")
    if named:
        return Path(named)
    here = Path(DEFAULT_FILE)
    return here if here.is_file() else None


def load_settings() -> Settings:
    """Read the settings; raise UsageError with the name and the remedy of a wrong one."""
    file = settings_file()
    if file and not file.is_file():
        raise UsageError(f"The settings file {file} does not exist.", "Mend TOCSIN_CONFIG or write the file.")
    _refuse_unknown_variables()
    try:
        return Settings()
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{file} is not valid TOML: {error}.", "Mend that line.") from None
    except ValidationError as error:
        raise UsageError(*_sentence(error, file)) from None


def known_settings() -> dict[str, Any]:
    """Return every setting's dotted name with its field."""
    found: dict[str, Any] = {}
    for name, field in Settings.model_fields.items():
        group = field.annotation
        if isinstance(group, type) and issubclass(group, BaseModel):
            found |= {f"{name}.{inner}": each for inner, each in group.model_fields.items()}
        else:
            found[name] = field
    return found


def variable_of(setting: str) -> str:
    """Return the variable that sets a dotted name."""
    return PREFIX + setting.replace(".", "__").upper()


def settings_with_origin(settings: Settings) -> list[tuple[str, str, str]]:
    """List name, shown value (secrets masked) and origin of every setting."""
    file = settings_file()
    in_file = tomllib.loads(file.read_text(encoding="utf-8")) if file else {}
    rows = []
    for name in known_settings():
        value: Any = settings
        written: Any = in_file
        for part in name.split("."):
            value = getattr(value, part)
            written = written.get(part) if isinstance(written, dict) else None
        origin = (
            variable_of(name) if variable_of(name) in os.environ else str(file) if written is not None else "default"
        )
        rows.append((name, _shown(value), origin))
    return rows


def plain_value(settings: Settings, name: str) -> str:
    """Return one setting unmasked; raise UsageError for an unknown name, and for the token."""
    if name not in known_settings():
        close = closest(name, known_settings())
        raise UsageError(
            f"{name} is not a setting.", f"Did you mean {close}?" if close else "`tocsin config` lists them."
        )
    value: Any = settings
    for part in name.split("."):
        value = getattr(value, part)
    if isinstance(value, SecretStr):
        raise UsageError(f"{name} is a secret and is not printed.", "Read it where you set it.")
    return "" if value is None else ",".join(str(each) for each in value) if isinstance(value, tuple) else str(value)


def _shown(value: object) -> str:
    from bot.logs import mask

    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(str(each) for each in value)
    return "***" if isinstance(value, SecretStr) else mask(str(value))


def _refuse_unknown_variables() -> None:
    known = {variable_of(name) for name in known_settings()} | _NOT_SETTINGS
    for name in os.environ:
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            close = closest(name.upper().removeprefix(PREFIX), (each.removeprefix(PREFIX) for each in sorted(known)))
            hint = f"Did you mean {PREFIX}{close}?" if close else "`tocsin config` lists all settings."
            raise UsageError(f"{name} is not a setting.", hint)


def _sentence(error: ValidationError, file: Path | None) -> tuple[str, str]:
    first = error.errors(include_input=False, include_url=False)[0]
    name = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        close = closest(name, known_settings())
        hint = f"Did you mean {close}?" if close else "`tocsin config` lists all settings."
        return f"{name} in {file or 'the settings'} is not a setting.", hint
    where = variable_of(name) if variable_of(name) in os.environ else f"{name} in {file}" if file else name
    return f"{where}: {first['msg'].removeprefix('Value error, ')}.", "`tocsin config` shows every setting."
