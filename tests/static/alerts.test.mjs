// What an alert says: the same as tests/web/test_ruletold.py has of the first paint.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { textOf } from "../../static/js/tiles/alerts.js";
import { learn } from "../../static/js/words.js";

test("a change has its sign and its time, in four languages", () => {
  const row = { metric: "waiting", limit: "> 5", value: 7, reads: "count", within: "10m", name: "Support" };
  const says = {
    en: "Support: Waiting, change within 10 min +7, limit > 5",
    uk: "Support: Чекають, зміна за 10 хв +7, межа > 5",
    ru: "Support: Ждут, изменение за 10 мин +7, предел > 5",
    pl: "Support: Czekają, zmiana w ciągu 10 min +7, próg > 5",
  };
  for (const language of Object.keys(says)) {
    learn(JSON.parse(readFileSync(new URL("../../static/words/" + language + ".json", import.meta.url), "utf8")), language);
    assert.equal(textOf(row).replace(/\u00a0/g, " "), says[language]);
    assert.ok(textOf({ ...row, value: -7, limit: "< -5" }).indexOf("−7") > 0);
    assert.ok(textOf({ ...row, within: undefined }).indexOf("+") < 0);
  }
});
