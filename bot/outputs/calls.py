"""Say what a webhook is told, sign it, and decide what follows from its answer. Pure.

The headers are those of Standard Webhooks (standardwebhooks.com), so that receivers can check with a library:
`webhook-id` names the call and stays the same however often it is posted, `webhook-timestamp` is the second of the
try, `webhook-signature` is "v1," and the base 64 of HMAC-SHA256 over "id.timestamp.body", keyed with what follows
`whsec_` in the secret, base 64 decoded.

| answer | then |
| --- | --- |
| 2xx | sent |
| 410 | the receiver wants nothing more: the webhook is closed |
| 4xx that says that this very call is wrong (not 401, 403, 404, 408, 425, 429) | five tries, then dropped with the reason |
| anything else, or none | again: the receiver rests 2, 4, 8 … seconds, an hour at most, or as long as Retry-After says |
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from bot.delivery.alert import chosen
from bot.delivery.render import safe_url
from matchers.revisions import StoryState
from storage.hooks import CallOutcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from storage.hooks import DueCall
    from storage.story_records import StoryView

SECRET_MARK: Final = "whsec_"  # noqa: S105 - what secrets begin with, no secret
# Reports that one call lists; a story that has more says how many.
_MOST_REPORTS: Final = 50
_LONGEST_REST_S: Final = 3_600.0
_MOST_REFUSED: Final = 5
# What these say is about the way there, not about the call.
_PASSING: Final = frozenset({401, 403, 404, 407, 408, 425, 429})
_GONE: Final = 410


def call_id(call: DueCall) -> str:
    """Return a call's id: the same for each try of a revision, and nobody else's."""
    told = hmac.new(call.secret.encode(), f"{call.story}:{call.revision}".encode(), hashlib.sha256)
    return f"tocsin_{told.hexdigest()[:32]}"


def signed_headers(call: DueCall, body: bytes, *, now: datetime) -> dict[str, str]:
    """Return the headers of one try."""
    number, moment = call_id(call), str(int(now.timestamp()))
    return {
        "content-type": "application/json",
        "webhook-id": number,
        "webhook-timestamp": moment,
        "webhook-signature": f"v1,{signature(call.secret, number, moment=moment, body=body)}",
    }


def signature(secret: str, number: str, *, moment: str, body: bytes) -> str:
    """Return the base 64 of the HMAC-SHA256 over id, timestamp and body."""
    key = base64.b64decode(secret.removeprefix(SECRET_MARK))
    return base64.b64encode(hmac.new(key, f"{number}.{moment}.".encode() + body, hashlib.sha256).digest()).decode()


def body_of(view: StoryView, *, lang: str, name: Callable[[str], str]) -> bytes:
    """Return what a webhook is told of a story: what changed in this revision, and how it stands now."""
    entry = chosen(view, lang)
    state = StoryState.from_json(view.state) if view.state else StoryState()
    told: dict[str, Any] = {
        "type": "story.new" if view.revision == 1 else "story.changed",
        "timestamp": view.last.isoformat(),
        "data": {
            "story": view.story,
            "revision": view.revision,
            "changes": [
                {"kind": each.kind.value, "subject": each.subject, "before": each.before, "after": each.after}
                for each in view.changes
            ],
            "title": entry.title,
            "url": safe_url(entry.url),
            "lang": entry.lang,
            "opened": view.opened.isoformat(),
            "last": view.last.isoformat(),
            "severity": state.severity,
            "event": state.event,
            "tolls": dict(state.tolls),
            "independent": state.independent,
            "places": [{"id": place, "name": name(place)} for place in state.places],
            "entities": [{"id": each, "name": name(each)} for each in sorted({m.entity for m in view.matches})],
            "placed": view.placed,
            "reports": _reports(view),
        },
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _reports(view: StoryView) -> list[dict[str, Any]]:
    """Return the newest reports of a story, oldest of them first."""
    return [
        {
            "outlet": each.outlet.key,
            "outlet_name": each.outlet.name,
            "title": each.title,
            "url": safe_url(each.url),
            "lang": each.lang,
            "published": each.published.isoformat() if each.published else None,
            "first_seen": each.first_seen.isoformat(),
            "kind": each.kind,
        }
        for each in view.entries[-_MOST_REPORTS:]
    ]


def judge(call: DueCall, status: int, *, now: datetime, retry_after_s: float = 0.0) -> CallOutcome:
    """Return what follows from an HTTP status."""
    trouble = f"HTTP {status}"
    if 200 <= status < 300:
        return CallOutcome(call, "sent")
    if status == _GONE:
        return CallOutcome(call, "dropped", trouble, closes=True)
    if 400 <= status < 500 and status not in _PASSING and call.attempts + 1 >= _MOST_REFUSED:
        return CallOutcome(call, "dropped", trouble)
    return failed(call, trouble, now=now, retry_after_s=retry_after_s)


def failed(call: DueCall, trouble: str, *, now: datetime, retry_after_s: float = 0.0) -> CallOutcome:
    """Return what follows when the receiver did not take a call: later again."""
    rest = min(_LONGEST_REST_S, max(2.0 ** min(call.failures + 1, 12), retry_after_s))
    return CallOutcome(call, "due", trouble, not_before=now + timedelta(seconds=rest))


def broken(call: DueCall, error: str, *, now: datetime) -> CallOutcome:
    """Return what follows when we cannot say what is owed: later again, and in the end dropped."""
    if call.attempts + 1 >= _MOST_REFUSED:
        return CallOutcome(call, "dropped", f"broken: {error}")
    return failed(call, f"broken: {error}", now=now)
