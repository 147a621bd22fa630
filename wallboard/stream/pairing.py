"""Which new screens wait to be let in? What each shows, and whose it became; in Redis, for fifteen minutes.

    pairing:DIGEST  of the device's own secret ─▶ the code that it shows, or the screen that it became
    paircode:CODE   what is shown ─▶ that digest, and how often somebody tried it

The device's secret (RFC 8628: device code) is never shown, and only its digest stands here. The shown code (user code)
opens nothing by itself: it is good for somebody who may manage screens, once.
"""

import hashlib
import secrets
from typing import NamedTuple

import msgspec
from redis.asyncio import Redis

from wallboard.stream.keys import PAIRING_S, Keys
from wallboard.stream.redis import answering
from wallboard.stream.script import Script

LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # RFC 8628, 6.1: no vowels, so no words, and nothing that looks like a digit
LONG = 8
TRIES = 5
_LOOKALIKES = str.maketrans("ВСНКМРТХ", "BCHKMPTX")  # of a Cyrillic keyboard
_SECRET_BYTES = 32
_LONGEST_SECRET = 128

_BEGIN = Script("""
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'device', ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[3])
redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3])
return 1
""")
_TRY = Script(f"""
local device = redis.call('HGET', KEYS[1], 'device')
if not device then return false end
if redis.call('HINCRBY', KEYS[1], 'tries', 1) > {TRIES} then
  redis.call('DEL', KEYS[1])
  return false
end
return device
""")
_GIVE = Script("""
if redis.call('DEL', KEYS[1]) == 0 then return 0 end
redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[2])
return 1
""")


class Shown(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a device shows now. `screen`: the id of the screen that it became."""

    code: str
    screen: str | None = None


class Begun(NamedTuple):
    device: str
    code: str


class Pairing:
    """Every method raises StreamUnavailable when Redis does not answer."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    async def begin(self) -> Begun:
        """A new device's secret, and a code that no other device shows."""
        device = secrets.token_urlsafe(_SECRET_BYTES)
        digest = _digest(device)
        while True:
            code = "".join(secrets.choice(LETTERS) for _ in range(LONG))
            keys = [self._keys.pair_code(code), self._keys.pairing(digest)]
            with answering("pairing"):
                if await _BEGIN.run(self._redis, keys, [digest, msgspec.json.encode(Shown(code)), PAIRING_S]):
                    break
        return Begun(device, code)

    async def shown(self, device: str) -> Shown | None:
        """None: it needs a new code, since its own is too old or was tried too often."""
        if not 0 < len(device) <= _LONGEST_SECRET:
            return None
        found = await self._shown(device)
        if found is None or found.screen or await self._is_open(found.code):
            return found
        again = await self._shown(device)  # somebody may have taken the code in between
        return again if again and again.screen else None

    async def attempt(self, code: str) -> str | None:
        """The digest of the device that shows this code. None: no device does, or it was tried too often."""
        with answering("pairing"):
            found = await _TRY.run(self._redis, [self._keys.pair_code(code)], [])
        return None if found is None else _text(found)

    async def give(self, code: str, device_digest: str, screen: str) -> bool:
        """The device became this screen. False: somebody was faster."""
        keys = [self._keys.pair_code(code), self._keys.pairing(device_digest)]
        with answering("pairing"):
            return bool(await _GIVE.run(self._redis, keys, [msgspec.json.encode(Shown(code, screen)), PAIRING_S]))

    async def _shown(self, device: str) -> Shown | None:
        with answering("pairing"):
            found = await self._redis.get(self._keys.pairing(_digest(device)))
        return None if found is None else msgspec.json.decode(found, type=Shown)

    async def _is_open(self, code: str) -> bool:
        with answering("pairing"):
            return bool(await self._redis.exists(self._keys.pair_code(code)))


def code_of(written: str) -> str | None:
    """The code as a person wrote it: small letters, dashes and spaces do not matter. None: it cannot be one."""
    code = "".join(letter for letter in written.upper().translate(_LOOKALIKES) if letter.isalnum())
    return code if len(code) == LONG and set(code) <= set(LETTERS) else None


def written(code: str) -> str:
    """As it is shown: XXXX-XXXX."""
    return f"{code[:4]}-{code[4:]}"


def _digest(device: str) -> str:
    return hashlib.sha256(device.encode("utf-8", "surrogateescape")).hexdigest()


def _text(found: bytes | str) -> str:
    return found if isinstance(found, str) else found.decode()
