"""Did the sender of this webhook know the secret? Compared in constant time; a signed time must be a recent one."""

import base64
import hmac
from collections.abc import Mapping

from wallboard.standard import key_of
from wallboard.webhooks import Signature


def is_signed(headers: Mapping[str, str], body: bytes, secret: str, by: Signature, now_s: int) -> bool:
    """`headers`: by names in small letters."""
    if by.form == "token":
        given = headers.get((by.header or "").lower(), "")
        return hmac.compare_digest(given.removeprefix("Bearer ").strip().encode(), secret.encode())
    if by.form == "standard":
        return _is_standard(headers, body, secret, by, now_s)
    timestamp = headers.get(by.timestamp_header.lower(), "") if by.timestamp_header else ""
    if by.timestamp_header and not _is_recent(timestamp, now_s, by.tolerance_s):
        return False
    signed = (by.signed or "{body}").partition("{body}")[0].replace("{timestamp}", timestamp).encode() + body
    digest = hmac.digest(secret.encode(), signed, by.algorithm)
    wanted = digest.hex() if by.encoding == "hex" else base64.b64encode(digest).decode()
    given = headers.get((by.header or "").lower(), "").strip().removeprefix(f"{by.algorithm}=")
    return hmac.compare_digest(given.encode(), wanted.encode())


def _is_standard(headers: Mapping[str, str], body: bytes, secret: str, by: Signature, now_s: int) -> bool:
    name, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not name or not _is_recent(timestamp, now_s, by.tolerance_s):
        return False
    digest = hmac.digest(key_of(secret), f"{name}.{timestamp}.".encode() + body, "sha256")
    wanted = b"v1," + base64.b64encode(digest)
    given = headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(one.encode(), wanted) for one in given[:8])


def _is_recent(timestamp: str, now_s: int, tolerance_s: int) -> bool:
    return timestamp.isdecimal() and len(timestamp) <= 13 and abs(_seconds(timestamp) - now_s) <= tolerance_s


def _seconds(timestamp: str) -> int:
    """Some send milliseconds."""
    return int(timestamp) // 1000 if len(timestamp) == 13 else int(timestamp)
