"""Groups 1, 2, 4, 5 and 6: who opens the WebSocket, and what they write into it."""

import json
import os
import struct
import time
import zlib
from random import Random
from typing import Any

from corpus import text
from target import TOKEN, Target
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

KINDS = 8  # of frames
FRAMES_MB = 5.0  # more than before them, at most
BAD = (1002, 1003, 1007, 1008, 1009)
KEY = "dGhlIHNhbXBsZSBub25jZQ=="


def origins(to: Target, dice: Random, many: int) -> None:
    """Foreign, `null`, look-alike, with another port or scheme: 403 before accept; without credentials too."""
    host = f"{to.host}:{to.port}"
    fixed = [
        "null", "http://evil.example", f"http://{host}.evil.example", f"https://{host}", f"http://{to.host}:1",
        f"http://{to.host}", f"http://evil@{host}", f"http://{host}@evil.example", f"http://{host}/../", "file://",
        f"{to.host}", "http://127.0.0.1.nip.io", "http://[::1]", "http://localhost.evil.example", "chrome-extension://a",
    ]  # fmt: skip
    for n in range(many):
        origin = fixed[n] if n < len(fixed) else f"http://{_host(dice)}{dice.choice(['', ':80', f':{to.port}'])}"
        if origin == f"http://{host}":
            continue
        allowed = origin.startswith(f"http://{host}/")  # a path is not part of an origin
        answer = _handshake(
            to, f"Origin: {origin}\r\nAuthorization: Bearer {TOKEN}\r\n" if n % 2 else f"Origin: {origin}\r\n"
        )
        to.expect("1 origins", allowed or b" 403 " in answer[:20], f"{origin}: {answer[:40]!r}")
    for cookie in ("wallboard-session=x", "wallboard-session=" + "y" * 400):
        answer = _handshake(to, f"Cookie: {cookie}\r\n")
        to.expect("1 origins", b" 403 " in answer[:20], f"a cookie without Origin: {answer[:40]!r}")


def credentials(to: Target, dice: Random, many: int) -> None:
    """Wrong, cut short, lengthened, in the address: a socket closes with 4401, HTTP answers 401."""
    with to.client(token=False) as http:
        for n in range(many):
            token = _wrong_token(dice)
            if n % 10 == 0:
                query = dice.choice((f"&token={TOKEN}", f"&access_token={TOKEN}", ""))
                to.expect("2 credentials", _close_code(to, to.socket_url + query, {}) == 4401, query)
                code = _close_code(to, to.socket_url, {"authorization": f"Bearer {token}".strip()})
                to.expect("2 credentials", code == 4401, token)
            scheme = dice.choice(("Bearer ", "bearer  ", "Basic ", "", "Token "))
            header = {b"authorization": (scheme + token).strip().encode("latin-1")}
            address = dice.choice(("/api/v1/state", f"/api/v1/state?token={TOKEN}", "/api/v1/boards", "/metrics"))
            answer = http.get(address, headers=list(header.items()))
            to.expect("2 credentials", answer.status_code == 401, f"{address} {header}: {answer.status_code}")
    to.expect("2 credentials", TOKEN not in "\n".join(to.log_lines()), "the token stands in the log")


def messages(to: Target, dice: Random, many: int) -> None:
    """Binary, not JSON, of another form: closed with 1003, 1007 or 1008. A report may say nothing at all."""
    for n in range(max(many, 6)):
        message = _message(dice, n)
        code = _said(to, message)
        a_report = (
            code is None
            and isinstance(message, str)
            and (message == "{}" or message.startswith('{"t":"report","seq":'))
        )
        to.expect("4 messages", code in BAD or a_report, f"{str(message)[:80]}: {code}")


def frames(to: Target, dice: Random, many: int) -> None:
    """Lengths that lie, reserved bits, wrong opcodes, no mask, fragments and pings without end: closed, forgotten."""
    before_mb = to.rss_mb()
    for n in range(max(many, KINDS)):
        kind = n % KINDS
        sent = {
            0: b"\x81\xff" + struct.pack(">Q", 2**40) + b"abcd",
            1: _frame(b"x" * 65_537),
            2: _frame(b"{}", first=0x81 | dice.choice((0x40, 0x20, 0x10))),
            3: _frame(b"", first=dice.choice((0x83, 0x84, 0x8B, 0x8F))),
            4: b"\x81\x02{}",
            5: _frame(b"", first=0x01) + _frame(b"", first=0x00) * 100_000,
            6: _frame(b"p" * 126, first=0x89) + _frame(b"", first=0x08),
            7: _frame(b"p", first=dice.choice((0x89, 0x8A))) * 10_000,
        }[kind]
        answer = _handshake(to, f"Authorization: Bearer {TOKEN}\r\n", then=sent)
        to.expect("5 frames", b" 101 " in answer[:20], f"kind {kind}: {answer[:40]!r}")
        codes = (1008,) if kind in (5, 7) else BAD
        to.expect("5 frames", _close_in(answer) in codes, f"{kind}: {answer[-40:]!r}")
    to.expect("5 frames", to.rss_mb() - before_mb <= FRAMES_MB, f"grew from {before_mb} to {to.rss_mb()} MB")


def bombs(to: Target, dice: Random, many: int) -> None:
    """A few kilobytes that inflate to megabytes: closed with 1009 (or 1002 where packing was not agreed)."""
    offer = "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover; server_no_context_takeover\r\n"
    sizes = (65_537, 15_000_000, 60_000_000, 1_000_000_000)  # the third is what fits 64 KiB
    for n in range(max(many, len(sizes))):
        frame = _frame(_packed(dice.choice(b" xyz"), sizes[n % len(sizes)]), first=0xC1)
        answer = _handshake(to, f"Authorization: Bearer {TOKEN}\r\n{offer}", then=frame)
        to.expect("6 bombs", _close_in(answer) in (1002, 1009), f"{sizes[n % len(sizes)]}: {answer[-40:]!r}")


def _host(dice: Random) -> str:
    return (
        "".join(dice.choice("abcdefghijklmnopqrstuvwxyz0123456789-.") for _ in range(dice.randint(3, 30))).strip("-.")
        + ".example"
    )


def _wrong_token(dice: Random) -> str:
    return dice.choice((
        TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "", "wb_", f"wb_{dice.randbytes(8).hex()}_{dice.randbytes(20).hex()}",
        "ä" * 20, "x" * dice.randint(1, 4000), f"wb_{'0' * 16}_", "null", "undefined", "%00", "' OR 1=1 --",
    )).encode().decode("latin-1")  # fmt: skip


def _message(dice: Random, n: int) -> str | bytes:
    match n % 6:
        case 0:
            return dice.randbytes(dice.randint(1, 200))
        case 1:
            return "[" * dice.choice((10, 10_000, 60_000))
        case 2:
            return text(dice, 200)
        case 3:
            return json.dumps({"t": dice.choice(("subscribe", "", "hello", "__proto__", None, 7)), "x": text(dice, 40)})
        case 4:
            return json.dumps(dice.choice((None, 7, True, [], "x", [[]], {}, {"t": "report", "seq": "x"})))
        case _:
            return '{"t":"report","seq":' + dice.choice(("NaN", "1e999", "-1", "9" * 5000, "[]", '1,"seq":2')) + "}"


def _said(to: Target, message: str | bytes) -> int | None:
    with connect(to.socket_url, additional_headers=to.auth, open_timeout=60, compression=None) as socket:
        try:
            socket.send(message)
            ends = time.monotonic() + 4
            while time.monotonic() < ends:
                socket.recv(timeout=4)
            return None
        except TimeoutError:
            return None
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None


def _close_code(to: Target, address: str, headers: dict[str, str]) -> int | None:
    try:
        with connect(address, additional_headers=headers, open_timeout=60) as socket:
            socket.recv(timeout=8)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None
    except (InvalidStatus, TimeoutError):
        return None
    return None


def _handshake(to: Target, headers: str, *, then: bytes = b"") -> bytes:
    head = (
        f"GET /live?board=overview HTTP/1.1\r\nHost: {to.host}:{to.port}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n{headers}\r\n"
    )
    return to.raw(head.encode("latin-1", "replace"), then=then)


def _frame(payload: bytes, first: int = 0x81) -> bytes:
    """A client's frame, masked."""
    size = len(payload)
    if size < 126:
        length = bytes([0x80 | size])
    elif size < 65_536:
        length = b"\xfe" + struct.pack(">H", size)
    else:
        length = b"\xff" + struct.pack(">Q", size)
    mask = os.urandom(4)
    key = int.from_bytes((mask * (size // 4 + 1))[:size], "big")
    masked = (int.from_bytes(payload, "big") ^ key).to_bytes(size, "big")
    return bytes([first]) + length + mask + masked


def _packed(letter: int, size: int) -> bytes:
    """So many times this letter. A block that is flushed in full may be said again."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    whole, rest = divmod(size, 1_000_000)
    block = packer.compress(bytes([letter]) * 1_000_000) + packer.flush(zlib.Z_FULL_FLUSH)
    tail = packer.compress(bytes([letter]) * rest) + packer.flush(zlib.Z_SYNC_FLUSH)
    return (block * whole + tail)[:-4]


def _close_in(answer: bytes) -> int | None:
    """The code of a close frame among the server's frames."""
    rest: Any = answer.partition(b"\r\n\r\n")[2]
    while len(rest) >= 2:
        size, head = rest[1] & 0x7F, 2
        if size == 126:
            size, head = int.from_bytes(rest[2:4], "big"), 4
        elif size == 127:
            size, head = int.from_bytes(rest[2:10], "big"), 10
        if rest[0] & 0x0F == 8:
            return int.from_bytes(rest[head : head + 2], "big") if size >= 2 else 1005
        rest = rest[head + size :]
    return None
