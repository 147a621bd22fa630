"""`wallboard webhook try` and `check`, as people type them."""

from pathlib import Path

import pytest

from wallboard.cli import run

FIXTURES = Path(__file__).parent / "fixtures" / "webhooks"


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    file = tmp_path / "wallboard.toml"
    file.write_text('[collector.chat]\nkind = "webhook"\nmap = "chatwoot"\nsecret = "x"\n')
    return file


def test_try_prints_the_events_of_a_payload(toml: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = FIXTURES / "chatwoot-conversation_created.json"
    assert run(["webhook", "try", "chat", str(file), "--config", str(toml)]) == 0
    assert '"type":"contact.queued"' in capsys.readouterr().out


def test_try_says_when_nothing_fits(toml: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["webhook", "try", "chat", str(FIXTURES / "grafana.json"), "--config", str(toml)]) == 1
    assert "none of the 7 [[event]] of the map fits" in capsys.readouterr().err


def test_try_names_the_webhooks_that_there_are(toml: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["webhook", "try", "chta", str(FIXTURES / "grafana.json"), "--config", str(toml)]) == 1
    assert "there is: chat" in capsys.readouterr().err


def test_check_names_every_mistake_of_a_map_with_its_file_and_place(
    toml: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = toml.parent / "own.toml"
    own.write_text('[signature]\nheader = "X"\n[[event]]\ntype = "contact.queued"\ncontact = "$.id"\nquue = "$.q"\n')
    toml.write_text('[collector.chat]\nkind = "webhook"\nmap = "own.toml"\nsecret_file = "nowhere"\n')
    assert run(["check", str(toml)]) == 1
    told = capsys.readouterr().err
    assert f"{own}: event[0].quue: 'contact.queued' has no field 'quue' - did you mean 'queue'?" in told
    assert f"{own}: event[0].queue: is missing" in told
    assert "collector.chat.secret_file: cannot read nowhere" in told
