"""What does a spreadsheet get? CSV (RFC 4180) with a mark of its encoding, and texts that no spreadsheet calculates."""

import csv
import io
from collections.abc import Iterable, Sequence

from starlette.responses import Response

CSV = "text/csv"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # with which a spreadsheet takes a text for a formula


def spreadsheet(file: str, rows: Iterable[Sequence[object]]) -> Response:
    """`file`: the name that it is kept under. Texts of the rows are made harmless, numbers stay as they are."""
    to = io.StringIO()
    csv.writer(to, lineterminator="\r\n").writerows([_harmless(cell) for cell in row] for row in rows)
    headers = {
        "cache-control": "private, no-store", "vary": "accept",
        "content-disposition": f'attachment; filename="{file}"',
    }  # fmt: skip
    return Response("\ufeff" + to.getvalue(), media_type=f"{CSV}; charset=utf-8", headers=headers)


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
