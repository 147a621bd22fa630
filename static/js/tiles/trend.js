/** What has the day been like so far? Lines by quarters of an hour, the same weekday a week before dotted behind. */

import { inTurn, plotly } from "../charts.js";
import { has, part, stirred, write } from "../dom.js";
import { figure, timeOfDay } from "../format.js";
import { draw, word } from "../lines.js";
import { seriesOf } from "../series.js";
import { rows, sourcesOf } from "../select.js";
import { say } from "../words.js";

const QUARTER_MS = 900000;
const OLD_MS = 120000; // several questions without an answer

export function mount(body) {
  const chart = part(body, "div", "chart");
  part(chart, "div", "legend");
  part(chart, "div", "drawing");
}

export function title(tile) {
  return tile.metrics.map((one) => word(one.metric)).join(", ");
}

export function render(body, tile, picture) {
  const told = tile.series ? seriesOf(tile.series) : null;
  const marks = rows(picture.state.notices).filter(([, notice]) => notice.mark);
  const drawn = told && whole(told).some((row) => tile.metrics.some((one) => row[one.metric] !== undefined));
  const chart = part(body, "div", "chart");
  const plot = has(chart, "drawing");
  const size = [chart.clientWidth, chart.clientHeight].join();
  const library = drawn ? plotly(() => stirred(chart, [])) : null;
  const target = targetOf(tile, picture.state);
  const facts = [linesOf(told), size, marks.map(([id]) => id).join(), target, document.documentElement.getAttribute("data-theme")];
  if (library && stirred(chart, facts)) {
    const day = { of: tile, told, rows: whole(told), marks, target };
    inTurn(chart, () => draw(library, chart, day).then(() => hint(body, "")));
  }
  if (told && !drawn) wipe(chart);
  hint(body, !told ? say("trend.loading") : !drawn ? say("trend.none") : plot.firstChild ? "" : newest(tile, told));
  const since = told && told.since && told.since > told.started + QUARTER_MS ? say("trend.since", { time: timeOfDay(told.since, told.zone, true) }) : "";
  return { level: "", hint: oldSince(told, picture.now) || since, sources: sourcesOf([rowOf(tile, picture.state)]) };
}

/** All that its lines follow from: most answers bring nothing new, since a quarter is drawn when it is over. */
function linesOf(told) {
  if (!told) return "";
  if (!lines.has(told)) lines.set(told, JSON.stringify([told.started, told.ends, told.before, whole(told)]));
  return lines.get(told);
}

/** @type {WeakMap<*, string>} */
const lines = new WeakMap();

/** A quarter that still runs looks like a fall: it is drawn when it is over. */
function whole(told) {
  return told.rows.filter((row) => row.at + QUARTER_MS <= told.now);
}

/** Until there is a chart, and where none can be drawn: the last quarter in words. */
function newest(tile, told) {
  const row = whole(told).pop();
  const shown = (one) => figure(row[one.metric], one.reads, told.now);
  const said = tile.metrics.map((one) => word(one.metric) + " " + [shown(one).text, shown(one).unit].join("\u00a0").trim());
  return timeOfDay(row.at, told.zone, true) + "–" + timeOfDay(row.at + QUARTER_MS, told.zone, true) + ": " + said.join(", ");
}

/** The lines of a day that is over do not stand under the next one's words. */
function wipe(chart) {
  const [legend, plot] = [has(chart, "legend"), has(chart, "drawing")];
  if (plot.firstChild) inTurn(chart, () => plotly(() => {}).purge(plot));
  legend.textContent = "";
  stirred(chart, []);
}

/** A line that nobody could ask for anew, or of a day that is over, says so. */
function oldSince(told, now) {
  const old = told && (now - told.now > OLD_MS || now >= told.ends);
  return old ? say("no_data_since", { time: timeOfDay(told.now, told.zone, true) }) : "";
}

function hint(body, text) {
  const found = has(body, "none");
  if (text) write(found || part(body, "p", "none"), text);
  else if (found) body.removeChild(found);
}

/** Of a service level, the percentage that its queue is to reach. */
function targetOf(tile, state) {
  const row = rowOf(tile, state);
  return row.target && tile.metrics[0].metric === "service_level" ? row.target.percent : undefined;
}

function rowOf(tile, state) {
  const of = tile.of || { kind: "groups", id: "all" };
  return (state[of.kind] || {})[of.id] || {};
}
