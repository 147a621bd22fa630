"""The record of paired screens: digests only, and a revoked screen gets nothing any more."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, text

from wallboard.core.errors import Refused
from wallboard.record import screens as module
from wallboard.record.audit import Audit
from wallboard.record.screens import Screens, digest

NINE = 1_795_338_000_000
BY: Any = {"by": "Olena", "now_ms": NINE}


@pytest.fixture
def screens(opened: Callable[[], Engine]) -> Screens:
    return Screens(opened())


def test_a_screen_is_added_changed_and_revoked(screens: Screens) -> None:
    hall = screens.add("Hall", "overview", by="Olena", now_ms=NINE)
    door = screens.add("Двері", "support?queue=sales", by="Olena", now_ms=NINE + 1)
    assert screens.all() == [hall, door]
    assert screens.change(hall.id, board="day", **BY)
    assert screens.change(hall.id, name="Big hall", **BY)
    assert screens.all()[0] == hall._replace(name="Big hall", board="day")
    assert screens.revoke(hall.id, **BY)
    assert screens.all() == [door]
    assert not screens.revoke(hall.id, **BY)
    assert not screens.change(hall.id, name="x", **BY)


def test_whatever_changes_stands_in_the_audit_trail(opened: Callable[[], Engine]) -> None:
    engine = opened()
    screens = Screens(engine)
    hall = screens.add("Hall", "overview", **BY)
    screens.change(hall.id, board="day", **BY)
    screens.revoke(hall.id, **BY)
    screens.revoke(hall.id, **BY)
    lines = [(line.who, line.what, line.detail) for line in reversed(Audit(engine).read())]
    assert lines == [
        ("Olena", "screen.paired", {"id": hall.id, "name": "Hall", "board": "overview"}),
        ("Olena", "screen.changed", {"id": hall.id, "name": ["Hall", "Hall"], "board": ["overview", "day"]}),
        ("Olena", "screen.revoked", {"id": hall.id, "name": "Hall", "board": "day"}),
    ]


def test_the_record_holds_the_digest_and_never_the_secret(opened: Callable[[], Engine]) -> None:
    engine = opened()
    screens = Screens(engine)
    hall = screens.add("Hall", "overview", by="Olena", now_ms=NINE)
    assert hall.credential is None
    secret = screens.give_secret(hall.id)
    assert secret
    assert screens.all()[0].credential == digest(secret)
    with engine.connect() as to:
        assert secret not in str(to.execute(text("SELECT * FROM screens")).all())


def test_a_newer_secret_takes_the_place_of_the_older_and_a_revoked_screen_gets_none(screens: Screens) -> None:
    hall = screens.add("Hall", "overview", by="Olena", now_ms=NINE)
    first, second = screens.give_secret(hall.id), screens.give_secret(hall.id)
    assert first != second
    assert screens.all()[0].credential == digest(second or "")
    screens.revoke(hall.id, **BY)
    assert screens.give_secret(hall.id) is None


def test_there_is_an_end_to_how_many(screens: Screens, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    screens.add("1", "overview", by="Olena", now_ms=NINE)
    screens.add("2", "overview", by="Olena", now_ms=NINE)
    with pytest.raises(Refused, match="revoke some"):
        screens.add("3", "overview", by="Olena", now_ms=NINE)


@pytest.mark.parametrize("secret", ["", "x" * 129])
def test_what_cannot_be_a_secret_is_not_even_hashed(secret: str) -> None:
    assert digest(secret) is None
