"""Ask the web, guarded: the one door to httpx for everything but Telegram.

Every connection is checked at the socket, after DNS and at each redirect; a body is
inflated by us under a cap (an 809-byte answer became 537 MB in httpx's own decoder);
one deadline holds for the whole exchange (httpx's time-outs are per read).
"""

from __future__ import annotations

import asyncio
import socket
import zlib
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urljoin, urlsplit, urlunsplit

import httpx
from httpcore import AsyncNetworkBackend, AsyncNetworkStream
from httpcore._backends.auto import AutoBackend

from bot.addresses import is_public
from matchers.urls import web_host

if TYPE_CHECKING:
    import ssl
    from collections.abc import Coroutine, Mapping
    from collections.abc import Set as AbstractSet

MOST_BYTES: Final = 8 * 1024 * 1024  # inflated; the largest of 394 real feeds had 2.9 MB
TOTAL_S: Final = 30.0
CONNECT_S: Final = 5.0
MOST_REDIRECTS: Final = 5
PORTS: Final = frozenset({80, 443, 8080, 8443})
# The name by which robots.txt files know us.
AGENT: Final = "Tocsin"
_PERMANENT: Final = frozenset({301, 308})
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


@cache
def trust() -> ssl.SSLContext:
    """Return the certificates that every client trusts; reading them takes 50 ms, so it is done once."""
    return httpx.create_ssl_context()


class HttpFailure(Exception):
    """Hold why an exchange gave no answer: `kind` is a stable word, `detail` the library's."""

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(f"{kind}: {detail}" if detail else kind)
        self.kind = kind
        self.detail = detail


@dataclass(frozen=True, slots=True)
class HttpReply:
    """Hold an answer; header names are lower-case; `moved_to` is set when every hop was permanent."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes
    moved_to: str = ""


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """Hold what an exchange may take."""

    total_s: float = TOTAL_S
    most_bytes: int = MOST_BYTES
    private_hosts: bool = False
    ports: frozenset[int] = field(default=PORTS)


def user_agent(contact: str) -> str:
    """Return the truthful User-Agent: name, version, and where to complain."""
    number = program_version()
    return f"{AGENT}/{number} (feed reader; {contact})" if contact else f"{AGENT}/{number} (feed reader)"


def program_version() -> str:
    """Return the installed version, "dev" for a checkout that is not installed."""
    try:
        return version("tocsin")
    except PackageNotFoundError:
        return "dev"


class GuardedClient:
    """Ask for pages and feeds; keep no cookies, send no Referer, follow redirects under guard."""

    def __init__(self, *, contact: str = "", proxy: str = "", limits: HttpLimits | None = None) -> None:
        self._limits = limits or HttpLimits()
        self._proxy = proxy
        self._allowed: set[str] = set()
        transport = httpx.AsyncHTTPTransport(
            verify=trust(),
            http2=False,
            retries=0,
            limits=httpx.Limits(max_connections=100, max_keepalive_connections=10),
            proxy=proxy or None,
        )
        if not proxy:
            transport._pool._network_backend = _GuardedBackend(self._limits, self._allowed)  # noqa: SLF001 - httpx offers no other way in
        self._client = httpx.AsyncClient(
            transport=transport,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(self._limits.total_s, connect=CONNECT_S),
            headers={"User-Agent": user_agent(contact), "Accept-Encoding": "gzip"},
        )

    def allow(self, place: str) -> None:
        """Let one private place (HOST:PORT), and no other, be reached: the newsstand of a first run."""
        self._allowed.add(place)

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    async def get(self, url: str, *, headers: Mapping[str, str]) -> HttpReply:
        """Return the answer behind a URL; raise HttpFailure when there is none that may be read."""
        return await self._within_limits(self._follow(url, headers))

    async def post(self, url: str, *, headers: Mapping[str, str], body: bytes) -> HttpReply:
        """Post a body under the same guard and return the answer; a redirect is an answer, and is not followed."""
        return await self._within_limits(self._post(url, headers, body=body))

    async def _post(self, url: str, headers: Mapping[str, str], *, body: bytes) -> HttpReply:
        await self._check(url)
        return await self._ask(url, headers, body=body)

    async def _within_limits(self, exchange: Coroutine[Any, Any, HttpReply]) -> HttpReply:
        try:
            async with asyncio.timeout(self._limits.total_s):
                return await exchange
        except TimeoutError:
            raise HttpFailure("timeout", f"no whole answer in {self._limits.total_s:.0f} s") from None
        except (httpx.InvalidURL, UnicodeError) as error:
            raise HttpFailure("bad-url", str(error)) from None
        except httpx.HTTPError as error:
            raise _failure(error) from None

    async def _follow(self, url: str, headers: Mapping[str, str]) -> HttpReply:
        permanent, target = True, url
        for _ in range(MOST_REDIRECTS + 1):
            await self._check(target)
            reply = await self._ask(target, headers)
            location = reply.headers.get("location", "")
            if reply.status not in _REDIRECTS or not location:
                moved = target if permanent and target != url else ""
                return HttpReply(reply.status, target, reply.headers, reply.body, moved_to=moved)
            permanent = permanent and reply.status in _PERMANENT
            target = self._next(target, location)
        raise HttpFailure("redirects", f"more than {MOST_REDIRECTS}")

    def _next(self, here: str, location: str) -> str:
        try:
            there = urlsplit(urljoin(here, location))
        except ValueError:
            raise HttpFailure("bad-url", f"a redirect to {location[:80]!r}") from None
        if urlsplit(here).scheme == "https" and there.scheme == "http":
            raise HttpFailure("downgrade", "a redirect from https to http")
        return urlunsplit(there._replace(netloc=there.netloc.rpartition("@")[2], fragment=""))

    async def _check(self, url: str) -> None:
        host = web_host(url)
        if not host:
            raise HttpFailure("bad-url", "only http and https addresses are read")
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
        if self._limits.private_hosts or f"{host}:{port}" in self._allowed:
            return
        if port not in self._limits.ports:
            raise HttpFailure("refused-address", f"port {port}")
        if self._proxy:
            # The socket leads to the proxy, so the name itself is checked; its own lookup may differ.
            await _public_addresses(host, port)

    async def _ask(self, url: str, headers: Mapping[str, str], *, body: bytes | None = None) -> HttpReply:
        method = "GET" if body is None else "POST"
        async with self._client.stream(method, url, headers=dict(headers), content=body) as answer:
            self._client.cookies.clear()
            given = {name.lower(): value for name, value in answer.headers.items()}
            told = b"" if answer.status_code in {204, 304} else await self._body(answer, given)
            return HttpReply(answer.status_code, url, given, told)

    async def _body(self, answer: httpx.Response, headers: Mapping[str, str]) -> bytes:
        encoding = headers.get("content-encoding", "identity").strip().lower()
        if encoding not in {"identity", "", "gzip", "x-gzip"}:
            raise HttpFailure("bad-encoding", encoding[:40])
        inflate = _Inflate() if "gzip" in encoding else None
        body = bytearray()
        async for chunk in answer.aiter_raw():
            body += inflate(chunk, room=self._limits.most_bytes + 1 - len(body)) if inflate else chunk
            if len(body) > self._limits.most_bytes:
                raise HttpFailure("too-big", f"more than {self._limits.most_bytes // 1024} KiB")
        return bytes(body)


class _Inflate:
    """Inflate a body piece by piece, never by more than there is room for; one gzip member may follow another."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(zlib.MAX_WBITS | 16)

    def __call__(self, chunk: bytes, *, room: int) -> bytes:
        """Return what a chunk inflates to, cut at `room`."""
        found = bytearray()
        while chunk and len(found) < room:
            if self._member.eof:
                self._member = zlib.decompressobj(zlib.MAX_WBITS | 16)
            try:
                found += self._member.decompress(chunk, room - len(found))
            except zlib.error as error:
                raise HttpFailure("bad-encoding", str(error)) from None
            chunk = self._member.unused_data
        return bytes(found)


class _GuardedBackend(AsyncNetworkBackend):
    """Resolve, check every address, and connect to one that was checked."""

    def __init__(self, limits: HttpLimits, allowed: AbstractSet[str]) -> None:
        self._limits = limits
        self._allowed = allowed
        self._backend = AutoBackend()

    async def connect_tcp(self, host: str, port: int, **options: Any) -> AsyncNetworkStream:  # type: ignore[override]
        """Connect to a checked address; names and SNI stay those of the URL."""
        open_to = self._limits.private_hosts or f"{host}:{port}" in self._allowed
        target = host if open_to else (await _public_addresses(host, port))[0]
        return await self._backend.connect_tcp(target, port, **options)

    async def connect_unix_socket(self, path: str, **_options: Any) -> AsyncNetworkStream:  # type: ignore[override]
        """Refuse: no feed lives behind a local socket."""
        raise HttpFailure("refused-address", path)

    async def sleep(self, seconds: float) -> None:
        """Wait, as the pool asks between its tries."""
        await self._backend.sleep(seconds)


async def _public_addresses(host: str, port: int) -> list[str]:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise HttpFailure("dns", str(error)) from None
    addresses = [str(each[4][0]) for each in found]
    if not addresses or not all(is_public(address) for address in addresses):
        raise HttpFailure("refused-address", f"{host} is not a public address")
    return addresses


def _failure(error: httpx.HTTPError) -> HttpFailure:
    chain: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in chain:
        chain.append(cause)
        if isinstance(cause, HttpFailure):
            return cause
        cause = cause.__cause__ or cause.__context__
    text = str(error) or type(error).__name__
    if isinstance(error, httpx.TimeoutException):
        return HttpFailure("timeout", type(error).__name__)
    if "certificate" in text.lower() or "ssl" in text.lower():
        return HttpFailure("tls", text)
    if isinstance(error, httpx.ConnectError | httpx.ProxyError):
        return HttpFailure("connect", text)
    return HttpFailure("broken-answer", text)
