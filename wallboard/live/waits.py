"""How long is a screen's connection waited for, and how much may wait in it? The same on every way (web/serve.py)."""

import errno
import socket

FRAMES = "wallboard.frames"  # the ASGI extension: {"wire": the connection's Wire (live/screen.py)}

# A peer that is gone is noticed by what is sent to it, each 4 s at least, where the kernel gives up on it after 10 s
# (TCP_USER_TIMEOUT, web/listening.py): pings are for what lies between, which often forgets a line that was silent
# in one direction for a minute, and cost a screen as much as ten patches.
PING_S = 50.0 if hasattr(socket, "TCP_USER_TIMEOUT") else 12.0
PONG_S = 7.0
GAVE_UP = frozenset({errno.ETIMEDOUT, errno.EHOSTUNREACH, errno.ENETUNREACH})  # how the kernel says so
STALLED_S = 5.0  # what is written and not taken for so long: the screen is cut off
LINGER_S = 1.0  # for a close frame to leave
UNSENT_BYTES = 32_768  # above it nothing is written, and the hub merges
SEND_BUFFER_BYTES = 65_536  # the kernel's own, on the listening socket: it would swallow minutes of patches

TOO_SLOW = 4008
NO_CLOSE = 1006  # never on the wire: the peer went without one; with our reason (live/tally.py: Cut), where we know it
