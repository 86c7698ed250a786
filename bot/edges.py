"""Open what the bot reaches the world of feeds through: the guarded client and the parsers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.feeds.articles import Articles
from bot.feeds.parse import ParserPool
from bot.http import GuardedClient, HttpLimits
from bot.polling import Edges

if TYPE_CHECKING:
    from contextlib import AsyncExitStack

    from bot.clock import Clock
    from bot.config import FeedsSettings


def open_client(feeds: FeedsSettings, stack: AsyncExitStack, *, limits: HttpLimits) -> GuardedClient:
    """Open a guarded client as the settings of feeds have it."""
    client = GuardedClient(contact=feeds.contact, proxy=feeds.proxy, limits=limits)
    stack.push_async_callback(client.close)
    return client


def open_edges(feeds: FeedsSettings, stack: AsyncExitStack, *, clock: Clock, parser: ParserPool | None = None) -> Edges:
    """Open what polling needs; a pool of parsers that is given stays open."""
    client = open_client(feeds, stack, limits=HttpLimits(private_hosts=feeds.allow_private_hosts))
    if parser is None:
        parser = ParserPool()
        stack.push_async_callback(parser.close)
    return Edges(client, parser, clock, Articles(client, parser, clock))
