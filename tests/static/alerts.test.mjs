// What an alert says: the same as tests/web/test_ruletold.py has of the first paint.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { raisedOf, textOf } from "../../static/js/tiles/alerts.js";
import { learn } from "../../static/js/words.js";

test("a change has its sign and its time, in four languages", () => {
  const row = { metric: "waiting", limit: "> 5", value_now: 7, reads: "count", within: "10m", name: "Support" };
  const says = {
    en: "Support: Waiting, change within 10 min +7, limit > 5",
    uk: "Support: Чекають, зміна за 10 хв +7, межа > 5",
    ru: "Support: Ждут, изменение за 10 мин +7, предел > 5",
    pl: "Support: Czekają, zmiana w ciągu 10 min +7, próg > 5",
  };
  for (const language of Object.keys(says)) {
    learn(JSON.parse(readFileSync(new URL("../../static/words/" + language + ".json", import.meta.url), "utf8")), language);
    assert.equal(textOf(row).replace(/\u00a0/g, " "), says[language]);
    assert.ok(textOf({ ...row, value_now: -7, limit: "< -5" }).indexOf("−7") > 0);
    assert.ok(textOf({ ...row, within: undefined }).indexOf("+") < 0);
  }
});

test("the number now stands in the text, the one with which it was raised beside its age", () => {
  learn(JSON.parse(readFileSync(new URL("../../static/words/en.json", import.meta.url), "utf8")), "en");
  const says = (row, now) => textOf({ limit: "> 120", reads: "seconds", metric: "oldest_wait_s", value: 151, name: "Support", ...row }, now).replace(/\u00a0/g, " ");
  assert.equal(says({ grows_since: 40_000 }, 350_000), "Support: Longest wait 5:10, limit > 2:00");
  assert.deepEqual(raisedOf({ reads: "seconds", value: 151, grows_since: 40_000 }, 350_000), ["2:31 when raised"]);
  assert.deepEqual(raisedOf({ reads: "seconds", value: 151, value_now: 151.4 }, 350_000), [], "the same is not said twice");
  assert.deepEqual(raisedOf({ reads: "seconds", value: 151 }, 350_000), []);
  assert.deepEqual(raisedOf({ reads: "seconds", value_now: 151 }, 350_000), []);
  assert.equal(says({ value_now: 151.4 }, 350_000), "Support: Longest wait 2:31, limit > 2:00");
  assert.equal(says({ value_now: 0 }, 350_000), "Support: Longest wait 0:00, limit > 2:00");
  assert.equal(says({}, 350_000), "Support: Longest wait 2:31 when raised, limit > 2:00", "where none is known now");
  assert.equal(says({ value: undefined }, 350_000), "Support: Longest wait –, limit > 2:00");
  const fall = { metric: "waiting", reads: "count", limit: "> 5", value: 7, within: "10m" };
  assert.equal(says({ ...fall, value_now: -2 }, 0), "Support: Waiting, change within 10 min −2, limit > 5");
});
