"""Schemathesis over the server's own OpenAPI document, as a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

from target import TOKEN, Target

CONFIG = Path(__file__).with_name("schemathesis.toml")
HOOKS = Path(__file__).with_name("hooks.py")
PHASES = "examples,coverage,fuzzing,stateful"


def schemathesis(attacked: Target, *, seconds: int, seed: int = 1, examples: int = 100) -> tuple[int, str]:
    """Its exit code, and what it said. All its checks are on: that is its default; HOOKS has what is ours."""
    tool = Path(sys.executable).with_name("st")
    done = subprocess.run(
        [str(tool), "--config-file", str(CONFIG), "run", f"{attacked.url}/api/v1/openapi.json",
         "--header", f"Authorization: Bearer {TOKEN}", "--phases", PHASES,
         "--max-examples", str(examples), "--max-time", str(seconds), "--seed", str(seed),
         "--no-color", "--warnings", "off"],
        env=os.environ | {"SCHEMATHESIS_HOOKS": str(HOOKS)},
        cwd=attacked.folder, capture_output=True, text=True, timeout=seconds + 120,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr
