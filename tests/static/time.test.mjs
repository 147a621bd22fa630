// Clock, spans and freshness.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Clock } from "../../static/js/clock.js";
import { ago, figure, moment, secondsSince, span, timeOfDay } from "../../static/js/format.js";
import { ageOf, partly, serverLate, sourceLate } from "../../static/js/freshness.js";
import { levelOf } from "../../static/js/levels.js";
import { numberIn, numberOf } from "../../static/js/still.js";
import { learn, say } from "../../static/js/words.js";

learn(JSON.parse(readFileSync(new URL("../../static/words/en.json", import.meta.url), "utf8")));

test("the clock takes the least delayed message for the server's time", () => {
  let local = 1_000_000;
  const clock = new Clock(() => local);
  clock.hear(local + 5000 - 300); // server is 5 s ahead, 300 ms on the way
  clock.hear(local + 5000 - 20);
  clock.hear(local + 5000 - 900);
  assert.equal(clock.now(), local + 4980);
  assert.equal(clock.lag, 880);
});

test("the clock follows a server whose clock was set back", () => {
  let local = 1_000_000;
  const clock = new Clock(() => local);
  clock.hear(local + 3_600_000);
  local += 4000;
  clock.hear(local);
  assert.equal(clock.now(), local);
});

test("a tick that comes a minute late says that the screen stood still", () => {
  let local = 0;
  const clock = new Clock(() => local);
  local += 1000;
  assert.equal(clock.tick(), 0);
  local += 60_000;
  assert.equal(clock.tick(), 60_000);
  local += 1000;
  assert.equal(clock.tick(), 0);
});

test("a span is never negative and grows into hours and days", () => {
  assert.equal(secondsSince(2000, 1000), 0);
  assert.deepEqual([7, 754, 3723, 97_200].map(span), ["0:07", "12:34", "1:02:03", "1 d 3 h"]);
});

test("what is not known is a dash, whatever it is", () => {
  for (const value of [undefined, null, NaN, "3", {}]) assert.equal(figure(value, "count", 0).text, "–");
});

test("zero is a number, not a dash", () => {
  assert.deepEqual(figure(0, "count", 0), { text: "0", unit: "" });
  assert.deepEqual(figure(0, "percent", 0), { text: "0.0", unit: "%" });
});

test("numbers are written by what they are", () => {
  assert.equal(figure(12_345, "count", 0).text, "12,345");
  assert.equal(figure(77.777, "percent", 0).text, "77.8");
  assert.equal(figure(12.5, "decimal", 0).text, "12.5");
  assert.equal(figure(61, "seconds", 0).text, "1:01");
  assert.equal(figure(1000, "instant", 62_000).text, "1:01");
});

test("a time of day is the site's, with its date when it was another day", () => {
  const at = Date.UTC(2026, 10, 22, 12, 3, 12);
  assert.equal(timeOfDay(at, "Europe/Kyiv"), "14:03:12");
  assert.equal(moment(at, at + 60_000, "Europe/Kyiv"), "14:03:12");
  assert.equal(moment(at, at + 86_400_000, "Europe/Kyiv"), "2026-11-22 14:03:12");
  assert.equal(timeOfDay(at, "No/Where"), "12:03:12");
});

test("an age is said in its largest unit", () => {
  assert.deepEqual([0, 59, 61, 7300, 200_000].map(ago), ["0 s ago", "59 s ago", "1 min ago", "2 h ago", "2 d ago"]);
});

test("the server is late after 12 s without a message, and before the first", () => {
  assert.equal(serverLate(1000, 13_000), false);
  assert.equal(serverLate(1000, 13_001), true);
  assert.equal(serverLate(0, 5), true);
});

test("a source is late when the server says so, or when its last word is too old", () => {
  assert.equal(sourceLate({ state: "late", last_event_at: 99_000 }, 100_000), true);
  assert.equal(sourceLate({ state: "live", last_event_at: 80_000 }, 100_000), true);
  assert.equal(sourceLate({ state: "live", last_event_at: 90_000 }, 100_000), false);
  assert.equal(sourceLate({ state: "quiet", last_event_at: 0 }, 100_000), false);
});

test("a tile is as old as the oldest of its sources", () => {
  const sources = { a: { state: "live", last_event_at: 99_000 }, b: { state: "late", last_event_at: 50_000 } };
  const server = { late: false, at: 99_500 };
  assert.deepEqual(ageOf(["a"], sources, server), { late: false, at: 99_000 });
  assert.deepEqual(ageOf(["a", "b"], sources, server), { late: true, at: 50_000 });
  assert.deepEqual(ageOf(null, sources, server), { late: false, at: 99_500 });
  assert.deepEqual(ageOf([], sources, server), { late: false, at: 0 });
});

test("a quiet source says nothing by its silence, and one that cannot be read is late", () => {
  const sources = {
    live: { state: "live", last_event_at: 99_000 },
    cron: { state: "quiet", last_event_at: 10_000 },
    bot: { state: "quiet", last_event_at: 20_000 },
    pbx: { state: "down" },
  };
  const server = { late: false, at: 99_500 };
  assert.deepEqual(ageOf(["live", "cron"], sources, server), { late: false, at: 99_000 });
  assert.deepEqual(ageOf(["cron", "bot"], sources, server), { late: false, at: 20_000 });
  assert.deepEqual(ageOf(["live", "pbx"], sources, server), { late: true, at: 0 });
});

test("a number over several sources of which some are late says of how many it is", () => {
  const sources = {
    a: { state: "live", last_event_at: 99_000 },
    b: { state: "late", last_event_at: 50_000 },
    c: { state: "quiet", last_event_at: 10_000 },
  };
  assert.equal(partly(["a", "b", "c"], sources, 100_000), "2 of 3 sources");
  assert.equal(partly(["a", "c"], sources, 100_000), "");
  assert.equal(partly(["b"], sources, 100_000), "");
  assert.equal(partly(null, sources, 100_000), "");
  assert.equal(partly(["a", "gone"], sources, 100_000), "");
});

test("while the server is silent a tile is as old as its last word, and not as the newest fact of a quiet source", () => {
  const sources = {
    pbx: { state: "quiet", last_event_at: 10_000 },
    live: { state: "live", last_event_at: 56_000 },
    old: { state: "late", last_event_at: 30_000 },
  };
  const server = { late: true, at: 60_000 };
  assert.deepEqual(ageOf(["pbx"], sources, server), { late: true, at: 60_000 });
  assert.deepEqual(ageOf(["pbx", "live"], sources, server), { late: true, at: 60_000 });
  assert.deepEqual(ageOf(["pbx", "old"], sources, server), { late: true, at: 30_000 });
});

test("a number that is worked out at an instant of its own is as old as that, while nothing is late", () => {
  const sources = { pbx: { state: "quiet", last_event_at: 10_000 }, old: { state: "late", last_event_at: 30_000 } };
  const server = { late: false, at: 99_500 };
  assert.deepEqual(ageOf(["pbx"], sources, server, 90_000), { late: false, at: 90_000 });
  assert.deepEqual(ageOf(["old"], sources, server, 90_000), { late: true, at: 30_000 });
  assert.deepEqual(ageOf(null, sources, server, 90_000), { late: false, at: 90_000 });
  assert.deepEqual(ageOf(null, sources, { late: true, at: 95_000 }, 90_000), { late: true, at: 95_000 });
});

test("a tile is never younger than the server's last word", () => {
  const sources = { a: { state: "live", last_event_at: 99_000 } };
  assert.deepEqual(ageOf(["a"], sources, { late: true, at: 60_000 }), { late: true, at: 60_000 });
});

test("a word that the catalog lacks is said as it is, and `toString` is no word", () => {
  assert.equal(say("nothing.such"), "nothing.such");
  assert.equal(say("toString", undefined, "own"), "own");
});

test("a wait that stands still has one figure and one level all night", () => {
  const evening = 1_795_420_800_000;
  const at = (now, hours) => numberOf(now, "oldest_at", evening + hours * 3_600_000);
  const closed = { oldest_at: evening, oldest_to: evening + 600_000 };
  for (const hours of [1, 4, 40]) {
    const now = evening + hours * 3_600_000;
    assert.equal(figure(at(closed, hours), "instant", now).text, "10:00");
    assert.equal(levelOf({ alarm: [">", 3600] }, at(closed, hours), "instant", now), "good");
  }
  assert.equal(at({ oldest_at: evening }, 4), evening, "where it is open");
  assert.equal(at({ waiting: 0 }, 4), undefined);
});

test("of a tag that nobody gave there are none where the window is known", () => {
  const day = { offered: 3, tags: { thanks: 2, "thanks.much": 1 }, codes: {} };
  assert.deepEqual(["tags.thanks", "tags.thanks.much", "tags.hostile", "codes.moved", "offered"].map((metric) => numberIn(day, metric)), [2, 1, 0, 0, 3]);
  const unknown = [[undefined, "tags.hostile"], [{ tags: {} }, "tags.hostile"], [{ staffed: 3, paused_by: {} }, "paused_by.lunch"], [day, "asa_s"]];
  assert.deepEqual(unknown.map(([of, metric]) => numberIn(of, metric)), [undefined, undefined, undefined, undefined]);
});
