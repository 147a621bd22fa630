"""The examples for kiosks can at least be read by those who will run them."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

KIOSK = Path(__file__).parents[1] / "examples" / "kiosk"
PI, WINDOWS = KIOSK / "raspberry-pi", KIOSK / "windows"


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_the_shell_reads_the_script_and_it_refuses_to_run_without_a_board() -> None:
    script = PI / "wallboard-kiosk"
    assert run("sh", "-n", str(script)).returncode == 0
    done = run("env", "-i", "PATH=/usr/bin:/bin", "HOME=/nonexistent", "sh", str(script))
    assert done.returncode != 0
    assert "WALLBOARD_BOARD" in done.stderr


def test_shellcheck_finds_nothing() -> None:
    if (shellcheck := shutil.which("shellcheck")) is None:
        pytest.skip("needs shellcheck")
    done = run(shellcheck, str(PI / "wallboard-kiosk"))
    assert done.returncode == 0, done.stdout


def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    if (analyze := shutil.which("systemd-analyze")) is None:
        pytest.skip("needs systemd-analyze")
    unit = tmp_path / "wallboard-kiosk.service"
    text = (PI / unit.name).read_text(encoding="utf-8")
    unit.write_text(re.sub(r"ExecStart=\S+", f"ExecStart={shutil.which('true')}", text), encoding="utf-8")
    done = run(analyze, "verify", "--recursive-errors=no", str(unit))
    complaints = [line for line in (done.stdout + done.stderr).splitlines() if unit.name in line]
    assert complaints == []


@pytest.mark.parametrize("name", ["wallboard-kiosk.ps1", "install.ps1"])
def test_powershell_reads_the_scripts(name: str) -> None:
    if (shell := shutil.which("pwsh")) is None:
        pytest.skip("needs PowerShell")
    read = f"[scriptblock]::Create((Get-Content -Raw '{WINDOWS / name}')) | Out-Null"
    assert run(shell, "-NoProfile", "-Command", read).returncode == 0


def test_both_let_sound_through_and_ask_nobody_anything() -> None:
    for file in (PI / "wallboard-kiosk", WINDOWS / "wallboard-kiosk.ps1"):
        text = file.read_text(encoding="utf-8")
        for wanted in ("--kiosk", "--autoplay-policy=no-user-gesture-required", "--no-first-run", "/readyz"):
            assert wanted in text, (file.name, wanted)
