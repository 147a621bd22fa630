"""What else is told on the wall? Sales and backlog with a target, and a notice now and then."""

from typing import NamedTuple

from collectors.simulator.world import SECOND_MS, World
from wallboard.core import events as said

EVERY_S = 60
HOUR_MS = 3_600_000
SALES_TARGET = 900
BACKLOG_TARGET = 12


class Notice(NamedTuple):
    text: str
    level: str = "info"
    minutes: int = 20
    mark: bool = False


NOTICES = (
    Notice("Затримка доставок у Львові до 18:00: просимо вибачення, компенсація за кодом D-18", "warning"),
    Notice("Nowy cennik od poniedziałku: skrót na pulpicie, pytania do lidera"),
    Notice("გმადლობთ! კვირის საუკეთესო შეფასება ჩვენია", "good"),
    Notice("新しいキャンペーンのメールを送信しました", "info", 25, mark=True),
    Notice("The payment page is slow. Engineers know; do not promise a time", "critical", 15, mark=True),
)


def begin(world: World) -> None:
    world.after(EVERY_S, _report, world)
    world.after(world.between(40, 55) * 60, _post, world, 0)


def _report(world: World) -> None:
    world.after(EVERY_S, _report, world)
    world.tell(said.KpiReported, kpi="sales", value=_sold(world), unit="€/h", target=SALES_TARGET, good="up")
    world.tell(
        said.KpiReported,
        kpi="backlog",
        value=_unanswered_mail(world),
        unit="e-mails",
        target=BACKLOG_TARGET,
        good="down",
    )


def _sold(world: World) -> int:
    """In the last hour."""
    while world.sales and world.sales[0][0] < world.now_ms - HOUR_MS:
        world.sales.popleft()
    return round(sum(value for _, value in world.sales))


def _unanswered_mail(world: World) -> int:
    waiting = sum(len(queue.waiting) for queue in world.queues if queue.line.channel == "email")
    open_now = sum(one.channel == "email" for agent in world.agents for one in agent.contacts)
    return waiting + open_now


def _post(world: World, index: int) -> None:
    notice = NOTICES[index % len(NOTICES)]
    world.tell(
        said.NoticePosted,
        notice=world.key("n"),
        text=notice.text,
        level=notice.level,
        until=world.now_ms + notice.minutes * 60 * SECOND_MS,
        mark=notice.mark or None,
    )
    world.after(world.between(18, 40) * 60, _post, world, index + 1)
