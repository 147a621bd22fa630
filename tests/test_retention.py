"""How long is each kind of data kept? Whoever adds a table or a key says so in docs/privacy.md, and here where."""

from pathlib import Path

from wallboard.record import (  # noqa: F401 - tables
    granted,
    history,
    ownchannels,
    people,
    revisions,
    rulerevisions,
    screens,
    shiftnotes,
    tokens,
)
from wallboard.record.database import TABLES
from wallboard.stream.keys import Keys

PAGE = (Path(__file__).parents[1] / "docs" / "privacy.md").read_text(encoding="utf-8")
ACCOUNTS, REVISIONS = "accounts (of an OpenID provider", "boards, alert rules and their revisions"
RECORD = {
    "audit": "the audit trail", "people": ACCOUNTS, "tokens": ACCOUNTS, "screens": ACCOUNTS,
    "boards": REVISIONS, "board_revisions": REVISIONS, "rule_revisions": REVISIONS,
    "history_intervals": "intervals of persons", "history_contacts": "contacts that ended",
    "history_days": "intervals of queues and groups", "history_progress": "",
    "granted": "",  # of nobody: what files let people and programs do
    "shift_notes": "notes to the next shift", "own_channels": "own channels of leads",
}  # fmt: skip
WAITING = "messages that wait to be told"
REDIS = {
    "stream": "events", "checkpoint": "the running day", "chunk": "the running day", "seen": "ids of events",
    "sign_in_code": "sessions, as digests", "session": "sessions, as digests", "sessions_of": "sessions, as digests",
    "away": "sessions, as digests", "screen": "what a screen said last", "outbox": WAITING, "told": WAITING,
    "placed": WAITING, "shown": WAITING, "going": WAITING, "dead_letters": "messages that were given up",
    "handed_over": "until when an account has read hand-overs", "receivers": "own channels of leads",
    # Of nobody: places, counters, what collectors say of themselves, codes of screens, orders to screens.
    "prefix": "", "positions": "", "lease": "", "fence": "", "health": "", "history": "", "pairing": "",
    "pair_code": "", "orders": "",
}  # fmt: skip


def rows() -> list[str]:
    return [line.split("|")[1].strip() for line in PAGE.splitlines() if line.startswith("| ")]


def test_every_table_and_every_key_has_its_row() -> None:
    assert set(TABLES.tables) == set(RECORD)
    assert {name for name in vars(Keys) if not name.startswith("_") and name != "namespace"} == set(REDIS)
    kinds = {kind for kind in (*RECORD.values(), *REDIS.values()) if kind}
    assert [kind for kind in sorted(kinds) if not any(row.startswith(kind) for row in rows())] == []
