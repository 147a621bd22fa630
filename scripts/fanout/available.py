"""What can be run here? The load and the servers beside the service; and what is left out, and why."""

import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

SOURCES = Path(__file__).resolve().parent
KINDS = ("plain", "packed", "floor", "ws", "ws-packed")
BROADCAST = "websockets.broadcast"


class Available(NamedTuple):
    """Commands, without their arguments."""

    load: list[str]
    load_is: str
    floor: list[str]
    floor_is: str
    folder: Path
    left_out: dict[str, str]  # kind → why


def available(folder: Path, kinds: Iterable[str], *, compiles: bool = True) -> Available:
    """Built and fetched into this folder. `compiles`: False as on a machine without a compiler."""
    why = _no_ws(folder) if (ws := [kind for kind in kinds if kind.startswith("ws")]) else None
    left_out = dict.fromkeys(ws, why) if why else {}
    compiler = (shutil.which("cc") or shutil.which("gcc")) if compiles else None
    if compiler is None:
        load, floor = ([sys.executable, str(SOURCES / name)] for name in ("load.py", "broadcast.py"))
        return Available(load, "Python processes", floor, BROADCAST, folder, left_out)
    zlib = ["-DWITH_ZLIB", "-lz"] if Path("/usr/include/zlib.h").exists() else []
    for name, parts, more in (("load", ("load", "line", "message"), zlib), ("floor", ("floor",), [])):
        sources = [str(SOURCES / f"{part}.c") for part in parts]
        subprocess.run([compiler, "-O2", "-o", str(folder / name), *sources, *more], check=True)
    return Available([str(folder / "load")], "C", [str(folder / "floor")], "send() in C", folder, left_out)


def _no_ws(folder: Path) -> str | None:
    """Why Node's `ws` cannot be measured; None: it can."""
    if missing := [name for name in ("node", "npm") if not shutil.which(name)]:
        return f"{' and '.join(missing)} not found"
    shutil.copy(SOURCES / "broadcast.mjs", folder)
    command = ["npm", "install", "--no-fund", "--no-audit", "--loglevel=error", "ws@8"]
    fetched = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    if fetched.returncode == 0:
        return None
    said = [line for line in fetched.stderr.splitlines() if line.strip()]
    return f"npm install ws@8 failed: {' / '.join(said[:3])}"
