/** How does the whole stand? The line above the tiles: live, or since when not and whose fault it is; the time. */

import { has, icon, mark, part, write } from "./dom.js";
import { moment, roughly, timeOfDay } from "./format.js";
import { sourceLate } from "./freshness.js";
import { rows } from "./select.js";
import { say } from "./words.js";

const STEPS = 4; // places of the mark that goes on with what the server says
const NAMED = 2; // late sources that are named; of the others their number

/** @typedef {{level: "good" | "warn" | "alarm" | "", text: string}} Note */

/** The site's own mark beside the title; it says nothing that the title does not. @param {Element} top @param {*} board */
export function renderLogo(top, board) {
  const found = has(top, "logo");
  if (!board.logo) {
    if (found) top.removeChild(found);
    return;
  }
  const logo = found || top.insertBefore(document.createElement("img"), top.firstChild);
  const address = "/board-image/" + encodeURIComponent(board.logo);
  logo.className = "logo";
  logo.setAttribute("alt", "");
  if (logo.getAttribute("src") !== address) logo.setAttribute("src", address);
}

/** @param {HTMLElement} root @param {Note} note @param {import("./board.js").Picture} picture @param {*} board
 * @param {number} steps of the server: while it is heard, the mark beside the word goes on */
export function renderTop(root, note, picture, board, steps) {
  write(root.querySelector(".board-title"), nameOf(board));
  root.querySelector(".ribbon").hidden = !board.simulated;
  const connection = root.querySelector(".connection");
  mark(connection, "level", note.level);
  icon(connection, note.level === "good" ? "live" : note.level === "" ? "quiet" : "stale");
  write(connection.querySelector(".word"), note.text);
  mark(part(connection, "span", "steps"), "step", steps % STEPS);
  write(root.querySelector(".time"), timeOfDay(picture.now, picture.zone));
}

/** Its title, or what a default board is called in this language. @param {*} board */
export function nameOf(board) {
  return board.title || say("board." + board.id, undefined, board.id);
}

/** Below the line: what is wrong with the file of the board or of its rotation, while its last good form is shown.
 * @param {HTMLElement} root @param {string} mistake */
export function renderMistake(root, mistake) {
  root.hidden = !mistake;
  write(root.querySelector(".word"), mistake ? say("board_mistake", { mistake }) : "");
}

/**
 * The worst that is known. A screen that cannot come in again says so first, then the screen itself, the server,
 * the sources; a worker that is missed last, since the numbers go on without it.
 * @param {string} standing of the socket @param {string} reason @param {*} screen `{stood_ms, lag_ms, address, tries}`
 * @param {import("./board.js").Picture} picture @returns {Note}
 */
export function noteOf(standing, reason, screen, picture) {
  if (standing === "stopped") {
    return { level: "alarm", text: say("connection.stopped", { reason: reason || say("connection.not_allowed") }) };
  }
  if (standing === "signed_out") return { level: "alarm", text: say("connection.sign_in", { address: screen.address }) };
  if (screen.stood_ms) return { level: "warn", text: said("connection.screen_stood", screen.stood_ms) };
  if (picture.server.late) return serverNote(picture);
  if (screen.lag_ms) return { level: "warn", text: said("connection.screen_slow", screen.lag_ms) };
  const sources = rows(picture.state.sources);
  const late = sources.filter((row) => !isWorker(row) && sourceLate(row[1], picture.now));
  if (late.length) return { level: "alarm", text: sourcesText(late, picture) };
  if (standing !== "open") return { level: "", text: say(screen.tries ? "connection.reconnecting" : "connection.connecting") };
  const worker = sources.filter((row) => isWorker(row) && row[1].state === "down");
  if (worker.length) return { level: "warn", text: workerText(worker[0][1], picture) };
  return { level: "good", text: say("connection.live") };
}

function serverNote(picture) {
  if (!picture.server.at) return { level: "", text: say("connection.connecting") };
  const time = moment(picture.server.at, picture.now, picture.zone);
  return { level: "alarm", text: say("connection.server_late", { time }) };
}

/** One time stands for all of them; where they fell silent at different times each has its own. */
function sourcesText(late, picture) {
  const since = ([, source]) => (source.last_event_at ? moment(source.last_event_at, picture.now, picture.zone) : "");
  const times = new Set(late.map(since));
  if (times.size > 1) return say("connection.sources_late", { sources: named(late, (row) => oneLate(row, since(row))) });
  const sources = named(late, ([name]) => name);
  const [time] = times;
  return time ? say("connection.source_late", { sources, time }) : say("connection.source_unheard", { sources });
}

function oneLate([source], time) {
  return time ? say("connection.one_late", { source, time }) : source;
}

function named(late, nameOf) {
  const sources = late.slice(0, NAMED).map(nameOf).join(", ");
  const more = late.length - NAMED;
  return more > 0 ? say("connection.more_sources", { sources, more }) : sources;
}

/** One that is missed stands among the sources (live/vitals.py), and no number comes from it. */
function isWorker([name, source]) {
  return name === "worker" && source.kind === "wallboard";
}

function workerText(worker, picture) {
  return say("connection.no_worker", { time: moment(worker.last_event_at, picture.now, picture.zone) });
}

function said(key, ms) {
  return say(key, { span: roughly(ms / 1000) });
}
