"""Every Redis key and how long it is kept. One hash tag a namespace: all of it lives on one cluster slot."""

from dataclasses import dataclass
from functools import cached_property

STREAM_KEEP_MS = 2 * 3_600_000  # and never less than two checkpoints (stream/checkpoint.py)
# Digests of (source, id) stand in hashes of four hours of arrival each: hourly ones would be finer, but a repeat
# is looked up in every one, and 25 of them made an append four times as dear as seven do.
SEEN_SPAN_S = 4 * 3600
SEEN_SPANS = 7  # looked up: the running span and the six before it, so a repeat is known for 24 to 28 hours
SEEN_RING = SEEN_SPANS + 1  # used in turn; each hash is gone before its turn comes again
SEEN_MAX_PER_HOUR = 2_000_000  # above it new ids are taken without being remembered
SEEN_MAX = SEEN_MAX_PER_HOUR * SEEN_SPAN_S // 3600
LEASE_MS = 5_000
SIGN_IN_CODE_S = 15 * 60
SESSION_S = 30 * 86_400
AWAY_S = 10 * 60  # at the OpenID provider
PAIRING_S = 15 * 60  # a shown code, and what became of it
SCREEN_S = 400 * 86_400  # what a screen said last: as long as a browser keeps its cookie
HANDED_S = 30 * 86_400  # that a lead has read what the last shift left
MOST_WAITING = 10_000  # messages for one receiver; above it the oldest are dropped: it was away for very long
TOLD_S = 8 * 86_400  # that a receiver was told of an alert, since it was last seen open
DEAD_S = 30 * 86_400  # a message that was given up
GOING_S = 30 * 86_400  # how it goes with a receiver, since it was last tried
CHUNK_LOOSE_S = 3600  # a chunk that no pointer names: its writer ended in the middle
CHUNK_GRACE_S = 60  # a chunk that was replaced: a reader may be in the middle of the older checkpoint
HEALTH_S = 60  # a collector's own word about itself, written every few seconds


@dataclass(frozen=True)
class Keys:
    """The names. `Keys("wallboard").stream == "{wallboard}:events"`."""

    namespace: str

    @property
    def prefix(self) -> str:
        """Before every name."""
        return self._key("")

    @property
    def stream(self) -> str:
        return self._key("events")

    @property
    def positions(self) -> str:
        """Hash: collector → its place in its source, written in the same script as the events."""
        return self._key("positions")

    @property
    def checkpoint(self) -> str:
        """Pointer to the newest whole checkpoint (JSON); its chunks stand under `chunk`."""
        return self._key("checkpoint")

    def chunk(self, name: str, version: str) -> str:
        """Part of a checkpoint. Never overwritten: a changed chunk is a new version under a new key."""
        return self._key(f"chunk:{name}:{version}")

    @property
    def lease(self) -> str:
        return self._key("lease")

    @property
    def fence(self) -> str:
        """Counter: the newest lease's token; older tokens are refused."""
        return self._key("fence")

    @cached_property  # an append names all of them
    def seen(self) -> list[str]:
        """Hashes, digest of (source, id) → digest of what was said: span s since 1970 is `seen:(s % SEEN_RING)`.

        A ring, so that a script can name every key it may touch without anybody's clock but Redis's own.
        """
        return [self._key(f"seen:{place}") for place in range(SEEN_RING)]

    def health(self, collector: str) -> str:
        return self._key(f"health:{collector}")

    @property
    def history(self) -> str:
        """How the leading worker's writing of the history goes."""
        return self._key("history")

    def sign_in_code(self, digest: str) -> str:
        return self._key(f"code:{digest}")

    def session(self, digest: str) -> str:
        return self._key(f"session:{digest}")

    def away(self, digest: str) -> str:
        """Somebody who is at the OpenID provider."""
        return self._key(f"away:{digest}")

    def pairing(self, digest: str) -> str:
        """A device that wants to become a screen."""
        return self._key(f"pairing:{digest}")

    def pair_code(self, code: str) -> str:
        """Hash: which device shows this code, and how often it was tried."""
        return self._key(f"paircode:{code}")

    @property
    def orders(self) -> str:
        """Stream: what paired screens are told."""
        return self._key("orders")

    def screen(self, name: str) -> str:
        """What a paired screen said last."""
        return self._key(f"screen:{name}")

    def sessions_of(self, person: str) -> str:
        """Set of the digests of a person's sessions; some may have ended."""
        return self._key(f"sessions-of:{person}")

    def handed_over(self, account: str) -> str:
        """When the shift ended of which this account said last that it was read."""
        return self._key(f"handed-over:{account}")

    def outbox(self, receiver: str) -> str:
        """Stream: what a receiver of alerts has still to be told. It goes TOLD_S after the last one came."""
        return self._key(f"outbox:{receiver}")

    @property
    def receivers(self) -> str:
        """Hash: receiver of alerts → since when it is one (ms). Who is none any more is taken out."""
        return self._key("receivers")

    def going(self, receiver: str) -> str:
        """Hash: when it last took a message, or why it did not. It goes GOING_S after the last try."""
        return self._key(f"going:{receiver}")

    def placed(self, receiver: str, alert: str) -> str:
        """The number of the message in a chat that tells of an alert."""
        return self._key(f"placed:{receiver}:{alert}")

    def shown(self, receiver: str, place: int) -> str:
        """What a message in a chat says that tells of several alerts."""
        return self._key(f"shown:{receiver}:{place}")

    def told(self, about: str) -> str:
        """Hash: what was put into outboxes about this, such as an alert, with its receiver. It goes TOLD_S later."""
        return self._key(f"told:{about}")

    @property
    def dead_letters(self) -> str:
        """Stream: messages that were given up, with the reason."""
        return self._key("dead")

    def _key(self, name: str) -> str:
        return f"{{{self.namespace}}}:{name}"
