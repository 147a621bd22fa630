/**
 * The wall page: socket ─▶ store ─▶ board ─▶ tile. The server painted the first picture; from here on each message
 * and each second renders it again. What is shown is never cleared.
 */

import { stayAwake } from "./awake.js";
import { Board } from "./board.js";
import { Clock } from "./clock.js";
import { Explain } from "./explain.js";
import { serverLate } from "./freshness.js";
import { obey, reload, visit } from "./orders.js";
import { Socket } from "./socket.js";
import { Store } from "./store.js";
import { noteOf, renderMistake, renderTop } from "./top.js";
import { learn } from "./words.js";

const TICK_MS = 1000;
const REPORT_MS = 30000;
const SLOW_MS = 5000; // so far behind the server: this screen is slow
const STOOD_SHOWN_MS = 10000;
const PHONE = matchMedia("(max-width: 640px)");

const first = JSON.parse(document.getElementById("first").textContent);
const top = document.querySelector(".top");
const mistake = document.querySelector(".mistake");
const store = new Store();
const clock = new Clock();
learn(first.words, document.documentElement.lang);
const explain = new Explain(() => store.board.id);
const board = new Board(document.querySelector(".board"), (asked, title) => explain.open(asked, title, pictureNow()));
const socket = new Socket(address(first.board.id), hear, stand);

let laidOut = -1;
let due = 0;
let stood = { until: 0, ms: 0 };

hear(first.hello);
socket.open();
setTimeout(tick, TICK_MS - (clock.now() % TICK_MS));
setInterval(report, REPORT_MS);
stayAwake();
addEventListener("online", () => socket.hurry());
addEventListener("resize", soon);
document.addEventListener("visibilitychange", () => socket.hurry());
if (first.rotation) setInterval(() => visit(first.rotation.next), first.rotation.seconds * 1000);

function hear(message) {
  if (typeof message.now === "number") clock.hear(message.now);
  take(message);
}

function take(message) {
  const outcome = store.receive(message, Date.now());
  if (outcome === "gap") socket.again();
  if (outcome === "command") obey(store.command, store.board);
  if (outcome === "changed") soon();
  if (store.build && first.build && store.build !== first.build) reload(store.build);
}

function stand(standing) {
  if (standing === "outdated") reload("4409");
  soon();
}

function tick() {
  const stoodMs = clock.tick();
  if (stoodMs) stood = { until: Date.now() + STOOD_SHOWN_MS, ms: stoodMs };
  if (socket.standing === "open" && silent()) socket.again();
  render();
  setTimeout(tick, TICK_MS - (clock.now() % TICK_MS));
}

/** An open line on which nothing comes: its other end may be long gone. */
function silent() {
  return serverLate(Math.max(store.heardAt, socket.openedAt), Date.now());
}

/** Several messages of one frame are drawn once. */
function soon() {
  if (!due) due = requestAnimationFrame(render);
}

function render() {
  cancelAnimationFrame(due);
  due = 0;
  if (laidOut !== store.revision) lay();
  const picture = pictureNow();
  renderTop(top, noteOf(socket.standing, socket.reason, screen(), picture), picture, store.board);
  renderMistake(mistake, store.board);
  board.render(picture);
  explain.look(picture);
}

function lay() {
  const sheet = document.getElementById("layout");
  const href = "/board/" + encodeURIComponent(store.board.id.split("?")[0]) + "/layout.css?v=" + store.board.revision;
  if (sheet.getAttribute("href") !== href) sheet.setAttribute("href", href);
  document.documentElement.setAttribute("data-theme", store.board.theme);
  board.lay(store.board);
  laidOut = store.revision;
  if (speaksOtherwise()) visit(location.href);
}

/** The board is written in another language now, and the address does not ask for one. */
function speaksOtherwise() {
  const written = store.board.language;
  return written && written !== document.documentElement.lang && !/[?&]lang=/.test(location.search);
}

/** @returns {import("./board.js").Picture} */
function pictureNow() {
  const local = Date.now();
  const now = clock.now();
  const late = serverLate(store.heardAt, local);
  return {
    state: store.state,
    now,
    zone: zoneOf(store.state),
    scrolls: PHONE.matches,
    server: { late, at: store.heardAt ? now - (local - store.heardAt) : 0 },
  };
}

function zoneOf(state) {
  const sites = Object.keys(state.sites || {});
  return sites.length ? state.sites[sites[0]].zone : "UTC";
}

function screen() {
  const fresh = store.heardAt > stood.until - STOOD_SHOWN_MS; // heard again since it stood still
  return {
    stood_ms: !fresh && Date.now() < stood.until ? stood.ms : 0,
    lag_ms: clock.lag > SLOW_MS ? clock.lag : 0,
    address: location.origin + "/signin",
    tries: socket.tries,
  };
}

function report() {
  const memory = performance["memory"]; // Chromium only
  const heap = memory ? { heap_mb: Math.round(memory.usedJSHeapSize / 1048576) } : {};
  socket.send(Object.assign({ t: "report", seq: store.seq, lag_ms: Math.round(clock.lag), build: first.build }, heap));
}

function address(id) {
  const scheme = location.protocol === "https:" ? "wss://" : "ws://";
  return scheme + location.host + "/live?board=" + encodeURIComponent(id);
}
