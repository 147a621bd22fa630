// What was pressed keeps its place while the lists around it are put in order.
import assert from "node:assert/strict";
import { test } from "node:test";
import { kept } from "../../static/js/held.js";

const named = (lists) => Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, list.map((one) => one.id).join("")]));
const of = (text) => Array.from(text, (id) => ({ id }));

test("what was taken, seen, snoozed or is over stands where it stood, the others go where they belong", () => {
  const place = { list: "open", place: 1 };
  assert.deepEqual(named(kept({ own: of("b"), open: of("ac"), snoozed: [], over: [] }, "b", place)), { own: "", open: "abc", snoozed: "", over: "" });
  assert.deepEqual(named(kept({ own: [], open: of("cab"), snoozed: [], over: [] }, "b", place)), { own: "", open: "cba", snoozed: "", over: "" });
  assert.deepEqual(named(kept({ own: [], open: of("a"), snoozed: [], over: of("bz") }, "b", place)), { own: "", open: "ab", snoozed: "", over: "z" });
});

test("a graver one that is new does not push it away, and where others went it stands last", () => {
  const place = { list: "open", place: 1 };
  assert.deepEqual(named(kept({ own: [], open: of("nab") }, "b", place)), { own: "", open: "nba" });
  assert.deepEqual(named(kept({ own: [], open: of("b") }, "b", place)), { own: "", open: "b" });
});

test("nothing is held back where nothing was pressed, or it is not there any more", () => {
  const lists = { own: of("a"), open: of("b") };
  assert.equal(kept(lists, "", { list: "", place: 0 }), lists);
  assert.equal(kept(lists, "gone", { list: "open", place: 0 }), lists);
});
