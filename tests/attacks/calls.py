"""Groups 13 to 16: requests that lie about where they come from or go to, too long ones, hostile boards."""

import socket
from random import Random

from corpus import HOSTILE
from target import TOKEN, Target

CATASTROPHIC = ", ".join(['"*a*a*a*a*a*b"'] * 500)


def foreign_pages(to: Target, dice: Random, many: int) -> None:
    """Another site's form, `text/plain` JSON, a sibling's page, an old browser: 403, and nothing is done."""
    with to.client(token=False) as http:
        for n in range(many):
            headers = {
                "content-type": dice.choice(("text/plain", "application/x-www-form-urlencoded", "application/json")),
                "cookie": f"wallboard-session={dice.randbytes(16).hex()}",
            }
            if n % 3 == 0:
                headers["sec-fetch-site"] = dice.choice(("cross-site", "same-site"))
            if n % 3 == 1:
                headers["origin"] = dice.choice(
                    ("null", "http://evil.example", f"http://127.0.0.1:{dice.randint(1, 79)}")
                )
            address = dice.choice(("/api/v1/notices", "/api/v1/events", "/signout", "/api/v1/floor/close"))
            answer = http.post(address, headers=headers, content=dice.choice(HOSTILE).encode("utf-8", "replace"))
            to.expect("13 foreign pages", answer.status_code == 403, f"{address} {headers}: {answer.status_code}")


def addresses(to: Target, dice: Random, many: int) -> None:
    """Hosts that are not ours, doubled ones, forged forwarding; paths made to confuse: refused, never 5xx."""
    own = f"{to.host}:{to.port}"
    hosts = ["a/?x=", "evil.example", f"{own}, evil.example", "", " ", "[::1", "127.0.0.1:99999999", "a\tb", "%00",
             "..", "127.0.0.1.evil.example", f"user@{own}", "localhost#", "x" * 300]  # fmt: skip
    for n in range(many):
        if n % 3 == 0:
            host, doubled = dice.choice(hosts), n % 2 == 0
            lines = f"Host: {host}\r\n" + (f"Host: {own}\r\n" if doubled else "")
            answer = _raw(to, f"GET /api/v1/state HTTP/1.1\r\n{lines}Authorization: Bearer {TOKEN}\r\n")
            to.expect("14 addresses", _status(answer) == 400, f"host {host!r}: {answer[:60]!r}")
            continue
        path = _path(dice)
        forged = "X-Forwarded-Host: evil.example\r\nX-Forwarded-For: 10.0.0.1\r\nX-Forwarded-Proto: https\r\n"
        answer = _raw(to, f"GET {path} HTTP/1.1\r\nHost: {own}\r\n{forged}Authorization: Bearer {TOKEN}\r\n")
        to.saw("14 addresses", _status(answer), path)
        to.expect("14 addresses", _status(answer) in (303, 307, 400, 403, 404, 422, 431), f"{path}: {answer[:60]!r}")
        to.expect("14 addresses", b"evil.example" not in answer, f"{path}: a forwarded host is believed")


def heads(to: Target, dice: Random, many: int) -> None:
    """Ten thousand ranges, heads of 10^5 bytes, torn and wrong requests: refused, and the next one is served."""
    own = f"Host: {to.host}:{to.port}\r\n"
    for n in range(many):
        match n % 4:
            case 0:
                ranges = ",".join(f"{m}-{m + dice.randint(0, 3)}" for m in range(dice.choice((2, 1_000, 4_000))))
                answer = _raw(to, f"GET /static/css/base.css HTTP/1.1\r\n{own}Range: bytes={ranges}\r\n")
                wanted = {200, 206, 400, 416, 431}
            case 1:
                filler = "".join(f"X-{m}: {'y' * dice.randint(1, 2000)}\r\n" for m in range(100))
                answer, wanted = _raw(to, f"GET /healthz HTTP/1.1\r\n{own}{filler}"), {400, 431}
            case 2:
                size = dice.choice(("-1", "x", "1e3", "99999999999999999999", "5, 6"))
                answer = _raw(to, f"POST /api/v1/events HTTP/1.1\r\n{own}Authorization: Bearer {TOKEN}\r\n"
                                  f"Content-Type: application/json\r\nContent-Length: {size}\r\n")  # fmt: skip
                wanted = {0, 400, 413}
            case _:
                line = dice.choice(
                    ("GET", "GET / HTTP/9.9", "\0\0\0\0", "PRI * HTTP/2.0", "G\x7fT / HTTP/1.1", "GET  /  HTTP/1.1")
                )
                answer, wanted = _raw(to, f"{line}\r\n{own}"), {0, 303, 400, 505}
        to.expect("15 heads", _status(answer) in wanted, f"{n % 4}: {answer[:60]!r}")
    to.expect("15 heads", _status(_raw(to, f"GET /healthz HTTP/1.1\r\n{own}")) == 200, "not served afterwards")


def boards(to: Target, dice: Random, many: int) -> None:
    """Boards that are no TOML, too long, too deep, doubled, or name what is not theirs: refused with a place."""
    head = 'title = "x"\n[[tile]]\nkind = "number"\nat = [1, 1]\nsize = [3, 2]\n'
    with to.client() as http:
        for n in range(many):
            body = (
                "a = " + "[" * dice.choice((10, 1000, 50_000)),
                f"title = {dice.choice(HOSTILE)}",
                head + 'metric = "offered"\nmetric = "answered"\n',
                head + f"queues = [{CATASTROPHIC}]\nmetric = 'offered'\n",
                head + f"metric = '{dice.choice(('$a', '../../x', 'kpi.', 'offered' * 99))}'\n",
                "x" * dice.choice((300_000, 1_100_000)),
                f'title = "\\u{dice.randint(0, 0xFFFF):04x}"\n[logo]\nimage = "../../../etc/passwd"\n',
                "a." * dice.choice((500, 20_000)) + "b = 1\n",
            )[n % 8]  # fmt: skip
            headers = {"content-type": "application/toml", "if-none-match": "*"}
            answer = http.put("/api/v1/boards/attacked", content=body.encode("utf-8", "replace"), headers=headers)
            to.saw("16 boards", answer.status_code, body[:80])
            harmless = n % 8 == 3 and answer.status_code in (200, 201)  # odd, and nothing worse
            refused = harmless or (answer.status_code in (400, 409, 412, 413, 415, 422) and "detail" in answer.json())
            to.expect("16 boards", refused, f"{body[:60]}: {answer.status_code} {answer.text[:80]}")
        to.expect("16 boards", http.get("/api/v1/state?board=attacked").elapsed.total_seconds() < 2, "a slow board")
        to.expect("16 boards", http.get("/board/overview").status_code == 200, "the boards are not shown any more")


def _path(dice: Random) -> str:
    start = dice.choice(
        ("/board/", "/api/v1/boards/", "/api/v1/sources/", "/sources/", "/static/", "/board-image/", "/")
    )
    bad = dice.choice((
        "..%2f..%2fetc%2fpasswd", "%2e%2e/x", "a%00b", "//x", "%5c..%5c", "%c0%ae%c0%ae/", "%ff%fe", "./x/", "~", "*",
        "%252e%252e%252f", "x" * 3000, "%0d%0aSet-Cookie:%20a=b", "\u00e4", "?a=1;b=2&a=%", "x/%2f/y",
    ))  # fmt: skip
    return start + "".join(dice.choice("abcxyz") for _ in range(dice.randint(1, 9))) + bad


def _raw(to: Target, head: str) -> bytes:
    answer = b""
    with socket.create_connection((to.host, to.port), timeout=60) as wire:
        try:
            wire.sendall((head + "Connection: close\r\n\r\n").encode("utf-8"))
            while chunk := wire.recv(65_536):
                answer += chunk
                if len(answer) > 2_000_000:
                    break
        except OSError:
            pass
    return answer


def _status(answer: bytes) -> int:
    """0: closed without a word."""
    parts = answer[:20].split(b" ")
    return int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else 0
