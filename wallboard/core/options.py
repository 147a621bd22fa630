"""What may stand in a `[collector.NAME]` table? The collector's own options, every unknown one named."""

from collections.abc import Mapping
from typing import TypeVar

import msgspec

from wallboard.core.errors import SourceError
from wallboard.core.words import meant, plainly

T = TypeVar("T", bound=msgspec.Struct)


def read_options(options: Mapping[str, object], kind: type[T]) -> T:
    """The options as `kind`. Raises SourceError (fatal) that says what is wrong and what may stand there."""
    known = [one.encode_name for one in msgspec.structs.fields(kind)]
    for key in options:
        if key not in known:
            raise SourceError(
                f"unknown option '{key}', expected one of {', '.join(known)}{meant(key, known)}", fatal=True
            )
    try:
        return msgspec.convert(options, kind)
    except msgspec.ValidationError as error:
        raise SourceError(plainly(str(error)).replace("`$.", "`").replace("`", "'"), fatal=True) from None
