"""What may stand in a board's file, for editors? JSON Schema 2020-12, made from the types and the lists of words."""

import json
from typing import Any

import msgspec

from wallboard.core.numbers import FAMILIES, NUMBERS, RANKED, WINDOWS
from wallboard.core.settings import LANGUAGES
from wallboard.eventschema import portable
from wallboard.record.board import THRESHOLD, VARIABLES, Written
from wallboard.record.checks import AUDIENCES, KINDS, NAMES, SHOWS, STYLES, THEMES


def board_schema() -> dict[str, Any]:
    (_,), types = msgspec.json.schema_components([Written], ref_template="#/$defs/{name}")
    board, tile = types.pop("Written"), types["Tile"]["properties"]
    board["properties"]["audience"]["enum"] = list(AUDIENCES)
    board["properties"]["names"] = {"enum": list(NAMES)}
    board["properties"]["shows"]["items"] = {"enum": list(SHOWS)}
    board["properties"]["theme"]["enum"] = list(THEMES)
    board["properties"]["language"] = {"enum": list(LANGUAGES)}
    tile["kind"]["enum"] = list(KINDS)
    tile["window"] = {"enum": list(WINDOWS)}
    families = "|".join(FAMILIES)
    tile["metric"] = {
        "anyOf": [{"enum": sorted({*NUMBERS, *RANKED})}, {"type": "string", "pattern": rf"^({families})\..+$"}]
    }
    tile["style"] = {"enum": list(STYLES)}
    for name in ("warn", "alarm", "target"):
        tile[name] = {"type": "string", "pattern": f"^{THRESHOLD.pattern}$", "examples": ["< 80", ">= 3"]}
    for name in VARIABLES.values():
        tile[name]["description"] = f"names and patterns; or a variable of the address alone: {_variable(name)}"
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **board,
        "title": "Wallboard board",
        "$defs": dict(sorted(types.items())),
    }
    return {key: portable(value) for key, value in schema.items()}


def board_schema_text() -> str:
    """As it stands in docs/board.schema.json."""
    return json.dumps(board_schema(), indent=1, ensure_ascii=True) + "\n"


def _variable(key: str) -> str:
    return next(name for name, of in VARIABLES.items() if of == key)
