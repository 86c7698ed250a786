"""Read the parameters of a Bot API call as Telegram does: query, form or JSON, with files beside them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from bot.sandbox.media import Upload

if TYPE_CHECKING:
    from starlette.requests import Request

# Parameters whose value is JSON in a text.
_NESTED: Final = frozenset(
    {
        "reply_markup", "reply_parameters", "link_preview_options", "commands", "scope", "allowed_updates",
        "entities", "media", "message_ids",
    }
)  # fmt: skip
_WORDS: Final = frozenset({"text", "caption"})
_TRUTHS: Final = {"true": True, "True": True, "false": False, "False": False}


async def read_params(request: Request) -> dict[str, Any]:
    """Return the parameters; files become uploads."""
    params: dict[str, Any] = dict(request.query_params)
    if request.headers.get("content-type", "").startswith("application/json"):
        return {**params, **await request.json()}
    async with request.form() as form:
        for name, value in form.multi_items():
            params[name] = value if isinstance(value, str) else await read_upload(value)
    return {name: _unpacked(name, value) for name, value in params.items()}


async def read_upload(file: Any) -> Upload:
    """Return a file of a form."""
    mime = file.content_type or "application/octet-stream"
    return Upload(file.filename or "file", mime, await file.read())


def _unpacked(name: str, value: Any) -> Any:
    if not isinstance(value, str) or name in _WORDS:
        return value
    return json.loads(value) if name in _NESTED else _TRUTHS.get(value, value)
