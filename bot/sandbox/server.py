"""Serve a Bot API on loopback: the bot talks to it as it talks to Telegram.

What a person does (write, tap, block) is done through this class; what the bot
does comes in over HTTP and is checked, limited and broken as told.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.sandbox.faults import Fault, FaultKind
from bot.sandbox.ledger import Accepted, Ledger
from bot.sandbox.limits import Refused
from bot.sandbox.loopback import serving
from bot.sandbox.media import MOST_DOWNLOAD, Upload, document
from bot.sandbox.methods import BOT, BOT_ID, Methods
from bot.sandbox.requests import read_params

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable
    from pathlib import Path

    from starlette.requests import Request

    from bot.clock import Clock

# Has the shape of a token and opens nothing.
SANDBOX_TOKEN: Final = f"{BOT_ID}:sandbox-token-that-opens-nothing-at-all"
# Telegram cuts a long poll at 50 seconds.
_LONGEST_POLL_S: Final = 50
# Events that may wait for one who looks on and does not keep up.
_MOST_WAITING: Final = 2_000
# Longer than any client waits.
_HANG_S: Final = 90
_MESSAGES: Final = frozenset({"sendMessage", "sendPhoto", "sendDocument", "sendMediaGroup", "editMessageText"})
_RIVAL: Final = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


class Sandbox:
    """Hold a small Telegram: chats, messages, a ledger, faults, and a Bot API in front."""

    def __init__(self, clock: Clock, *, path: Path | None = None, token: str = SANDBOX_TOKEN) -> None:
        self.ledger = Ledger(path)
        self.token = token
        self.base_url = ""
        self.faults: list[Fault] = []
        self.polled = asyncio.Event()
        self._calls = 0
        self._planned: dict[int, Fault] = {}
        self._act: tuple[int, Callable[[], None]] | None = None
        self._methods = Methods(self.ledger, clock, self.publish)
        self._clock = clock
        self._watchers: set[asyncio.Queue[tuple[str, dict[str, Any]]]] = set()
        self._arrived = asyncio.Event()
        self._closing = False
        self._cut = False
        self._poll = 0

    @property
    def flood_refusals(self) -> int:
        """Return how many calls were refused because they came too often."""
        return self._methods.flood.refusals

    @property
    def bot(self) -> dict[str, Any]:
        """Return the bot's name and user name."""
        return {name: BOT[name] for name in ("id", "first_name", "username")}

    def limit(self, *, enabled: bool) -> None:
        """Turn the flood limits on or off."""
        self._methods.flood.enabled = enabled

    @property
    def routes(self) -> list[Route]:
        """Return the Bot API's routes, for an application that serves more."""
        return [
            Route("/bot{token:path}", self._answer, methods=["GET", "POST"]),
            Route("/file/bot{token:path}", self._download),
        ]

    @asynccontextmanager
    async def open(self, port: int = 0) -> AsyncIterator[Sandbox]:
        """Serve the Bot API until the block ends."""
        async with serving(Starlette(routes=self.routes), port=port) as address:
            self.base_url = address
            try:
                yield self
            finally:
                self.stop()

    def stop(self) -> None:
        """Let waiting polls go, so that the server can end."""
        self._closing = True
        self._arrived.set()

    # ── what people do ───────────────────────────────────────────────────────

    def add_private(self, user: int, *, lang: str = "en", name: str = "Reader") -> None:
        """Let a person exist, with a private chat."""
        if self.ledger.chat(user) is None:
            self.ledger.keep_chat({"id": user, "type": "private", "first_name": name, "language": lang})

    def add_group(self, chat: int, *, title: str, admins: tuple[int, ...] = (), topics: tuple[str, ...] = ()) -> None:
        """Let a group exist; ids of groups are negative; topics are numbered from 2."""
        named = {str(number): {"name": name} for number, name in enumerate(topics, 2)}
        kind = "supergroup" if topics else "group"
        forum = {"is_forum": True, "topics": named} if topics else {}
        self.ledger.keep_chat({"id": chat, "type": kind, "title": title, "admins": [*admins, BOT_ID]} | forum)

    def add_channel(self, chat: int, *, title: str, admins: tuple[int, ...] = ()) -> None:
        """Let a channel exist in which the bot may post."""
        self.ledger.keep_chat({"id": chat, "type": "channel", "title": title, "admins": [*admins, BOT_ID]})

    def say(self, user: int, text: str, *, chat: int | None = None, topic: int = 0, answers: int | None = None) -> int:
        """Let a person write; return the message's id."""
        said: dict[str, Any] = {"text": text}
        if text.startswith("/"):
            said["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}]
        return self._post(user, said, chat=chat, topic=topic, answers=answers)

    def hand_in(
        self, user: int, file: Upload, *, chat: int | None = None, topic: int = 0, answers: int | None = None
    ) -> int:
        """Let a person send a document; return the message's id."""
        return self._post(user, {"document": document(self.ledger, file)}, chat=chat, topic=topic, answers=answers)

    def stand_at(self, user: int, place: tuple[float, float], *, chat: int | None = None, topic: int = 0) -> int:
        """Let a person send where they are (latitude, longitude); return the message's id."""
        said = {"location": {"latitude": place[0], "longitude": place[1]}}
        return self._post(user, said, chat=chat, topic=topic, answers=None)

    def _post(self, user: int, said: dict[str, Any], *, chat: int | None, topic: int, answers: int | None) -> int:
        place = self._place(chat or user)
        message: dict[str, Any] = {
            "message_id": self.ledger.count("message_id"),
            "date": int(self._clock.now().timestamp()),
            "chat": place,
            **({"sender_chat": place} if place["type"] == "channel" else {"from": self._person(user)}),
            **said,
        }
        if topic:
            message |= {"message_thread_id": topic, "is_topic_message": True}
        if answers is not None:
            replied = self.ledger.message(place["id"], answers)
            message |= {"reply_to_message": replied} if replied else {}
        self.ledger.keep_message(message)
        self.publish("message", message)
        kind = "channel_post" if place["type"] == "channel" else "message"
        self._arrive({kind: message})
        return int(message["message_id"])

    def tap(self, user: int, message_id: int, *, data: str, chat: int | None = None) -> str:
        """Let a person press a button; return the query's id."""
        place = chat or user
        message = self.ledger.message(place, message_id)
        query = str(self.ledger.count("query_id"))
        self.ledger.set_fact(f"query:{query}", value=True)
        asked: dict[str, Any] = {"id": query, "from": self._person(user), "chat_instance": str(place), "data": data}
        self._arrive({"callback_query": asked | ({"message": message} if message else {})})
        return query

    def block(self, chat: int, *, blocked: bool = True) -> None:
        """Let a person block the bot, or a group throw it out; or take it back."""
        kept = self.ledger.chat(chat)
        assert kept is not None, "only a known chat can block"
        self.ledger.keep_chat(kept | {"blocked": blocked})
        self.publish("chat", {"chat": {"id": chat}})
        words = {True: ("member", "kicked"), False: ("kicked", "member")}[blocked]
        before, after = (
            {"user": BOT, "status": word} | ({"until_date": 0} if word == "kicked" else {}) for word in words
        )
        user = chat if chat > 0 else next(iter(kept.get("admins", [0])))
        change = {"chat": self._place(chat), "from": self._person(user), "date": int(self._clock.now().timestamp())}
        self._arrive({"my_chat_member": change | {"old_chat_member": before, "new_chat_member": after}})

    def migrate(self, old: int, *, new: int) -> None:
        """Turn a group into a supergroup with another id."""
        kept = self.ledger.chat(old)
        assert kept is not None, "only a known group can migrate"
        self.ledger.keep_chat(kept | {"migrated_to": new})
        self.ledger.keep_chat(
            {key: value for key, value in kept.items() if key != "migrated_to"} | {"id": new, "type": "supergroup"}
        )

    def fault_at(self, calls: Iterable[int], make: Callable[[], Fault]) -> None:
        """Break the calls with these numbers, counted from now over all messages and edits."""
        for number in calls:
            self._planned[self._calls + number] = make()

    def after_accepting(self, messages: int, act: Callable[[], None]) -> None:
        """Do something once so many more messages were accepted, before the bot hears of it."""
        self._act = (messages, act)

    def fault(self, fault: Fault) -> None:
        """Break a call that is to come."""
        self.faults.append(fault)

    def cut(self, *, away: bool = True) -> None:
        """Cut the line between the bot and Telegram, or mend it; people write on meanwhile."""
        self._cut = away
        self._arrived.set()

    @property
    def broken(self) -> dict[str, Any]:
        """Say what is broken on purpose: the line, and how many calls are still to be refused."""
        return {
            "cut": self._cut,
            "throttled": sum(each.times for each in self.faults if each.kind is FaultKind.THROTTLE),
        }

    def _place(self, chat: int) -> dict[str, Any]:
        kept = self.ledger.chat(chat)
        assert kept is not None, f"chat {chat} does not exist in the sandbox"
        return {key: kept[key] for key in ("id", "type", "title", "first_name", "is_forum") if key in kept}

    def _person(self, user: int) -> dict[str, Any]:
        kept = self.ledger.chat(user) or {}
        return {
            "id": user,
            "is_bot": False,
            "first_name": kept.get("first_name", "Reader"),
            "language_code": kept.get("language", "en"),
        }

    # ── what can be seen ─────────────────────────────────────────────────────

    def messages(self, chat: int) -> list[dict[str, Any]]:
        """Return the messages of a chat as they stand now."""
        return self.ledger.messages(chat)

    def accepted(self, *, after: int = 0) -> tuple[Accepted, ...]:
        """Return what the bot sent and edited, in order."""
        return self.ledger.accepted(after=after)

    @asynccontextmanager
    async def watch(self) -> AsyncIterator[asyncio.Queue[tuple[str, dict[str, Any]]]]:
        """Give a queue of (event, value) for as long as the block lasts."""
        queue: asyncio.Queue[tuple[str, dict[str, Any]]] = asyncio.Queue()
        self._watchers.add(queue)
        try:
            yield queue
        finally:
            self._watchers.discard(queue)

    async def wait_for(self, wanted: Callable[[], object], *, within_s: float = 10.0) -> None:
        """Wait until something is so; it is asked again after each event."""
        async with asyncio.timeout(within_s), self.watch() as queue:
            while not wanted():
                with suppress(TimeoutError):
                    await asyncio.wait_for(queue.get(), 0.5)

    def publish(self, event: str, value: dict[str, Any]) -> None:
        """Tell all who look on; one who is far behind is told only that something was left out."""
        for queue in self._watchers:
            if queue.qsize() >= _MOST_WAITING:
                while not queue.empty():
                    queue.get_nowait()
                queue.put_nowait(("gap", {}))
            queue.put_nowait((event, value))

    def _arrive(self, update: dict[str, Any]) -> None:
        self.ledger.add_update(update)
        self._arrived.set()

    # ── the Bot API ──────────────────────────────────────────────────────────

    async def _answer(self, request: Request) -> Response:
        token, _, method = request.path_params["token"].rpartition("/")
        if token != self.token:
            return JSONResponse(Refused(401, "Unauthorized").as_dict(), 401)
        params = await read_params(request)
        chat = int(params.get("chat_id") or 0) or None
        fault = self._fault_for(method, chat)
        try:
            if fault:
                fault.times -= 1
                return await self._broken(fault, method, params=params)
            if method.lower() == "getupdates":
                waiting = await self._updates(params)
                return _reset() if self._cut else _good(waiting)
            if self._cut:
                return _reset()
            result = self._methods.call(method, params)
            self._count_down(method)
            return _good(result)
        except Refused as refused:
            return JSONResponse(refused.as_dict(), refused.code)

    async def _download(self, request: Request) -> Response:
        token, _, file_id = request.path_params["token"].partition("/files/")
        found = self.ledger.file(file_id)
        if token != self.token or found is None or found[0]["file_size"] > MOST_DOWNLOAD:
            return JSONResponse(Refused(404, "Not Found").as_dict(), 404)
        return Response(found[1], media_type="application/octet-stream")

    def _fault_for(self, method: str, chat: int | None) -> Fault | None:
        self._calls += method in _MESSAGES
        planned = self._planned.pop(self._calls, None) if method in _MESSAGES else None
        return planned or next((each for each in self.faults if each.fits(method, chat)), None)

    def _count_down(self, method: str) -> None:
        if self._act is None or method not in _MESSAGES:
            return
        left, act = self._act
        self._act = (left - 1, act) if left > 1 else None
        if left <= 1:
            act()

    async def _broken(self, fault: Fault, method: str, *, params: dict[str, Any]) -> Response:
        if fault.kind is FaultKind.THROTTLE:
            words = f"Too Many Requests: retry after {fault.retry_after}"
            raise Refused(429, words, retry_after=fault.retry_after)
        if fault.kind is FaultKind.SERVER_ERROR:
            raise Refused(500, "Internal Server Error")
        if fault.kind is FaultKind.REFUSE:
            raise Refused(fault.code, fault.words)
        if fault.kind in {FaultKind.RESET_AFTER, FaultKind.HANG_AFTER}:
            self._methods.call(method, params)
        if fault.kind in {FaultKind.HANG_BEFORE, FaultKind.HANG_AFTER}:
            await asyncio.sleep(_HANG_S)
        return _reset()

    async def _updates(self, params: dict[str, Any]) -> list[dict[str, Any]]:
        if self._methods.webhook:
            raise Refused(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first")
        self._poll += 1
        self.polled.set()
        mine = self._poll
        self._arrived.set()
        offset, limit = int(params.get("offset") or 0), int(params.get("limit") or 100)
        wait_s = min(int(params.get("timeout") or 0), _LONGEST_POLL_S)
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await self._until_some(offset, mine=mine)
        return self.ledger.waiting_updates(offset, limit)

    async def _until_some(self, offset: int, *, mine: int) -> None:
        while not self.ledger.waiting_updates(offset, 1) and not (self._closing or self._cut):
            self._arrived.clear()
            await self._arrived.wait()
            if self._poll != mine:
                raise Refused(409, _RIVAL)


async def _cut_short() -> AsyncIterator[bytes]:
    yield b'{"ok":'


def _reset() -> Response:
    """Begin an answer that never ends: the client sees its connection break."""
    return StreamingResponse(_cut_short(), headers={"Content-Length": "1000"}, media_type="application/json")


def _good(result: Any) -> Response:
    return JSONResponse({"ok": True, "result": result})
