/**
 * What is asked of the server when somebody opens a number, and when again? The question of a tile or of a table's
 * cell, and how often it is repeated while its answer stands on the screen.
 */

import { numberIn } from "./still.js";

export const AGAIN_MS = 5000; // while it is open
export const SOONEST_MS = 1000; // where the number on the tile moved meanwhile
export const CLOSES_MS = 60000; // without a key, a touch or the wheel: nobody is there any more

const KPI = "kpi.";
const ABOUT = ["agents", "alerts", "counts", "leaders", "notices", "reasons", "sources"]; // lists of no single number: told in words of the page
const KEYS = { queues: "queue", groups: "group" };

/** `about`: a kind of tile that is explained as a whole.
 * @typedef {{metric: string, window: string, queue?: string, group?: string, about?: string}} Question */

/** What a number tile shows; of a chart the first line, today. @param {*} tile @returns {Question | null} */
export function ofTile(tile) {
  if (ABOUT.indexOf(tile.kind) >= 0) return { metric: "", window: "", about: tile.kind };
  const metric = tile.kind === "trend" ? tile.metrics[0].metric : tile.metric;
  if (["number", "trend", "heat"].indexOf(tile.kind) < 0 || !metric) return null;
  if (metric.indexOf(KPI) === 0) return { metric, window: "now" };
  const of = tile.of || { kind: "groups", id: "all" };
  return { metric, window: tile.window, [KEYS[of.kind]]: of.id };
}

/** What a cell of a queue's row shows; without a cell the tile's own metric, or its first column.
 * @param {*} tile @param {string} queue @param {string} [metric] @returns {Question} */
export function ofRow(tile, queue, metric) {
  const column = (tile.columns || []).filter((one) => one.metric === metric)[0];
  if (column) return { metric: column.metric, window: column.window, queue };
  if (tile.metric) return { metric: tile.metric, window: tile.window, queue };
  return { metric: tile.columns[0].metric, window: tile.columns[0].window, queue };
}

/** @param {Question} question @param {string} board */
export function address(question, board) {
  const named = Object.assign({}, question, { board });
  const query = Object.keys(named).map((key) => key + "=" + encodeURIComponent(named[key]));
  return "/api/v1/explain?" + query.join("&");
}

/** The number that is on the wall now. @param {Question} question @param {*} state */
export function shownNow(question, state) {
  if (question.metric.indexOf(KPI) === 0) return ((state.kpis || {})[question.metric.slice(KPI.length)] || {}).value;
  const rows = (question.queue === undefined ? state.groups : state.queues) || {};
  return numberIn((rows[question.queue === undefined ? question.group : question.queue] || {})[question.window], question.metric);
}

/** Whether to ask again. @param {number} sinceMs the last question @param {*} told the number of the last answer
 * @param {*} shown the number on the wall */
export function isDue(sinceMs, told, shown) {
  return sinceMs >= AGAIN_MS || (sinceMs >= SOONEST_MS && told !== shown);
}
