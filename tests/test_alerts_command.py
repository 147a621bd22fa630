"""The rules that `wallboard alerts init` prints are right as they are, and with what they say in a comment."""

from pathlib import Path

from click.testing import CliRunner

from wallboard.commands.alerts import alerts
from wallboard.config import as_written

RECEIVER = """
[notify.leads]
url = "smtp://mail.example.com/?from=wall@example.com&to=leads@example.com"
"""


def printed() -> str:
    return CliRunner().invoke(alerts, ["init"], catch_exceptions=False).output


def test_they_go_into_a_file_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "wallboard.toml"
    file.write_text(printed(), encoding="utf-8")
    assert len(as_written(file, {}).settings.alert) == 6


def test_they_say_how_to_send_them_out_and_that_is_right_too(tmp_path: Path) -> None:
    file = tmp_path / "wallboard.toml"
    file.write_text(printed().replace("# notify =", "notify =") + RECEIVER, encoding="utf-8")
    found = as_written(file, {})
    assert list(found.receivers) == ["leads"]
    assert [name for name, rule in found.settings.alert.items() if rule.notify == ["leads"]] == ["long-wait"]
    assert "docs/notify.md" in printed()
