"""What is installed is whole: the wheel carries the browser's files, the default boards and the templates."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from wallboard.assets import BOARDS, STATIC

CHECKOUT = Path(__file__).resolve().parents[2]
BUILT_FROM = ("wallboard", "collectors", "static", "boards")
FILES = ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel's content, built from a copy so that no old build is in it."""
    copy, out = tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("out")
    for name in BUILT_FROM:
        shutil.copytree(CHECKOUT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(CHECKOUT / name, copy / name)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(out), str(copy)]
    built = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if "Could not find a version that satisfies the requirement setuptools" in built.stderr:
        pytest.skip("needs a package index: building a wheel fetches setuptools")
    assert built.returncode == 0, built.stderr[-3000:]
    with zipfile.ZipFile(next(out.glob("*.whl"))) as wheel:
        wheel.extractall(out / "site")
    return out / "site"


def names(folder: Path, pattern: str) -> set[str]:
    return {file.relative_to(folder).as_posix() for file in folder.rglob(pattern) if file.is_file()}


def test_the_wheel_carries_static_files_and_boards_inside_the_package(installed: Path) -> None:
    assert names(installed / "wallboard" / "static", "*") == names(STATIC, "*")
    assert names(installed / "wallboard" / "boards", "*") == names(BOARDS, "*")


def test_the_wheel_carries_every_template(installed: Path) -> None:
    inside = Path("wallboard") / "web" / "templates"
    assert names(installed / inside, "*.html") == names(CHECKOUT / inside, "*.html")


def test_an_installed_package_finds_its_own_files(installed: Path) -> None:
    code = (
        "from wallboard.assets import BOARDS, STATIC; from wallboard.record.boards import load_boards;"
        "from wallboard.web.words import words; from wallboard.web.pages import modules;"
        "from pathlib import Path; from wallboard.record.database import migrate, open_record, standing;"
        f"record = open_record(Path({str(installed / 'data')!r})); migrate(record);"
        "print(STATIC, 'overview' in load_boards(BOARDS), words()('ribbon'), 'board.js' in modules(), "
        "standing(record).split()[-1])"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, cwd=installed, env={"PYTHONPATH": str(installed)}, capture_output=True, text=True, check=True
    )
    newest = ScriptDirectory(str(CHECKOUT / "wallboard" / "record" / "migrations")).get_current_head()
    assert done.stdout.split() == [str(installed / "wallboard" / "static"), "True", "SIMULATED", "True", newest]
