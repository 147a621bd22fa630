# Makes .venv in the checkout; sourced by scripts/up, test and check. `environment NAME EXTRA` installs once for
# each content of pyproject.toml: a second start installs nothing.

fail() {
    echo "$(basename "$0"): $*" >&2
    exit 1
}

find_python() {
    local name
    for name in "${PYTHON:-}" python3.14 python3.13 python3.12 python3.11 python3 python; do
        [ -n "$name" ] || continue
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    fail "Python 3.11 or newer is needed and was not found: install it, or name it with PYTHON=/path/to/python3"
}

environment() {
    local stamp=".venv/$1.stamp" wanted
    wanted="$(cksum <pyproject.toml) $PWD"
    if [ -x .venv/bin/python ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then
        return
    fi
    local python
    python="$(find_python)" || exit 1
    if [ ! -x .venv/bin/python ] || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
        "$python" -c 'import venv, ensurepip' 2>/dev/null ||
            fail "$python has no venv module: install it (Debian, Ubuntu: apt install python3-venv)"
        "$python" -m venv --clear .venv || fail "cannot make .venv in $PWD: see the message above"
    fi
    echo "installing into $PWD/.venv (once)" >&2
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -e ".$2" ||
        fail "pip could not install: is the package index reachable? (see the message above)"
    echo "$wanted" >"$stamp"
    echo "$wanted" >.venv/run.stamp
}
