"""An administrator changes alert rules on a phone: in the form, as text, against somebody else, and back again."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace
from playwright.async_api import Page, expect

from tests.happened import happened
from tests.waiting import until
from tests.web.conftest import serving_file  # type: ignore[import-not-found]
from wallboard.config import Config
from wallboard.configfile import as_written
from wallboard.core.events import Abandoned, Queued
from wallboard.core.settings import Site
from wallboard.record.days import Days
from wallboard.web import ruletrial

PATIENT_S = 600
TOKYO = ZoneInfo("Asia/Tokyo")  # where the site is, and no browser of these tests
pytestmark = pytest.mark.asyncio(loop_scope="module")
TEXT = """\
# ours
[alert.long]   # the first one
metric = "oldest_wait_s"
queues = ["*"]
raise = "> 120"  # twice the target
for = "30s"
action = "Open the overflow queue"
"""


async def press(page: Page, name: str, within: str = "main") -> None:
    await page.locator(within).get_by_role("button", name=name, exact=True).tap()


async def test_rules_are_changed_in_the_form_and_as_text_and_nothing_is_lost(
    config: Config, open_page: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ruletrial, "TRY_S", PATIENT_S)  # it gives way to whoever else runs
    noon_ms = int(datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp() * 1000)
    waited = [
        Queued(time=noon_ms, source="pbx", contact="c", queue="support"),
        Abandoned(time=noon_ms + 140_000, source="pbx", contact="c"),
    ]
    Days(config.events).append(happened(waited))
    async with serving_file(config, TEXT) as served:
        file = served.parts.config.file
        await served.apply(replace(served.parts.config.settings, site={"main": Site(zone=TOKYO.key)}))
        await until(lambda: served.parts.pipeline.floor.settings.site)
        page = await open_page(served, "/alerts/rules", "Olena")
        form, text = page.locator("#edit"), page.locator("#edit textarea[name=text]")
        says = page.locator(".rule-says")

        await expect(says).to_have_text("Longest wait: more than 2:00, for 30 s")
        await expect(page.locator(".rule-of")).to_have_text("each queue")
        await expect(page.locator(".rule-standing")).to_have_text("No data: nobody has told of it yet")
        tops = "all => new Set(all.slice(0, 2).map((one) => one.getBoundingClientRect().top)).size"
        assert await page.locator(".rule-do button").evaluate_all(tops) == 1, "two buttons stand in a row"
        await press(page, "Change…")
        await form.locator("[name=bound]").fill("90")
        await form.get_by_text("More", exact=True).tap()
        await form.locator("[name=min_n]").fill("3")
        await form.get_by_text("As text", exact=True).tap()
        changed = TEXT.replace("> 120", "> 90") + "min_n = 3\n"
        await expect(text).to_have_value(changed.removeprefix("# ours\n"))
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert await form.evaluate("it => it.scrollWidth <= it.clientWidth")
        assert await form.locator("[name=lasts_unit]").evaluate("it => it.offsetWidth") > 60, "its word is seen"
        await press(page, "Save", "#edit")
        await expect(form).to_be_hidden()
        assert file.read_text(encoding="utf-8") == changed
        await expect(says).to_have_text("Longest wait: more than 1:30, of at least 3, for 30 s")

        await press(page, "Change…")
        await form.get_by_text("As text", exact=True).tap()
        await text.fill(changed.removeprefix("# ours\n").replace("> 90", "60"))
        await form.get_by_text("Limit: a sign and a number, such as").wait_for()
        await text.fill(changed.removeprefix("# ours\n").replace("> 90", "> 60"))
        await expect(form.locator("[name=bound]")).to_have_value("60")
        await expect(form.locator(".mistake")).to_have_count(0)
        theirs = changed.replace("Open the overflow", "Close the overflow")
        file.write_text(theirs, encoding="utf-8")
        await press(page, "Save", "#edit")
        both = page.locator(".edit-dialog")
        await both.get_by_text("Somebody else has saved this rule").wait_for()
        await expect(both.locator("mark")).to_have_count(4)
        assert file.read_text(encoding="utf-8") == theirs
        await press(page, "Take theirs", ".edit-dialog")
        await expect(form.locator("[name=action]")).to_have_value("Close the overflow queue")
        await press(page, "Save", "#edit")
        await expect(form).to_be_hidden()
        assert file.read_text(encoding="utf-8") == theirs

        await press(page, "Change…")
        await form.get_by_text("Try before it counts").tap()
        await form.locator("[name=bound]").fill("150")
        await press(page, "Try", "#edit")
        times = form.locator(".rule-tried tbody tr").first.locator("td")
        await expect(times).to_have_text(["1", "0"], timeout=1000 * PATIENT_S)
        await form.get_by_text("As it stands: 1").tap()
        await expect(form.locator(".rule-tried li").first).to_contain_text("support")
        assert await form.evaluate("it => it.scrollWidth <= it.clientWidth")
        await form.locator("[name=first]").fill("2026-02-24")
        await press(page, "Try", "#edit")
        await expect(form.locator(".trying")).to_contain_text("Days that are kept: 1 of 7.", timeout=1000 * PATIENT_S)
        await expect(form.locator(".rule-tried table")).to_have_count(1)
        for name in ("first", "last"):
            await form.locator(f"[name={name}]").fill("2026-02-01")
        await press(page, "Try", "#edit")
        await expect(form.locator(".trying")).to_have_text(
            "Nothing is kept of these days. Kept: 2026-03-02 to 2026-03-02."
        )
        await expect(form.locator(".rule-tried table")).to_have_count(0)
        await press(page, "Cancel", "#edit")

        await press(page, "Change…")
        await form.get_by_text("More", exact=True).tap()
        await form.locator("[name=clear]").fill("< 20")
        await form.get_by_text("More", exact=True).tap()
        await expect(form.locator("[name=clear]")).to_be_hidden()
        await form.locator("[name=bound]").fill("15")
        await press(page, "Save", "#edit")
        await expect(form.locator("[name=clear]")).to_be_focused()
        await expect(form.locator("[aria-invalid=true]")).to_have_attribute("name", "clear")
        await expect(form.locator("[aria-invalid=true]")).to_have_css("border-top-width", "2px")
        await expect(form.locator("[name=notify]")).to_have_css("border-top-width", "1px")
        await expect(form.locator("label:has([name=clear]) .rule-beside")).to_be_in_viewport(ratio=1)
        await expect(form.locator("label:has([name=clear]) .rule-beside")).not_to_have_text("")
        await form.locator("[name=bound]").fill("")
        await form.locator("[name=keep_for]").fill("soon")
        for field, said in (("bound", "a sign and a number"), ("keep_for", "a time, such as 30s")):
            beside = form.locator(f":is(label, fieldset):has(> [name={field}]) > .rule-beside")
            await expect(beside).to_contain_text(said)
            told_by = await form.locator(f"[name={field}]").get_attribute("aria-errormessage")
            assert told_by == await beside.get_attribute("id")
        await press(page, "Cancel", "#edit")

        async with page.expect_response("**/check-rule"):
            await press(page, "New rule…")
        await expect(text).to_have_value(re.compile("alert.my-rule"))
        await expect(form.locator(".rule-mistakes li")).to_have_count(0)
        async with page.expect_response("**/check-rule"):
            await form.locator("[name=name]").fill("many")
        await expect(text).to_have_value(re.compile("alert.many"))
        await expect(form.locator(".rule-mistakes li")).to_have_count(0)
        await expect(form.locator("[name=event]")).to_be_hidden()
        await form.locator("[name=metric]").select_option("no_event_s")
        await form.locator("[name=event]").fill("contact.answred")
        await form.locator(".mistake").get_by_text("did you mean 'contact.answered'").wait_for()
        await expect(form.locator("label:has([name=event]) .rule-beside")).to_contain_text("did you mean")
        await form.locator("[name=event]").fill("contact.answered")
        await expect(form.locator(".mistake")).to_have_count(0)
        await form.locator("[name=metric]").select_option("abandon_rate")
        await form.locator("[name=window]").select_option("m15")
        await form.get_by_text("As text", exact=True).tap()
        await expect(text).to_have_value(
            '[alert.many]\nmetric = "abandon_rate"\nqueues = ["*"]\nraise = "> 60"\nfor = "30s"\n'
            'keep_for = "1m"\nnotify = ["on-duty"]\nwindow = "m15"\n'
        )
        await form.locator("[name=bound]").fill("800")
        await form.get_by_text("Limit: This number is never there: it would never hold.").wait_for()
        await form.locator("[name=bound]").fill("60")
        await expect(form.locator(".rule-mistakes li")).to_have_count(0)
        await form.get_by_text("More", exact=True).tap()
        await expect(form.locator("[name=keep_for]")).to_have_value("1m")
        await form.locator("[name=keep_for]").fill("soon")
        await form.get_by_text("Calm for so long before it is over: a time, such as 30s").wait_for()
        await expect(form.locator("[aria-invalid=true]")).to_have_attribute("name", "keep_for")
        await form.locator("[name=keep_for]").fill("")
        await expect(form.locator("[aria-invalid=true], .rule-beside")).to_have_count(0)
        await press(page, "Save", "#edit")
        await form.get_by_text("It does not say what to do").wait_for()
        await expect(form).to_be_visible()
        assert "alert.many" not in file.read_text(encoding="utf-8"), "who is warned may still write one"
        await form.locator("[name=action]").fill("Look for what is wrong")
        await press(page, "Save", "#edit")
        await expect(says).to_have_count(2)
        await expect(says.nth(1)).to_have_text("Abandon rate, 15 min: more than 60.0\u00a0%, for 30 s")

        await page.locator(".rule").nth(1).get_by_role("button", name="Remove…").tap()
        await press(page, "Remove", "#sure")
        await expect(says).to_have_text(["Longest wait: more than 1:30, of at least 3, for 30 s", "many"])
        assert file.read_text(encoding="utf-8") == theirs
        await page.locator("#gone-rules").get_by_role("button", name="Earlier versions…").tap()
        await expect(both).to_contain_text("times in Asia/Tokyo")
        now = datetime.now(TOKYO)
        hours = "|".join(f"{at:%Y-%m-%d %H}" for at in (now, now - timedelta(hours=1)))
        await expect(both.locator("li").nth(1)).to_contain_text(re.compile(rf"({hours}):\d\d:\d\d · "))
        await expect(both.locator("li").nth(1)).not_to_contain_text(re.compile("[AP]M"))
        await both.locator("li").nth(1).get_by_role("button").tap()
        await press(page, "Bring this back", ".edit-dialog")
        await press(page, "Save", "#edit")
        await expect(page.locator("#gone")).to_be_hidden()
        assert as_written(file, {}).settings.alert["many"].action == "Look for what is wrong"
        await page.context.close()
