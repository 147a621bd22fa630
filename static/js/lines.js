/**
 * Draws a day's lines with Plotly. Their names stand above as text of the page: Plotly's own legend measures its words
 * so often that it costs as much as all the rest.
 */

import { pause } from "./charts.js";
import { drawn, each, has, part, write } from "./dom.js";
import { timeOfDay } from "./format.js";
import { say } from "./words.js";

const QUARTER_MS = 900000;
const COLOURS = ["--accent", "--good", "--warn", "--wrapup"];
const DASHES = ["solid", "9px,9px", "9px,3px,3px,3px", "15px,15px"]; // told apart without their colours too
const DOTS = "3px,3px";
const HOURS_EM = 0.6; // below the axis: half of the "0 %" at its end, which the first hour is not to touch
const NO_EDGE = "rgba(0,0,0,0)";
const SETTINGS = { staticPlot: true, displayModeBar: false, responsive: false };

/** @typedef {{of: *, told: import("./series.js").Told, rows: *[], marks: *[], target: number | undefined}} Day
 * `of`: its tile; `rows`: the quarters that are over; `marks`: notices by id; `target`: a percentage */

/** What is drawn already changes only where it is another. @param {*} library Plotly @param {Element} chart
 * @param {Day} day @returns {Promise<*>} when all stands there */
export function draw(library, chart, day) {
  const plot = has(chart, "drawing");
  const lines = linesOf(day, getComputedStyle(plot).color);
  name(has(chart, "legend"), lines.length > 1 ? lines : []);
  if (!plot.firstChild) inSteps(plot);
  return library.react(plot, lines.map(trace), layout(plot, day), SETTINGS);
}

/** Between the steps of a drawing Plotly waits for what its element has as `_promises`: so each is a task of its own. As
 * it may delete that of the element, it is inherited. One that looks elsewhere would draw in one task. */
function inSteps(plot) {
  const like = Object.create(HTMLDivElement.prototype, { _promises: { get: () => [pause()], set() {} } });
  Object.setPrototypeOf(plot, like);
}

/** @param {Day} day */
function layout(plot, day) {
  const { of, told, marks, target } = day;
  const style = getComputedStyle(plot);
  const size = parseFloat(style.fontSize);
  const ink = style.color;
  const percent = of.metrics.every((one) => one.reads === "percent");
  const suffix = percent ? " %" : of.metrics.every((one) => one.reads === "seconds") ? " " + say("span.min", { n: "" }).trim() : "";
  const apart = (em) => ({ ticks: "outside", ticklen: em * size, tickcolor: NO_EDGE });
  const grid = { color: ink, gridcolor: token("--edge-line"), zerolinecolor: token("--edge-line"), fixedrange: true };
  const hours = hoursOf(told, plot, size);
  return {
    width: plot.clientWidth,
    height: plot.clientHeight,
    paper_bgcolor: NO_EDGE,
    plot_bgcolor: NO_EDGE,
    margin: { l: 3.2 * size, r: 1.2 * size, t: 0.6 * size, b: (1.55 + HOURS_EM) * size, autoexpand: false },
    font: { color: ink, family: style.fontFamily, size },
    showlegend: false,
    xaxis: Object.assign(
      { type: "linear", range: [told.started, told.ends], tickvals: hours, ticktext: hours.map((at) => timeOfDay(at, told.zone, true)), showgrid: false },
      apart(HOURS_EM),
      grid,
    ),
    yaxis: Object.assign({ rangemode: "tozero", nticks: 5, ticksuffix: suffix }, percent ? { range: [0, 102] } : {}, apart(0.35), grid),
    shapes: marks.map(([, notice]) => line(notice.posted_at, token("--text-dim"))).concat(band(target)),
    annotations: marks.map(([, notice]) => label(notice, size)),
  };
}

/** What is drawn, from behind to the front. @param {Day} day @param {string} ink */
function linesOf({ of, told, rows }, ink) {
  const now = of.metrics.map((one, place) => ({
    name: word(one.metric), of: one, rows, color: token(COLOURS[place % COLOURS.length]), width: 3, dash: DASHES[place % DASHES.length],
  })); // prettier-ignore
  const first = of.metrics[0];
  if (!told.before.some((row) => row[first.metric] !== undefined)) return now;
  const before = { name: say("trend.before", { metric: word(first.metric) }), of: first, rows: told.before, color: ink, width: 1.5, dash: DOTS };
  return [before].concat(now);
}

function name(legend, lines) {
  each(legend, "span", "line-name", lines, (one) => one.name, (item, one) => {
    const sign = drawn(item, "svg", "line-sign", { viewBox: "0 0 42 6", "aria-hidden": "true" });
    drawn(sign, "path", "sign", { d: "M0,3H42", stroke: one.color, "stroke-width": one.width, "stroke-dasharray": one.dash });
    write(part(item, "bdi", "word"), one.name);
  }); // prettier-ignore
}

/** A quarter stands in its middle; where nothing is known the line is broken. */
function trace({ name, of, rows, color, width, dash }) {
  const shown = of.reads === "seconds" ? 1 / 60 : 1; // drawn as minutes
  const x = [];
  const y = [];
  rows.forEach((row, place) => {
    if (place && row.at - rows[place - 1].at > QUARTER_MS) {
      x.push(row.at - QUARTER_MS / 2);
      y.push(null);
    }
    x.push(row.at + QUARTER_MS / 2);
    y.push(row[of.metric] === undefined ? null : row[of.metric] * shown);
  });
  return { type: "scatter", mode: rows.length > 1 ? "lines" : "markers", name, x, y, connectgaps: false, line: { color, width, dash }, marker: { color, size: 9 } };
}

function hoursOf(told, plot, size) {
  const room = Math.max(2, Math.floor(plot.clientWidth / (5 * size)));
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

export function word(metric) {
  const own = metric.indexOf(".") < 0 ? metric : metric.slice(metric.indexOf(".") + 1);
  return say("metric." + metric, undefined, own);
}

function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
