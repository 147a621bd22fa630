"""The groups of attacks, and their share of many cases (docs/security.md says what else is tested where)."""

import bodies
import calls
import doors
import sockets

# Group → its share of a hundred cases, and some more. Those that open connections that must be waited for have few.
GROUPS = {
    sockets.origins: 0.5, sockets.credentials: 2, sockets.messages: 0.4, sockets.frames: 0.2, sockets.bombs: 0.05,
    bodies.malformed: 15, bodies.events: 30, bodies.names: 4, bodies.logged: 8, bodies.repeats: 10,
    calls.foreign_pages: 8, calls.addresses: 8, calls.heads: 3, calls.boards: 4,
    doors.pairing: 9, doors.names: 0.5, bodies.flood: 10,
}  # fmt: skip
