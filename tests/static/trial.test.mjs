// What a trial came to is written as the reader writes numbers.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ROWS } from "../../static/js/rules/trial.js";
import { learn } from "../../static/js/words.js";

test("how often a day has the reader's comma, and what never ended no length", () => {
  learn(JSON.parse(readFileSync(new URL("../../static/words/pl.json", import.meta.url), "utf8")), "pl");
  const told = { times: 33, a_day: 16.5, most: 4, median_s: 324, longest_s: null, open: 1 };
  assert.deepEqual(ROWS.map(([, pick]) => String(pick(told))), ["33", "16,5", "4", "5:24", "–", "1"]);
});
