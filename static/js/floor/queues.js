/** Every queue with its key numbers, the worst first; an open one with who waits and its people. */

import { certainty, opens } from "../certainty.js";
import { has, icon, mark, part, write } from "../dom.js";
import { folded } from "../folded.js";
import { figure, timeOfDay } from "../format.js";
import { ageOf } from "../freshness.js";
import { keyed } from "../keyed.js";
import { rows } from "../select.js";
import { numberOf } from "../still.js";
import { worstFirst } from "../tiles/queues.js";
import { say } from "../words.js";
import { renderPeople, servingPeople } from "./people.js";
import { renderWaiting } from "./waiting.js";

const FIGURES = [
  { metric: "waiting", window: "now", reads: "count" },
  { metric: "oldest_at", window: "now", reads: "instant" },
  { metric: "idle", window: "now", reads: "count" },
  { metric: "engaged", window: "now", reads: "count" },
  { metric: "service_level", window: "day", reads: "percent" },
  { metric: "abandoned", window: "day", reads: "count" },
]; // prettier-ignore

const open = new Set(); // ids of queues that are open
let order = []; // as they stand; not moved while somebody points at them

/** All queues together. @param {import("../floor.js").Desk} picture */
export function renderWhole(picture) {
  const line = /** @type {HTMLElement} */ (document.getElementById("whole"));
  line.hidden = !picture.whole;
  if (!picture.whole) return;
  mark(line, "stale", ageOf(picture.whole.sources || [], picture.state.sources, picture.server).late ? "yes" : "no");
  renderFigures(line, picture.whole, picture);
}

/** @param {import("../floor.js").Desk} picture */
export function renderQueues(picture) {
  const list = document.getElementById("queues");
  const found = inOrder(list, picture).filter((one) => meant(one, picture.looks_for));
  keyed(list, found, (one) => one.id, (one) => fresh(one.id), (item, one) => renderQueue(item, one, picture));
  const none = document.getElementById("none");
  none.hidden = found.length > 0 || document.getElementById("found").childElementCount > 0;
  write(none, say(picture.looks_for ? "floor.none_found" : "queues.none"));
}

/** The worst first; who reads, points or has something open is not disturbed. */
function inOrder(list, picture) {
  const queues = picture.state.queues || {};
  const shown = worstFirst({}, picture).map((one) => one.id);
  const hidden = rows(queues).filter(([, row]) => row.hidden).map(([id]) => id);
  const wanted = shown.concat(hidden);
  const still = open.size > 0 || list.matches(":hover") || list.contains(document.activeElement);
  const kept = still ? order.filter((id) => id in queues) : [];
  order = kept.concat(wanted.filter((id) => !kept.includes(id)));
  return order.map((id) => ({ id, queue: queues[id] }));
}

function meant(one, text) {
  if (!text) return true;
  return [one.id, one.queue.name, one.queue.team].some((own) => own && folded(own).includes(text));
}

function fresh(id) {
  const item = document.createElement("li");
  item.className = "queue";
  const head = part(item, "button", "queue-head");
  head.setAttribute("type", "button");
  head.addEventListener("click", () => {
    if (!open.delete(id)) open.add(id);
    item.dispatchEvent(new Event("look", { bubbles: true }));
  });
  return item;
}

function renderQueue(item, one, picture) {
  const { id, queue } = one;
  const opened = open.has(id);
  const age = ageOf(queue.sources || [], picture.state.sources, picture.server);
  mark(item, "stale", age.late ? "yes" : "no");
  mark(item, "level", !age.late && queue.now.over_target > 0 ? "warn" : "");
  const head = has(item, "queue-head");
  head.setAttribute("aria-expanded", String(opened));
  const name = part(head, "span", "queue-name");
  icon(name, "open");
  write(part(name, "bdi", "line"), queue.name);
  renderNotes(part(head, "span", "queue-notes"), queue, age, picture);
  renderFigures(part(head, "span", "figures"), queue, picture);
  const panel = has(item, "queue-open");
  if (!opened && panel) panel.remove();
  if (opened) renderPanel(panel || part(item, "div", "queue-open"), id, queue, picture);
}

/** What is special about it, each an icon and words. */
function renderNotes(line, queue, age, picture) {
  const notes = [];
  if (age.late) notes.push({ icon: "stale", text: age.at ? say("no_data_since", { time: timeOfDay(age.at, picture.zone) }) : say("no_data_yet") });
  else if (queue.now.over_target > 0) notes.push({ icon: "warn", text: say("level.over", { count: queue.now.over_target }) });
  if (queue.now.doubtful) notes.push({ icon: "ghost", text: say("floor.doubtful_count", { n: queue.now.doubtful }) });
  if (queue.closed) {
    const text = queue.opens_at ? say("floor.opens", { time: opens(queue, picture) }) : say("floor.closed");
    notes.push({ icon: "quiet", text });
  }
  if (queue.now.observed) notes.push({ icon: "info", text: say("floor.observed") });
  if (queue.hidden) notes.push({ icon: "hidden", text: say("floor.hidden") });
  keyed(line, notes, (note) => note.icon, () => chip(), (child, note) => {
    icon(child, note.icon);
    write(part(child, "span", "word"), note.text);
    mark(child, "note", note.icon);
  });
}

function chip() {
  const made = document.createElement("span");
  made.className = "queue-note";
  return made;
}

function renderFigures(line, row, picture) {
  keyed(line, FIGURES, (one) => one.metric, figureOf, (cell, one) => {
    const value = numberOf(row[one.window], one.metric, picture.now);
    const shown = figure(value, one.reads, picture.now);
    mark(cell, "few", certainty(row, one.metric, one.window).few ? "yes" : "no");
    mark(cell, "zero", value === 0 || value === undefined ? "yes" : "no");
    write(part(cell, "b", "value"), shown.text + (shown.unit && value !== undefined ? " " + shown.unit : ""));
    write(part(cell, "span", "metric"), say("column." + one.metric, undefined, say("metric." + one.metric)));
  });
}

function figureOf() {
  const made = document.createElement("span");
  made.className = "figure";
  return made;
}

function renderPanel(panel, id, queue, picture) {
  const waits = part(panel, "section", "waits");
  write(part(waits, "h2", "panel-head"), say("floor.waiting", { n: queue.now.waiting ?? say("absent") }));
  renderWaiting(part(waits, "div", "waits-list"), id, queue, picture);
  const people = part(panel, "section", "serves");
  const serving = servingPeople(id, picture);
  write(part(people, "h2", "panel-head"), say("floor.people", { n: serving.length }));
  renderPeople(part(people, "div", "people"), serving, picture, id);
}
