"""How does the house log? One JSON line an event, on standard error: escaped, and without secrets.

Our own modules use structlog; what libraries say through `logging` comes out in the same form.
"""

import json
import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, WrappedLogger

_SECRET_NAMES = frozenset(
    {"token", "secret", "password", "authorization", "cookie", "admin_token", "redis_url", "session"}
)
_SECRETS = [
    (re.compile(r"\bwb_[A-Za-z0-9_-]+"), "***"),
    (re.compile(r"(?i)\b(bearer)\s+\S+"), r"\1 ***"),
    (re.compile(r"(://[^:/@\s]*):[^@/\s]+@"), r"\1:***@"),
    (re.compile(r"(?i)([?&](?:token|access_token|secret|password|code)=)[^&\s\"']+"), r"\1***"),
]
# JSON escapes C0 by itself; these would still move a terminal's cursor, split a line or turn its direction.
_UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def configure(stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Called once by each process before anything is logged."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        structlog.processors.UnicodeDecoder(),
        without_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _one_line],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    # At INFO it writes each WebSocket's URL with its query string, where somebody may have put a token.
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    logging.getLogger("uvicorn.access").disabled = True
    logging.captureWarnings(True)


def without_secrets(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    for name, value in event.items():
        if name.lower() in _SECRET_NAMES:
            event[name] = "***"
        elif isinstance(value, str):
            event[name] = _without_secrets(value)
    return event


def _one_line(logger: WrappedLogger, method: str, event: MutableMapping[str, Any]) -> str:
    text = json.dumps(event, ensure_ascii=False, default=repr)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _without_secrets(text: str) -> str:
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text
