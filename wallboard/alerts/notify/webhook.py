"""A signed webhook: JSON by POST, with the headers of Standard Webhooks.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hashlib
import hmac
import time

import httpcore
import msgspec

from wallboard.alerts.message import Message
from wallboard.alerts.notify import Undelivered
from wallboard.alerts.targets import Checked
from wallboard.receivers import Receiver

ANSWER_S = 10.0
_AGAIN = frozenset({408, 425, 429})


async def send(receiver: Receiver, message: Message) -> None:
    """Raises Undelivered."""
    body = msgspec.json.encode(message)
    limits = dict.fromkeys(("connect", "read", "write", "pool"), ANSWER_S)
    try:
        async with httpcore.AsyncConnectionPool(network_backend=Checked(receiver.allow)) as pool, pool.stream(
            "POST", receiver.url, headers=headers(receiver, message.id, body, int(time.time())), content=body,
            extensions={"timeout": limits},
        ) as answer:  # fmt: skip
            status = answer.status
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError) as error:
        raise Undelivered(str(error) or type(error).__name__) from None
    except httpcore.UnsupportedProtocol as error:
        raise Undelivered(str(error), for_good=True) from None
    if not 200 <= status < 300:
        raise Undelivered(f"it answers {status}", for_good=400 <= status < 500 and status not in _AGAIN)


def headers(receiver: Receiver, name: str, body: bytes, now_s: int) -> list[tuple[str, str]]:
    """`webhook-id` is the same each time that a message is sent: by it the receiver knows a repeat."""
    name = hashlib.sha256(name.encode()).hexdigest()[:32]
    signed = f"{name}.{now_s}.".encode() + body
    signature = base64.b64encode(hmac.digest(receiver.secret, signed, "sha256")).decode()
    return [
        ("host", _host(receiver.url)),
        ("content-type", "application/json"),
        ("content-length", str(len(body))),
        ("user-agent", "Wallboard"),
        ("webhook-id", name),
        ("webhook-timestamp", str(now_s)),
        ("webhook-signature", f"v1,{signature}"),
    ]


def _host(url: str) -> str:
    at = httpcore.URL(url)
    port = f":{at.port}" if at.port is not None else ""
    return at.host.decode() + port
