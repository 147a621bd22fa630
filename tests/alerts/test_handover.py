"""Of alerts that are over the state has the last 200: a shift that had more says so."""

import re

import pytest

from wallboard.alerts import handover
from wallboard.alerts.handover import Numbers, Waits
from wallboard.alerts.handovermail import Parting, mail_of
from wallboard.core.alerts import MOST_OVER
from wallboard.core.calendar import Shift
from wallboard.core.events import AlertAssigned, AlertCleared, AlertRaised
from wallboard.core.settings import Settings, Site
from wallboard.core.state import Floor

NOON = 1_795_000_000_000
SAYS = f"There may be more alerts: only the last {MOST_OVER} that ended are known."


def floor_with(ended: int) -> Floor:
    """An alert that ended each second from noon on."""
    floor = Floor()
    for nth in range(ended):
        at_ms = NOON + nth * 1000
        named = {"alert": f"a{nth}", "source": "wallboard", "time": at_ms}
        about = {"kind": "queues", "of": "q", "metric": "waiting", "limit": "> 2", "since": "1"}
        floor.apply(AlertRaised(rule="r", severity="warning", value=3, attributes=about, **named), at_ms)  # type: ignore[arg-type]
        floor.apply(AlertCleared(**named), at_ms)  # type: ignore[arg-type]
    return floor


def test_a_shift_that_may_have_had_more_alerts_than_are_known_says_so_in_its_mail() -> None:
    site = next(iter(Floor().settings.sites))
    for ended, begun_ms, lacks in (
        (MOST_OVER - 1, NOON, False), (MOST_OVER + 1, NOON, True), (MOST_OVER + 1, NOON + 1000, True),
        (MOST_OVER + 1, NOON + 1001, False),
    ):  # fmt: skip
        floor, shift = floor_with(ended), Shift("early", begun_ms, NOON + 3_600_000)
        assert handover.may_lack(floor, shift) == lacks, (ended, begun_ms)
        numbers = Numbers(f"site:{site}", None, [], {"at": begun_ms})
        told = Parting(site, shift, numbers, [], [], [], [], handover.may_lack(floor, shift))
        assert (SAYS in mail_of(told, floor, NOON, "").text) == lacks


def test_the_mail_says_who_is_on_an_open_alert_and_who_had_one_that_is_over() -> None:
    floor, named = Floor(), {"alert": "a", "source": "wallboard", "time": NOON}
    site, shift = next(iter(floor.settings.sites)), Shift("early", NOON, NOON + 3_600_000)
    about = {"kind": "queues", "of": "q", "metric": "waiting", "limit": "> 2", "since": "1"}
    floor.apply(AlertRaised(rule="r", severity="warning", value=3, attributes=about, **named), NOON)  # type: ignore[arg-type]
    floor.apply(AlertAssigned(who="Petro", **named), NOON)  # type: ignore[arg-type]
    numbers, row = Numbers(f"site:{site}", None, [], {"at": NOON}), floor.alerts.open["a"]
    told = Parting(site, shift, numbers, [], [("a", row)], [], [])
    assert "Petro is on it" in mail_of(told, floor, NOON, "").text
    floor.apply(AlertCleared(**named), NOON)  # type: ignore[arg-type]
    text = mail_of(told, floor, NOON, "").text
    assert "Petro had it" in text
    assert "is on it" not in text


@pytest.mark.parametrize(
    ("language", "title", "said"),
    [
        ("uk", "Передача зміни: early", ("надійшло 10", "рівень сервісу 80,5 %", "ніхто не відреагував", "Подяк від")),
        ("ru", "Передача смены: early", ("уровень сервиса 80,5 %", "Благодарностей")),
        ("pl", "Przekazanie zmiany: early", ("poziom obsługi 80,5 %",)),
    ],
)
def test_the_mail_is_in_the_language_of_its_site(language: str, title: str, said: tuple[str, ...]) -> None:
    settings = Settings(site={"main": Site(language=language)})  # type: ignore[arg-type]
    floor = Floor(settings)
    about = {"kind": "queues", "of": "q", "metric": "waiting", "limit": "> 2", "since": "1"}
    named = {"alert": "a", "source": "wallboard", "time": NOON}
    floor.apply(AlertRaised(rule="r", severity="critical", value=3, attributes=about, **named), NOON)  # type: ignore[arg-type]
    row = {"at": NOON, "offered": 10, "answered": 9, "abandoned": 1, "service_level": 80.5}
    shift = Shift("early", NOON, NOON + 3_600_000)
    numbers, waits = Numbers("site:main", 80, [row], row), [Waits("q", "Q", 2, NOON, 0, None)]
    told = Parting("main", shift, numbers, waits, list(floor.alerts.open.items()), [], [])
    mail = mail_of(told, floor, NOON + 60_000, "")
    assert mail.title.startswith(title)
    assert mail.language == language
    assert all(one in mail.text for one in said), mail.text
    words = set(re.findall("[a-z]+", mail.text)) - {"q", "r"}
    assert language == "pl" or not words, "nothing of it stays English"
