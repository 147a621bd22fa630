/** Why do they call now? The codes of the last hour, the most frequent first, and which are more or less than today. */

import { drawn, each, icon, mark, part, write } from "../dom.js";
import { figure } from "../format.js";
import { paged } from "../paging.js";
import { sourcesOf } from "../select.js";
import { collated, say } from "../words.js";
import { empty } from "./queues.js";

const ENOUGH = 20; // outcomes of an hour: of fewer a change says nothing
const NOTABLE = 5; // points of a percentage

export function mount(body) {
  part(body, "ul", "reasons-list");
}

export function render(body, tile, picture) {
  const of = tile.of || { kind: "groups", id: "all" };
  const row = (picture.state[of.kind] || {})[of.id] || {};
  const found = reasons(codesOf(row, "m60"), codesOf(row, "day"));
  const page = paged(found, tile.fits, picture.now, picture.scrolls);
  const list = part(body, "ul", "reasons-list");
  mark(list, "fit", page.fit);
  each(list, "li", "reason", page.shown, (one) => one.code, renderReason);
  empty(body, found.length ? "" : say("reasons.none"));
  return { level: "", sources: sourcesOf([row]), page: page.page, pages: page.pages };
}

/** @param {Object<string, number>} hour @param {Object<string, number>} day code → how often
 * @returns {{code: string, count: number, share: number, change: number}[]} shares in percent, the change in points */
export function reasons(hour, day) {
  const all = total(hour);
  const allDay = total(day);
  return Object.keys(hour)
    .filter((code) => hour[code] > 0)
    .map((code) => {
      const share = (100 * hour[code]) / all;
      const change = Math.round(share - (100 * (day[code] || 0)) / Math.max(1, allDay));
      return { code, count: hour[code], share, change: all >= ENOUGH && Math.abs(change) >= NOTABLE ? change : 0 };
    })
    .sort((one, other) => other.count - one.count || collated(one.code, other.code));
}

function codesOf(row, window) {
  return (row[window] || {}).codes || {};
}

function total(codes) {
  return Object.keys(codes).reduce((sum, code) => sum + codes[code], 0);
}

function renderReason(item, one) {
  write(part(item, "bdi", "name"), one.code);
  const change = part(item, "span", "change");
  mark(change, "way", one.change > 0 ? "up" : one.change < 0 ? "down" : "");
  icon(change, one.change > 0 ? "up" : one.change < 0 ? "down" : "");
  write(part(change, "span", "word"), one.change ? say("reasons.change", { points: (one.change > 0 ? "+" : "−") + Math.abs(one.change) }) : "");
  write(part(item, "span", "count"), one.count);
  write(part(item, "b", "score"), figure(Math.round(one.share), "count", 0).text + "\u00a0%");
  const bar = drawn(item, "svg", "load", { viewBox: "0 0 100 1", preserveAspectRatio: "none", "aria-hidden": "true" });
  drawn(bar, "rect", "full", { x: 0, y: 0, width: Math.round(one.share * 10) / 10, height: 1 });
}
