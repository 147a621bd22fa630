"""The record of paired screens: digests only, and a revoked screen gets nothing any more."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, text

from wallboard.core.errors import Refused
from wallboard.record import screens as module
from wallboard.record.screens import Screens, digest

NINE = 1_795_338_000_000


@pytest.fixture
def screens(opened: Callable[[], Engine]) -> Screens:
    return Screens(opened())


def test_a_screen_is_added_changed_and_revoked(screens: Screens) -> None:
    hall = screens.add("Hall", "overview", "Olena", NINE)
    door = screens.add("Двері", "support?queue=sales", "Olena", NINE + 1)
    assert screens.all() == [hall, door]
    assert screens.change(hall.id, board="day")
    assert screens.change(hall.id, name="Big hall")
    assert screens.all()[0] == hall._replace(name="Big hall", board="day")
    assert screens.revoke(hall.id)
    assert screens.all() == [door]
    assert not screens.revoke(hall.id)
    assert not screens.change(hall.id, name="x")


def test_the_record_holds_the_digest_and_never_the_secret(opened: Callable[[], Engine]) -> None:
    engine = opened()
    screens = Screens(engine)
    hall = screens.add("Hall", "overview", "Olena", NINE)
    assert hall.credential is None
    secret = screens.give_secret(hall.id)
    assert secret
    assert screens.all()[0].credential == digest(secret)
    with engine.connect() as to:
        assert secret not in str(to.execute(text("SELECT * FROM screens")).all())


def test_a_newer_secret_takes_the_place_of_the_older_and_a_revoked_screen_gets_none(screens: Screens) -> None:
    hall = screens.add("Hall", "overview", "Olena", NINE)
    first, second = screens.give_secret(hall.id), screens.give_secret(hall.id)
    assert first != second
    assert screens.all()[0].credential == digest(second or "")
    screens.revoke(hall.id)
    assert screens.give_secret(hall.id) is None


def test_there_is_an_end_to_how_many(screens: Screens, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    screens.add("1", "overview", "Olena", NINE)
    screens.add("2", "overview", "Olena", NINE)
    with pytest.raises(Refused, match="revoke some"):
        screens.add("3", "overview", "Olena", NINE)


@pytest.mark.parametrize("secret", ["", "x" * 129])
def test_what_cannot_be_a_secret_is_not_even_hashed(secret: str) -> None:
    assert digest(secret) is None
