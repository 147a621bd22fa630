"""What may an event look like, for programs? The vocabulary as JSON Schema 2020-12, made from the types."""

import json
from typing import Any

import msgspec

from wallboard.core.events import Told


def schema() -> dict[str, Any]:
    (told,), types = msgspec.json.schema_components([Told], ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Wallboard event",
        **told,
        "$defs": {name: portable(one) for name, one in sorted(types.items())},
    }


def schema_text() -> str:
    """As it stands in docs/events.schema.json."""
    return json.dumps(schema(), indent=1, ensure_ascii=True) + "\n"


def portable(value: Any) -> Any:
    """Without what only Python's regular expressions need: JSON Schema's `$` never passes a final newline."""
    if isinstance(value, dict):
        return {key: _pattern(inner) if key == "pattern" else portable(inner) for key, inner in value.items()}
    return [portable(inner) for inner in value] if isinstance(value, list) else value


def _pattern(text: Any) -> Any:
    return text.removesuffix(r"(?!\n)") if isinstance(text, str) else text
