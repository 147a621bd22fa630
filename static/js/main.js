/**
 * The wall page: socket ─▶ store ─▶ board ─▶ tile. The server painted the first picture; from here on each message
 * and each second renders it again. What is shown is never cleared.
 */

import { stayAwake } from "./awake.js";
import { Board } from "./board.js";
import { Clock } from "./clock.js";
import { Explain } from "./explain.js";
import { timeOfDay } from "./format.js";
import { serverLate } from "./freshness.js";
import { Heard } from "./heard.js";
import { Keeping, recall } from "./kept.js";
import { Memory, measured } from "./memory.js";
import { obey, reload, visit } from "./orders.js";
import { goHome, stayPaired } from "./paired.js";
import { Pace } from "./pace.js";
import { Socket } from "./socket.js";
import { gravest, reaches, renderSound, Sound } from "./sound.js";
import { Store } from "./store.js";
import { noteOf, renderLogo, renderMistake, renderTop } from "./top.js";
import { atNight, spare } from "./wear.js";
import { learn } from "./words.js";

const TICK_MS = 1000;
const REPORT_MS = 30000;
const SLOW_MS = 5000; // so far behind the server: this screen is slow
const STOOD_SHOWN_MS = 10000;
const PHONE = matchMedia("(max-width: 640px)");

const first = JSON.parse(document.getElementById("first").textContent);
const top = document.querySelector(".top");
const mistake = document.querySelector(".mistake");
const paired = document.documentElement.hasAttribute("data-screen");
const store = new Store();
const clock = new Clock();
learn(first.words, document.documentElement.lang);
const explain = new Explain(() => store.board.id);
const board = new Board(document.querySelector(".board"), (asked, title) => explain.open(asked, title, pictureNow()));
const socket = new Socket(address(first.board.id), hear, stand);
const keeping = new Keeping();
const memory = new Memory();
const pace = new Pace(render);
const sound = new Sound();
const heard = new Heard();

let laidOut = -1;
let stood = { until: 0, ms: 0 };

begin();
socket.open();
setTimeout(tick, TICK_MS - (clock.now() % TICK_MS));
setInterval(report, REPORT_MS);
stayAwake();
if (paired) stayPaired();
document.documentElement.setAttribute("data-living", "yes"); // plain.js may rest
addEventListener("online", () => socket.hurry());
addEventListener("resize", soon);
document.addEventListener("visibilitychange", () => socket.hurry());
if (first.rotation) setInterval(() => visit(first.rotation.next), first.rotation.seconds * 1000);

/** With what the server painted; where it had nothing yet, or none answered, with what this screen showed last. */
function begin() {
  const kept = document.documentElement.hasAttribute("data-kept");
  const last = kept || !Object.keys(first.hello.state).length ? recall(first.board.id, first.build) : null;
  if (last) clock.recall(last.ahead);
  if (last) store.recall(last, last.at);
  else if (kept) store.recall(first.hello, first.hello.now);
  else hear(first.hello, paintedAt());
  soon();
}

/** When the server gave this page out, by this machine's clock: its scripts may come much later. */
function paintedAt() {
  const page = performance.getEntriesByType("navigation")[0];
  return Date.now() - (page ? Math.max(0, performance.now() - page["responseStart"]) : 0);
}

function hear(message, at = Date.now()) {
  if (typeof message.now === "number") clock.hear(message.now, at);
  take(message, at);
}

function take(message, at) {
  const outcome = store.receive(message, at);
  if (outcome === "gap") socket.again();
  if (outcome === "command") obey(store.command, store.board);
  if (outcome === "changed") soon();
  if (store.build && first.build && store.build !== first.build) reload(store.build);
}

function stand(standing) {
  if (standing === "outdated") reload("4409");
  if (standing === "signed_out" || standing === "stopped") {
    keeping.end();
    if (paired) goHome();
  }
  soon();
}

function tick() {
  const stoodMs = clock.tick();
  if (stoodMs) stood = { until: Date.now() + STOOD_SHOWN_MS, ms: stoodMs };
  if (socket.standing === "open" && silent()) socket.again();
  soon();
  keeping.look(socket.standing === "open" && store.complete && !silent(), Date.now(), lastShown, first.build + store.board.revision);
  setTimeout(tick, TICK_MS - (clock.now() % TICK_MS));
}

/** An open line on which nothing comes: its other end may be long gone. */
function silent() {
  return serverLate(Math.max(store.heardAt, socket.openedAt), Date.now());
}

function soon() {
  pace.soon();
}

/** @param {boolean} inParts @returns {boolean} whether more of the picture is to come */
function render(inParts) {
  if (laidOut !== store.revision) lay();
  const picture = pictureNow();
  renderTop(top, noteOf(socket.standing, socket.reason, screen(), picture), picture, store.board, store.steps);
  renderMistake(mistake, store.board.mistake || (first.rotation || {}).mistake || "");
  const more = board.render(picture, inParts);
  spare(document.body, store.board, picture);
  soundOf(picture);
  explain.look(picture);
  return more;
}

/** What is new on the board is heard, where the board says so; at its dimming hours only what is critical. */
function soundOf(picture) {
  const least = store.board.sound && atNight(store.board, picture) ? "critical" : store.board.sound;
  sound.want(Boolean(least));
  const fresh = sound.wanted ? gravest(heard.look(board.calling(picture), picture.now)) : "";
  if (fresh && reaches(fresh, least)) sound.play(fresh, Date.now());
  renderSound(top.querySelector(".sound"), sound);
}

function lay() {
  if (readOtherwise()) return visit(location.href);
  place(document.getElementById("layout"), store.board);
  document.documentElement.setAttribute("data-theme", store.board.theme);
  renderLogo(top, store.board);
  board.lay(store.board);
  laidOut = store.revision;
  if (speaksOtherwise()) visit(location.href);
}

/** The server painted why this board cannot be shown: that is over, or is something else now. */
function readOtherwise() {
  const painted = document.getElementById("unread");
  if (!painted) return store.board.unread === true;
  return painted.getAttribute("data-revision") !== store.board.revision;
}

/** The page has its layout in it; that of a board which is written otherwise by now is asked for. */
function place(sheet, { id, revision }) {
  if (sheet.getAttribute("data-revision") === revision) return;
  const next = document.createElement("link");
  next.rel = "stylesheet";
  next.id = "layout";
  next.setAttribute("data-revision", revision);
  next.href = "/board/" + encodeURIComponent(id.split("?")[0]) + "/layout.css?v=" + revision;
  next.addEventListener("load", () => sheet.parentNode.removeChild(sheet)); // until then the old one stays
  sheet.removeAttribute("id");
  sheet.parentNode.insertBefore(next, sheet.nextSibling);
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
  const needed = measured();
  const heap = needed ? { heap_mb: Math.round(needed.usedMb) } : {};
  const hour = parseInt(timeOfDay(clock.now(), zoneOf(store.state), true), 10);
  if (needed && memory.look(needed.usedMb, needed.limitMb, hour)) visit(location.href);
  socket.send(Object.assign({ t: "report", seq: store.seq, lag_ms: Math.round(clock.lag), build: first.build, sound: sound.state }, heap));
}

/** @returns {import("./kept.js").Last} */
function lastShown() {
  const { epoch, seq, board, state, heardAt } = store;
  return { build: first.build, epoch, seq, board, state, at: heardAt, ahead: clock.ahead };
}

function address(id) {
  const scheme = location.protocol === "https:" ? "wss://" : "ws://";
  return scheme + location.host + "/live?board=" + encodeURIComponent(id);
}
