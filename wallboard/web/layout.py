"""Where does each tile stand, and how big is its text? The stylesheet of one board: `/board/{id}/layout.css`.

A file of its own because the page's policy allows no inline style. Below 641 px everything is one column, and
static/css/board.css sets the sizes. A wide board stands otherwise in an upright window (record/upright.py).
"""

from collections.abc import Iterator, Mapping, Sequence

from wallboard.record import fitting, turned, upright
from wallboard.record.board import LISTS, MESSAGES, OVER_TIME, Board, Tile, fits

UPRIGHT = """\
@media (min-width: 641px) { html[data-theme] { --v: 1vw; } }
@media (min-width: 641px) and (min-aspect-ratio: 9/16) { html[data-theme] { --v: 0.5625vh; } }
"""
MOST_KNOWN = 500
_KNOWN: dict[str, str] = {}  # revision → sheet
STANDS = "(min-width: 641px) and (max-aspect-ratio: 3/4)"
ACROSS, DOWN = "(100% - 2 * var(--edge) + var(--gap))", "(100% - var(--edge) + var(--gap))"
TURNED = f"""\
@media {STANDS} {{
html[data-theme] {{ --v: 1vw; }}
.board {{ display: block; position: relative; }}
.tile {{
  position: absolute;
  left: calc(var(--edge) + var(--left) * {ACROSS});
  top: calc(var(--top) * {DOWN});
  width: calc(var(--wide) * {ACROSS} - var(--gap));
  height: calc(var(--high) * {DOWN} - var(--gap));
}}
}}
@media {STANDS} and (min-aspect-ratio: 9/16) {{ html[data-theme] {{ --v: 0.5625vh; }} }}
"""


def layout_css(board: Board) -> str:
    """Worked out once for each form of a board: it stands in every page of it."""
    revision = board.revision
    if revision not in _KNOWN:
        if len(_KNOWN) >= MOST_KNOWN:
            _KNOWN.clear()
        _KNOWN[revision] = _layout(board)
    return _KNOWN[revision]


def _layout(board: Board) -> str:
    rules = "\n".join(_rules(board))
    v = UPRIGHT if board.portrait else ""
    own = f"html[data-theme] {{ --accent: {board.accent}; }}\n" if board.accent else ""
    standing = "" if board.portrait else TURNED + f"@media {STANDS} {{\n" + "\n".join(_turned(board)) + "\n}\n"
    return f"{own}{v}@media (min-width: 641px) {{\n{rules}\n}}\n{standing}"


def _turned(board: Board) -> Iterator[str]:
    """Of a wide board in an upright window: where each tile stands, and how big its text is there."""
    for nth, (tile, place) in enumerate(zip(board.tiles, upright.places(board), strict=True)):
        wide = board.room(tile)
        here, kind = fitting.turned_box(*place.size, wide), board.kind_of(tile)
        at = " ".join(f"--{name}: {share:.5f};" for name, share in place._asdict().items())
        yield f"#tile-{nth} {{ {at} {_properties(_sizes(tile, kind, here))} }}"
        yield from _steps(f"#tile-{nth}", turned.steps(kind, wide, here))


def _rules(board: Board) -> Iterator[str]:
    yield (
        f".board {{ grid-template-columns: repeat({board.columns}, minmax(0, 1fr)); "
        f"grid-template-rows: repeat({board.rows}, minmax(0, 1fr)); }}"
    )
    for place, tile in enumerate(board.tiles):
        yield from _tile(f"#tile-{place}", tile, board.kind_of(tile), board.room(tile))


def _tile(name: str, tile: Tile, kind: str, room: fitting.Box) -> Iterator[str]:
    (column, row), (wide, high) = tile.at, tile.size
    sizes = _properties(_sizes(tile, kind, room))
    yield f"{name} {{ grid-column: {column} / span {wide}; grid-row: {row} / span {high}; {sizes} }}"
    if kind in MESSAGES:
        yield from _steps(name, fitting.notice_fits(room, kind))
    elif kind in LISTS:
        yield from _steps(name, fits(kind, room))


def _sizes(tile: Tile, kind: str, room: fitting.Box) -> dict[str, float]:
    under = tile.under_figure(room)
    sizes = {"title": room.title, "foot": room.foot, "value": fitting.figure_text(room, under)}
    sizes |= {name: high for name, high in under._asdict().items() if high}
    if kind in OVER_TIME:
        sizes["type"] = fitting.chart_text(room)
    if kind == "agents":
        totals = fitting.totals(room)
        sizes |= {"totals": totals.text, "totals-high": totals.high}
    return sizes


def _steps(name: str, found: Sequence[fitting.Fit | fitting.NoticeFit]) -> Iterator[str]:
    for step, fit in enumerate(found):
        more = _of_notice(fit) if isinstance(fit, fitting.NoticeFit) else {"across": fit.across}
        yield f'{name} [data-fit="{step}"] {{ {_properties({"type": fit.text, **more})} }}'


def _of_notice(fit: fitting.NoticeFit) -> dict[str, float]:
    return {
        "lines": fit.lines, "lines-acting": fit.lines_acting, "each": fit.each,
        "each-high": fitting.NOTICE_EM[fit.each],
    }  # fmt: skip


def _properties(sizes: Mapping[str, float]) -> str:
    """Rounded down: what fits to the last tenth still does."""
    return " ".join(f"--{name}: {int(100 * size + 1e-6) / 100:g};" for name, size in sizes.items())
