"""Serve the web side: one application, composed of the lists of routes that its subjects hand in.

health_routes() │ app.web_routes(tocsin) │ the page's ─▶ build_web ─▶ web_side on TOCSIN_WEB__LISTEN

A subject adds itself with a list of Starlette routes; nothing here knows what they do.
"""

from __future__ import annotations

import ipaddress
from contextlib import asynccontextmanager
from itertools import chain
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from bot.config import USUAL_ADDRESS
from bot.sandbox.loopback import listen, listen_near, serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from starlette.requests import Request

    from bot.config import WebSettings

RouteList = list[BaseRoute]


def build_web(*lists: Iterable[BaseRoute]) -> Starlette:
    """Return one application out of lists of routes; `/healthz` is always there."""
    return Starlette(routes=[*health_routes(), *chain.from_iterable(lists)])


def health_routes() -> RouteList:
    """Answer `/healthz`: the process lives and its event loop turns."""
    return [Route("/healthz", _alive)]


async def _alive(_request: Request) -> JSONResponse:
    return JSONResponse({"status": "ok"})


@asynccontextmanager
async def web_side(settings: WebSettings, *lists: Iterable[BaseRoute], shared: bool = False) -> AsyncIterator[str]:
    """Serve the web side while the block lasts and give its address (`http://HOST:PORT`).

    A taken port is a UserError. `shared` says that other processes of this machine may do the same:
    where nobody chose an address, a free port then stands in for the usual one.
    """
    bind = listen_near if shared and settings.listen == USUAL_ADDRESS else listen
    async with serving(build_web(*lists), host=settings.host, port=settings.port, bind=bind) as address:
        yield address


def is_loopback(host: str) -> bool:
    """Say whether an address that is listened on can be reached from this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
