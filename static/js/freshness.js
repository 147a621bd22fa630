/**
 * How old is what is shown, and whose fault is it? A late server, a late source and a late screen are told apart.
 */

import { say } from "./words.js";

export const SILENT_MS = 12000; // three missed beats, of the server or of a source

/** @typedef {{late: boolean, at: number}} Age `at`: ms, server time, up to which the data is good; 0: never */

/** The server's own silence. @param {number} heardAt this machine's clock @param {number} local its clock now
 * @returns {boolean} */
export function serverLate(heardAt, local) {
  return !heardAt || local - heardAt > SILENT_MS || local < heardAt - SILENT_MS;
}

/** Whether a source that should be heard is not. @param {*} source a row of state.sources @param {number} now */
export function sourceLate(source, now) {
  if (source.state === "late" || source.state === "down") return true;
  return source.state === "live" && now - source.last_event_at > SILENT_MS + 1000;
}

/**
 * The age of what these sources say: the oldest of them counts, the late ones first. A quiet one sends no
 * heartbeats, its silence says nothing: where all are quiet, the newest counts. Sources are
 * judged as of the server's last word: what was fine until then is good until then.
 * @param {string[] | null} names null: no source is behind it, only the server
 * @param {*} sources of the state @param {{late: boolean, at: number}} server
 * @param {number} [workedOut] of a number that is worked out at an instant of its own, that; while nothing is late it counts
 * @returns {Age}
 */
export function ageOf(names, sources, server, workedOut) {
  const rows = (names || []).map((name) => (sources || {})[name]).filter((row) => row);
  const late = rows.filter((row) => sourceLate(row, server.at));
  const beating = rows.filter((row) => row.state !== "quiet");
  const heard = (row) => Math.min(row.last_event_at || 0, server.at);
  const oldest = (some) => Math.min.apply(null, some.map(heard));
  const said = { late: server.late || late.length > 0, at: names ? 0 : server.at };
  if (server.late && !late.length && rows.length) said.at = server.at;
  else if (!said.late && workedOut !== undefined) said.at = Math.min(workedOut, server.at);
  else if (late.length || beating.length) said.at = oldest(late.length ? late : beating);
  else if (rows.length) said.at = Math.max.apply(null, rows.map(heard));
  return said;
}

/** Of a number over several sources, how many of them still tell: "2 of 3 sources"; "" where all do, or none.
 * @param {string[] | null} names @param {*} sources of the state @param {number} now */
export function partly(names, sources, now) {
  const rows = (names || []).map((name) => (sources || {})[name]).filter((row) => row);
  const told = rows.filter((row) => !sourceLate(row, now)).length;
  return told && told < rows.length ? say("partly", { told, count: rows.length }) : "";
}
