"""`wallboard person`: an account that is there is changed, signed out, removed; each of it stands in the trail."""

import asyncio
import os
from pathlib import Path

import pytest

from wallboard.cli import run
from wallboard.record.audit import Audit
from wallboard.record.database import open_record
from wallboard.record.people import Bound, People
from wallboard.stream.keys import Keys
from wallboard.stream.redis import connect
from wallboard.stream.signin import Session, SignIn


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, redis_url: str, namespace: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in os.environ if each.startswith("WALLBOARD_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("WALLBOARD_DATA", str(tmp_path))
    monkeypatch.setenv("WALLBOARD_REDIS_URL", redis_url)
    monkeypatch.setenv("WALLBOARD_REDIS_NAMESPACE", namespace)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def people(tmp_path: Path) -> People:
    found = People(open_record(tmp_path))
    found.first(1)
    found.add("Ганна Б.", "lead", Bound(boards=("support",), teams=("one",)), by="tests", now_ms=2)
    return found


def bound(people: People) -> tuple[str, Bound]:
    found = people.named("ганна б.")
    assert found is not None
    return found.role, found.bound


def trail(folder: Path) -> list[tuple[str, str]]:
    return [(line.who, line.what) for line in Audit(open_record(folder)).read()]


def test_role_and_limits_are_changed_and_what_is_not_given_stays(
    people: People, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["person", "set", "ганна б.", "--agent", "101", "--agent", "102"]) == 0
    assert bound(people) == ("lead", Bound(boards=("support",), teams=("one",), agents=("101", "102")))
    assert "agent:102" in capsys.readouterr().out
    assert run(["person", "set", "Ганна Б.", "--role", "agent", "--board", "floor", "--all-teams"]) == 0
    assert bound(people) == ("agent", Bound(boards=("floor",), agents=("101", "102")))
    assert run(["person", "set", "Ганна Б.", "--all-boards", "--no-agent"]) == 0
    assert bound(people) == ("agent", Bound())
    assert trail(tmp_path)[:3] == [("wallboard person", "person.changed")] * 3


def test_a_disabled_account_is_enabled_by_the_command_that_its_refusal_names(
    people: People, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["person", "set", "Ганна Б.", "--disable"]) == 0
    assert run(["person", "link", "Ганна Б."]) == 1
    assert "wallboard person set 'Ганна Б.' --enable" in capsys.readouterr().err
    assert run(["person", "set", "Ганна Б.", "--enable"]) == 0
    assert run(["person", "link", "Ганна Б."]) == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["set", "Ганна Б."], 2, "say what shall change"),
        (["set", "Ганна Б.", "--team", "a", "--all-teams"], 2, "--team and --all-teams together"),
        (["set", "Nobody", "--role", "lead"], 1, "there is: Admin, Ганна Б."),
        (["set", "Admin", "--role", "lead"], 1, "only administrator"),
        (["set", "Admin", "--disable"], 1, "only administrator"),
        (["remove", "Admin", "--yes"], 1, "only administrator"),
        (["remove", "Nobody", "--yes"], 1, "there is nobody called Nobody"),
        (["signout", "Nobody"], 1, "there is nobody called Nobody"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do_and_nothing_changes(
    people: People, arguments: list[str], code: int, said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    before = people.all()
    assert run(["person", *arguments]) == code
    assert said in capfd.readouterr().err
    assert people.all() == before


def test_signing_out_ends_every_session_of_this_person_and_of_nobody_else(
    people: People, tmp_path: Path, redis_url: str, namespace: str
) -> None:
    hers, admins = people.all()[1].id, people.all()[0].id
    asyncio.run(begin(redis_url, namespace, hers, hers, admins))
    assert run(["person", "signout", "ганна б."]) == 0
    assert asyncio.run(open_sessions(redis_url, namespace, hers, admins)) == [0, 1]
    assert trail(tmp_path)[0] == ("wallboard person", "person.signed_out")


def test_removing_asks_first_and_then_takes_the_account_for_good(
    people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: "n")
    assert run(["person", "remove", "Ганна Б."]) == 1
    assert people.named("Ганна Б.")
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: "y")
    assert run(["person", "remove", "Ганна Б."]) == 0
    assert people.named("Ганна Б.") is None
    assert trail(tmp_path)[0] == ("wallboard person", "person.removed")


async def begin(url: str, namespace: str, *people: str) -> None:
    redis = connect(url)
    for person in people:
        await SignIn(redis, Keys(namespace)).begin(Session(person))
    await redis.aclose()


async def open_sessions(url: str, namespace: str, *people: str) -> list[int]:
    redis = connect(url)
    found = [len(await SignIn(redis, Keys(namespace)).of(person)) for person in people]
    await redis.aclose()
    return found
