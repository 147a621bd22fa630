"""Which boards stand twice, as a file and in the record? Only one of the two texts counts, and says so to nobody.

Blocking. A record that is not made yet has none, and is not made here.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from wallboard.assets import shipped_in
from wallboard.config import Config
from wallboard.core.errors import Mistake, RecordUnavailable

if TYPE_CHECKING:
    from wallboard.record.shelf import Standing

_WHY = {  # by what does not count
    "shipped": "was changed in the editor: that text counts, not this file (/ has 'Undo all changes')",
    "editor": "another board of this id was made in the editor: while this file is there, that one does not count",
}


def covered(config: Config) -> Iterator[Mistake]:
    """Warnings, one a board; none where the record cannot be read."""
    for name, standing in sorted(_standing(config).items()):
        if standing.over:
            yield Mistake(str(config.boards / f"{name}.toml"), "$", _WHY[standing.over], warning=True)


def _standing(config: Config) -> "Mapping[str, Standing]":
    from wallboard.record.database import open_record
    from wallboard.record.revisions import Revisions
    from wallboard.record.shelf import Shelf

    try:
        engine = open_record(config.data, config.database_url)
    except Mistake:
        return {}
    try:
        if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").exists():
            return {}
        return Shelf(config.boards, Revisions(engine), shipped=shipped_in(config.boards), editable=False).all()
    except RecordUnavailable:
        return {}
    finally:
        engine.dispose()
