/** Of how many is a percentage, and whose day is "today"? What stands small beside a number. */

import { coming, exactly } from "./format.js";
import { queuesOf } from "./select.js";
import { say } from "./words.js";

const IN_TARGET = ["service_level", "service_level_in_30m", "service_level_in_60m", "answered_in_target", "abandoned_in_target"];
const LEAST = 5; // of a group: as a queue that says nothing else (docs/configuration.md)

/** @param {*} row a queue or group @param {string} metric @param {string} window
 * @returns {{n: number|undefined, few: boolean}} few: too few to mean anything, shown grey and never as good or bad */
export function certainty(row, metric, window) {
  const n = ((row[window] || {}).n || {})[metric];
  const least = row.min_n === undefined ? LEAST : row.min_n;
  return { n, few: n !== undefined && n < least };
}

/** What whoever reads the number should know: that many left the queue and its formula ignores them, until when it
 * holds, that the queue is closed.
 * @param {*} row @param {string} metric @param {string} window @param {{now: number, zone: string, state?: *}} picture */
export function hintOf(row, metric, window, picture) {
  if (metric === "paused" && withheld(row)) return say("few_people");
  const now = row.now || {};
  if (metric === "can_release" && now.can_release !== undefined) {
    return say("until", { time: coming(now.need_until, picture.now, picture.zone) });
  }
  const percent = metric === "service_level" ? (row[window] || {}).ignored_flow_outs : undefined;
  return percent === undefined ? closed(row, picture) : say("flow_outs", { percent: Math.round(percent) });
}

/** Of a queue outside its hours that, and when it opens; "" of all others. @param {*} row
 * @param {{now: number, zone: string, state?: *}} picture @param {string} [words] of a chip others, which may be cut after the first */
export function closed(row, picture, words) {
  if (!row.closed) return "";
  if (row.opens_at === undefined) return say("closed");
  return say(words || "closed_opens", { time: opens(row, picture) });
}

/** When it opens by the clock of its own site, with the place where the wall has another clock. @param {*} row
 * @param {{now: number, zone: string, state?: *}} picture */
export function opens(row, picture) {
  const zone = zoneOf(row.site, picture.state) || picture.zone;
  const time = coming(row.opens_at, picture.now, zone);
  return zone === picture.zone ? time : time + "\u00a0(" + placeOf(zone) + ")";
}

/** ≤ 20 s: of a service level the time in which contacts are to be answered, where all its queues have the same.
 * @param {*} tile @param {*} state */
export function inTime(tile, state) {
  if (IN_TARGET.indexOf(tile.metric) < 0) return "";
  const found = new Set(queuesOf(tile, state.queues).map(([, row]) => (row.target || {}).seconds));
  const [seconds] = Array.from(found);
  return found.size === 1 && seconds !== undefined ? "≤\u00a0" + exactly(seconds) : "";
}

/** Of fewer than five signed-in people a wall is not told how many are away. */
function withheld(row) {
  const now = row.now || {};
  return now.paused === undefined && now.staffed < LEAST;
}

/** The window in words, of a table those of its columns; "today" with its place where sites of several zones meet.
 * @param {*} tile @param {number|undefined} n @param {*} state */
export function windowText(tile, n, state) {
  if (!tile.window) return "";
  const windows = tile.columns ? Array.from(new Set(tile.columns.map((column) => column.window))) : [tile.window];
  const words = windows.map((window) => say("window." + window));
  if (windows.indexOf("day") >= 0 && severalZones(state)) words.push(place(tile, state));
  if (n !== undefined) words.push(say("of_how_many", { n }));
  return words.join(" · ");
}

function severalZones(state) {
  const zones = Object.keys(state.sites || {}).map((name) => state.sites[name].zone);
  return zones.some((zone) => zone !== zones[0]);
}

/** Kyiv of Europe/Kyiv; of a group of sites: that each has its own. */
function place(tile, state) {
  const of = tile.of || { kind: "groups", id: "all" };
  const site = of.kind === "queues" ? ((state.queues || {})[of.id] || {}).site : of.id.indexOf("site:") === 0 ? of.id.slice(5) : "";
  const zone = zoneOf(site, state);
  return zone ? placeOf(zone) : say("window.day_of_each");
}

function zoneOf(site, state) {
  return (((state || {}).sites || {})[site] || {}).zone;
}

function placeOf(zone) {
  return zone.split("/").pop().replace(/_/g, " ");
}

const SMALL = 0.72; // size of the window beside the title
const CROWDED = { "": 1, more: 0.85 };

/** How much smaller the title must be to stand in one line with its window. @param {*} tile @param {string} title @param {string} window */
export function crowded(tile, title, window) {
  const letters = Array.from(title).length + SMALL * Array.from(window).length + 1;
  const found = Object.keys(CROWDED).filter((step) => letters * CROWDED[step] <= tile.letters);
  return found.length ? found[0] : "most";
}
