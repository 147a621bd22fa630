// Of how many a percentage is, and whose day is "today".
import assert from "node:assert/strict";
import { test } from "node:test";
import { certainty, hintOf, inTime, windowText } from "../../static/js/certainty.js";
import { learn } from "../../static/js/words.js";

learn({ closed: "closed", closed_opens: "closed, opens {time}", until: "until {time}", "window.now": "now", "window.day": "today", "window.m15": "15 min", "window.day_of_each": "each site's day", of_how_many: "n {n}", "span.s": "{n} s", "span.min": "{n} min", "span.h": "{n} h" }, "en");

test("a percentage of fewer than min_n is few; one whose count is not known is not", () => {
  const row = { min_n: 10, day: { service_level: 80, n: { service_level: 9 } } };
  assert.deepEqual(certainty(row, "service_level", "day"), { n: 9, few: true });
  assert.deepEqual(certainty({ ...row, min_n: 9 }, "service_level", "day"), { n: 9, few: false });
  assert.deepEqual(certainty(row, "answered", "day"), { n: undefined, few: false });
  assert.deepEqual(certainty({ day: { n: { csat: 4 } } }, "csat", "day"), { n: 4, few: true });
});

test("a number says that its queue is closed, and until when somebody can be released", () => {
  const monday = 1795420800000; // 2026-11-23 08:00 UTC, 10:00 in Kyiv
  const hour = 3600000;
  const said = (row, metric = "waiting") => hintOf(row, metric, "now", { now: monday, zone: "Europe/Kyiv" });
  assert.equal(said({ closed: true, opens_at: monday + 2 * hour }), "closed, opens 12:00");
  assert.equal(said({ closed: true, opens_at: monday + 22 * hour }), "closed, opens Tue\u00a008:00");
  assert.equal(said({ closed: true, opens_at: monday + 166 * hour }), "closed, opens 2026-11-30\u00a008:00");
  assert.equal(said({ closed: true }), "closed");
  assert.equal(said({}), "");
  assert.equal(said({ now: { can_release: 3, need_until: monday + hour / 2 } }, "can_release"), "until 10:30");
  assert.equal(said({ now: { need_until: monday } }, "can_release"), "");
});

test("a queue opens by the clock of its own site, which is named where the wall has another", () => {
  const monday = 1795420800000; // 2026-11-23 08:00 UTC
  const state = { sites: { york: { zone: "America/New_York" }, kyiv: { zone: "Europe/Kyiv" } } };
  const said = (site) => hintOf({ closed: true, opens_at: monday + 22 * 3600000, site }, "waiting", "now", { now: monday, zone: "America/New_York", state });
  assert.equal(said("kyiv"), "closed, opens Tue\u00a008:00\u00a0(Kyiv)");
  assert.equal(said("york"), "closed, opens Tue\u00a001:00");
});

test("today names its place where sites of several zones meet", () => {
  const sites = { kyiv: { zone: "Europe/Kyiv" }, york: { zone: "America/New_York" } };
  const state = { sites, queues: { sales: { site: "york" } } };
  const day = (of) => windowText({ window: "day", of }, undefined, state);
  assert.equal(day({ kind: "queues", id: "sales" }), "today · New York");
  assert.equal(day({ kind: "groups", id: "site:kyiv" }), "today · Kyiv");
  assert.equal(day(undefined), "today · each site's day");
  assert.equal(windowText({ window: "m15" }, 34, state), "15 min · n 34");
  assert.equal(windowText({ window: "day" }, 7, { sites: { main: { zone: "UTC" } } }), "today · n 7");
});

test("a table says the windows of its columns, and nothing of a day that it does not show", () => {
  const columns = (...windows) => ({ window: "day", columns: windows.map((window) => ({ window })) });
  assert.equal(windowText(columns("now", "now", "day", "day"), undefined, {}), "now · today");
  assert.equal(windowText(columns("now", "now"), undefined, {}), "now");
});

test("a service level says how soon is soon, where all its queues say the same", () => {
  const queue = (seconds, more) => ({ target: { seconds }, ...more });
  const said = (queues, more) => inTime({ metric: "service_level", window: "day", ...more }, { queues });
  const cases = [[20, "20 s"], [60, "1 min"], [90, "1:30"], [7200, "2 h"], [5400, "1:30:00"]];
  for (const [seconds, text] of cases) assert.equal(said({ a: queue(seconds), b: queue(seconds) }), "≤\u00a0" + text);
  const two = { a: queue(20), b: queue(30), c: queue(99, { hidden: true }) };
  assert.deepEqual([said(two), said(two, { queues: ["b"] }), said(two, { metric: "asa_s" })], ["", "≤\u00a030 s", ""]);
  assert.equal(said({ a: {} }), "");
});
