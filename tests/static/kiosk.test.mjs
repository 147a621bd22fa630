// What a screen without a keyboard does by itself: it stays on, is dimmed, and makes a sound that is not heard twice.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

const tab = new Map(); // what the browser keeps for a tab
const sessionStorage = { getItem: (key) => tab.get(key) ?? null, setItem: (key, text) => tab.set(key, text) };
Object.defineProperty(globalThis, "sessionStorage", { value: sessionStorage, configurable: true });
globalThis.addEventListener = () => undefined;
const { stayAwake } = await import("../../static/js/awake.js");
const { Heard } = await import("../../static/js/heard.js");
const { gravest, reaches, Sound } = await import("../../static/js/sound.js");
const alerts = await import("../../static/js/tiles/alerts.js");
const notices = await import("../../static/js/tiles/notices.js");
const { within } = await import("../../static/js/wear.js");

beforeEach(() => tab.clear());

test("dimming hours may go over midnight, and end before their last minute", () => {
  const night = ["22:00", "06:00"];
  assert.deepEqual(["21:59", "22:00", "03:00", "05:59", "06:00"].map((time) => within(night, time)), [false, true, true, true, false]);
  assert.deepEqual(["11:59", "12:00", "12:59", "13:00"].map((time) => within(["12:00", "13:00"], time)), [false, true, true, false]);
});

/** An AudioContext that notes what it plays. */
function context(state) {
  const node = () => ({ frequency: { set value(hertz) { made.heard.push(hertz); } }, gain: { setValueAtTime() {}, exponentialRampToValueAtTime() {} }, connect() {}, stop() {}, start() {} });
  const made = { state, heard: [], currentTime: 0, createOscillator: node, createGain: node, resume() { this.state = "running"; } };
  return made;
}

test("no sound is heard twice within 30 seconds, not on the tab's next page either", () => {
  const audio = context("running");
  const played = (nows) => {
    const sound = new Sound(() => audio);
    sound.want(true);
    return nows.map((now) => sound.play("warning", now));
  };
  assert.deepEqual(played([100_000, 129_999, 130_000]), [true, false, true]);
  assert.deepEqual(played([159_999, 160_000]), [false, true]);
  assert.deepEqual(played([50_000]), [true]); // a clock that was set back
  assert.equal(audio.heard.length, 8);
});

test("each severity has a sound of its own, and only a graver one breaks into the 30 seconds", () => {
  const audio = context("running");
  const sound = new Sound(() => audio);
  sound.want(true);
  const heard = [["info", 0], ["info", 9_000], ["critical", 10_000], ["warning", 11_000], ["critical", 39_999], ["critical", 40_000], ["info", 70_000]];
  assert.deepEqual(heard.map(([severity, now]) => sound.play(severity, 1_000_000 + now)), [true, false, true, false, false, true, true]);
  const next = new Sound(() => audio); // of the tab's next page
  next.want(true);
  assert.deepEqual([next.play("info", 1_071_000), next.play("warning", 1_071_000)], [false, true]);
  const notes = ["info", "warning", "critical"].map((severity, n) => {
    audio.heard.length = 0;
    sound.play(severity, 2_000_000 + 60_000 * n);
    return audio.heard.join();
  });
  assert.equal(new Set(notes).size, 3);
  assert.ok(notes.every(Boolean));
});

test("a board may hear all, or from a severity on, and of several at once the gravest", () => {
  const heard = (least) => ["info", "warning", "critical"].filter((severity) => reaches(severity, least)).join();
  assert.deepEqual([true, "info", "warning", "critical"].map(heard), ["info,warning,critical", "info,warning,critical", "warning,critical", "critical"]);
  assert.deepEqual([gravest(["info", "critical", "warning"]), gravest([]), gravest(["odd"])], ["critical", "", ""]);
});

test("what was there when the screen came up is not new, what comes later is, once", () => {
  const heard = new Heard();
  const [old, late, new_] = [{ id: "old", at: 10_000, severity: "info" }, { id: "late", at: 990_000, severity: "warning" }, { id: "new", at: 1_001_000, severity: "critical" }];
  assert.deepEqual(heard.look([old], 1_000_000), []);
  assert.deepEqual(heard.look([old, late], 1_000_500), ["warning"]); // it was on its way
  assert.deepEqual(heard.look([old, late, new_], 1_002_000), ["critical"]);
  assert.deepEqual(heard.look([old, late, new_], 1_003_000), []);
});

test("what came while a rotation showed another board is new when its board is shown, and only once", () => {
  const [first, meanwhile] = [{ id: "first", at: 10_000, severity: "info" }, { id: "meanwhile", at: 1_010_000, severity: "info" }];
  assert.deepEqual(new Heard().look([], 1_000_000), []); // a board that shows none
  const turns = [1_030_000, 1_060_000, 1_090_000].map((now) => new Heard().look([first, meanwhile], now));
  assert.deepEqual(turns, [["info"], [], []]);
});

test("a tab that may keep nothing still tells what is new from what was there", () => {
  sessionStorage.getItem = () => { throw new Error("forbidden"); };
  try {
    const heard = new Heard();
    assert.deepEqual([heard.look([{ id: "a", at: 5 }], 10).length, heard.look([{ id: "b", at: 20 }], 30).length], [0, 1]);
  } finally {
    sessionStorage.getItem = (key) => tab.get(key) ?? null;
  }
});

test("what calls is grave, or an alert of any severity, stands on the tile, is not over and is in nobody's hands", () => {
  const notice = { level: "critical", posted_at: 5 };
  const alert = { severity: "critical", raised_at: 7, kind: "queues", of: "support" };
  const state = {
    notices: {
      here: { ...notice, queues: ["support"] }, there: { ...notice, queues: ["test-1"] }, over: { ...notice, until: 9 },
      all: notice, mild: { ...notice, level: "warning" }, quiet: { ...notice, level: "good" },
    },
    alerts: { a: alert, b: { ...alert, severity: "warning" }, c: { ...alert, owner: "Olena" }, d: { ...alert, snoozed_until: 99 }, e: { ...alert, of: "sales" }, f: { ...alert, left: true, acknowledged_by: "Olena" } },
  }; // prettier-ignore
  const ids = (tile, kind) => kind.calling(tile, { state, now: 10 }).map((one) => one.id + " " + one.severity);
  assert.deepEqual(ids({ queues: ["*", "!test-*"] }, notices), ["notice.here@5 critical", "notice.all@5 critical", "notice.mild@5 warning"]);
  assert.deepEqual(ids({ queues: ["supp*"] }, alerts), ["alert.a critical", "alert.b warning", "alert.f critical"]);
});

test("a wall asks that its screen stays on, and again whenever it is seen again", async () => {
  const asked = [];
  const listeners = [];
  const document = { visibilityState: "visible", addEventListener: (name, listener) => listeners.push([name, listener]) };
  const wakeLock = { request: (kind) => (asked.push(kind), Promise.reject(new Error("low battery"))) };
  const before = globalThis.document;
  globalThis.document = document;
  Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });
  stayAwake(); // an engine that has no such thing, or plain http
  Object.defineProperty(globalThis, "navigator", { value: { wakeLock }, configurable: true });
  stayAwake();
  assert.deepEqual(listeners.map(([name]) => name), ["visibilitychange"]);
  document.visibilityState = "hidden";
  listeners[0][1]();
  document.visibilityState = "visible";
  listeners[0][1]();
  await new Promise((done) => setTimeout(done)); // a refusal is no error of the page
  assert.deepEqual(asked, ["screen", "screen"]);
  globalThis.document = before;
});

test("it says whether it is off, blocked or on", () => {
  const audio = context("suspended");
  const sound = new Sound(() => audio);
  assert.equal(sound.state, "off");
  sound.want(true);
  assert.equal(sound.state, "blocked");
  assert.equal(sound.play("critical", 0), false);
  audio.resume();
  assert.equal(sound.state, "on");
  const none = new Sound(() => null);
  none.want(true);
  assert.equal(none.state, "off");
});
