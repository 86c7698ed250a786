"""Serve the chat page: plain files, what the sandbox holds as JSON, and server-sent events.

browser ─GET state, messages─▶ view │ ─POST say, tap, file─▶ Sandbox ─▶ the bot ─▶ Sandbox ─events─▶ browser

What a person writes goes through the sandbox as it would through Telegram; the page never asks
the bot's own code. Everything but the plain files needs the session that the gate gives.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from functools import wraps
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.responses import StreamingResponse as Stream
from starlette.routing import BaseRoute, Route

from bot.sandbox.faults import Fault, FaultKind
from bot.sandbox.gate import Gate
from bot.sandbox.limits import Refused
from bot.sandbox.requests import read_upload
from bot.sandbox.view import around, chats_of, people, sees, stretch, writes
from bot.sandbox.words import words
from bot.texts import LANGUAGES, language_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from starlette.requests import Request

    from bot.sandbox.pane import Pane
    from bot.sandbox.server import Sandbox

    Answer = Callable[["Page", Request], Awaitable[Response]]

_KINDS: Final = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
# Nothing from elsewhere, nothing inline, and no text that becomes markup: the page's script may only build nodes.
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
        " require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
# Pictures that a browser may show; anything else is only handed out to be saved.
_PICTURES: Final = frozenset({"image/png", "image/jpeg"})
# Seconds of silence after which a line is kept warm, so that a dead one is noticed.
_WARM_S: Final = 15.0
_RETRY_MS: Final = 1000
_LONGEST: Final = 4096
_MOST_UPLOAD: Final = 5_000_000
_THROTTLED_S: Final = 5


class _Wrong(Exception):
    """Say what the page asked wrongly, with the HTTP status."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


def _guarded(answer: Answer) -> Answer:
    """Let only admitted browsers in, and answer a wrong request with its reason."""

    @wraps(answer)
    async def guarded(page: Page, request: Request) -> Response:
        if not page.gate.admits(request):
            return JSONResponse({"error": "closed"}, 403, HEADERS)
        try:
            response = await answer(page, request)
        except _Wrong as wrong:
            return JSONResponse({"error": str(wrong)}, wrong.status, HEADERS)
        except Refused as refused:
            return JSONResponse({"error": refused.description}, refused.code, HEADERS)
        except (KeyError, TypeError, ValueError) as error:
            return JSONResponse({"error": type(error).__name__}, 400, HEADERS)
        response.headers.update(HEADERS)
        return response

    return guarded


@dataclass(slots=True)
class Page:
    """Hold what the page shows and passes on."""

    sandbox: Sandbox
    pane: Pane | None = None
    gate: Gate = field(default_factory=Gate)

    @property
    def routes(self) -> list[BaseRoute]:
        """Return the page's routes."""
        return [
            Route("/", _to_page),
            Route("/page", self._enter),
            Route("/page/static/{name}", _static),
            *(
                Route(f"/page/{path}", self._bound(answer), methods=[method])
                for method, path, answer in (
                    ("GET", "words", _words),
                    ("GET", "state", _state),
                    ("GET", "messages", _messages),
                    ("GET", "files/{file_id}", _file),
                    ("GET", "events", _events),
                    ("POST", "say", _say),
                    ("POST", "tap", _tap),
                    ("POST", "file", _hand_in),
                    ("POST", "location", _stand_at),
                    ("POST", "language", _language),
                    ("POST", "break", _break),
                    ("POST", "play", _play),
                )
            ),
        ]

    async def run(self) -> None:
        """Keep the pane up to date, for as long as it lasts."""
        if self.pane:
            await self.pane.run()

    def close(self) -> None:
        """Let everybody who looks on go, so that the server can end."""
        self.sandbox.publish("closing", {})

    def link(self, address: str) -> str:
        """Return the link that lets one browser in."""
        return f"{address}/page?key={self.gate.key}"

    def _bound(self, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        async def bound(request: Request) -> Response:
            return await answer(self, request)

        return bound

    async def _enter(self, request: Request) -> Response:
        key = request.query_params.get("key")
        if key is not None:
            session = None if self.gate.admits(request) else self.gate.redeem(key)
            response: Response = RedirectResponse("/page", 303, HEADERS)
            if session:
                self.gate.remember(response, request, session=session)
            return response
        if not self.gate.admits(request):
            return HTMLResponse(_read("closed.html"), 403, HEADERS)
        return HTMLResponse(_read("index.html"), headers=HEADERS)


async def _to_page(_request: Request) -> Response:
    return RedirectResponse("/page", 307)


def _read(name: str) -> bytes:
    return (resources.files("bot.sandbox") / "static" / name).read_bytes()


async def _static(request: Request) -> Response:
    name = request.path_params["name"]
    kind = _KINDS.get(name.rpartition(".")[2])
    try:
        body = _read(name) if kind and "/" not in name and not name.startswith(".") else None
    except OSError:
        body = None
    if body is None:
        return PlainTextResponse("Not Found", 404, HEADERS)
    return Response(body, headers=HEADERS, media_type=kind)


# ── what is shown ────────────────────────────────────────────────────────────


@_guarded
async def _words(_page: Page, request: Request) -> Response:
    wanted = request.query_params.get("lang") or request.headers.get("accept-language", "")
    lang = language_of(wanted)
    return JSONResponse({"lang": lang, "languages": LANGUAGES, "words": words(lang)})


@_guarded
async def _state(page: Page, request: Request) -> Response:
    ledger = page.sandbox.ledger
    user = int(request.query_params["user"]) if "user" in request.query_params else people(ledger)[0]["id"]
    return JSONResponse(
        {
            "user": user,
            "people": people(ledger),
            "chats": chats_of(ledger, user),
            "bot": page.sandbox.bot,
            "pipeline": await page.pane.snapshot() if page.pane else None,
        }
    )


@_guarded
async def _messages(page: Page, request: Request) -> Response:
    asked = {name: int(value) for name, value in request.query_params.items()}
    chat, user = asked["chat"], asked["user"]
    _place(page, chat, user=user)
    ledger, topic = page.sandbox.ledger, asked.get("topic")
    if "around" in asked:
        return JSONResponse(around(ledger, chat, topic=topic, message=asked["around"]))
    return JSONResponse(stretch(ledger, chat, topic=topic, before=asked.get("before"), after=asked.get("after")))


@_guarded
async def _file(page: Page, request: Request) -> Response:
    found = page.sandbox.ledger.file(request.path_params["file_id"])
    if found is None:
        raise _Wrong(404, "no such file")
    described, content = found
    shown = described["mime_type"] in _PICTURES
    headers = {} if shown else {"Content-Disposition": "attachment"}
    return Response(
        content, headers=headers, media_type=described["mime_type"] if shown else "application/octet-stream"
    )


@_guarded
async def _events(page: Page, request: Request) -> Response:
    return Stream(_counted(page, int(request.query_params["user"])), media_type="text/event-stream")


async def _counted(page: Page, user: int) -> AsyncIterator[str]:
    """Let the pane read only while somebody looks on."""
    if page.pane:
        page.pane.viewers += 1
        page.pane.nudge()
    try:
        async for told in _told(page.sandbox, user):
            yield told
    finally:
        if page.pane:
            page.pane.viewers -= 1


async def _told(sandbox: Sandbox, user: int) -> AsyncIterator[str]:
    """Tell a person's browser what happens in their chats, one event after the other."""
    async with sandbox.watch() as queue:
        yield f"retry: {_RETRY_MS}\nevent: hello\ndata: {{}}\n\n"
        while True:
            try:
                event, value = await asyncio.wait_for(queue.get(), _WARM_S)
            except TimeoutError:
                yield ": warm\n\n"
                continue
            if event == "closing":
                return
            chat = sandbox.ledger.chat(value["chat"]["id"]) if "chat" in value else None
            if chat is None or sees(chat, user):
                yield f"event: {event}\ndata: {json.dumps(value, ensure_ascii=False)}\n\n"


# ── what a person does ───────────────────────────────────────────────────────


def _place(page: Page, chat: int, *, user: int, to_write: bool = False) -> dict[str, Any]:
    known = page.sandbox.ledger.chat(chat)
    may = writes if to_write else sees
    if known is None or not may(known, user) or page.sandbox.ledger.chat(user) is None:
        raise _Wrong(403, "not yours")
    return known


@_guarded
async def _say(page: Page, request: Request) -> Response:
    asked = await request.json()
    text, chat, user = str(asked["text"]).strip(), int(asked["chat"]), int(asked["user"])
    _place(page, chat, user=user, to_write=True)
    if not text or len(text.encode("utf-16-le")) > 2 * _LONGEST:
        raise _Wrong(400, "a text has 1 to 4096 characters")
    number = page.sandbox.say(user, text, chat=chat, topic=int(asked.get("topic") or 0), answers=asked.get("answers"))
    return JSONResponse({"message": number})


@_guarded
async def _tap(page: Page, request: Request) -> Response:
    asked = await request.json()
    user, chat, message = int(asked["user"]), int(asked["chat"]), int(asked["message"])
    _place(page, chat, user=user)
    query = page.sandbox.tap(user, message, data=str(asked["data"]), chat=chat)
    return JSONResponse({"query": query})


@_guarded
async def _hand_in(page: Page, request: Request) -> Response:
    if int(request.headers.get("content-length") or _MOST_UPLOAD + 1) > _MOST_UPLOAD:
        raise _Wrong(413, "a file has 5 MB at most")
    async with request.form() as form:
        user, chat, topic = (int(str(form.get(name) or 0)) for name in ("user", "chat", "topic"))
        answers = int(str(form.get("answers") or 0)) or None
        file = await read_upload(form["file"])
    _place(page, chat, user=user, to_write=True)
    return JSONResponse({"message": page.sandbox.hand_in(user, file, chat=chat, topic=topic, answers=answers)})


@_guarded
async def _stand_at(page: Page, request: Request) -> Response:
    asked = await request.json()
    place, user = (float(asked["latitude"]), float(asked["longitude"])), int(asked["user"])
    known = _place(page, int(asked["chat"]), user=user, to_write=True)
    if not (-90 <= place[0] <= 90 and -180 <= place[1] <= 180):
        raise _Wrong(400, "no place on this earth")
    number = page.sandbox.stand_at(user, place, chat=known["id"], topic=int(asked.get("topic") or 0))
    return JSONResponse({"message": number})


@_guarded
async def _language(page: Page, request: Request) -> Response:
    """Let a person's app speak another language; the bot hears of it with their next words, as at Telegram."""
    asked = await request.json()
    chat = _place(page, int(asked["user"]), user=int(asked["user"]))
    page.sandbox.ledger.keep_chat(chat | {"language": language_of(str(asked["lang"]))})
    page.sandbox.publish("menu", {})
    return JSONResponse({})


@_guarded
async def _break(page: Page, request: Request) -> Response:
    """Break something on purpose, or mend it."""
    asked = await request.json()
    if asked["what"] == "throttle":
        page.sandbox.fault(Fault(FaultKind.THROTTLE, retry_after=_THROTTLED_S))
    elif asked["what"] == "cut":
        page.sandbox.cut(away=not page.sandbox.broken["cut"])
    elif asked["what"] == "block":
        chat = _place(page, int(asked["chat"]), user=int(asked["user"]))
        page.sandbox.block(chat["id"], blocked=not chat.get("blocked"))
    else:
        raise _Wrong(400, "nothing of that name can be broken")
    if page.pane:
        page.pane.nudge()
    return JSONResponse({})


@_guarded
async def _play(page: Page, request: Request) -> Response:
    asked = await request.json()
    if page.pane is None or page.pane.play is None or not page.pane.play[1].press(str(asked["press"])):
        raise _Wrong(404, "there is nothing to play")
    page.pane.nudge()
    return JSONResponse({})
