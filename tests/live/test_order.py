"""Sites and queues stand as in the file, whatever way the settings came: the first site's clock is the wall's."""

import msgspec

from tests.live.loaded import Loaded
from wallboard.core import events as ev
from wallboard.core import kpis, snapshot
from wallboard.core.settings import Queue, Settings, Site
from wallboard.core.state import Floor
from wallboard.live.documents import Documents

NOON = 1_795_348_800_000
NY, KYIV = Site(zone="America/New_York"), Site(zone="Europe/Kyiv")
IN_FILE = Settings(site={"ny": NY, "kyiv": KYIV}, queue={"phone": Queue(site="ny"), "mail": Queue(site="kyiv")})


def applied(settings: Settings) -> ev.ConfigApplied:
    return ev.ConfigApplied(settings=msgspec.to_builtins(settings), source="wallboard")


def orders(documents: Documents) -> tuple[list[str], list[str]]:
    return [*documents["sites"]], [*documents["queues"]]


def test_sites_and_queues_of_the_document_are_in_the_order_of_the_file() -> None:
    house = Loaded()
    told = [applied(IN_FILE), *(ev.Queued(contact=one, queue=one, source="pbx") for one in ("spam", "mail", "phone"))]
    house.apply(*told)
    expected = (["ny", "kyiv"], ["phone", "mail", "spam"])
    assert orders(house.documents) == expected
    again = Documents(snapshot.load(snapshot.dump(house.floor)))
    again.begin()
    assert orders(again) == expected, "after a restart"
    assert [*kpis.document(house.floor)["queues"]] == expected[1]


def test_another_order_in_the_file_is_another_configuration() -> None:
    floor = Floor(IN_FILE)
    turned = Settings(site={"kyiv": KYIV, "ny": NY}, queue=IN_FILE.queue)
    assert turned != IN_FILE
    floor.apply(applied(turned), NOON)
    assert [*floor.settings.sites] == ["kyiv", "ny"]
