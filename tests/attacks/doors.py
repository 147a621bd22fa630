"""Groups 11 and 12: codes and passwords that are guessed."""

import time
from random import Random
from statistics import median
from typing import Any

import httpx
from argon2 import PasswordHasher
from target import Target

from wallboard.record.database import open_record
from wallboard.record.people import Bound, People
from wallboard.stream.pairing import LETTERS

SCREENS, PAIR = "/api/v1/screens", "/pair"
PASSWORD = "four words that differ"
A_NAME = 4  # tries: a fifth wrong one in a row makes a name slow


def pairing(to: Target, dice: Random, many: int) -> None:
    """A good code is good once; guesses let nobody in, are told alike, and soon are not even looked at."""
    (own, code), (other, _) = _device(to), _device(to)
    with to.client() as http:
        first, again = (_claim(http, code, f"Screen {n} {dice.random()}") for n in range(2))
        to.expect("11 pairing", first.status_code == 201, f"a good code: {first.status_code} {first.text[:100]}")
        to.expect("11 pairing", again.status_code == 422, f"a used code: {again.status_code}")
        told = set()
        for _ in range(many):
            answer = _claim(http, "".join(dice.choices(LETTERS, k=8)), "Guessed")
            to.expect("11 pairing", answer.status_code in (422, 429), f"guessed: {answer.status_code}")
            told |= {answer.text} if answer.status_code == 422 else set()
        to.expect("11 pairing", told <= {again.text}, f"wrong and used codes are told apart: {told}")
        to.expect("11 pairing", many < 10 or answer.status_code == 429, "guesses without end are looked at")
        names = {one["name"] for one in http.get(SCREENS).json()["screens"]}
        to.expect("11 pairing", "Guessed" not in names, "a guess became a screen")
    for device, goes in ((own, True), (other, False)):
        stands = device.post(PAIR).json()
        to.expect("11 pairing", ("go" in stands) == goes, f"another's code let it in, or its own did not: {stands}")
        device.close()


def names(to: Target, dice: Random, many: int) -> None:
    """Whether there is somebody of a name: wrong passwords are answered alike, to the letter."""
    known = _people(to, max(1, many // (2 * A_NAME)))
    told = {_sign_in(to, name, dice).text for name in known for _ in range(A_NAME)}
    told |= {_sign_in(to, f"{name} junior", dice).text for name in known for _ in range(A_NAME)}
    to.expect("12 names", len(told) == 1 and "password" in told.pop(), f"told apart: {told}")


def timing(to: Target, dice: Random, people: int) -> dict[str, Any]:
    """Milliseconds until a wrong password is answered, known and unknown names in turn: medians and their ratio."""
    took: dict[str, list[float]] = {"known": [], "unknown": []}
    for name in _people(to, people):
        for _ in range(A_NAME):
            for kind, called in (("known", name), ("unknown", f"{name} junior")):
                began = time.perf_counter()
                _sign_in(to, called, dice)
                took[kind].append(1000 * (time.perf_counter() - began))
    known, unknown = median(took["known"]), median(took["unknown"])
    return {"known_ms": round(known, 1), "unknown_ms": round(unknown, 1), "ratio": round(known / unknown, 3),
            "samples": 2 * len(took["known"])}  # fmt: skip


def _device(to: Target) -> tuple[httpx.Client, str]:
    """A screen's browser, and the code that it shows."""
    device = to.client(token=False)
    code: str = device.post(PAIR).json()["code"]
    return device, code


def _claim(http: httpx.Client, code: str, name: str) -> httpx.Response:
    return http.post(SCREENS, json={"code": code, "name": name, "board": "overview"})


def _people(to: Target, many: int) -> list[str]:
    """New ones, with passwords."""
    record = People(open_record(to.folder / "data"))
    hashed = PasswordHasher().hash(PASSWORD)
    found = []
    for _ in range(many):
        name = f"Lead {time.time_ns()}"
        person = record.add(name, "lead", Bound(), by="attacks", now_ms=time.time_ns() // 1_000_000)
        record.change(person.id, by="attacks", now_ms=0, password=hashed)
        found.append(name)
    return found


def _sign_in(to: Target, name: str, dice: Random) -> httpx.Response:
    """From an address of its own: one that tries often is not answered for a while."""
    address = f"127.{dice.randint(1, 250)}.{dice.randint(0, 250)}.{dice.randint(1, 250)}"
    with to.client(token=False, transport=httpx.HTTPTransport(local_address=address)) as http:
        answer = http.post("/signin", json={"name": name, "password": f"wrong {dice.random()}"})
    to.expect("12 names", answer.status_code == 401, f"{name}: {answer.status_code} {answer.text[:100]}")
    return answer
