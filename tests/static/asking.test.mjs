// What is asked when a number is opened, and when it is asked again.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { address, isDue, ofRow, ofTile, shownNow } from "../../static/js/asking.js";

test("a number tile asks for its own entity, metric and window", () => {
  const tile = { kind: "number", metric: "offered", window: "day" };
  assert.deepEqual(ofTile({ ...tile, of: { kind: "queues", id: "a&b" } }), { metric: "offered", window: "day", queue: "a&b" });
  assert.deepEqual(ofTile(tile), { metric: "offered", window: "day", group: "all" });
  assert.deepEqual(ofTile({ kind: "number", metric: "kpi.sales" }), { metric: "kpi.sales", window: "now" });
  assert.equal(ofTile({ kind: "clock" }), null);
});

test("a cell of a table asks for its column, a keyboard for the tile's metric or the first column", () => {
  const columns = [{ metric: "waiting", window: "now" }, { metric: "offered", window: "day" }];
  assert.deepEqual(ofRow({ columns }, "q", "offered"), { metric: "offered", window: "day", queue: "q" });
  assert.deepEqual(ofRow({ columns }, "q"), { metric: "waiting", window: "now", queue: "q" });
  assert.deepEqual(ofRow({ columns, metric: "asa_s", window: "m15" }, "q"), { metric: "asa_s", window: "m15", queue: "q" });
});

test("each list of no single number is explained in words, and an alert's number as the one that it is", () => {
  const said = JSON.parse(readFileSync(new URL("../../static/words/explain/en.json", import.meta.url), "utf8"));
  for (const kind of ["agents", "alerts", "counts", "leaders", "notices", "reasons", "sources"]) {
    assert.deepEqual(ofTile({ kind }), { metric: "", window: "", about: kind });
    assert.ok(said["explain.about." + kind]);
  }
  assert.match(said["explain.about.alerts"], /The number is as it is now/);
});

test("names of queues stand escaped in the address", () => {
  assert.equal(
    address({ metric: "offered", window: "day", queue: "a&b=ц" }, "x/y"),
    "/api/v1/explain?metric=offered&window=day&queue=a%26b%3D%D1%86&board=x%2Fy",
  );
});

test("it is asked again every five seconds, and a second after the number on the wall moved", () => {
  assert.deepEqual([isDue(900, 1, 2), isDue(1000, 1, 2), isDue(4000, 1, 1), isDue(5000, 1, 1)], [false, true, false, true]);
});

test("the number on the wall is found as the tile finds it", () => {
  const state = { queues: { q: { day: { offered: 3, tags: { thanks: 2 } } } }, groups: { all: { day: {} } }, kpis: { k: { value: 9 } } };
  assert.equal(shownNow({ metric: "offered", window: "day", queue: "q" }, state), 3);
  assert.equal(shownNow({ metric: "tags.thanks", window: "day", queue: "q" }, state), 2);
  assert.equal(shownNow({ metric: "offered", window: "day", group: "all" }, state), undefined);
  assert.equal(shownNow({ metric: "offered", window: "day", group: "gone" }, state), undefined);
  assert.equal(shownNow({ metric: "kpi.k", window: "now" }, state), 9);
});
