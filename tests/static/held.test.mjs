// Nothing moves under a finger while the lists around it are put in order.
import assert from "node:assert/strict";
import { test } from "node:test";
import { kept } from "../../static/js/held.js";

const named = (lists) => Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, list.map((one) => one.id).join("")]));
const of = (text) => Array.from(text, (id) => ({ id }));

test("what was taken, seen, snoozed or is over stands where it stood, in whichever list it is by now", () => {
  const standing = { own: [], open: ["a", "b", "c"], snoozed: [], over: ["z"] };
  assert.deepEqual(named(kept({ own: of("b"), open: of("ac"), snoozed: [], over: of("z") }, standing)), { own: "", open: "abc", snoozed: "", over: "z" });
  assert.deepEqual(named(kept({ own: [], open: of("cab"), snoozed: [], over: of("z") }, standing)), { own: "", open: "abc", snoozed: "", over: "z" });
  assert.deepEqual(named(kept({ own: [], open: of("c"), snoozed: of("a"), over: of("bz") }, standing)), { own: "", open: "abc", snoozed: "", over: "z" });
});

test("a graver one that is new pushes nothing away, and what is not there any more leaves its place", () => {
  const standing = { own: [], open: ["a", "b"] };
  assert.deepEqual(named(kept({ own: [], open: of("nab") }, standing)), { own: "", open: "abn" });
  assert.deepEqual(named(kept({ own: of("n"), open: of("b") }, standing)), { own: "n", open: "b" });
});

test("nothing stands there yet: the order is the server's", () => {
  const lists = { own: of("a"), open: of("b") };
  assert.deepEqual(named(kept(lists, { own: [], open: [] })), { own: "a", open: "b" });
});

test("what was given away leaves for the list it is in by now, and nothing else goes with it", () => {
  const standing = { own: ["a", "b"], open: ["c"], over: [] };
  const given = { own: of("b"), open: of("ac"), over: [] };
  assert.deepEqual(named(kept(given, standing, "a")), { own: "b", open: "ca", over: "" });
  assert.deepEqual(named(kept({ own: [], open: of("abc"), over: [] }, standing, "a")), { own: "b", open: "ca", over: "" }, "what another lead took stays");
  assert.deepEqual(named(kept({ own: of("ab"), open: of("c"), over: [] }, standing, "a")), { own: "ab", open: "c", over: "" }, "it is not known yet");
});
