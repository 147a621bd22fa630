/** One number of a queue, of a group of queues, or of any reported figure. */

import { certainty, hintOf, inTime } from "../certainty.js";
import { has, part, write, classes } from "../dom.js";
import { figure } from "../format.js";
import { levelOf } from "../levels.js";
import { numberIn, numberOf } from "../still.js";
import { say } from "../words.js";
import { mountBesides, renderBesides } from "./besides.js";

const LONGEST = 5; // figures that the tile's text has room for (wallboard/record/boxes.py)
const KPI = "kpi.";
const LATENCY = "kpi.wallboard.latency"; // of the server itself (wallboard/live/view.py)
const NEED_HOLDS_MS = 1800000; // from when it was worked out until need_until (wallboard/core/need.py)
const OF_NEED = ["agents_needed", "missing", "can_release", "service_level_in_30m", "service_level_in_60m"];

export function mount(body, tile) {
  part(part(body, "p", "value"), "span", "figure");
  mountBesides(body, tile);
}

export function title(tile) {
  const own = tile.metric.indexOf(".") < 0 ? tile.metric : tile.metric.slice(tile.metric.indexOf(".") + 1);
  return say("metric." + tile.metric, undefined, own);
}

export function render(body, tile, picture) {
  const row = rowOf(tile, picture.state);
  const value = tile.reads === "instant" ? numberOf(row[tile.window], tile.metric, picture.now) : valueOf(tile, picture.state);
  const shown = figure(value, tile.reads, picture.now);
  const unit = shown.unit || unitOf(tile, picture.state);
  const line = part(body, "p", "value");
  const length = shown.text.length + (unit ? 1 : 0);
  const sure = certainty(row, tile.metric, tile.window);
  classes(line, (length <= LONGEST ? "value" : "value long long-" + Math.min(length, 12)) + (sure.few ? " few" : ""));
  write(part(line, "span", "figure"), shown.text);
  if (unit || has(line, "unit")) write(part(line, "span", "unit"), unit);
  renderBesides(body, tile, value, sure.few, picture);
  const level = sure.few ? "" : levelOf(tile, value, tile.reads, picture.now);
  const hint = hintOf(row, tile.metric, tile.window, picture);
  return { level, n: sure.n, hint, formula: inTime(tile, picture.state), sources: sourcesOf(tile, picture.state), at: workedOutAt(tile, picture.state) };
}

/** The number in the state document; undefined where it is not known. */
export function valueOf(tile, state) {
  if (isKpi(tile)) return (kpiOf(tile, state) || {}).value;
  return numberIn(rowOf(tile, state)[tile.window], tile.metric);
}

function rowOf(tile, state) {
  const of = tile.of || { kind: "groups", id: "all" };
  return (state[of.kind] || {})[of.id] || {};
}

function unitOf(tile, state) {
  return isKpi(tile) ? (kpiOf(tile, state) || {}).unit || "" : "";
}

function sourcesOf(tile, state) {
  if (!isKpi(tile)) return rowOf(tile, state).sources || [];
  const row = kpiOf(tile, state);
  if (row && tile.metric === LATENCY) return null; // no source is behind it
  return row ? [row.source] : [];
}

/** Of what is worked out at an instant of its own, that; undefined of all that is as old as its sources' last word. */
function workedOutAt(tile, state) {
  if (tile.metric === LATENCY) return (kpiOf(tile, state) || {}).as_of;
  const until = OF_NEED.indexOf(tile.metric) < 0 ? undefined : (rowOf(tile, state).now || {}).need_until;
  return until === undefined ? undefined : until - NEED_HOLDS_MS;
}

function isKpi(tile) {
  return tile.metric.indexOf(KPI) === 0;
}

function kpiOf(tile, state) {
  return (state.kpis || {})[tile.metric.slice(KPI.length)];
}
