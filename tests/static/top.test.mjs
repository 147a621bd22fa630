// What stands above the tiles: of sources that fell silent at different times each has its own.
import assert from "node:assert/strict";
import { test } from "node:test";
import { noteOf } from "../../static/js/top.js";
import { learn } from "../../static/js/words.js";

learn({ "connection.source_late": "{sources}: no data since {time}", "connection.source_unheard": "{sources}: no data yet", "connection.more_sources": "{sources} and {more} more", "connection.sources_late": "no data: {sources}", "connection.one_late": "{source} since {time}" }, "en");

const now = 1795420800000; // 2026-11-23 08:00 UTC
const minute = 60000;

function said(...sources) {
  const late = sources.map(([name, minutes]) => [name, { state: "late", last_event_at: minutes && now - minutes * minute }]);
  const picture = { now, zone: "Europe/Kyiv", server: { late: false, at: now }, state: { sources: Object.fromEntries(late) } };
  return noteOf("open", "", {}, picture);
}

test("late sources that fell silent at one time share it, of others each has its own", () => {
  assert.deepEqual(said(["pbx", 12]), { level: "alarm", text: "pbx: no data since 09:48:00" });
  assert.equal(said(["crm", 12], ["pbx", 12]).text, "crm, pbx: no data since 09:48:00");
  assert.equal(said(["crm", 32], ["pbx", 12]).text, "no data: crm since 09:28:00, pbx since 09:48:00");
  assert.equal(said(["crm", 32], ["mail", 5], ["pbx", 12]).text, "no data: crm since 09:28:00, mail since 09:55:00 and 1 more");
  assert.equal(said(["crm", null], ["pbx", 12]).text, "no data: crm, pbx since 09:48:00");
  assert.equal(said(["crm", null], ["pbx", null]).text, "crm, pbx: no data yet");
});
