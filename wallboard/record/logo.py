"""Can a site's logo be seen on its board? How much of it stands out from what it lies on.

Only of PNG is that known here; the editor measures every picture, in the browser (static/js/edit/logo.js).
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from wallboard.record.board import Board
from wallboard.record.colours import HEADS, MARK, contrast
from wallboard.record.images import Unfit, picture
from wallboard.record.png import Pixel, pixels

LEAST_SHARE = 0.25


def logo_warnings(board: Board, folder: Path) -> Iterator[tuple[str, str]]:
    """Where, and what is doubtful. `folder`: of the boards."""
    if board.logo is None or board.theme not in HEADS:
        return
    try:
        found = pixels(picture(folder, board.logo)[0])
    except (Unfit, OSError):
        return  # that is a mistake, and told as one
    share = standing_out(found or [], HEADS[board.theme])
    if share is not None and share < LEAST_SHARE:
        yield (
            "logo",
            f"hard to see on the theme '{board.theme}': {share:.0%} of it stands out (a contrast of {MARK:g} or more), "
            f"expected {LEAST_SHARE:.0%}: take a version for {'light' if board.theme == 'light' else 'dark'} grounds",
        )


def standing_out(found: Sequence[Pixel], ground: str) -> float | None:
    """The share of what is not transparent; None where nothing is there to see."""
    weight = sum(alpha for *_, alpha in found)
    seen = sum(pixel[3] for pixel in found if pixel[3] and _stands_out(pixel, ground))
    return seen / weight if weight else None


@lru_cache(maxsize=65_536)  # a logo has few colours
def _stands_out(pixel: Pixel, ground: str) -> bool:
    *colour, alpha = pixel
    under = (int(ground[at : at + 2], 16) for at in (1, 3, 5))
    mixed = (round((one * alpha + other * (255 - alpha)) / 255) for one, other in zip(colour, under, strict=True))
    return contrast("#" + "".join(f"{part:02x}" for part in mixed), ground) >= MARK
