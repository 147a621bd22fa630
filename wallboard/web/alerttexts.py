"""How is an alert said in one sentence, and which alert stands first?"""

from wallboard.web.figures import changed, lasting, moved, seconds_since
from wallboard.web.levels import grave
from wallboard.web.picture import Document
from wallboard.web.words import Words


def order_of(row: Document) -> tuple[bool, int, bool]:
    """The first is the least: awake, grave, nobody's."""
    is_somebodys = "left" not in row and ("acknowledged_by" in row or "owner" in row)
    return "snoozed_until" in row, grave(row["severity"]), is_somebodys


def alert_text(row: Document, say: Words) -> str:
    """With its number at its raise."""
    return text_with(row, number_of(row, row.get("value"), say), say)


def raised_text(row: Document, say: Words) -> str:
    """With its number at its raise, which says that it is that: of what is over, or not known now."""
    if "value" not in row:
        return alert_text(row, say)
    return text_with(row, say("alert.raised", value=number_of(row, row["value"], say)), say)


def text_now(row: Document, say: Words, now_ms: int) -> str:
    """With its number now where the row has it."""
    now = value_now(row, now_ms)
    return raised_text(row, say) if now is None else text_with(row, number_of(row, now, say), say)


def number_of(row: Document, value: float | None, say: Words) -> str:
    return say("absent") if value is None else (moved if "within" in row else changed)(value, row["reads"], say)


def text_with(row: Document, value: str, say: Words) -> str:
    """`value`: what stands as its number."""
    sign, number = "".join(c for c in row["limit"] if c in "<>="), float(row["limit"].strip("<>= "))
    metric = say(f"metric.{row['metric']}", otherwise=row["metric"])
    if "event" in row:
        metric = say("alert.no_event", event=row["event"])
    if "within" in row:
        metric = say("alert.change", metric=metric, time=lasting(row["within"], say))
    said = {"metric": metric, "value": value, "limit": f"{sign}\u00a0{changed(number, row['reads'], say)}"}
    return say("alert.says", name=row["name"], **said) if "name" in row else say("alert.says_of_all", **said)


def value_now(row: Document, now_ms: int) -> float | None:
    """None: not known."""
    return seconds_since(row["grows_since"], now_ms) if "grows_since" in row else row.get("value_now")
