"""Serve the feed of a watch list: `/out/TOKEN.atom` and `/out/TOKEN.json`.

The token is all that one needs, so it is long, kept as a hash, in no log of ours, and a
new one makes the old one worthless. An unknown token is a page that is not there.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from starlette.responses import Response
from starlette.routing import Route

from bot.outputs.items import of_story
from bot.outputs.syndication import Head, atom, json_feed
from storage.outputs import chat_of_token
from storage.stories import latest_stories

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from bot.clock import Clock
    from bot.outputs.syndication import Item
    from bot.store import Store

_SPAN: Final = timedelta(days=14)
_MOST: Final = 50
_HEADERS: Final = {
    "cache-control": "private, max-age=120",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow",
    "x-content-type-options": "nosniff",
}
_TYPES: Final = {"atom": "application/atom+xml", "json": "application/feed+json"}


def output_routes(store: Store, clock: Clock, *, name: Callable[[str, str], str]) -> list[BaseRoute]:
    """List what answers for the feeds of watch lists."""

    async def serve(request: Request) -> Response:
        token, form = request.path_params["token"], request.path_params["form"]
        chat = await store.read(chat_of_token, token)
        if chat is None or form not in _TYPES or chat.status == "closed":
            return Response("Not found", 404)
        views = await store.read(latest_stories, chat.id, since=clock.now() - _SPAN, limit=_MOST)
        items = [of_story(view, lang=chat.lang, name=lambda entity: name(entity, chat.lang)) for view in views]
        return _answer(request, items, form=form, clock=clock)

    return [Route("/out/{token:str}.{form:str}", serve)]


def _answer(request: Request, items: list[Item], *, form: str, clock: Clock) -> Response:
    updated = max(
        (item.updated for item in items), default=clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    )
    address = str(request.url.replace(query=""))
    head = Head(f"urn:sha256:{hashlib.sha256(address.encode()).hexdigest()}", "Tocsin", address, updated)
    body = atom(head, items) if form == "atom" else json_feed(head, items)
    etag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers={"etag": etag, **_HEADERS})
    return Response(body, headers={"etag": etag, **_HEADERS}, media_type=_TYPES[form])
