// Why they call: the same answers as tests/web/test_picture.py has of the first paint.
import assert from "node:assert/strict";
import { test } from "node:test";
import { reasons } from "../../static/js/tiles/reasons.js";

test("the codes of the hour, and what is more or less than today", () => {
  const hour = { price: 12, move: 6, bill: 2, gone: 0 };
  const day = { price: 20, move: 70, bill: 10 };
  const found = reasons(hour, day).map((one) => [one.code, one.count, one.share, one.change]);
  assert.deepEqual(found, [["price", 12, 60, 40], ["move", 6, 30, -40], ["bill", 2, 10, 0]]);
  assert.deepEqual(reasons({ ...hour, price: 11 }, day).map((one) => one.change), [0, 0, 0]);
  assert.deepEqual(reasons({}, day), []);
});
