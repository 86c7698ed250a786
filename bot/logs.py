"""Set logging up: an event word with fields, to stderr, and never a secret."""

from __future__ import annotations

import logging
import re
import sys
from typing import TYPE_CHECKING, Final

import structlog

if TYPE_CHECKING:
    from structlog.typing import EventDict, WrappedLogger

# A Telegram token is "<digits>:<35 letters>"; 30 leaves room for older and test tokens
# (facts: seen in httpx INFO lines, in repr(Bot) and in the text of InvalidToken).
_TOKEN: Final = re.compile(r"(?<!\d)\d{3,}:[A-Za-z0-9_-]{30,}")
_USERINFO: Final = re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)")
MASK: Final = "***"


def mask(text: str) -> str:
    """Replace Telegram tokens and URL passwords in a text."""
    return _USERINFO.sub(MASK, _TOKEN.sub(MASK, text))


def _mask_fields(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {key: mask(value) if isinstance(value, str) else value for key, value in event.items()}


class _MaskFilter(logging.Filter):
    """Mask secrets in what libraries log through the standard module."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = mask(record.getMessage())
        record.args = ()
        if record.exc_info:
            record.exc_text = mask(logging.Formatter().formatException(record.exc_info))
        return True


def set_up_logging(level: str = "INFO", style: str = "console") -> None:
    """Send structured lines of `level` and above to stderr, as text or as JSON.

    `style` is `console` or `json`. Libraries are heard from WARNING on, since
    httpx writes every address, and with it the token, at INFO.
    """
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _mask_fields,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_MaskFilter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in ("httpx", "httpcore", "telegram", "apscheduler"):
        logging.getLogger(name).setLevel(logging.WARNING)
