"""Where are the browser's files and the default boards? Inside the package when installed, beside it in a checkout."""

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
