"""Tokens of programs in the record: made once, never kept in clear, gone when they are revoked."""

import hmac
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, text

from wallboard.core.errors import Refused
from wallboard.record import tokens as tokens_module
from wallboard.record.audit import Audit
from wallboard.record.tokens import Tokens, Wanted, parted

NINE = 1_795_338_000_000
SENDER = Wanted("crm", frozenset({"events:write"}))


@pytest.fixture
def tokens(opened: Callable[[], Engine]) -> Tokens:
    return Tokens(opened())


def test_what_is_given_to_the_program_opens_the_token_and_nothing_else_does(tokens: Tokens) -> None:
    token, given = tokens.create(SENDER, "Olena", NINE)
    identity, secret = parted(given) or ("", "")
    assert (identity, token.opens(secret)) == (token.id, True)
    assert not token.opens(secret[:-1] + ("a" if secret[-1] != "a" else "b"))
    assert tokens.all() == {token.id: token}


def test_a_secret_is_compared_in_constant_time_and_by_its_digest(
    tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, given = tokens.create(SENDER, "Olena", NINE)
    _, secret = parted(given) or ("", "")
    compared: list[tuple[bytes, bytes]] = []
    whole = hmac.compare_digest
    monkeypatch.setattr(tokens_module.hmac, "compare_digest", lambda a, b: compared.append((a, b)) or whole(a, b))
    assert token.opens(secret)
    assert not token.opens("x")
    assert [len(left) == len(right) for left, right in compared] == [True, True], "of two digests, whatever was given"
    assert secret not in str(compared)


def test_a_token_keeps_its_limits_its_source_and_its_end(tokens: Tokens) -> None:
    scopes, queues, teams = frozenset({"events:write", "state:read"}), frozenset({"sales"}), frozenset[str]()
    wanted = Wanted("bot", scopes, "chat", queues, teams, NINE + 1)
    token, _ = tokens.create(wanted, "Olena", NINE)
    [found] = tokens.all().values()
    assert (found.name, found.scopes, found.source, found.queues, found.teams, found.expires_ms) == wanted[:6]
    assert (found.created_by, found.created_ms) == ("Olena", NINE)
    assert (token.is_over(NINE), token.is_over(NINE + 1)) == (False, True)


def test_the_record_holds_no_secret(tokens: Tokens, opened: Callable[[], Engine]) -> None:
    _, given = tokens.create(SENDER, "Olena", NINE)
    with opened().connect() as to:
        kept = str(to.execute(text("SELECT * FROM tokens")).all())
    assert (parted(given) or ("", ""))[1] not in kept


def test_a_revoked_token_is_gone_and_a_second_time_there_is_nothing_to_revoke(tokens: Tokens) -> None:
    token, _ = tokens.create(SENDER, "Olena", NINE)
    assert [tokens.revoke(token.id, "Petro", NINE + 1) for _ in range(2)] == [True, False]
    assert tokens.all() == {}


def test_who_made_and_who_revoked_a_token_stands_in_the_trail(tokens: Tokens, opened: Callable[[], Engine]) -> None:
    token, given = tokens.create(SENDER, "Olena", NINE)
    tokens.revoke(token.id, "Petro", NINE + 1)
    lines = Audit(opened()).read()
    assert [(one.who, one.what, one.detail["id"]) for one in lines] == [
        ("Petro", "token.revoked", token.id),
        ("Olena", "token.created", token.id),
    ]
    assert (parted(given) or ("", ""))[1] not in str(lines)
    assert token.digest not in str(lines)


def test_the_last_use_only_moves_on(tokens: Tokens) -> None:
    token, _ = tokens.create(SENDER, "Olena", NINE)
    for at_ms in (NINE + 5, NINE + 3):
        tokens.used({token.id: at_ms, "0" * 12: at_ms})
    assert tokens.all()[token.id].used_ms == NINE + 5


def test_there_are_only_so_many(tokens: Tokens, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens_module, "MOST", 1)
    tokens.create(SENDER, "Olena", NINE)
    with pytest.raises(Refused):
        tokens.create(SENDER, "Olena", NINE)


@pytest.mark.parametrize("text", ["", "wb_", "wb_00_x", f"wb_{'0' * 12}_{'x' * 31}", f"WB_{'0' * 12}", "x" * 9_000])
def test_what_has_not_the_shape_of_a_token_is_none_of_ours(text: str) -> None:
    assert parted(text) is None
