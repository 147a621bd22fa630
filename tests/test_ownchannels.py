"""What leads may add is what the file allows, with the house's server and bot; addresses in the house only where it
says so."""

import asyncio
import ipaddress
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.waiting import until
from wallboard.alerts.ownchannels import receiver_of
from wallboard.cli import run
from wallboard.commands.given import Given
from wallboard.commands.inforce import InForce
from wallboard.configfile import load
from wallboard.core.errors import ConfigError
from wallboard.ownchannels import refused
from wallboard.receivers import bot_of, wrong
from wallboard.record.database import open_record
from wallboard.record.ownchannels import OwnChannel, OwnChannels
from wallboard.record.people import Bound, People
from wallboard.standard import key_of, new_secret

BOT = "123456:AAsecretsecretsecretsecretsecret"
NOTIFY = f"""
[notify.olena-mail]
url = "smtp://own:pw@mail.example.com/?from=o@example.com&to=olena@example.com"
person = "Olena"
[notify.boss]
url = "smtps://u%40x:p%2Fw@mail.example.com:465/?from=wall@example.com&to=boss@example.com&to=b@example.com"
[notify.other]
url = "smtp://other.example.com/?from=a@example.com&to=b@example.com"
[notify.leads]
url = "telegram://{BOT}@-1001?api=https://bots.example.com"
"""


def loaded(folder: Path, text: str, **environ: str) -> Any:
    file = folder / "wallboard.toml"
    file.write_text(text, encoding="utf-8")
    return load(file, environ)


def mistakes(folder: Path, text: str) -> dict[str, str]:
    with pytest.raises(ConfigError) as found:
        loaded(folder, text)
    return {one.at: one.reason for one in found.value.mistakes}


def channel(kind: Any, target: str, **more: Any) -> OwnChannel:
    return OwnChannel(**{"id": "c1", "person": "p1", "kind": kind, "target": target, **more})


def test_without_a_word_leads_may_add_what_the_house_has_a_server_or_a_bot_for(tmp_path: Path) -> None:
    found = loaded(tmp_path, NOTIFY).own_channels
    assert {kind: one.name for kind, one in found.items()} == {"mail": "boss", "telegram": "leads", "webhook": "own:"}
    assert list(loaded(tmp_path, "").own_channels) == ["webhook"]


def test_the_file_names_another_one_or_switches_them_off(tmp_path: Path) -> None:
    found = loaded(tmp_path, NOTIFY + '[channels]\nkinds = ["mail"]\nmail = "other"\n').own_channels
    assert {kind: one.name for kind, one in found.items()} == {"mail": "other"}
    assert loaded(tmp_path, NOTIFY + "[channels]\nkinds = []\n").own_channels == {}
    assert loaded(tmp_path, NOTIFY, WALLBOARD_CHANNELS_KINDS="[]").own_channels == {}


def test_what_cannot_be_meant_is_named_by_its_path(tmp_path: Path) -> None:
    assert list(mistakes(tmp_path, NOTIFY + '[channels]\nmail = "leads"\ntelegram = "nobody"\n')) == [
        "channels.mail", "channels.telegram",
    ]  # fmt: skip
    assert "no [notify.NAME] of mail" in mistakes(tmp_path, '[channels]\nkinds = ["mail"]\n')["channels.kinds"]
    assert list(mistakes(tmp_path, '[channels]\nallow = ["10.0.0.0/8", "everywhere"]\nown = 1\n')) == [
        "channels.own", "channels.allow[1]",
    ]  # fmt: skip
    broken = '[notify.boss]\nurl = "smtp://h/"\n[channels]\nmail = "boss"\n'
    assert list(mistakes(tmp_path, broken)) == ["notify.boss.url"], "one mistake is told once"
    taken = '[notify."own:x"]\nurl = "smtp://h/?from=a@b&to=c@d"\n'
    assert "channels that leads added" in mistakes(tmp_path, taken)['notify."own:x"']


def test_mail_goes_by_the_server_and_from_the_sender_of_the_house_to_one_address(tmp_path: Path) -> None:
    patterns = loaded(tmp_path, NOTIFY).own_channels
    one = receiver_of(channel("mail", "o+l&x=1@example.com", least="critical", quiet="22:00-06:00"), "Olena", patterns)
    assert one
    sent = "smtps://u%40x:p%2Fw@mail.example.com:465/?from=wall%40example.com&to=o%2Bl%26x%3D1%40example.com"
    assert (one.name, one.kind, one.url, one.person) == ("own:c1", "mail", sent, "Olena")
    assert (one.least, one.quiet, wrong(one.url, "mail", ())) == ("critical", "22:00-06:00", [])


def test_a_chat_is_one_of_the_bot_of_the_house(tmp_path: Path) -> None:
    patterns = loaded(tmp_path, NOTIFY).own_channels
    one = receiver_of(channel("telegram", "987"), "Olena", patterns)
    assert one
    assert bot_of(one.url) == (BOT, "987", "https://bots.example.com")
    assert receiver_of(channel("telegram", ""), "Olena", patterns) is None, "not linked yet"


def test_a_webhook_has_its_own_key_and_what_is_off_is_no_receiver(tmp_path: Path) -> None:
    patterns, secret = loaded(tmp_path, '[channels]\nallow = ["10.0.0.0/8"]\n').own_channels, new_secret()
    one = receiver_of(channel("webhook", "https://hook.example/x", secret=secret), "Olena", patterns)
    assert one
    assert (one.secret, one.allow) == (key_of(secret), (ipaddress.ip_network("10.0.0.0/8"),))
    assert secret not in repr(channel("webhook", "x", secret=secret))
    assert receiver_of(channel("mail", "a@b.example"), "Olena", patterns) is None


def test_no_reason_says_where_it_is(tmp_path: Path) -> None:
    patterns = loaded(tmp_path, NOTIFY).own_channels
    mail = receiver_of(channel("mail", "olena@example.com"), "Olena", patterns)
    hook = receiver_of(channel("webhook", "https://hook.example/x"), "Olena", patterns)
    assert mail
    assert hook
    assert mail.plain("nobody is taken: ['Olena@Example.com']") == "nobody is taken: ['…']"
    assert hook.plain("hook.example is 10.0.0.1, an address in the house") == "… is 10.0.0.1, an address in the house"


HERE = (ipaddress.ip_network("127.0.0.0/8"),)


@pytest.mark.parametrize("address", [
    "olena", "a@b@c.example", "a@b.example,c@d.example", "Olena <a@b.example>", "a@b.example\r\nBcc: x@y.example",
    "a b@c.example", "оля@приклад.укр", f"{'a' * 65}@b.example", "a@-", "a@b..c", "@b.example", "a@b.example?to=c@d",
])  # fmt: skip
def test_what_is_no_single_mail_address_is_refused(address: str) -> None:
    if address == "a@-":
        assert refused(address, "mail", ()) is None, "a code will tell"
        return
    assert "mail address" in str(refused(address, "mail", ())) or "ASCII" in str(refused(address, "mail", ()))
    assert refused("olena.k+wall@mail.example.com", "mail", ()) is None


@pytest.mark.parametrize("address", [
    "http://hook.example/", "http://127.0.0.1.nip.example/", "ftp://hook.example/", "https://", "https:///x", "hook",
    "https://127.0.0.1/", "https://[::1]/", "https://0x7f.1/", "https://localhost/", "https://10.0.0.1:8443/x",
    "https://169.254.169.254/latest/meta-data", "https://[::ffff:10.0.0.1]/", "https://hook.example:99999/",
    "smtp://h/?from=a@b&to=c@d", f"telegram://{BOT}@7", "json://hook.example", "https://hook.example/ü",
    "https://hook.example/a b", f"https://hook.example/{'a' * 2000}", "https://[", "http://8.8.8.8/",
])  # fmt: skip
def test_a_webhook_is_https_and_not_in_the_house(address: str) -> None:
    assert refused(address, "webhook", ()) is not None
    assert refused("https://hook.example:8443/a?b=c", "webhook", ()) is None


def test_in_the_house_only_what_the_file_allows(tmp_path: Path) -> None:
    assert refused("http://127.0.0.1:9/x", "webhook", HERE) is None
    assert refused("https://127.0.0.1:9/x", "webhook", HERE) is None
    assert refused("http://hook.example/", "webhook", HERE) is not None, "what is not encrypted by its address alone"
    why = "10.0.0.1 is an address in the house: ask an administrator to name its network in `allow` of [channels]."
    assert refused("http://10.0.0.1/", "webhook", HERE) == why


def test_apprise_is_told_what_it_knows_and_nothing_else() -> None:
    assert refused("slack://a/b/c", "apprise", ()) is None
    for address in ("https://hook.example/", "smtp://h/?from=a@b&to=c@d", "file:///etc/passwd", "json://127.0.0.1/"):
        assert refused(address, "apprise", ()) is not None, address


def test_the_simulated_centre_has_neither_the_server_nor_the_bot_of_the_house(tmp_path: Path) -> None:
    loaded(tmp_path, NOTIFY)
    assert list(load(tmp_path / "wallboard.toml", {}, demo=True).own_channels) == ["webhook"]


async def test_what_the_file_says_of_them_is_followed_while_all_runs(tmp_path: Path) -> None:
    file = tmp_path / "wallboard.toml"
    file.write_text(NOTIFY, encoding="utf-8")
    force = InForce(Given(file, tmp_path / "data", False))
    in_force = force.lasting("redis://x").own_channels
    async with force.followed():
        await asyncio.sleep(0.1)  # until it has seen how the file was
        file.write_text("[channels]\nkinds = []\n", encoding="utf-8")
        await until(lambda: not in_force)
    assert not force.stale.is_set(), "without a new start"


def test_a_channel_says_no_secret_in_a_log() -> None:
    one = msgspec.structs.replace(channel("webhook", "https://hook.example/very-secret"), code="digest")
    assert "secret" not in f"{one!r} {one}"


def test_check_says_that_on_duty_reaches_nobody_until_a_lead_has_a_channel(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rule = '[alert.wait]\nmetric = "waiting"\nraise = "> 0"\naction = "Help"\nnotify = ["on-duty", "boss"]\n'
    file, data = tmp_path / "wallboard.toml", tmp_path / "data"
    file.write_text(NOTIFY.replace('person = "Olena"\n', "") + rule, encoding="utf-8")

    def warned() -> bool:
        assert run(["check", str(file), "--data", str(data)]) == 0
        return "no lead added a channel" in capsys.readouterr().err

    assert warned()
    assert not data.exists(), "no record is made for that"
    engine = open_record(data)
    people, channels = People(engine), OwnChannels(engine)
    olena = people.add("Olena", "lead", Bound(), by="tests", now_ms=1).id
    made = channels.add(channel("mail", "olena@example.com", person=olena), by="Olena", now_ms=1)
    assert warned(), "it is still to be confirmed"
    channels.confirm(made, channels.code(made, by="Olena", now_ms=1) or "", by="Olena", now_ms=1)
    assert not warned()
    people.change(olena, by="tests", now_ms=2, role="viewer")
    assert warned(), "she leads no more"
