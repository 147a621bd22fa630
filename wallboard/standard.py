"""What is the key of a secret as Standard Webhooks write it, and is it one? `whsec_` and base64 of random bytes.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import secrets

PREFIX = "whsec_"
_LEAST_BYTES = 24
SHAPE = (
    f"expected {PREFIX} and base64 of at least {_LEAST_BYTES} random bytes (echo {PREFIX}$(openssl rand -base64 32))"
)


def key_of(text: str) -> bytes:
    """With or without `whsec_`. Raises ValueError, which says what is wrong and never the secret."""
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except ValueError:  # binascii.Error, or letters beyond ASCII
        raise ValueError(f"{SHAPE}; what stands behind {PREFIX} is no base64") from None
    if len(key) < _LEAST_BYTES:
        raise ValueError(f"{SHAPE}; this is {len(key)} bytes")
    return key


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
