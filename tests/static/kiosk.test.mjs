// What a screen without a keyboard does by itself: dimming hours, and a sound that is not heard twice.
import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.addEventListener = () => undefined;
const { Sound } = await import("../../static/js/sound.js");
const { within } = await import("../../static/js/wear.js");

test("dimming hours may go over midnight, and end before their last minute", () => {
  const night = ["22:00", "06:00"];
  assert.deepEqual(["21:59", "22:00", "03:00", "05:59", "06:00"].map((time) => within(night, time)), [false, true, true, true, false]);
  assert.deepEqual(["11:59", "12:00", "12:59", "13:00"].map((time) => within(["12:00", "13:00"], time)), [false, true, true, false]);
});

/** An AudioContext that counts what it plays. */
function context(state) {
  const node = () => ({ frequency: {}, gain: { setValueAtTime() {}, exponentialRampToValueAtTime() {} }, connect() {}, stop() {}, start() { made.notes += 1; } });
  const made = { state, notes: 0, currentTime: 0, createOscillator: node, createGain: node, resume() { this.state = "running"; } };
  return made;
}

test("no sound is heard twice within 30 seconds", () => {
  const audio = context("running");
  const sound = new Sound(() => audio);
  sound.want(true);
  assert.deepEqual([0, 29_999, 30_000].map((now) => sound.play(now)), [true, false, true]);
  assert.equal(audio.notes, 4);
});

test("what was there when the page came up makes no sound, what is new does", () => {
  const audio = context("running");
  const sound = new Sound(() => audio);
  sound.want(true);
  sound.hear(["n1"], 0);
  sound.hear(["n1"], 1000);
  assert.equal(audio.notes, 0);
  sound.hear(["n1", "n2"], 2000);
  assert.equal(audio.notes, 2);
});

test("it says whether it is off, blocked or on", () => {
  const audio = context("suspended");
  const sound = new Sound(() => audio);
  assert.equal(sound.state, "off");
  sound.want(true);
  assert.equal(sound.state, "blocked");
  assert.equal(sound.play(0), false);
  audio.resume();
  assert.equal(sound.state, "on");
  const none = new Sound(() => null);
  none.want(true);
  assert.equal(none.state, "off");
});
