"""Where are the browser's files and the default boards? Inside the package when installed, beside it in a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def _folder(name: str) -> Path:
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


STATIC: Path = _folder("static")
BOARDS: Path = _folder("boards")
