// Which rows a tile shows, how bad they are, and which fit.
import assert from "node:assert/strict";
import { test } from "node:test";
import { levelOf } from "../../static/js/levels.js";
import { paged, pagedTexts } from "../../static/js/paging.js";
import { agentsOf, queuesOf, selects } from "../../static/js/select.js";
import { doingOf } from "../../static/js/doing.js";
import { hasRoom } from "../../static/js/floor/room.js";
import { leaders } from "../../static/js/tiles/leaders.js";
import { valueOf } from "../../static/js/tiles/number.js";
import { calling } from "../../static/js/tiles/notices.js";
import { worstFirst } from "../../static/js/tiles/queues.js";

const ids = (rows) => rows.map(([id]) => id);

test("patterns select like the server's: any of them and none of those with !", () => {
  const cases = [
    [["*"], "a", true], [[], "a", true], [["sales-*"], "sales-1", true], [["sales-*"], "support", false],
    [["*", "!test-*"], "test-1", false], [["!test-*"], "live", true], [["q?"], "q1", true], [["q?"], "q12", false],
    [["q[12]"], "q2", true], [["q[!12]"], "q2", false], [["q[!12]"], "q3", true], [["a.b"], "axb", false],
    [["[x"], "[x", true], [["q[z-a]"], "qz", false], [["Підтримка*"], "Підтримка 2", true], [["?"], "😀", true], [["a(b"], "a(b", true],
  ]; // prettier-ignore
  for (const [patterns, name, expected] of cases) assert.equal(selects(patterns, name), expected, `${patterns} ${name}`);
});

test("a notice for a queue or team stands on the tiles that show it", () => {
  const critical = { level: "critical", posted_at: 0 };
  const notices = { all: critical, queue: { ...critical, queues: ["support"] }, team: { ...critical, teams: ["two"] } };
  const shown = (tile) => calling(tile, { state: { notices }, now: 9 }).map((one) => one.id.slice(7, -2)).join(" ");
  const cases = [
    [{}, "all queue team"], [{ queues: ["*"] }, "all queue team"], [{ queues: ["*", "!test-*"] }, "all queue team"],
    [{ queues: ["supp*"] }, "all queue team"], [{ queues: ["sales"] }, "all team"], [{ teams: ["one"] }, "all queue"],
  ]; // prettier-ignore
  for (const [tile, wanted] of cases) assert.equal(shown(tile), wanted, JSON.stringify(tile));
});

test("a hidden queue shows only where it is named", () => {
  const queues = { a: {}, b: { hidden: true } };
  assert.deepEqual(ids(queuesOf({ queues: ["*"] }, queues)), ["a"]);
  assert.deepEqual(ids(queuesOf({ queues: ["b"] }, queues)), ["b"]);
});

test("a team's tile shows that team's queues and agents", () => {
  assert.deepEqual(ids(queuesOf({ teams: ["x"] }, { a: { team: "x" }, b: {} })), ["a"]);
  assert.deepEqual(ids(agentsOf({ teams: ["x"] }, { 1: { team: "x" }, 2: { team: "y" } })), ["1"]);
});

test("an agents' tile of some queues shows who serves one of them", () => {
  const agents = { 1: { queues: ["support"] }, 2: { queues: ["sales"] }, 3: {} };
  assert.deepEqual(ids(agentsOf({ queues: ["sup*"] }, agents)), ["1"]);
  assert.deepEqual(ids(agentsOf({}, agents)), ["1", "2", "3"]);
});

test("a limit is passed by its sign, alarm before warn, and of an instant by the seconds since", () => {
  const tile = { warn: ["<", 80], alarm: ["<", 70] };
  assert.deepEqual([90, 79, 69].map((value) => levelOf(tile, value, "percent", 0)), ["good", "warn", "alarm"]);
  assert.equal(levelOf({ alarm: [">=", 60] }, 1000, "instant", 61_000), "alarm");
  assert.equal(levelOf({ alarm: ["<=", 0] }, 0, "count", 0), "alarm");
});

test("what is not known is neither good nor bad", () => {
  assert.equal(levelOf({ warn: ["<", 80] }, undefined, "percent", 0), "");
});

test("the worst queue stands first", () => {
  const queue = (over, oldest, waiting) => ({ name: "q", now: { over_target: over, oldest_at: oldest, waiting } });
  const queues = { quiet: queue(0, undefined, 0), late: queue(1, 500, 1), worst: queue(3, 900, 3), busy: queue(0, 700, 9) };
  assert.deepEqual(worstFirst({ queues: ["*"] }, { state: { queues }, now: 1000 }).map((row) => row.id), ["worst", "late", "busy", "quiet"]);
});

test("rows that do not fit turn page after page and none is left out", () => {
  const items = Array.from({ length: 23 }, (_, n) => n);
  const seen = new Set();
  for (let now = 0; now < 60_000; now += 10_000) paged(items, [4, 10], now, false).shown.forEach((item) => seen.add(item));
  assert.equal(seen.size, 23);
  assert.equal(paged(items, [4, 10], 0, false).pages, 3);
});

test("rows that fit are shown in the largest text that holds them all", () => {
  assert.deepEqual(paged([1, 2, 3, 4, 5], [4, 10], 0, false), { shown: [1, 2, 3, 4, 5], fit: 1, page: 1, pages: 1 });
  assert.equal(paged([1, 2, 3], [4, 10], 0, false).fit, 0);
});

test("a phone shows everything", () => {
  assert.equal(paged(Array(99).fill(0), [4], 0, true).shown.length, 99);
});

test("a long notice stands alone, in a text that has room for it", () => {
  const fits = [{ holds: 2, letters: 20, alone: 50 }, { holds: 3, letters: 30, alone: 90 }];
  const shown = (texts, now) => pagedTexts(texts, (text) => text, fits, now, false);
  assert.equal(shown(["short", "words"], 0).shown.length, 2);
  const long = "x".repeat(80);
  assert.deepEqual([shown(["a", long], 0).shown, shown(["a", long], 10_000).shown], [["a"], [long]]);
  assert.equal(shown(["a", long], 10_000).fit, 1);
});

test("of more than fit as many stand together as fit, on as few pages as can be, and there as large as can be", () => {
  const fits = [[1, 70], [2, 49], [1, 138], [3, 69]].map(([holds, letters]) => ({ holds, letters, alone: 200 })); // prettier-ignore
  const shown = (texts, now) => {
    const found = pagedTexts(texts, (text) => text, fits, now, false);
    return [found.shown.join(""), found.fit, found.alone, found.page, found.pages].join();
  };
  assert.equal(shown(["a", "b", "c"], 0), "abc,3,false,1,1");
  assert.deepEqual([0, 10_000].map((now) => shown(["a", "b", "c", "d"], now)), ["ab,1,false,1,2", "cd,1,false,2,2"]);
  assert.equal(shown(["a", "b", "c", "d", "e"], 10_000), "de,3,false,2,2");
  assert.equal(shown(["a", "b".repeat(60), "c"], 0), `a${"b".repeat(60)}c,3,false,1,1`);
  assert.equal(shown(["a", "b".repeat(80)], 0), "a,0,true,1,2");
});

test("a message has the largest text in whose lines its words stand whole", () => {
  const fits = [40, 60].map((letters) => ({ holds: 2, letters, alone: letters, line: 20 }));
  const long = ["a", "b", "c"].map((one) => one.repeat(12)).join(" ");
  const fitOf = (texts) => pagedTexts(texts, (text) => text, fits, 0, false).fit;
  assert.equal(fitOf([long]), 1, "two lines have letters enough, but each word needs one of its own");
  assert.equal(fitOf([long.slice(0, 25)]), 0);
  assert.equal(fitOf([long, "a"]), 1);
  assert.equal(fitOf(["a\nb\nc"]), 1);
  assert.equal(fitOf(["a".repeat(40)]), 0);
});

test("what to do stands below each where that has room on as few pages, in a text a step smaller if need be", () => {
  const fits = [
    { holds: 1, letters: 70, alone: 60, acting: 1, alone_acting: 30 }, { holds: 2, letters: 49, alone: 90, acting: 1, alone_acting: 60 },
    { holds: 2, letters: 60, alone: 120, acting: 2, alone_acting: 80 }, { holds: 3, letters: 69, alone: 150, acting: 2, alone_acting: 99 },
  ]; // prettier-ignore
  const shown = (texts, asks) => {
    const found = pagedTexts(texts, (text) => text, fits, 0, false, asks);
    return [found.shown.join(""), found.fit, found.alone, found.acts, found.pages].join();
  };
  assert.equal(shown(["a", "b"], false), "ab,1,false,false,1");
  assert.equal(shown(["a", "b"], true), "ab,2,false,true,1");
  assert.equal(shown(["a", "b", "c"], true), "abc,3,false,false,1", "all of them come before what to do");
  assert.equal(shown(["a".repeat(20)], true), "a".repeat(20) + ",0,true,true,1");
  assert.equal(shown(["a".repeat(40)], true), "a".repeat(40) + ",1,true,true,1");
  assert.equal(shown(["a".repeat(40)], false), "a".repeat(40) + ",0,true,false,1");
  assert.equal(shown(["a".repeat(120)], true), "a".repeat(120) + ",2,true,false,1");
  assert.ok(pagedTexts(["a"], (text) => text, fits, 0, true, true).acts, "a phone has room");
});

test("who talks while paused is talking; who is paused and idle is paused; who left is offline", () => {
  assert.equal(doingOf({ presence: "paused", activity: "engaged" }), "engaged");
  assert.equal(doingOf({ presence: "paused", activity: "idle" }), "paused");
  assert.equal(doingOf({ presence: "offline", activity: "unknown" }), "offline");
  assert.equal(doingOf({}), "unknown");
});

test("who has no contact is free only if somebody said that they are there", () => {
  assert.equal(doingOf({ presence: "ready", activity: "idle" }), "idle");
  assert.equal(doingOf({ activity: "idle" }), "no_contact");
});

test("a number tile finds its value in a queue, a group, a family or a reported figure", () => {
  const state = {
    queues: { support: { day: { answered: 7, tags: { thanks: 2 } }, now: { waiting: 0 } } },
    groups: { all: { now: { waiting: 3 } } },
    kpis: { sales: { value: 12.5 } },
  };
  const of = { kind: "queues", id: "support" };
  assert.equal(valueOf({ metric: "answered", window: "day", of }, state), 7);
  assert.equal(valueOf({ metric: "waiting", window: "now", of }, state), 0);
  assert.equal(valueOf({ metric: "tags.thanks", window: "day", of }, state), 2);
  assert.equal(valueOf({ metric: "waiting", window: "now", of: { kind: "groups", id: "all" } }, state), 3);
  assert.equal(valueOf({ metric: "kpi.sales", window: "now" }, state), 12.5);
  assert.equal(valueOf({ metric: "service_level", window: "day", of }, state), undefined);
  assert.equal(valueOf({ metric: "waiting", window: "now", of: { kind: "queues", id: "none" } }, state), undefined);
});

test("somebody at whom a contact rings is not free, whatever their device says", () => {
  const row = (activity, ...states) => ({ activity, contacts: states.map((state) => ({ state })), slots: { allowed: 2 } });
  for (const seen of ["idle", "unknown", "engaged"]) {
    assert.equal(hasRoom(row(seen)), true, seen);
    assert.equal(hasRoom(row(seen, "ringing")), false, seen);
  }
  assert.equal(hasRoom(row("idle", "wrapup", "engaged")), true);
  assert.equal(hasRoom(row("engaged", "engaged", "engaged")), false);
});

test("mean marks are ranked by the share of what they are out of", () => {
  const marked = (rating_avg, rating_best) => ({ day: { rated: 5, rating_avg, rating_best } });
  const agents = { a: marked(7, 10), b: marked(4.5, 5), c: marked(9, 10), d: marked(3, undefined) };
  const found = leaders({ metric: "rating_avg", window: "day" }, agents);
  assert.deepEqual(found.map((one) => [one.id, one.rank]), [["b", 0.9], ["c", 0.9], ["a", 0.7]]);
});
