/** The queues as a table, the worst first. */

import { certainty, closed } from "../certainty.js";
import { drawn, each, has, icon, mark, part, stirred, write } from "../dom.js";
import { figure } from "../format.js";
import { levelOf } from "../levels.js";
import { paged } from "../paging.js";
import { queuesOf, sourcesOf } from "../select.js";
import { numberOf } from "../still.js";
import { collated, say } from "../words.js";

const LONGEST = 10; // letters of a heading that have room in its column
const WORST = ["alarm", "warn", "over", "good", ""];

export function mount(body, tile) {
  const headings = part(part(body, "div", "table"), "div", "headings");
  mark(body.firstElementChild, "columns", tile.columns.length);
  mark(body.firstElementChild, "long", tile.columns.some((column) => Array.from(wordOf(column)).length > LONGEST) ? "yes" : "no");
  write(part(headings, "span", "name"), say("queues.name"));
  each(headings, "span", "cell", tile.columns, (column) => column.metric, (cell, column) => write(cell, wordOf(column)));
}

function wordOf(column) {
  return say("column." + column.metric, undefined, say("metric." + column.metric));
}

export function render(body, tile, picture) {
  const queues = worstFirst(tile, picture);
  const page = paged(queues, tile.fits, picture.now, picture.scrolls);
  const table = part(body, "div", "table");
  mark(table, "fit", page.fit);
  const most = queues.reduce((found, row) => Math.max(found, count(row, "waiting")), 0);
  each(table, "div", "row", page.shown, (row) => row.id, (line, row) => {
    renderRow(line, row, tile, picture);
    if (tile.style === "bar") renderLoad(line, most ? count(row, "waiting") / most : 0);
  });
  empty(body, queues.length ? "" : noneOf(tile));
  return { level: "", sources: sourcesOf(queues.map((row) => row.queue)), page: page.page, pages: page.pages };
}

/** Who names queues or teams learns which ones nobody has told of: a slip of the pen shows. @param {*} tile */
function noneOf(tile) {
  const named = tile.teams || tile.queues || [];
  const plain = named.length && !named.some((name) => /[*?[!]/.test(name));
  return plain ? say(tile.teams ? "queues.none_of_team" : "queues.none_named", { names: named.join(", ") }) : say("queues.none");
}

/** A list with nothing in it says so. @param {Element} body @param {string} text */
export function empty(body, text) {
  const found = has(body, "none");
  if (text) write(found || part(body, "p", "none"), text);
  else if (found) body.removeChild(found);
}

/** @returns {{id: string, queue: *, level: string}[]} */
export function worstFirst(tile, picture) {
  const found = queuesOf(tile, picture.state.queues).map(([id, queue]) => ({
    id,
    queue,
    level: levelOfQueue(tile, queue, picture.now),
  }));
  return found.sort(
    (one, other) =>
      WORST.indexOf(one.level) - WORST.indexOf(other.level) ||
      count(other, "over_target") - count(one, "over_target") ||
      oldest(one, picture) - oldest(other, picture) || // NaN for two unknown: next
      count(other, "waiting") - count(one, "waiting") ||
      collated(one.queue.name, other.queue.name),
  );
}

/** By the tile's limits on its metric; without them a queue with contacts over target stands out. */
function levelOfQueue(tile, queue, now) {
  if (tile.metric) return levelOf(tile, numberOf(queue[tile.window], tile.metric, now), tile.reads, now);
  return queue.now.over_target > 0 ? "over" : "";
}

function oldest(row, picture) {
  return numberOf(row.queue.now, "oldest_at", picture.now) || Infinity;
}

function count(row, metric) {
  return row.queue.now[metric] || 0;
}

function renderRow(line, row, tile, picture) {
  if (!stirred(line, [row.queue, row.level, tile, Math.floor(picture.now / 1000)])) return;
  mark(line, "level", row.level === "over" ? "warn" : row.level);
  const name = part(line, "span", "name");
  write(part(name, "bdi", "line"), row.queue.name);
  chip(name, row, closed(row.queue, picture, "closed_chip"));
  each(line, "span", "cell", tile.columns, (column) => column.metric, (cell, column) => {
    const value = numberOf(row.queue[column.window], column.metric, picture.now);
    const shown = figure(value, column.reads, picture.now);
    mark(cell, "few", certainty(row.queue, column.metric, column.window).few ? "yes" : "no");
    mark(cell, "zero", value === 0 || value === undefined ? "yes" : "no");
    write(cell, shown.text + (shown.unit && value !== undefined ? " " + shown.unit : ""));
  });
}

function wordOfLevel(row) {
  return row.level === "over" ? say("level.over", { count: row.queue.now.over_target }) : say("level." + row.level);
}

/** How many wait, against the queue where most do. */
function renderLoad(line, share) {
  const bar = drawn(line, "svg", "load", { viewBox: "0 0 100 1", preserveAspectRatio: "none", "aria-hidden": "true" });
  drawn(bar, "rect", "full", { x: 0, y: 0, width: Math.round(share * 1000) / 10, height: 1 });
}

/** What is wrong with this queue, else that it is closed: as an icon and a word. */
function chip(name, row, hours) {
  let found = has(name, "chip");
  const fine = !row.level || row.level === "good";
  const gone = fine && !hours;
  if (found && (gone || found.getAttribute("data-of") !== row.id)) found = void name.removeChild(found); // another queue's is no move of this one
  if (gone) return;
  const box = found || part(name, "span", "chip");
  mark(box, "of", row.id);
  mark(box, "hours", fine ? "yes" : "no");
  const made = part(box, "span", "tag");
  icon(made, fine ? "quiet" : row.level === "over" ? "warn" : row.level);
  write(part(made, "span", "word"), fine ? hours : wordOfLevel(row));
}
