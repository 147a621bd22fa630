// Coming back: how long a screen waits, and when it stops.
import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { Socket, pauseMs } from "../../static/js/socket.js";

/** The browser's WebSocket as far as the line uses it; the test says what happens. */
class Line {
  static made = [];
  constructor(url, protocol) {
    Object.assign(this, { url, protocol, readyState: 0, sent: [], left: false });
    Line.made.push(this);
  }
  close() { this.left = true; }
  send(text) { this.sent.push(text); }
  opens() { this.readyState = 1; this.onopen(); }
  closes(code, reason = "") { this.onclose({ code, reason }); }
}

beforeEach(() => {
  Line.made = [];
  globalThis.WebSocket = Line;
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
});
afterEach(() => mock.timers.reset());

function opened() {
  const heard = [];
  const socket = new Socket("ws://x/live?board=b", (message) => heard.push(message), () => {});
  socket.open();
  Line.made[0].opens();
  return { socket, heard };
}

test("the first try after a cut comes within a quarter of a second", () => {
  assert.ok(pauseMs(1006, 0, 0.999) <= 250);
});

test("later tries spread over ever longer times, and never more than eight seconds", () => {
  assert.equal(pauseMs(1006, 3, 0.5), 2000);
  assert.ok(pauseMs(1006, 30, 0.999) <= 8000);
  assert.equal(pauseMs(1006, 30, 0), 0);
});

test("after a server's own stop its screens spread over two seconds at once", () => {
  for (const code of [1001, 1012, 1013]) assert.equal(pauseMs(code, 0, 0.5), 1000);
});

test("a cut line comes back by itself", () => {
  const { socket } = opened();
  Line.made[0].closes(1006);
  assert.equal(socket.standing, "waiting");
  mock.timers.tick(300);
  assert.equal(Line.made.length, 2);
});

test("of many that are cut off together each has a moment of its own", (t) => {
  const chances = [0.1, 0.9];
  t.mock.method(Math, "random", () => chances.shift());
  const lines = [opened(), opened()].map(({ socket }) => socket.line);
  lines.forEach((line) => line.closes(1012));
  mock.timers.tick(250);
  assert.equal(Line.made.length, 3, "one of the two, after a tenth of two seconds");
  mock.timers.tick(1600);
  assert.equal(Line.made.length, 4);
});

test("4403 stops and keeps the server's reason", () => {
  const { socket } = opened();
  Line.made[0].closes(4403, "no such board");
  mock.timers.tick(3_600_000);
  assert.deepEqual([socket.standing, socket.reason, Line.made.length], ["stopped", "no such board", 1]);
});

test("4401 asks again within half a minute, since somebody may have signed in", () => {
  const { socket } = opened();
  Line.made[0].closes(4401);
  assert.equal(socket.standing, "signed_out");
  mock.timers.tick(30_000);
  assert.equal(Line.made.length, 2);
});

test("a handshake that never ends is given up and tried again", () => {
  const socket = new Socket("ws://x", () => {}, () => {});
  socket.open();
  mock.timers.tick(8_000);
  assert.equal(Line.made[0].left, true);
  mock.timers.tick(1_000);
  assert.equal(Line.made.length, 2);
  assert.equal(socket.standing, "connecting");
});

test("what is not JSON makes a new line", () => {
  const { heard } = opened();
  Line.made[0].onmessage({ data: "{" });
  mock.timers.tick(300);
  assert.deepEqual([heard.length, Line.made.length, Line.made[0].left], [0, 2, true]);
});

test("a line that was left says nothing any more", () => {
  const { socket, heard } = opened();
  socket.again();
  assert.equal(Line.made[0].onmessage, null);
  assert.equal(heard.length, 0);
});

test("a message is sent only on an open line", () => {
  const { socket } = opened();
  assert.equal(socket.send({ t: "report" }), true);
  Line.made[0].closes(1006);
  assert.equal(socket.send({ t: "report" }), false);
  assert.deepEqual(Line.made[0].sent, ['{"t":"report"}']);
});
