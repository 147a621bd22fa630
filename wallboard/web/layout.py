"""Where does each tile stand, and how big is its text? The stylesheet of one board: `/board/{id}/layout.css`.

A file of its own because the page's policy allows no inline style. Below 641 px everything is one column, and
static/css/board.css sets the sizes.
"""

from collections.abc import Iterator

from wallboard.record import fitting
from wallboard.record.board import LISTS, MESSAGES, OVER_TIME, Board, Tile, fits

UPRIGHT = """\
@media (min-width: 641px) { html[data-theme] { --v: 1vw; } }
@media (min-width: 641px) and (min-aspect-ratio: 9/16) { html[data-theme] { --v: 0.5625vh; } }
"""


def layout_css(board: Board) -> str:
    rules = "\n".join(_rules(board))
    v = UPRIGHT if board.portrait else ""
    own = f"html[data-theme] {{ --accent: {board.accent}; }}\n" if board.accent else ""
    return f"{own}{v}@media (min-width: 641px) {{\n{rules}\n}}\n"


def _rules(board: Board) -> Iterator[str]:
    yield (
        f".board {{ grid-template-columns: repeat({board.columns}, minmax(0, 1fr)); "
        f"grid-template-rows: repeat({board.rows}, minmax(0, 1fr)); }}"
    )
    for place, tile in enumerate(board.tiles):
        yield from _tile(f"#tile-{place}", tile, board.kind_of(tile), board.room(tile))


def _tile(name: str, tile: Tile, kind: str, room: fitting.Box) -> Iterator[str]:
    (column, row), (wide, high) = tile.at, tile.size
    under = tile.under_figure(room)
    sizes = {"title": room.title, "foot": room.foot, "value": fitting.figure_text(room, under)}
    sizes |= {name: high for name, high in under._asdict().items() if high}
    if kind in OVER_TIME:
        sizes["type"] = fitting.chart_text(room)
    if kind == "agents":
        totals = fitting.totals(room)
        sizes |= {"totals": totals.text, "totals-high": totals.high}
    yield (f"{name} {{ grid-column: {column} / span {wide}; grid-row: {row} / span {high}; {_properties(sizes)} }}")
    for step, steps in enumerate(_steps(kind, room)):
        yield f'{name} [data-fit="{step}"] {{ {_properties(steps)} }}'


def _steps(kind: str, room: fitting.Box) -> list[dict[str, float]]:
    if kind in MESSAGES:
        return [{"type": fit.text, "lines": fit.lines} for fit in fitting.notice_fits(room)]
    if kind in LISTS:
        return [{"type": fit.text, "across": fit.across} for fit in fits(kind, room)]
    return []


def _properties(sizes: dict[str, float]) -> str:
    return " ".join(f"--{name}: {round(size, 2)};" for name, size in sizes.items())
