"""Who is this, and what may they do? The answer of the gate that every route looks at."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from wallboard.live.desk import DESK
from wallboard.record.audit import By
from wallboard.record.board import Board
from wallboard.record.people import Person, Role

SCOPES = (
    "events:write", "state:read", "notices:write", "alerts:act", "boards:write", "screens:manage", "people:read",
    "metrics:read", "admin",
)  # fmt: skip
OF_ROLE: Mapping[Role, frozenset[str]] = {
    "viewer": frozenset({"state:read"}),
    "agent": frozenset({"state:read"}),
    "lead": frozenset({"state:read", "people:read", "notices:write", "alerts:act", "screens:manage", "boards:write"}),
    "admin": frozenset({"admin"}),
}


@dataclass(frozen=True)
class Who:
    """Somebody who was let in. Scope `admin` includes every other one.

    `id`: of the person, the token or the screen. `boards`, `teams`, `queues`: what it is limited to, None: to nothing.
    `agents`: as which agents a person works. `source`: as which a program speaks, and as no other.
    """

    name: str
    scopes: frozenset[str]
    kind: Literal["person", "program", "screen"] = "program"
    role: Role | None = None
    id: str = ""
    boards: frozenset[str] | None = None
    teams: frozenset[str] | None = None
    queues: frozenset[str] | None = None
    agents: frozenset[str] = frozenset()
    source: str | None = None

    @property
    def by(self) -> By:
        """For the audit trail."""
        return By(self.name, self.kind, self.id)

    @property
    def whose(self) -> str:
        """As which account or token, whatever its name is."""
        return f"{self.kind}:{self.id}"

    @property
    def speaks_as(self) -> str | None:
        """The only source that it may name; None: any. Who is limited and has none is a source by its own name."""
        is_limited = self.queues is not None or self.teams is not None
        return self.source or (self.name if is_limited else None)

    def may(self, scope: str) -> bool:
        return scope in self.scopes or "admin" in self.scopes

    def may_see_board(self, board_id: str) -> bool:
        """`support?queue=sales` is the board `support`, filled in. The desk (live/desk.py) is for leads."""
        if board_id.partition("?")[0] == DESK:
            return self.may("people:read") and self.queues is None
        return self.boards is None or board_id.partition("?")[0] in self.boards

    def of_team(self, team: str | None) -> bool:
        return self.teams is None or team in self.teams


def may_see(who: Who, board: Board) -> bool:
    """A board for leads is for who has the scope `people:read`, and for screens that a lead paired with it; one for
    agents is not for viewers."""
    if not (who.may("state:read") and who.may_see_board(board.id)):
        return False
    if board.audience == "lead":
        return who.kind == "screen" or who.may("people:read")
    return board.audience == "wall" or who.role != "viewer"


def who_of(person: Person) -> Who | None:
    """None: the account is disabled."""
    if person.disabled:
        return None
    bound = person.bound
    return Who(
        name=person.name,
        scopes=OF_ROLE[person.role],
        kind="person",
        role=person.role,
        id=person.id,
        boards=None if bound.boards is None or person.role == "admin" else frozenset(bound.boards),
        teams=frozenset(bound.teams or ()) if person.is_bound_to_teams else None,
        agents=frozenset(bound.agents),
    )
