"""Check what was set: packages, token, access, proxies, catalogue, feed list, the settings file."""

from __future__ import annotations

import ipaddress
from collections import Counter
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from bot.addresses import is_public
from bot.catalogue import load_entities
from bot.checks.finding import Finding, bad, ok, warn
from bot.config import settings_file
from bot.errors import UserError, foreign_packages
from bot.feeds.defaults import default_feeds
from bot.web import is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.config import Settings
    from storage.records import FeedSpec

_PROXIES: Final = frozenset({"http", "https", "socks5", "socks5h"})
_OTHERS: Final = 0o077
# Asking a publisher more often than once a minute gains nothing and gets one blocked.
_POLITE_S: Final = 60


def check_settings(settings: Settings) -> Iterator[Finding]:
    """Find what is set wrongly, without asking anybody."""
    foreign = list(_packages())
    yield from foreign
    if any(each.grade == "bad" for each in foreign):
        return  # what follows would read a stranger's files
    yield from _settings_file()
    yield from _telegram_settings(settings)
    yield from _feed_settings(settings)
    yield from _web(settings)
    yield from _catalogue(settings)
    yield from _feed_list(settings)


def _packages() -> Iterator[Finding]:
    strangers = foreign_packages()
    for name, place in strangers.items():
        yield bad(
            "packages.foreign", f"{name} comes from {place}.", remedy="Run from another folder, or remove that package."
        )
    if not strangers:
        yield ok("packages", "bot, matchers and storage are ours.")


def _settings_file() -> Iterator[Finding]:
    file = settings_file()
    if file and file.is_file() and file.stat().st_mode & _OTHERS:
        yield warn(
            "settings.readable", f"{file} can be read by others; it may hold the token.", remedy=f"chmod 600 {file}"
        )


def _telegram_settings(settings: Settings) -> Iterator[Finding]:
    telegram = settings.telegram
    if not telegram.token:
        yield warn(
            "token.missing",
            "No token: alerts appear in the terminal only.",
            remedy="Get one from @BotFather and set TOCSIN_TELEGRAM__TOKEN, or run `tocsin init`.",
        )
    if telegram.open:
        yield warn(
            "access.open",
            "The bot is open: anybody may use it.",
            remedy="Unset TOCSIN_TELEGRAM__OPEN to admit by invitation.",
        )
    yield from _proxy("TOCSIN_TELEGRAM__PROXY", telegram.proxy)
    base = urlsplit(telegram.base_url)
    if base.scheme == "http" and base.hostname and not _is_local(base.hostname):
        yield bad(
            "base_url.plain",
            f"{telegram.base_url} is not encrypted: the token can be read on the way.",
            remedy="Use https, or a server on this machine.",
        )


def _feed_settings(settings: Settings) -> Iterator[Finding]:
    feeds = settings.feeds
    if not feeds.contact:
        yield warn(
            "contact.missing",
            "Publishers cannot reach you.",
            remedy="Set TOCSIN_FEEDS__CONTACT to a web or mail address.",
        )
    if feeds.min_interval < _POLITE_S:
        yield warn(
            "interval.rude",
            f"Feeds may be polled every {feeds.min_interval} s: publishers block that.",
            remedy="Set TOCSIN_FEEDS__MIN_INTERVAL to 120 or more.",
        )
    yield from _proxy("TOCSIN_FEEDS__PROXY", feeds.proxy)


def _proxy(variable: str, address: str) -> Iterator[Finding]:
    parts = urlsplit(address)
    if address and (parts.scheme not in _PROXIES or not parts.hostname):
        yield bad(
            "proxy.malformed",
            f"{variable} is no proxy address.",
            remedy=f"Write {variable}=http://HOST:PORT or socks5://HOST:PORT.",
        )


def _web(settings: Settings) -> Iterator[Finding]:
    if not is_loopback(settings.web.host):
        yield warn(
            "web.exposed",
            f"Health and metrics can be read by whoever reaches {settings.web.listen}.",
            remedy="Listen on 127.0.0.1, or let a firewall or proxy guard it.",
        )


def _catalogue(settings: Settings) -> Iterator[Finding]:
    try:
        entities = load_entities(settings.catalogue.files)
    except UserError as error:
        yield bad("catalogue.broken", error.message, remedy=error.remedy)
        return
    yield ok("catalogue", f"{len(entities)} entities.")


def _feed_list(settings: Settings) -> Iterator[Finding]:
    try:
        feeds = default_feeds(settings.feeds.file)
    except UserError as error:
        yield bad("feed-list.broken", error.message, remedy=error.remedy)
        return
    if not any(feed.enabled for feed in feeds):
        yield bad(
            "feed-list.empty",
            "No feed is enabled.",
            remedy="`tocsin feeds check` tries them, `tocsin feeds add` adds one.",
        )
        return
    yield from _feeds(settings, feeds)
    yield ok("feed-list", f"{sum(feed.enabled for feed in feeds)} of {len(feeds)} feeds are enabled.")


def _feeds(settings: Settings, feeds: Sequence[FeedSpec]) -> Iterator[Finding]:
    twice = [url for url, count in Counter(feed.url for feed in feeds).items() if count > 1]
    if twice:
        yield warn("feed-list.double", f"{twice[0]} stands in the list more than once.", remedy="Take the copy out.")
    private = [feed.url for feed in feeds if _is_local(urlsplit(feed.url).hostname or "")]
    if private and not settings.feeds.allow_private_hosts:
        yield bad(
            "feed-list.private",
            f"{private[0]} lies on this machine or network, and such feeds are refused.",
            remedy="Set TOCSIN_FEEDS__ALLOW_PRIVATE_HOSTS=true if you mean it.",
        )


def _is_local(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return not is_public(host)
