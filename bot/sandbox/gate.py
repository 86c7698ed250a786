"""Let only those onto the page who were given its link: a one-time key that becomes a cookie.

The key is good for one browser; a used one is followed by a new one, which `renewed` may show.
The cookie is HttpOnly and SameSite=Strict; what changes something must also carry a header
that no other site can send without asking first, since ports of one host are one site.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

HEADER: Final = "x-tocsin-page"
# Browsers that may be let in; the oldest goes when one more comes.
_MOST_SESSIONS: Final = 50


def _nobody(_key: str) -> None:
    return


@dataclass(slots=True)
class Gate:
    """Hold the key that is still good and the browsers that were let in."""

    renewed: Callable[[str], None] = _nobody
    key: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    _sessions: list[str] = field(default_factory=list)

    def redeem(self, key: str) -> str | None:
        """Return a new session for the good key, which is used up by this."""
        if not hmac.compare_digest(key.encode(), self.key.encode()):
            return None
        session = secrets.token_urlsafe(24)
        self._sessions = [*self._sessions[-_MOST_SESSIONS + 1 :], _digest(session)]
        self.key = secrets.token_urlsafe(18)
        self.renewed(self.key)
        return session

    def admits(self, request: Request) -> bool:
        """Say whether a request comes from a browser that was let in, and from our own page."""
        session = _digest(request.cookies.get(_cookie(request), ""))
        known = any(hmac.compare_digest(session, each) for each in self._sessions)
        return known and (request.method in {"GET", "HEAD"} or HEADER in request.headers)

    @staticmethod
    def remember(response: Response, request: Request, *, session: str) -> None:
        """Give the session to the browser."""
        response.set_cookie(_cookie(request), session, path="/page", httponly=True, samesite="strict")


def _cookie(request: Request) -> str:
    """Name the cookie after the port: browsers share cookies between the ports of a host."""
    return f"tocsin-page-{request.url.port or 80}"


def _digest(session: str) -> str:
    return hashlib.sha256(session.encode()).hexdigest()
