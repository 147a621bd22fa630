"""Is what a person wrote taken as it stands, and is every mistake named with its place?"""

import asyncio
import os
import tomllib
from pathlib import Path

import pytest

from wallboard import provider
from wallboard.config import Config
from wallboard.configfile import as_far_as_good, as_written, load, watch
from wallboard.core.errors import ConfigError
from wallboard.core.select import selects
from wallboard.core.settings import Target
from wallboard.firstrules import first_rules

GOOD = """
[server]
public_url = "https://wall.example.com"
[redis]
url = "redis://:hunter2@db:6379/0"
[site.main]
name = "Kyiv"
zone = "Europe/Kyiv"
day_starts = "06:00"
open = "Mon-Fri 08:00-20:00, Sat 09:00-15:00"
holidays = ["2026-12-25"]
shifts = { early = "06:00-14:00", late = "14:00-22:00" }
[queue.support]
name = "Підтримка"
site = "main"
target = { percent = 80, seconds = 20, formula = "short", count_waiting = true }
[agent.anna]
also = ["pbx-1:PJSIP/1006", "pbx-1:Анна Бахмут"]
[reason.lunch]
minutes = 60
[collector.pbx-1]
kind = "asterisk"
secret = "ami-password"
[alert.support-wait]
metric = "oldest_wait_s"
queues = ["support"]
raise = "> 120"
clear = "< 60"
for = "30s"
severity = "critical"
action = "Open the overflow queue"
notify = ["leads"]
[notify.leads]
url_file = "/run/secrets/leads-apprise"
"""

OIDC = """[server]
public_url = 'https://wall.example.com'
[oidc]
issuer = 'https://id.example.com'
client_id = 'wallboard'
client_secret = 'hunter2'
roles = {{ staff = 'viewer' }}
{}
"""

# What a person may write wrong → the place and a word of the reason.
MISTAKES = {
    "[server]\nprot = 1": ("server.prot", "did you mean 'port'"),
    "[server]\nport = 'x'": ("server.port", "Expected whole number"),
    "[server]\nport = 70000": ("server.port", "65535"),
    "[server]\nmetrics = 'all'": ("server.metrics", "Invalid"),
    "server = 1": ("server", "expected a table"),
    "[sever]": ("sever", "did you mean 'server'"),
    "[redis]\nurl = 'db:6379'": ("redis.url", "redis://"),
    "[notify.x]\nurl = 'https://h/'": ("notify.x.secret", "give either"),
    "[notify.x]\nurl = 'https://h/'\nsecret = 'short'": ("notify.x.secret", "does not begin with whsec_"),
    "[notify.x]\nurl = 'https://h/'\nsecret = 'whsec_AAAA'": ("notify.x.secret", "this is 3 bytes"),
    "[notify.x]\nurl = 'https://h/'\nsecret = 'whsec_?'": ("notify.x.secret", "is no base64"),
    "[notify.x]\nurl = 'smtp://h/?to=a'": ("notify.x.url", "from="),
    "[notify.x]\nurl_file = 'nowhere'": ("notify.x.url_file", "cannot read"),
    "[notify.x]\nurl = 'json://h/'\nallow = ['10.0.0']": ("notify.x.allow[0]", "10.1.0.0/16"),
    "[notify.x]\nurl = 'json://h/'\nquiet = 'night'": ("notify.x.quiet", ""),
    "[notify.x]\nurl = 'json://h/'\nquiet = '22-06'": ("notify.x.quiet", "such as 22:00-06:00, found '22-06'"),
    "[alert.x]\nmetric = 'waiting'\nraise = '> 1'\nnotify = ['ops']": ("alert.x.notify[0]", "[notify.ops]"),
    "[notify.on-duty]\nurl = 'json://h/'": ("notify.on-duty", "choose another name"),
    "[alert.x]\nmetric = 'waiting'\nraise = '> 1'\nrepeat = '5s'": ("alert.x.repeat", "at least 1m"),
    OIDC.format("secret = 'x'"): ("oidc.secret", "did you mean 'client_secret'"),
    OIDC.format("client_secret_file = 'nowhere'"): ("oidc.client_secret", "give either"),
    OIDC.format("default_role = 'boss'"): ("oidc.default_role", "Invalid"),
    OIDC.format("scopes = ['profile']"): ("oidc.scopes", "'openid' is missing"),
    OIDC.format("").replace("https://id", "ldap://id"): ("oidc.issuer", "https://id.example.com/realms/house"),
    OIDC.format("").replace("roles = { staff = 'viewer' }", ""): ("oidc", "nobody would come in"),
    OIDC.format("").replace("'viewer'", "'boss'"): ("oidc.roles", "Invalid"),
    OIDC.format("").replace("public_url = 'https://wall.example.com'", ""): ("server.public_url", "is missing"),
    "[redis]\nnamespace = 'a b'": ("redis.namespace", "letters"),
    "[site.main]\nzone = 'Europe/Kiew'": ("site.main.zone", "unknown zone"),
    "[site.main]\nzone = 'Europe'": ("site.main.zone", "unknown zone"),
    "[site.main]\nzone = '../../etc/passwd'": ("site.main.zone", "unknown zone"),
    "[site.main]\nday_starts = '6:00'": ("site.main.day_starts", "06:00"),
    "[site.main]\nopen = 'Mon-Fri'": ("site.main.open", "opening hours"),
    "[site.main]\nholidays = ['25.12.']": ("site.main.holidays[0]", "2026-12-25"),
    "[site.main]\nshifts = { early = '6-14' }": ("site.main.shifts.early", "06:00-14:00"),
    "site = 'main'": ("site", "[site.NAME]"),
    "[queue.a]\nsite = 'nowhere'": ("queue.a.site", "unknown site 'nowhere'"),
    "[queue.a]\nchannel = 'phone'": ("queue.a.channel", "Invalid"),
    "[queue.a]\ntarget = { percent = 101 }": ("queue.a.target.percent", "<= 100"),
    "[queue.a]\ntarget = { second = 1 }": ("queue.a.target.second", "did you mean 'seconds'"),
    "[queue.'Підтримка 1']\nteam = 1": ('queue."Підтримка 1".team', "Expected text"),
    "[queue.a]\nname = ''": ("queue.a.name", "length >= 1"),
    "[agent.a]\nalso = ['p:1']\n[agent.b]\nalso = ['p:1']": ("agent.b.also[0]", "agent.a.also[0]"),
    "[agent.a]\nalso = ['1006']": ("agent.a.also[0]", "SOURCE:ID"),
    "[reason.a]\ngroup = 'x'": ("reason.a.group", "Invalid"),
    "[collector.p]": ("collector.p.kind", "is missing"),
    "[collector.p]\nkind = 'asterix'": ("collector.p.kind", "did you mean 'asterisk'"),
    "[collector.p]\nkind = 'asterisk'\nsecret_file = '/nowhere'": ("collector.p.secret_file", "cannot read"),
    "collector = 3": ("collector", "[collector.NAME]"),
    "[server]\n[server]": ("line 2, column 8", "not TOML: Cannot declare [server] twice"),
    "[alert.a-b]\n[alert.a-b]": ("line 2, column 11", "not TOML: Cannot declare [alert.a-b] twice"),
    "[a]\nuntil = 2026-11-30T12:00\n": ("line 2, column 19", "not TOML: a time has its seconds, as in 12:00:00"),
    "[a]\nuntil = 2026-11-30 12:00+02:00": ("line 2, column 20", "a time has its seconds"),
    "[a]\nfrom = 12:00": ("line 2, column 10", "a time has its seconds"),
    "[a]\nfrom = 12:00:99": ("line 2, column 10", "not TOML: Expected"),
    "a = " + "[" * 20_000: ("$", "nested too deeply"),
}


def write(folder: Path, text: str) -> Path:
    """With the secret that it names, which is a file of its own."""
    (folder / "leads-apprise").write_text("json://alerts.example.com\n", encoding="utf-8")
    text = text.replace("/run/secrets/", f"{folder}/")
    file = folder / "wallboard.toml"
    file.write_text(text, encoding="utf-8")
    return file


def mistakes(file: Path, environ: dict[str, str] | None = None) -> list[tuple[str, str, str]]:
    with pytest.raises(ConfigError) as found:
        load(file, environ or {})
    return [(one.file, one.at, one.reason) for one in found.value.mistakes]


def test_the_file_of_the_contract_is_taken(tmp_path: Path) -> None:
    config = load(write(tmp_path, GOOD), {})
    assert config.settings.queue["support"].target == Target(percent=80, seconds=20)
    assert config.settings.agent_of("pbx-1", "Анна Бахмут") == "anna"
    assert config.collectors["pbx-1"]["kind"] == "asterisk"
    assert config.data == tmp_path / ".wallboard"
    assert not config.simulated


@pytest.mark.parametrize("text", MISTAKES, ids=lambda text: text[:40])
def test_a_mistake_is_named_with_file_place_and_what_was_expected(tmp_path: Path, text: str) -> None:
    file = write(tmp_path, text)
    at, reason = MISTAKES[text]
    found = mistakes(file)
    assert [(one[0], one[1]) for one in found] == [(str(file), at)]
    assert reason in found[0][2]


def test_a_provider_is_taken_with_its_secret_from_a_file_or_the_environment_and_never_shows_it(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter2\n")
    text = OIDC.format("client_secret_file = 'secret'").replace("client_secret = 'hunter2'\n", "")
    config = load(write(tmp_path, text), {})
    assert config.oidc
    assert (config.oidc.client_secret, config.oidc.called) == ("hunter2", "id.example.com")
    assert "hunter2" not in repr(config)
    without = write(tmp_path, text.replace("client_secret_file = 'secret'", ""))
    config = load(without, {"WALLBOARD_OIDC_CLIENT_SECRET_FILE": str(tmp_path / "secret")})
    assert config.oidc
    assert config.oidc.client_secret == "hunter2"


def test_without_the_extra_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider, "find_spec", lambda name: None)
    assert mistakes(write(tmp_path, OIDC.format("")))[0][1:] == (
        "oidc", "needs joserfc, which is not installed: pip install 'wallboard[oidc]'"
    )  # fmt: skip


def test_all_mistakes_are_named_at_once_also_several_in_one_entry(tmp_path: Path) -> None:
    file = write(tmp_path, "[server]\nprot = 1\nport = 0\n[queue.a]\nteam = 1\nsite = 'x'\n[site.b]\nzone = 'x'\n")
    assert {one[1] for one in mistakes(file)} == {
        "server.prot", "server.port", "queue.a.team", "queue.a.site", "site.b.zone"
    }  # fmt: skip


def test_a_file_that_was_asked_for_and_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    assert "cannot be read" in mistakes(tmp_path / "no.toml")[0][2]


def test_a_file_that_is_not_utf8_or_far_too_long_is_a_mistake(tmp_path: Path) -> None:
    file = tmp_path / "wallboard.toml"
    file.write_bytes(b"[site.main]\nname = '\xff'\n")
    assert "UTF-8" in mistakes(file)[0][2]
    file.write_bytes(b"#" * 2_000_000)
    assert "larger than" in mistakes(file)[0][2]


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    environ = {
        "WALLBOARD_SERVER_PORT": "9001",
        "WALLBOARD_SERVER_FAST_FRAMES": "false",
        "WALLBOARD_REDIS_URL": "redis://other",
        "WALLBOARD_SITE_MAIN_DAY_STARTS": "05:00",
        "WALLBOARD_SITE_MAIN_HOLIDAYS": '["2026-01-01"]',
        "WALLBOARD_QUEUE_SUPPORT_TARGET_SECONDS": "30",
        "WALLBOARD_COLLECTOR_PBX_1_PORT": "5039",
        "WALLBOARD_COLLECTOR_PBX_1_SECRET": "12345",
        "WALLBOARD_QUEUE_FIRST_LINE_NAME": "First line",
        "WALLBOARD_COLLECTOR_CHAT_EU_KIND": "command",
        "WALLBOARD_COLLECTOR_CHAT_EU_COMMAND": '["chat", "--events"]',
    }
    config = load(write(tmp_path, GOOD), environ)
    assert (config.server.port, config.server.fast_frames, config.redis_url) == (9001, False, "redis://other")
    assert config.settings.site["main"].day_starts == "05:00"
    assert config.settings.site["main"].holidays == ["2026-01-01"]
    assert config.settings.queue["support"].target == Target(seconds=30)
    assert config.settings.queue["first_line"].name == "First line"
    assert config.collectors["pbx-1"] == {"kind": "asterisk", "secret": "12345", "port": 5039}
    assert config.collectors["chat_eu"] == {"kind": "command", "command": ["chat", "--events"]}


def test_port_and_redis_url_of_a_platform_are_honoured_and_ours_win() -> None:
    platform = {"PORT": "5000", "REDIS_URL": "redis://platform"}
    config = load(None, platform)
    assert (config.server.port, config.redis_url) == (5000, "redis://platform")
    config = load(None, platform | {"WALLBOARD_SERVER_PORT": "81", "WALLBOARD_REDIS_URL": "redis://ours"})
    assert (config.server.port, config.redis_url) == (81, "redis://ours")


def test_a_variable_with_the_suffix_file_names_a_file_with_the_value(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("redis://from-file\n")
    (tmp_path / "token").write_text("wb_secret\n")
    environ = {"WALLBOARD_REDIS_URL_FILE": str(tmp_path / "url"), "WALLBOARD_ADMIN_TOKEN_FILE": str(tmp_path / "token")}
    config = load(None, environ)
    assert (config.redis_url, config.admin_token) == ("redis://from-file", "wb_secret")
    environ["WALLBOARD_REDIS_URL_FILE"] = str(tmp_path / "no")
    with pytest.raises(ConfigError, match=r"WALLBOARD_REDIS_URL_FILE.*cannot read"):
        load(None, environ)


def test_a_mistake_in_the_environment_names_the_variable() -> None:
    page = "(docs/configuration.md)"
    target = {"WALLBOARD_QUEUE_SALES_TARGET": "{ percent = 200 }"}
    with pytest.raises(ConfigError) as found:
        load(None, {"WALLBOARD_SERVER_PROT": "1", "PORT": "http", "WALLBOARD_WEATHER": "fine"} | target)
    assert sorted(map(str, found.value.mistakes)) == [
        "environment: PORT: Expected whole number, got text",
        "environment: WALLBOARD_QUEUE_SALES_TARGET: percent: Expected number <= 100.0",
        f"environment: WALLBOARD_SERVER_PROT: is no setting - did you mean WALLBOARD_SERVER_PORT? {page}",
        f"environment: WALLBOARD_WEATHER: is no setting {page}",
    ]


def test_variables_that_a_platform_sets_beside_a_service_called_wallboard_are_left_alone() -> None:
    environ = {
        "WALLBOARD_SERVICE_HOST": "10.0.0.7",
        "WALLBOARD_PORT": "tcp://10.0.0.7:8000",
        "WALLBOARD_PORT_8000_TCP_ADDR": "10.0.0.7",
    }
    assert load(None, environ).server.port == 8000


def test_no_secret_stands_in_the_repr(tmp_path: Path) -> None:
    shown = repr(load(write(tmp_path, GOOD), {"WALLBOARD_ADMIN_TOKEN": "wb_topsecret"}))
    for secret in ("hunter2", "ami-password", "wb_topsecret"):
        assert secret not in shown


def test_nothing_configured_is_the_simulated_centre_in_a_namespace_and_folder_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    config = load(None, {})
    assert config.simulated
    assert (config.namespace, config.data) == ("wallboard-demo", tmp_path / ".wallboard" / "demo")
    assert [one["kind"] for one in config.collectors.values()] == ["simulator"]


def test_the_simulated_centre_ends_when_a_source_is_configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "[collector.x]\nkind = 'simulator'\n")
    config = load(None, {})
    assert (config.simulated, config.namespace) == (False, "wallboard")
    assert load(None, {}, demo=True).simulated


async def test_a_changed_file_is_seen_and_a_bad_one_is_told_as_mistakes(tmp_path: Path) -> None:
    file = write(tmp_path, "[server]\nport = 8001\n")
    changes = watch(file, {})

    async def after(text: str, mtime_s: int) -> Config | ConfigError:
        waiting = asyncio.ensure_future(anext(changes))
        await asyncio.sleep(0)  # it has looked at the file as it was
        write(tmp_path, text)
        os.utime(file, (mtime_s, mtime_s))
        return await waiting

    changed = await after("[server]\nport = 8002\n", 2)
    assert isinstance(changed, Config)
    assert changed.server.port == 8002
    broken = await after("[server]\nport = 'x'\n", 3)
    assert isinstance(broken, ConfigError)
    await changes.aclose()


def test_a_ready_notice_says_how_long_it_stands_in_a_way_that_can_be_meant(tmp_path):
    file = tmp_path / "wallboard.toml"
    file.write_text('[notice.a]\ntext = "x"\nuntil = "1h"\n[notice.b]\ntext = "y"\nuntil = "shift"\n', encoding="utf-8")
    assert set(as_written(file, {}).settings.notice) == {"a", "b"}
    file.write_text(
        '[notice.c]\nuntil = "tomorrow"\n[notice.d]\ntext = "x"\nlevel = "red"\nuntil = "soon"\n', encoding="utf-8"
    )
    with pytest.raises(ConfigError) as wrong:
        as_written(file, {})
    assert [one.at for one in wrong.value.mistakes] == ["notice.c.text", "notice.d.level", "notice.d.until"]


def test_the_simulated_centre_has_the_rules_that_init_prints_for_its_queues() -> None:
    """Its mail, which may wait for ten minutes, was critical after 40 s."""
    held = load(None, {}, demo=True).settings
    assert held.alert.keys() == tomllib.loads(first_rules(held.queue).text)["alert"].keys()
    waits = [one for one in held.alert.values() if one.metric == "oldest_wait_s"]
    for queue, row in held.queue.items():
        assert [one.raise_limit.number for one in waits if selects(one.queues, queue)] == [2 * row.target.seconds]


WHERE = '[redis]\nurl = "redis://db/0"\nnamespace = "ours"\n'


@pytest.mark.parametrize(
    "mistake",
    [
        "[alert.long]\nkind = 'no such'\n", "[queue.support]\ntarget = 7\n", "[queue.support\nname = 'x'\n",
        "[alert.long]\nfor = = 3\n", "[collector.pbx]\nkind = 'no such'\n", "collector.pbx = 7\n",
    ],
)  # fmt: skip
def test_what_needs_only_to_know_where_things_are_goes_on_with_the_rest_of_a_mistaken_file(
    tmp_path: Path, mistake: str
) -> None:
    (file := tmp_path / "wallboard.toml").write_text(f"{mistake}{WHERE}[agent.101]\nname = 'Anna'\n")
    with pytest.raises(ConfigError) as refused:
        load(file, {})
    config, told = as_far_as_good(file, {})
    assert [str(one) for one in told] == [str(one) for one in refused.value.mistakes]
    assert (config.redis_url, config.namespace, config.data) == ("redis://db/0", "ours", tmp_path / ".wallboard")
    assert config.settings.agent["101"].name == "Anna"


@pytest.mark.parametrize(
    "text",
    [
        "[redis]\nurl = 7\n", "[redis]\nurl = \n", "[redis]\nnmespace = 'ours'\n", "[reids]\nurl = 'redis://db'\n",
        "[server]\nbords = 'own'\n", "redis]\nurl = 'redis://db/0'\n", "[redis\nnamespace = 'ours'\n",
        "a = = 1\n[reids]\nurl = 'redis://db'\n", f"{WHERE}{WHERE}",
    ],
)  # fmt: skip
def test_where_a_mistake_may_be_about_where_things_are_nothing_of_the_file_counts(tmp_path: Path, text: str) -> None:
    (file := tmp_path / "wallboard.toml").write_text(text)
    with pytest.raises(ConfigError):
        as_far_as_good(file, {})
    (good := tmp_path / "good.toml").write_text("[queue.support]\ntarget = 7\n")
    with pytest.raises(ConfigError):
        as_far_as_good(good, {"WALLBOARD_REDIS__URL": "http://no"})
