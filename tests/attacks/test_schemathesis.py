"""Does the server do what its OpenAPI document says? Schemathesis asks, with all its checks (schemathesis.toml)."""

from described import schemathesis
from target import Target


def test_every_call_is_as_it_is_described(attacked: Target) -> None:
    code, said = schemathesis(attacked, seconds=25)
    assert code == 0, said[-6000:]
