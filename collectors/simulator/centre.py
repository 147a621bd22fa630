"""Who works in the simulated centre, and which queues has it? Names in four scripts; ids stay ASCII."""

import math
from typing import Any, NamedTuple

from wallboard.core.fields import Channel


class Line(NamedTuple):
    """One queue and how it behaves. `share`: of all arrivals; `patience_s`: 0 means that nobody gives up."""

    id: str
    name: str
    channel: Channel
    team: str
    share: float
    talk_s: float
    wrapup_s: float
    patience_s: float
    target: tuple[int, int]  # percent, seconds

    @property
    def spoken(self) -> bool:
        return self.channel == "voice"


class Person(NamedTuple):
    id: str
    name: str
    team: str
    queues: list[str]
    slots: int


LINES = (
    Line("support", "Підтримка", "voice", "first-line", 0.30, 170, 20, 150, (80, 20)),
    Line("sales", "Sprzedaż", "voice", "first-line", 0.20, 200, 25, 110, (80, 20)),
    Line("chat", "ჩატი", "chat", "digital", 0.22, 330, 0, 240, (80, 40)),
    Line("messenger", "メッセンジャー", "messenger", "digital", 0.17, 400, 0, 1500, (80, 120)),
    Line("email", "E-mail", "email", "digital", 0.11, 420, 0, 0, (90, 600)),
    Line("billing", "Rozliczenia", "voice", "second-line", 0.15, 220, 25, 140, (80, 30)),
    Line("vip", "VIP · ვიპ", "voice", "second-line", 0.06, 260, 20, 200, (90, 10)),
    Line("returns", "Повернення", "chat", "digital", 0.10, 300, 0, 240, (80, 60)),
)
KNOWN = (
    "Ганна Бахмут", "Łukasz Żak", "ნინო ბერიძე", "佐藤 美咲", "Олексій Щербак", "Małgorzata Wąsik",
    "გიორგი კაპანაძე", "田中 健太", "Соломія Їжакевич", "Grażyna Ździebło", "თამარ ჯაფარიძე", "鈴木 葵",
)  # fmt: skip
FAMILIES = (
    (("Марко", "Леся", "Юрій", "Дарина"), ("Ґудзь", "Кравець", "Шевчук", "Ярема", "Лісовий")),
    (("Agnieszka", "Paweł", "Święta", "Michał"), ("Kościuszko", "Dąbrowski", "Gęś", "Łuczak", "Nowak")),
    (("მარიამ", "ლევან", "ანა", "დავით"), ("ლომიძე", "მაისურაძე", "გელაშვილი", "წიკლაური", "ხარაძე")),
    (("陽菜", "大翔", "結衣", "蓮"), ("高橋", "伊藤", "渡辺", "山本", "中村")),
)
TEXT_SLOTS = 3
TEXT_SLOTS_USED = 2.6  # on average, when it is busy
EXTRA_S = 20  # ringing, holds and calls handed on, for each call
THERE = 0.88  # of the agents' time; the rest is breaks and comings and goings
BUSY_LEAST, BUSY_MOST = 0.3, 0.72
REASONS = {
    "break": {"name": "Break", "group": "personal", "minutes": 15},
    "lunch": {"name": "Lunch", "group": "personal", "minutes": 40},
    "training": {"name": "Training", "group": "productive", "minutes": 30},
    "coaching": {"name": "Coaching", "group": "productive", "minutes": 20},
    "missed": {"name": "Missed a contact", "group": "system", "minutes": 5},
}


def lines(count: int) -> list[Line]:
    """The first `count` queues; beyond those named above they repeat with a number."""
    return [_numbered(LINES[index % len(LINES)], index // len(LINES)) for index in range(count)]


def people(count: int, of: list[Line]) -> list[Person]:
    """`count` agents, divided between spoken and written queues by their load; each serves one to three."""
    spoken = [line for line in of if line.spoken]
    written = [line for line in of if not line.spoken]
    talkers = _talkers(count, spoken, written)
    return [
        _person(index, index if index < talkers else index - talkers, spoken if index < talkers else written)
        for index in range(count)
    ]


def suitable_rate(agents: int, of: list[Line]) -> float:
    """Contacts an hour that keep so many agents busy and not drowned: a larger team may be busier."""
    busy = min(BUSY_MOST, max(BUSY_LEAST, 1 - 1.1 / math.sqrt(agents)))
    a_contact_s = _work(of) / sum(line.share for line in of)
    return agents * THERE * busy * 3600 / a_contact_s


def settings(agents: int = 12, queues: int = 5) -> dict[str, Any]:
    """The centre as configuration: sections `site`, `queue`, `agent` and `reason` of wallboard.toml."""
    of = lines(queues)
    return {
        "site": {"main": {"name": "Simulated centre"}},
        "queue": {line.id: _queue(line) for line in of},
        "agent": {one.id: {"name": one.name, "team": one.team} for one in people(agents, of)},
        "reason": REASONS,
    }


def _numbered(line: Line, again: int) -> Line:
    return line._replace(id=f"{line.id}-{again + 1}", name=f"{line.name} {again + 1}") if again else line


def _talkers(count: int, spoken: list[Line], written: list[Line]) -> int:
    """How many of the agents answer calls: by expected work, a written contact taking one slot of three."""
    if not written or not spoken:
        return count if spoken else 0
    calls, texts = _work(spoken), _work(written)
    return min(max(1, round(count * calls / (calls + texts))), max(1, count - 1))


def _work(of: list[Line]) -> float:
    """What one contact of each, by its share, keeps an agent busy, in seconds."""
    return sum(
        line.share * (line.talk_s + line.wrapup_s + EXTRA_S if line.spoken else line.talk_s / TEXT_SLOTS_USED)
        for line in of
    )


def _person(index: int, place: int, of: list[Line]) -> Person:
    """The queues of the `place`-th agent of its half: its own first, and none, one or two neighbours."""
    own = place % len(of)
    several = 1 + (place + place // len(of)) % min(3, len(of))
    served = [of[(own + step) % len(of)] for step in range(several)]
    slots = 1 if of[own].spoken else TEXT_SLOTS
    return Person(str(101 + index), _name(index), of[own].team, [line.id for line in served], slots)


def _name(index: int) -> str:
    if index < len(KNOWN):
        return KNOWN[index]
    given, family = FAMILIES[index % len(FAMILIES)]
    turn = (index - len(KNOWN)) // len(FAMILIES)
    name = f"{given[turn % len(given)]} {family[turn // len(given) % len(family)]}"
    again = turn // (len(given) * len(family))
    return f"{name} {again + 1}" if again else name


def _queue(line: Line) -> dict[str, Any]:
    percent, seconds = line.target
    return {
        "name": line.name,
        "channel": line.channel,
        "team": line.team,
        "wrapup_s": line.wrapup_s * 2,
        "target": {"percent": percent, "seconds": seconds},
    }
