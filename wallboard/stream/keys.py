"""Every Redis key and how long it is kept. One hash tag a namespace: all of it lives on one cluster slot."""

from dataclasses import dataclass

STREAM_KEEP_MS = 2 * 3_600_000  # and never less than two checkpoints (stream/checkpoint.py)
SEEN_KEEP_S = 26 * 3600  # hashes of (source, id), one set an hour of arrival; looked up for 24 h
SEEN_HOURS = 25  # the running hour and the 24 before it
SEEN_MAX_PER_HOUR = 2_000_000  # above it new ids of that hour are taken without being remembered
LEASE_MS = 5_000
SIGN_IN_CODE_S = 15 * 60
SESSION_S = 30 * 86_400
HEALTH_S = 60  # a collector's own word about itself, written every few seconds


@dataclass(frozen=True)
class Keys:
    """The names. `Keys("wallboard").stream == "{wallboard}:events"`."""

    namespace: str

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

    def chunk(self, name: str) -> str:
        return self._key(f"chunk:{name}")

    @property
    def lease(self) -> str:
        return self._key("lease")

    @property
    def fence(self) -> str:
        """Counter: the newest lease's token; older tokens are refused."""
        return self._key("fence")

    def seen(self, hour: int) -> str:
        return self._key(f"seen:{hour}")

    def health(self, collector: str) -> str:
        return self._key(f"health:{collector}")

    def sign_in_code(self, digest: str) -> str:
        return self._key(f"code:{digest}")

    def session(self, digest: str) -> str:
        return self._key(f"session:{digest}")

    def _key(self, name: str) -> str:
        return f"{{{self.namespace}}}:{name}"
