"""`wallboard boards pull` and `push`: files byte by byte as on the server; a conflict is shown, not written over."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result

from wallboard.commands.boards import boards
from wallboard.config import Config, Redis
from wallboard.web.app import create_app
from wallboard.web.listening import listen
from wallboard.web.serve import server_for

TOKEN = "wb_test-token-of-the-admin"
PATH = "/api/v1/boards"
TEXT = '# ours\r\ntitle = "Ніч"\r\n'


@pytest.fixture
def url(redis_url: str, namespace: str, tmp_path: Path) -> Iterator[str]:
    """The real application, in a thread of its own."""
    config = Config(redis=Redis(url=redis_url, namespace=namespace), admin_token=TOKEN, data=tmp_path / "data")
    listener, over = listen("127.0.0.1", 0), Event()

    ready = Event()

    async def serve() -> None:
        server = server_for(create_app(config))
        task = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started and not task.done():
            await asyncio.sleep(0.02)
        ready.set()
        await asyncio.to_thread(over.wait)
        server.should_exit = True
        await task

    thread = Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(30)
    yield "http://{}:{}".format(*listener.getsockname())
    over.set()
    thread.join()


@pytest.fixture
def http(url: str) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {TOKEN}", "accept": "application/toml", "content-type": "application/toml"}
    with httpx.Client(base_url=url, headers=headers, timeout=60) as client:
        assert client.put(f"{PATH}/night", content=TEXT, headers={"if-none-match": "*"}).status_code == 201
        yield client


@pytest.fixture
def run(url: str, http: httpx.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setenv("WALLBOARD_URL", url)
    monkeypatch.setenv("WALLBOARD_TOKEN", TOKEN)
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(boards, list(arguments))


def change(http: httpx.Client, text: str) -> None:
    tag = http.get(f"{PATH}/night").headers["etag"]
    assert http.put(f"{PATH}/night", content=text, headers={"if-match": tag}).status_code == 200


def test_what_is_pulled_is_there_byte_by_byte_and_pushed_again_changes_nothing(
    run: Callable[..., Result], http: httpx.Client
) -> None:
    assert run("pull").exit_code == 0
    assert sorted(file.name for file in Path("boards").iterdir()) == [".boards.json", "night.toml"]
    assert Path("boards/night.toml").read_bytes() == TEXT.encode()
    tag = http.get(f"{PATH}/night").headers["etag"]
    pushed = run("push")
    assert (pushed.exit_code, pushed.output) == (0, "nothing else differs\n")
    assert http.get(f"{PATH}/night").headers["etag"] == tag


def test_an_edit_here_goes_there_and_an_edit_there_comes_here(run: Callable[..., Result], http: httpx.Client) -> None:
    run("pull")
    file = Path("boards/night.toml")
    file.write_text("title = 'here'")
    Path("boards/new.toml").write_text("title = 'new'")
    assert run("push").exit_code == 0
    assert (http.get(f"{PATH}/night").text, http.get(f"{PATH}/new").text) == ("title = 'here'", "title = 'new'")
    change(http, "title = 'there'")
    assert run("pull").exit_code == 0
    assert file.read_text() == "title = 'there'"


@pytest.mark.parametrize("verb", ["pull", "push"])
def test_what_changed_here_and_there_is_shown_and_written_over_only_when_that_is_wanted(
    run: Callable[..., Result], http: httpx.Client, verb: str
) -> None:
    run("pull")
    Path("boards/night.toml").write_text("title = 'here'")
    change(http, "title = 'there'")
    clash = run(verb)
    assert clash.exit_code == 1
    assert "-title = 'there'" in clash.output
    assert "+title = 'here'" in clash.output
    assert (http.get(f"{PATH}/night").text, Path("boards/night.toml").read_text()) == (
        "title = 'there'",
        "title = 'here'",
    )
    assert run(verb, "--force").exit_code == 0
    expected = "title = 'there'" if verb == "pull" else "title = 'here'"
    assert http.get(f"{PATH}/night").text == Path("boards/night.toml").read_text() == expected


def test_every_mistake_of_a_board_is_named_and_the_others_go_on(run: Callable[..., Result], http: httpx.Client) -> None:
    run("pull")
    Path("boards/bad.toml").write_text("colums = 3\nrows = 0")
    Path("boards/good.toml").write_text("title = 'good'")
    pushed = run("push")
    assert pushed.exit_code == 1
    assert "boards/bad.toml: colums: unknown key 'colums'" in pushed.output
    assert "boards/bad.toml: rows: " in pushed.output
    assert http.get(f"{PATH}/good").status_code == 200


def test_what_was_deleted_on_one_side_is_deleted_on_the_other_if_nobody_changed_it(
    run: Callable[..., Result], http: httpx.Client
) -> None:
    run("pull")
    Path("boards/night.toml").unlink()
    assert "--delete takes it away" in run("push").output
    assert http.get(f"{PATH}/night").status_code == 200
    assert run("push", "--delete").exit_code == 0
    assert http.get(f"{PATH}/night").status_code == 404
    Path("boards/night.toml").write_text(TEXT)
    run("push")
    tag = http.get(f"{PATH}/night").headers["etag"]
    http.delete(f"{PATH}/night", headers={"if-match": tag})
    assert run("pull").exit_code == 0
    assert not Path("boards/night.toml").exists()


def test_a_wrong_token_and_a_server_that_is_away_are_said(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WALLBOARD_TOKEN", "wb_wrong")
    refused: Any = run("pull").exception
    assert "refuses the token" in str(refused)
    monkeypatch.setenv("WALLBOARD_URL", "http://127.0.0.1:9")
    away: Any = run("push").exception
    assert "does not answer" in str(away)
