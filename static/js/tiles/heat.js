/** When was which queue busy? A square for each queue and hour of the day so far: the more, the fuller its colour. */

import { drawn, has, mark, part, stirred, write } from "../dom.js";
import { figure, timeOfDay } from "../format.js";
import { levelOf, SIGNS } from "../levels.js";
import { paged } from "../paging.js";
import { seriesOf } from "../series.js";
import { queuesOf, sourcesOf } from "../select.js";
import { collated, say } from "../words.js";
import { empty } from "./queues.js";

const STEPS = 5; // of fullness (static/css/tiles/heat.css)
const NAME_SHARE = 0.26; // of the width; the rest is the day
const ROW_EM = 1.55;
const MOST_ROW_EM = 3.4;
const AXIS_EM = 1.7;
const LETTER_EM = 0.62;
const MARK_EM = 0.42;
const LEAST_SMALL = 0.7; // of the text's size: smaller figures are left out, the colours stay
const LEAST_HOURS = 6;
const MARKS = { warn: "M 0 1 L 0.5 0 L 1 1 Z", alarm: "M 0 0 H 1 V 1 H 0 Z" }; // told apart without their colours

/** @param {*} tile */
export function title(tile) {
  const own = tile.metric.slice(tile.metric.indexOf(".") + 1);
  return say("heat.title", { metric: say("metric." + tile.metric, undefined, own) });
}

export function mount(body) {
  part(body, "div", "chart");
}

export function render(body, tile, picture) {
  const told = tile.series ? seriesOf(tile.series) : null;
  const queues = queuesOf(tile, picture.state.queues);
  const names = queues.map(([, row]) => row.name).sort(collated);
  const found = told ? named(told, queues) : [];
  const chart = part(body, "div", "chart");
  const size = sizeOf(chart);
  const holds = Math.max(1, Math.floor((size.high - AXIS_EM * size.text) / (ROW_EM * size.text)));
  const page = paged(found, [holds], picture.now, picture.scrolls);
  const theme = document.documentElement.getAttribute("data-theme");
  if (stirred(chart, [told, names.join("\n"), size.wide, size.high, size.text, page.page, page.shown.length, theme])) {
    draw(chart, tile, told, page.shown, spanOf(found), size, picture);
  }
  legend(body, tile);
  empty(body, !told ? say("trend.loading") : found.length ? "" : say("trend.none"));
  return { level: "", sources: sourcesOf(queues.map(([, row]) => row)), page: page.page, pages: page.pages };
}

/** Which queue stands where it was pressed. @param {number} x @param {number} y */
export function queueAt(x, y) {
  const row = document.elementsFromPoint(x, y).map((one) => one.closest(".heat-row")).find((one) => one);
  return row ? row.getAttribute("data-key") : undefined;
}

/** Those of which something is known today, in the order of their names. */
function named(told, queues) {
  return queues
    .map(([id, row]) => ({ id, name: row.name, rows: told.queues[id] || [] }))
    .filter((one) => one.rows.length)
    .sort((one, other) => collated(one.name, other.name));
}

/** From the first hour of which anything is known to the last one; what is most, for the colours. */
function spanOf(found) {
  const hours = [].concat(...found.map((one) => one.rows));
  return {
    from: Math.min(...hours.map((row) => row.at)),
    to: Math.max(...hours.map((row) => row.at)),
    most: Math.max(1, ...hours.map((row) => row.value || 0)),
  };
}

function sizeOf(chart) {
  const style = getComputedStyle(chart);
  const text = parseFloat(style.fontSize) || 12;
  return { wide: chart.clientWidth, high: chart.clientHeight, text, least: parseFloat(style.getPropertyValue("--small")) || LEAST_SMALL };
}

function draw(chart, tile, told, shown, span, size, picture) {
  const before = has(chart, "heat-map");
  if (before) chart.removeChild(before);
  if (!told || !shown.length || !size.wide) return;
  const least = ROW_EM * size.text;
  const room = (size.high - AXIS_EM * size.text) / shown.length;
  const high = picture.scrolls ? least : Math.max(least, Math.min(room, MOST_ROW_EM * size.text));
  const hours = Math.max(LEAST_HOURS, (span.to - span.from) / told.step + 1);
  const from = Math.round(NAME_SHARE * size.wide);
  const place = { from, high, wide: (size.wide - from) / hours, text: size.text, least: size.least, small: 0 };
  place.small = smallText(tile, shown, place);
  const svg = drawn(chart, "svg", "heat-map", {
    width: size.wide, height: Math.round(high * shown.length + AXIS_EM * size.text), role: "img", "aria-label": title(tile),
  }); // prettier-ignore
  shown.forEach((one, nth) => drawRow(svg, tile, told, one, nth, span, place));
  drawHours(svg, told, span, hours, shown.length, place);
}

/** The size at which the longest figure stands in its square; 0: none. */
function smallText(tile, shown, place) {
  const longest = Math.max(1, ...[].concat(...shown.map((one) => one.rows.map((row) => textOf(tile, row).length))));
  const fits = Math.min(place.text, (place.wide * 0.86) / (longest * LETTER_EM));
  return fits >= place.least * place.text ? fits : 0;
}

function drawRow(svg, tile, told, one, nth, span, place) {
  const row = made(svg, "g", "heat-row", { "data-key": one.id });
  const middle = (nth + 0.5) * place.high;
  const label = made(row, "foreignObject", "heat-name", { x: 0, y: nth * place.high, width: place.from - 0.6 * place.text, height: place.high });
  write(part(part(label, "div", "heat-label"), "bdi", "line"), one.name);
  one.rows.forEach((cell) => {
    const x = place.from + ((cell.at - span.from) / told.step) * place.wide;
    const level = levelOf(tile, cell.value, tile.reads, told.now);
    made(row, "rect", "heat-cell", {
      x: x + 1, y: nth * place.high + 1, width: Math.max(1, place.wide - 2), height: Math.max(1, place.high - 2), rx: 2,
      "data-step": stepOf(cell.value, span.most), "data-level": level, "data-open": cell.provisional ? "yes" : "no",
    }); // prettier-ignore
    if (place.small) write(made(row, "text", "heat-figure", { x: x + place.wide / 2 - aside(textOf(tile, cell), level, place), y: middle, "font-size": place.small, "data-level": level }), textOf(tile, cell));
    if (MARKS[level]) made(row, "path", "heat-mark", { d: MARKS[level], transform: corner(x, nth, place), "data-level": level });
  });
}

/** In a narrow square a figure makes room for the mark beside it. */
function aside(text, level, place) {
  const free = (place.wide - text.length * LETTER_EM * place.small) / 2;
  return MARKS[level] ? Math.max(0, Math.min(free - 2, MARK_EM * place.text + 3 - free)) : 0;
}

function corner(x, nth, place) {
  const size = MARK_EM * place.text;
  return "translate(" + (x + place.wide - size - 2) + " " + (nth * place.high + 3) + ") scale(" + size + ")";
}

function drawHours(svg, told, span, hours, rows, place) {
  const every = Math.max(1, Math.ceil((3.6 * place.text) / place.wide));
  for (let nth = 0; nth < hours; nth += every) {
    const at = made(svg, "text", "heat-hour", {
      x: place.from + nth * place.wide + (every > 1 ? 1 : place.wide / 2), y: rows * place.high + 0.9 * place.text, "text-anchor": every > 1 ? "start" : "middle",
    }); // prettier-ignore
    write(at, timeOfDay(span.from + nth * told.step, told.zone, true));
  }
}

/** What the marks say, with their limits. */
function legend(body, tile) {
  const limits = ["warn", "alarm"].filter((level) => tile[level]);
  const box = part(body, "p", "heat-legend");
  box.hidden = !limits.length;
  limits.forEach((level) => {
    const item = part(box, "span", "heat-" + level);
    const sign = drawn(item, "svg", "heat-sign", { viewBox: "0 0 1 1", "aria-hidden": "true" });
    drawn(sign, "path", "heat-mark", { d: MARKS[level], "data-level": level });
    write(part(item, "span", "word"), say("level." + level) + " " + SIGNS[tile[level][0]] + " " + figure(tile[level][1], readsOf(tile), 0).text);
  });
  mark(body, "legend", limits.length ? "yes" : "no");
}

/** A percentage is written whole: its tenths do not fit a square. */
function textOf(tile, row) {
  if (row.value === undefined) return "";
  return figure(tile.reads === "percent" ? Math.round(row.value) : row.value, readsOf(tile), 0).text;
}

function readsOf(tile) {
  return tile.reads === "percent" ? "count" : tile.reads;
}

function stepOf(value, most) {
  if (!value) return 0;
  return Math.max(1, Math.min(STEPS - 1, Math.ceil((value / most) * (STEPS - 1))));
}

/** @param {Element} parent @param {string} tag @param {string} name @param {Object<string, string | number>} attributes */
function made(parent, tag, name, attributes) {
  const found = document.createElementNS("http://www.w3.org/2000/svg", tag);
  found.setAttribute("class", name);
  Object.keys(attributes).forEach((key) => found.setAttribute(key, String(attributes[key])));
  return parent.appendChild(found);
}
