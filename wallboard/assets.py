"""Where are the browser's files and the default boards? Inside the package when installed, beside it in a checkout."""

from collections.abc import Mapping
from functools import cache
from hashlib import blake2b
from pathlib import Path

from wallboard import __version__

_PACKAGE = Path(__file__).parent


def _folder(name: str) -> Path:
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


@cache
def build() -> str:
    """Which pages a screen has: the version, and a digest of all that they are made of. Another one: it reloads."""
    digest = blake2b(digest_size=4)
    for folder in (STATIC, _PACKAGE / "web" / "templates"):
        for file in sorted(file for file in folder.rglob("*") if file.is_file()):
            digest.update(f"{file.relative_to(folder)}\0{file.stat().st_size}\0".encode() + file.read_bytes())
    return f"{__version__}+{digest.hexdigest()}"


STATIC: Path = _folder("static")
BOARDS: Path = _folder("boards")
FIRST_RULES = _PACKAGE / "firstrules.toml"  # to begin with alerts; their keys: docs/alerts.md
# What came in BOARDS, by its text (record/shelf.py): all else there is somebody's own. tests/test_house.py compares.
_SHIPPED: Mapping[str, str] = {
    "agents": "21dbc221aaf9bbd0",
    "day": "8d56313c213e9403",
    "overview": "df35c961a8c8f1f6",
}


def shipped_in(folder: Path) -> Mapping[str, str]:
    """Id → tag of the boards that came in this folder with Wallboard."""
    return _SHIPPED if folder.resolve() == BOARDS.resolve() else {}
