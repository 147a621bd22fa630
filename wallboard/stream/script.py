"""What happens in Redis in one atomic step? A Lua script, sent by its digest.

Scripts use commands of Redis 6.2 only and are given every key that they touch. They are not rolled back:
whatever may fail in one must fail before its first write.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import NoScriptError

from wallboard.stream.redis import FENCED

# First in a script whose KEYS[1] is the fence and ARGV[1] the token. Any other value than the newest token is
# refused, a missing one too: a Redis that was emptied knows no leader.
REFUSE_OLD_TOKEN = f"""
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return redis.error_reply('{FENCED} the fencing token is not the newest')
end
"""


class Script:
    """One script. `run` never repeats it: NOSCRIPT means that nothing of it was executed."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._sha = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()

    async def run(self, redis: Redis, keys: Sequence[str], arguments: Sequence[str | bytes | int]) -> Any:
        try:
            return await redis.evalsha(self._sha, len(keys), *keys, *arguments)
        except NoScriptError:
            return await redis.eval(self._text, len(keys), *keys, *arguments)
