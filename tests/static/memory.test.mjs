import assert from "node:assert/strict";
import test from "node:test";
import { Memory } from "../../static/js/memory.js";

const looked = (memory, usedMb, hour, times) => Array.from({ length: times }, () => memory.look(usedMb, 2000, hour));

test("a page that needs what it always needed goes on", () => {
  assert.ok(!looked(new Memory(), 200, 3, 200).includes(true));
});

test("one that grew to four times its least begins anew at a quiet hour only", () => {
  const memory = new Memory();
  memory.look(90, 2000, 12);
  assert.ok(!looked(memory, 400, 12, 100).includes(true));
  assert.ok(memory.look(400, 2000, 3));
});

test("garbage that is collected within ten minutes is none", () => {
  const memory = new Memory();
  memory.look(90, 2000, 3);
  assert.ok(!looked(memory, 400, 3, 19).includes(true));
  memory.look(90, 2000, 3);
  assert.ok(!looked(memory, 400, 3, 19).includes(true));
});

test("one that fills what the engine gives begins anew at any hour", () => {
  assert.deepEqual(looked(new Memory(), 1700, 12, 20).slice(-2), [false, true]);
});
