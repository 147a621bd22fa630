/**
 * The desk twin of the wall: socket ─▶ store ─▶ queues, people, notices. The same line and the same state as a wall's,
 * as leads may see them. What is open stays open and where it is; what waits in an open queue is asked for when that
 * queue's row changes (floor/waiting.js).
 */

import { Clock } from "./clock.js";
import { has, icon, mark, write } from "./dom.js";
import { folded } from "./folded.js";
import { serverLate } from "./freshness.js";
import { renderHints } from "./floor/hints.js";
import { renderNotices } from "./floor/notices.js";
import { renderPeople } from "./floor/people.js";
import { renderQueues, renderWhole } from "./floor/queues.js";
import { Socket } from "./socket.js";
import { Store } from "./store.js";
import { noteOf } from "./top.js";
import { learn } from "./words.js";

const TICK_MS = 1000;
const SEARCH_MOST = 60; // people that a search shows

const first = JSON.parse(byId("first").textContent);
const find = /** @type {HTMLInputElement} */ (byId("find"));
const store = new Store();
const clock = new Clock();
learn(first.words, document.documentElement.lang);
const socket = new Socket(address(), hear, soon);
let asked = 0;

socket.open();
find.addEventListener("input", soon);
addEventListener("look", soon); // something was opened or closed
addEventListener("online", () => socket.hurry());
document.addEventListener("visibilitychange", () => socket.hurry());
setInterval(tick, TICK_MS);
tick();

function hear(message) {
  if (typeof message.now === "number") clock.hear(message.now);
  if (store.receive(message, Date.now()) === "gap") socket.again();
  if (store.build && first.build && store.build !== first.build && !document.querySelector("dialog[open]")) location.reload();
  soon();
}

function tick() {
  clock.tick();
  if (socket.standing === "open" && serverLate(Math.max(store.heardAt, socket.openedAt), Date.now())) socket.again();
  if (socket.standing === "outdated") location.reload();
  soon();
}

function soon() {
  if (!asked) asked = requestAnimationFrame(render);
}

function render() {
  asked = 0;
  const picture = pictureNow();
  renderConnection(picture);
  document.querySelector(".floor").classList.toggle("floor-old", picture.server.late);
  if (!store.complete) return;
  renderNotices(picture);
  renderHints(byId("hints"), picture);
  renderWhole(picture);
  renderPeople(byId("found"), picture.looks_for ? peopleNamed(picture) : [], picture);
  renderQueues(picture);
}

/** @typedef {{state: *, now: number, zone: string, server: {late: boolean, at: number}, reasons: Object<string, string>,
 *   looks_for: string, whole: *, boards: [string, string][], closes: boolean, bound: boolean, teams: string[]}} Desk
 * `closes`: may close a ghost; `bound`: to these teams */

/** @returns {Desk} */
function pictureNow() {
  const local = Date.now();
  const now = clock.now();
  const sites = Object.values(store.state.sites || {});
  const tile = ((store.board || {}).tiles || [])[0];
  return {
    state: store.state,
    now,
    zone: sites.length ? sites[0].zone : "UTC",
    server: { late: serverLate(store.heardAt, local), at: store.heardAt ? now - (local - store.heardAt) : 0 },
    reasons: first.reasons,
    looks_for: folded(find.value.trim()),
    whole: tile && tile.of ? (store.state[tile.of.kind] || {})[tile.of.id] : undefined,
    boards: first.boards,
    closes: first.closes,
    bound: first.bound,
    teams: first.teams,
  };
}

/** @param {Desk} picture */
function peopleNamed(picture) {
  const named = (id, row) => [id, row.name, row.team].some((text) => text && folded(text).includes(picture.looks_for));
  return Object.entries(picture.state.agents || {}).filter(([id, row]) => named(id, row)).slice(0, SEARCH_MOST);
}

function renderConnection(picture) {
  const note = noteOf(socket.standing, socket.reason, { stood_ms: 0, lag_ms: 0, address: location.origin + "/signin", tries: socket.tries }, picture);
  const line = byId("connection");
  mark(line, "level", note.level);
  icon(line, note.level === "good" ? "live" : note.level === "" ? "quiet" : "stale");
  write(has(line, "word"), note.text);
}

function address() {
  const scheme = location.protocol === "https:" ? "wss://" : "ws://";
  return scheme + location.host + "/live?board=" + encodeURIComponent(first.board);
}

/** @param {string} id @returns {*} */
function byId(id) {
  return document.getElementById(id);
}
