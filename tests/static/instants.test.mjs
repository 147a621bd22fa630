// An instant on a page of accounts, tokens and the trail: on the site's clock, of 24 hours.
import assert from "node:assert/strict";
import { test } from "node:test";

test("the afternoon has 24 hours, in the zone that the page names", async () => {
  globalThis.document = /** @type {*} */ ({
    documentElement: { lang: "en" }, querySelector: () => ({ dataset: { zone: "Europe/Kyiv" } }),
  }); // prettier-ignore
  const { instant } = await import("../../static/js/instants.js");
  assert.equal(instant(Date.UTC(2026, 10, 30, 13, 5)), "Nov 30, 2026, 15:05");
  assert.equal(instant(Date.UTC(2026, 10, 30, 22, 5)), "Dec 1, 2026, 00:05");
});
