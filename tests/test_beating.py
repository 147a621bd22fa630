"""A heartbeat goes out while all is well, and while nothing else is so."""

import asyncio
import ipaddress
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.waiting import until
from wallboard.beating import BEHIND_MS, Beating
from wallboard.configfile import as_written
from wallboard.core.errors import ConfigError
from wallboard.heartbeat import Heartbeat

HERE = (ipaddress.ip_network("127.0.0.0/8"),)


class There:
    """What hears it. `answer`: a status, or None to say nothing."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.answer: int | None = 200

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.heard.append(head.split(b"\r\n")[0].decode())
        if self.answer is None:
            await reader.read()
        else:
            writer.write(b"HTTP/1.1 %d x\r\ncontent-length: 0\r\n\r\n" % self.answer)
        writer.close()


class Line:
    """What a pipeline says of itself."""

    ready = reachable = True
    lag = 0

    def lag_ms(self) -> int:
        return self.lag


class House:
    def __init__(self, port: int, there: There) -> None:
        self.there, self.line = there, Line()
        self.wanted: Heartbeat | None = Heartbeat(f"http://127.0.0.1:{port}/ping/s3cret", 0.02, HERE)
        self.beating = Beating(self.line, lambda: self.wanted)  # type: ignore[arg-type]
        self.beating.token = 1

    async def hears(self, more: int = 2) -> None:
        count = len(self.there.heard) + more
        await until(lambda: len(self.there.heard) >= count)

    async def hears_nothing(self) -> None:
        await asyncio.sleep(0.3)  # one that is on its way
        count = len(self.there.heard)
        await asyncio.sleep(0.3)
        assert len(self.there.heard) == count


@pytest.fixture
async def house(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.setattr("wallboard.beating.LOOK_S", 0.01)
    monkeypatch.setattr("wallboard.beating.ANSWER_S", 1)
    there = There()
    async with await asyncio.start_server(there.serve, "127.0.0.1", 0) as server:
        one = House(server.sockets[0].getsockname()[1], there)
        task = asyncio.create_task(one.beating.run())
        yield one
        task.cancel()


async def test_it_beats_while_all_is_well(house: House) -> None:
    await house.hears(3)
    assert set(house.there.heard) == {"GET /ping/s3cret HTTP/1.1"}


@pytest.mark.parametrize(
    ("what", "wrong", "right"),
    [("ready", False, True), ("reachable", False, True), ("lag", BEHIND_MS, 0)],
)
async def test_it_stops_while_the_line_stands_still(house: House, what: str, wrong: object, right: object) -> None:
    await house.hears()
    setattr(house.line, what, wrong)
    await house.hears_nothing()
    setattr(house.line, what, right)
    await house.hears()


async def test_only_the_leader_beats_and_only_where_it_is_wanted(house: House) -> None:
    await house.hears()
    house.beating.token = None
    await house.hears_nothing()
    house.beating.token, house.wanted = 2, None
    await house.hears_nothing()


@pytest.mark.parametrize("answer", [500, None])
async def test_whoever_does_not_hear_it_is_told_of_once_and_asked_again(
    house: House, answer: int | None, capfd: pytest.CaptureFixture[str]
) -> None:
    house.there.answer = answer
    await house.hears(3)
    house.there.answer = 200
    await house.hears(2)
    told = capfd.readouterr().out
    assert told.count("the heartbeat is not heard") == 1
    assert "s3cret" not in told


async def test_an_address_in_the_house_needs_to_be_allowed(house: House, capfd: pytest.CaptureFixture[str]) -> None:
    assert house.wanted
    house.wanted = house.wanted._replace(url=house.wanted.url.replace("127.0.0.1", "localhost"), allow=())
    await house.hears_nothing()
    assert "an address in the house" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('url = "http://127.0.0.1/x"', "name its network in `allow`"),
        ('url = "smtp://mail.example.com"', "expected one such as https://"),
        ('url = "https://hc.example.com/x"\nevery = "1s"', "at least 10s"),
        ('url = "https://hc.example.com/x"\nevry = "1m"', "evry"),
        ('every = "1m"', "give either url or url_file"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "wallboard.toml"
    file.write_text(f"[heartbeat]\n{text}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as found:
        as_written(file, {})
    assert said in str(found.value)
    assert "heartbeat" in str(found.value)


def test_it_is_read_from_a_file_and_its_address_is_no_word_for_a_log(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("https://hc.example.com/s3cret\n", encoding="utf-8")
    file = tmp_path / "wallboard.toml"
    file.write_text('[heartbeat]\nurl_file = "secret"\nevery = "30s"\n', encoding="utf-8")
    found = as_written(file, {}).heartbeat
    assert found == Heartbeat("https://hc.example.com/s3cret", 30.0)
    assert "s3cret" not in repr(found)
