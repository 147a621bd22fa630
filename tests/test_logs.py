"""A log line is one JSON line: nothing in it moves a terminal's cursor or gives a secret away."""

import io
import json
import logging

import pytest
import structlog

from wallboard import logs


@pytest.fixture
def out() -> io.StringIO:
    stream = io.StringIO()
    logs.configure(stream)
    return stream


def lines(out: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_hostile_text_stays_on_its_line_and_moves_no_cursor(out: io.StringIO) -> None:
    hostile = "a\r\nlevel=error\x1b[2J\x9b1m\u2028\u202eКиїв\ud800"
    structlog.get_logger().info("contact\nforged", queue=hostile)
    text = out.getvalue()
    assert text.count("\n") == 1
    assert text[:-1].isprintable()
    assert lines(out)[0]["queue"] == hostile
    assert "Київ" in text


def test_secrets_are_blotted_out_wherever_they_stand(out: io.StringIO) -> None:
    log = structlog.get_logger()
    log.info("x", token="tell-nobody", cookie="tell-nobody", url="redis://user:tell-nobody@host/0")
    log.info("GET /live?board=a&token=tell-nobody", header="Bearer tell-nobody", said="wb_tell-nobody")
    logging.getLogger("library").warning("connecting to rediss://:tell-nobody@host")
    assert "tell-nobody" not in out.getvalue()
    assert len(lines(out)) == 3
    assert "board=a" in out.getvalue()


def test_an_exception_is_one_line_with_its_traceback(out: io.StringIO) -> None:
    try:
        raise ValueError("here\nand there")
    except ValueError:
        structlog.get_logger().exception("task failed", task="hub")
    [line] = lines(out)
    assert line["task"] == "hub"
    assert "ValueError: here\nand there" in str(line["exception"])


def test_websocket_addresses_of_uvicorn_are_not_logged(out: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").info('"WebSocket /live?token=tell-nobody" [accepted]')
    logging.getLogger("uvicorn.access").info("GET /?token=tell-nobody")
    logging.getLogger("uvicorn.error").error("kept")
    assert [line["event"] for line in lines(out)] == ["kept"]
