/** What has the day been like so far? Lines by quarters of an hour, the same weekday a week before dotted behind. */

import { inTurn, plotly } from "../charts.js";
import { has, part, stirred, write } from "../dom.js";
import { figure, timeOfDay } from "../format.js";
import { seriesOf } from "../series.js";
import { rows, sourcesOf } from "../select.js";
import { say } from "../words.js";

const QUARTER_MS = 900000;
const OLD_MS = 120000; // several questions without an answer
const COLOURS = ["--accent", "--good", "--warn", "--wrapup"];
const DASHES = ["solid", "dash", "dashdot", "longdash"]; // told apart without their colours too
const SIGN_EM = 3.6; // of the legend: a line before each name, and the room between two
const LETTER_EM = 0.56;
const HOURS_EM = 0.6; // below the axis: half of the "0 %" at its end, which the first hour is not to touch
const NO_EDGE = "rgba(0,0,0,0)";

export function mount(body) {
  part(body, "div", "chart");
}

export function title(tile) {
  return tile.metrics.map((one) => word(one.metric)).join(", ");
}

export function render(body, tile, picture) {
  const told = tile.series ? seriesOf(tile.series) : null;
  const marks = rows(picture.state.notices).filter(([, notice]) => notice.mark);
  const drawn = told && whole(told).some((row) => tile.metrics.some((one) => row[one.metric] !== undefined));
  const chart = part(body, "div", "chart");
  const size = [chart.clientWidth, chart.clientHeight].join();
  const library = drawn ? plotly(() => stirred(chart, [])) : null;
  const target = targetOf(tile, picture.state);
  const facts = [linesOf(told), size, marks.map(([id]) => id).join(), target, document.documentElement.getAttribute("data-theme")];
  if (library && stirred(chart, facts)) {
    inTurn(chart, () => {
      draw(library, chart, tile, told, { marks, target });
      hint(body, "");
    });
  }
  if (told && !drawn) wipe(chart);
  hint(body, !told ? say("trend.loading") : !drawn ? say("trend.none") : chart.firstChild ? "" : newest(tile, told));
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

/** Until there is a chart, and where none can be drawn: the last quarter in words. */
function newest(tile, told) {
  const row = whole(told).pop();
  const shown = (one) => figure(row[one.metric], one.reads, told.now);
  const said = tile.metrics.map((one) => word(one.metric) + " " + [shown(one).text, shown(one).unit].join("\u00a0").trim());
  return timeOfDay(row.at, told.zone, true) + "–" + timeOfDay(row.at + QUARTER_MS, told.zone, true) + ": " + said.join(", ");
}

/** The lines of a day that is over do not stand under the next one's words. */
function wipe(chart) {
  if (chart.firstChild) plotly(() => {}).purge(chart);
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

function draw(library, chart, tile, told, { marks, target }) {
  const style = getComputedStyle(chart);
  const size = parseFloat(style.fontSize);
  const ink = style.color;
  const percent = tile.metrics.every((one) => one.reads === "percent");
  const suffix = percent ? " %" : tile.metrics.every((one) => one.reads === "seconds") ? " " + say("span.min", { n: "" }).trim() : "";
  const apart = (em) => ({ ticks: "outside", ticklen: em * size, tickcolor: NO_EDGE });
  const grid = { color: ink, gridcolor: token("--edge-line"), zerolinecolor: token("--edge-line"), fixedrange: true };
  const layout = {
    width: chart.clientWidth,
    height: chart.clientHeight,
    margin: { l: 3.2 * size, r: 1.2 * size, t: 0.6 * size, b: (1.55 + HOURS_EM) * size },
    paper_bgcolor: NO_EDGE,
    plot_bgcolor: NO_EDGE,
    font: { color: ink, family: style.fontFamily, size },
    showlegend: tile.metrics.length > 1 || told.before.length > 0,
    legend: { orientation: "h", x: 0, y: 1, yanchor: "bottom", font: { size } },
    xaxis: Object.assign({ type: "linear", range: [told.started, told.ends], tickvals: hours(told, chart, size), showgrid: false }, apart(HOURS_EM), grid),
    yaxis: Object.assign({ rangemode: "tozero", nticks: 5, ticksuffix: suffix }, percent ? { range: [0, 102] } : {}, apart(0.35), grid),
    shapes: marks.map(([, notice]) => line(notice.posted_at, token("--text-dim"))).concat(band(target)),
    annotations: marks.map(([, notice]) => label(notice, size)),
  };
  layout.xaxis.ticktext = layout.xaxis.tickvals.map((at) => timeOfDay(at, told.zone, true));
  const drawn = traces(tile, told, ink);
  if (layout.showlegend) layout.margin.t = (0.5 + 1.4 * legendLines(drawn, chart.clientWidth - layout.margin.l, size)) * size;
  // Not `react`: it leaves the legend where it was when the room above has changed.
  library.newPlot(chart, drawn, layout, { staticPlot: true, displayModeBar: false, responsive: false });
}

/** How many lines the names take: beside each other where they have room, else in columns as wide as the widest. */
function legendLines(drawn, wide, size) {
  const each = drawn.map((one) => (SIGN_EM + LETTER_EM * Array.from(one.name).length) * size);
  if (each.reduce((sum, one) => sum + one, 0) <= wide) return 1;
  return Math.ceil(drawn.length / Math.max(1, Math.floor(wide / Math.max(...each))));
}

function traces(tile, told, ink) {
  const now = tile.metrics.map((one, place) => trace(one, whole(told), word(one.metric), {
    color: token(COLOURS[place % COLOURS.length]), width: 3, dash: DASHES[place % DASHES.length],
  })); // prettier-ignore
  const first = tile.metrics[0];
  if (!told.before.length) return now;
  const before = trace(first, told.before, say("trend.before", { metric: word(first.metric) }), { color: ink, width: 1.5, dash: "dot" });
  return [before].concat(now);
}

/** A quarter that still runs looks like a fall: it is drawn when it is over. */
function whole(told) {
  return told.rows.filter((row) => row.at + QUARTER_MS <= told.now);
}

/** A quarter stands in its middle; where nothing is known the line is broken. */
function trace(one, found, name, style) {
  const shown = scale(one.reads);
  const x = [];
  const y = [];
  found.forEach((row, place) => {
    if (place && row.at - found[place - 1].at > QUARTER_MS) {
      x.push(row.at - QUARTER_MS / 2);
      y.push(null);
    }
    x.push(row.at + QUARTER_MS / 2);
    y.push(row[one.metric] === undefined ? null : row[one.metric] * shown);
  });
  return { type: "scatter", mode: found.length > 1 ? "lines" : "markers", name: plain(name), x, y, connectgaps: false, line: style, marker: { color: style.color, size: 9 } };
}

/** Seconds are drawn as minutes. */
function scale(reads) {
  return reads === "seconds" ? 1 / 60 : 1;
}

function hours(told, chart, size) {
  const room = Math.max(2, Math.floor(chart.clientWidth / (5 * size)));
  const all = Math.round((told.ends - told.started) / 3600000);
  const every = [1, 2, 3, 4, 6, 8, 12].find((step) => all / step <= room) || 12;
  const found = [];
  for (let at = told.started; at < told.ends; at += every * 3600000) found.push(at);
  return found;
}

function band(found) {
  if (found === undefined) return [];
  return [{ type: "rect", xref: "paper", x0: 0, x1: 1, y0: found, y1: 102, fillcolor: token("--good"), opacity: 0.12, line: { width: 0 } }];
}

function line(at, color) {
  return { type: "line", x0: at, x1: at, yref: "paper", y0: 0, y1: 1, line: { color, width: 1.5, dash: "dot" } };
}

function label(notice, size) {
  const text = notice.text.length > 24 ? notice.text.slice(0, 23) + "…" : notice.text;
  return { x: notice.posted_at, yref: "paper", y: 1, yanchor: "top", xanchor: "left", text: plain(text), showarrow: false, font: { size: 0.8 * size } };
}

/** Plotly reads some markup in names: here they are names. */
function plain(text) {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

function word(metric) {
  const own = metric.indexOf(".") < 0 ? metric : metric.slice(metric.indexOf(".") + 1);
  return say("metric." + metric, undefined, own);
}

function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
