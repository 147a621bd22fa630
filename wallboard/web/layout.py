"""Where does each tile stand, and how big is its text? The stylesheet of one board: `/board/{id}/layout.css`.

A file of its own because the page's policy allows no inline style. Below 641 px it is a page that scrolls, and
static/css/board.css sets the sizes. A wide board stands otherwise in an upright window (record/upright.py).
"""

from collections.abc import Iterator, Mapping, Sequence

from wallboard.record import boxes, fitting, turned, upright
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


LEGEND = 0.85  # of a heat map, of its chart's text
PAGED = LISTS | MESSAGES | {"heat"}
TOP = {"top": 2.9, "top-large": 3.4, "top-small": 2.3}  # text in v, as static/css/board.css has it


def layout_css(board: Board) -> str:
    """Worked out once for each form of a board: it stands in every page of it."""
    revision = board.revision
    if revision not in _KNOWN:
        if len(_KNOWN) >= MOST_KNOWN:
            _KNOWN.clear()
        _KNOWN[revision] = _layout(board)
    return _KNOWN[revision]


def _layout(board: Board) -> str:
    rules = "\n".join([*_top(board), *_rules(board)])
    v = UPRIGHT if board.portrait else ""
    own = f"html[data-theme] {{ --accent: {board.accent}; }}\n" if board.accent else ""
    turned = "" if board.portrait else "\n".join(_turned(board))
    upright = "\n".join([*_top(board, boxes.TOP_UPRIGHT_V), *([turned] if turned else [])])
    standing = ("" if board.portrait else TURNED) + (f"@media {STANDS} {{\n{upright}\n}}\n" if upright else "")
    return f"{own}{v}@media (min-width: 641px) {{\n{rules}\n}}\n{standing}"


def _top(board: Board, most: float = boxes.TOP_V) -> Iterator[str]:
    """Where people stand far away: the line on top, and what an empty tile says."""
    if least := board.least_text:
        usual = TOP if most == boxes.TOP_V else dict.fromkeys(TOP, 2.7)
        texts = {name: min(most, max(text, least)) for name, text in usual.items()}
        line = {"top-line": 1.1} if most < boxes.TOP_V and 2.5 * least > boxes.HEAD_V else {}
        yield f".wall {{ {_properties(texts | line | {'none': max(2.2, least)})} }}"


def _turned(board: Board) -> Iterator[str]:
    """Of a wide board in an upright window: where each tile stands, and how big its text is there."""
    for nth, (tile, place) in enumerate(zip(board.tiles, upright.places(board), strict=True)):
        wide = board.room(tile)
        here, kind = boxes.turned_box(*place.size, wide), board.kind_of(tile)
        at = " ".join(f"--{name}: {share:.5f};" for name, share in place._asdict().items())
        yield f"#tile-{nth} {{ {at} {_properties(_sizes(tile, kind, here))}{_wrapped(kind, here)} }}"
        yield from _steps(f"#tile-{nth}", turned.steps(kind, wide, here))


def _rules(board: Board) -> Iterator[str]:
    yield (
        f".board {{ grid-template-columns: repeat({board.columns}, minmax(0, 1fr)); "
        f"grid-template-rows: repeat({board.rows}, minmax(0, 1fr)); }}"
    )
    for place, tile in enumerate(board.tiles):
        yield from _tile(f"#tile-{place}", tile, board.kind_of(tile), board.room(tile))


def _tile(name: str, tile: Tile, kind: str, room: boxes.Box) -> Iterator[str]:
    (column, row), (wide, high) = tile.at, tile.size
    sizes = f"{_properties(_sizes(tile, kind, room))}{_wrapped(kind, room)}"
    yield f"{name} {{ grid-column: {column} / span {wide}; grid-row: {row} / span {high}; {sizes} }}"
    if kind in MESSAGES:
        yield from _steps(name, fitting.notice_fits(room, kind))
    elif kind in LISTS:
        yield from _steps(name, fits(kind, room))


def _sizes(tile: Tile, kind: str, room: boxes.Box) -> dict[str, float]:
    under = tile.under_figure(room)
    sizes = {"title": room.title, "foot": room.foot, "value": boxes.figure_text(room, under)}
    if kind == "number":
        sizes |= under._asdict()
    if kind == "clock":
        sizes["value"] = boxes.clock_text(room)
    if kind in OVER_TIME:
        sizes["type"] = fitting.chart_text(room)
    if room.least:
        sizes |= _far(room, sizes)
    if kind == "agents":
        totals = fitting.totals(room)
        sizes |= {"totals": totals.text, "totals-high": totals.high}
    return sizes


def _far(room: boxes.Box, sizes: Mapping[str, float]) -> dict[str, float]:
    """Shares of the title's, the number's and the chart's size, for what is small beside them."""
    return {
        "beside": room.small(boxes.BESIDE, room.title),
        "crowded-more": 1.0 if room.told else 0.85,
        "crowded-most": 1.0 if room.told else boxes.CROWDED,
        "unit": room.small(boxes.UNIT, sizes["value"]),
        **({"small": room.small(LEGEND, sizes["type"])} if "type" in sizes else {}),
    }


def _wrapped(kind: str, room: boxes.Box) -> str:
    """How title and small line stand where they can be read from there: what does not fit into their lines is left out
    as a whole, a page's number never."""
    if not room.least:
        return ""
    two, feet, paged = room.title_lines > 1, room.foot_lines > 1, room.told and kind in PAGED
    found = {
        "title-high": f"{room.title_em:g}",
        "title-wrap": "wrap" if room.told else "nowrap",
        "title-basis": "100%" if two else "auto",
        "title-space": "normal" if two else "nowrap",
        "window-gap": "0" if two else "0.7em",
        "foot-high": f"{room.foot_em:g}",
        "foot-wrap": "wrap" if feet else "nowrap",
        "foot-space": "normal" if feet else "nowrap",
        "age-gap": "auto" if feet else "0",
        "stale-side": "center" if feet else "flex-end",
        "page-place": "absolute" if paged else "static",
        "page-room": f"{boxes.PAGE_EM}em" if paged else "0",
    }
    return "".join(f" --{name}: {value};" for name, value in found.items())


def _steps(name: str, found: Sequence[fitting.Fit | fitting.NoticeFit]) -> Iterator[str]:
    for step, fit in enumerate(found):
        more = _of_notice(fit) if isinstance(fit, fitting.NoticeFit) else {"across": fit.across, "cell": fit.cell}
        sizes = {"type": fit.text, "small": fit.small, **more}
        said = _properties({key: size for key, size in sizes.items() if size})
        yield f'{name} [data-fit="{step}"] {{ {said}{_stacked(fit)} }}'


def _stacked(fit: fitting.Fit | fitting.NoticeFit) -> str:
    """A source, or a count with its word, on one line or on two."""
    if isinstance(fit, fitting.NoticeFit) or not fit.lines:
        return ""
    two = fit.lines > 1
    found = {
        "source-high": fitting.SOURCES_EM[fit.lines],
        "source-wrap": "wrap" if two else "nowrap",
        "source-name": "calc(100% - 2em)" if two else "3em",
        "source-gap": "1.2em" if two else "0.7em",
        "state-high": 3.9 if two else fitting.FLAT_HIGH_EM - 0.2,
        "state-flow": "column" if two else "row-reverse",
        "state-side": "flex-start" if two else "center",
        "state-middle": "center" if two else "space-between",
        "count": 2.2 if two else fitting.FLAT_COUNT,
    }
    return "".join(
        f" --{name}: {value:g};" if isinstance(value, float) else f" --{name}: {value};"
        for name, value in found.items()
    )


def _of_notice(fit: fitting.NoticeFit) -> dict[str, float]:
    return {
        "lines": fit.lines, "lines-acting": fit.lines_acting, "each": fit.each,
        "each-high": fit.each_high, "acting-high": fit.acting_high, "lone": fit.lone,
    }  # fmt: skip


def _properties(sizes: Mapping[str, float]) -> str:
    """Rounded down: what fits to the last tenth still does."""
    return " ".join(f"--{name}: {int(100 * size + 1e-6) / 100:g};" for name, size in sizes.items())
