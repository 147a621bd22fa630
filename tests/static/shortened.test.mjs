/** The same cases as in tests/web/test_shortened.py. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { shortened } from "../../static/js/shortened.js";

const LONG = "Ersatzteile Nordwestdeutschland";

test("of an alert that is too long the name is cut and the numbers stay", () => {
  for (const [text, name, letters, lines, wanted] of [
    ["Sales: Waiting 7, limit > 5", "Sales", 40, 1, "Sales: Waiting 7, limit > 5"],
    [LONG + ": Waiting 7, limit > 5", LONG, 40, 1, "Ersatzteile Nordw…: Waiting 7, limit > 5"],
    [LONG + ": Waiting 7, limit > 5", LONG, 28, 2, "Ersatzteile Nordwestdeutsc…: Waiting 7, limit > 5"],
    [LONG + ": Waiting 7, limit > 5", LONG, 26, 3, LONG + ": Waiting 7, limit > 5"],
    ["Waiting 7, limit > 5", "", 5, 1, "Waiting 7, limit > 5"],
    ["Sales: Waiting 7, limit > 5", "Sales", 5, 1, "Sales: Waiting 7, limit > 5"],
    ["a$&b$$c: Waiting 7", "a$&b$$c", 17, 1, "a$&b$…: Waiting 7"],
  ]) assert.equal(shortened(text, name, letters, lines), wanted); // prettier-ignore
});
