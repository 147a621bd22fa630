/** Where do the numbers come from, and is each source heard? The silent ones first. */

import { each, icon, mark, part, write } from "../dom.js";
import { ago, secondsSince } from "../format.js";
import { sourceLate } from "../freshness.js";
import { paged } from "../paging.js";
import { rows } from "../select.js";
import { say } from "../words.js";
import { empty } from "./queues.js";

const ICONS = { live: "live", late: "stale", down: "stale", silent: "warn", quiet: "quiet" };
const FIRST = { late: -2, down: -2, silent: -1 };

export function mount(body) {
  part(body, "ul", "sources-list");
}

export function render(body, tile, picture) {
  const sources = rows(picture.state.sources)
    .map(([id, source]) => ({ id, source, state: stateOf(source, picture.now) }))
    .sort((one, other) => place(one) - place(other) || (one.id < other.id ? -1 : 1));
  const page = paged(sources, tile.fits, picture.now, picture.scrolls);
  const list = part(body, "ul", "sources-list");
  mark(list, "fit", page.fit);
  each(list, "li", "source", page.shown, (row) => row.id, (item, row) => renderSource(item, row, picture.now));
  empty(body, sources.length ? "" : say("sources.none"));
  return { level: "", sources: null, page: page.page, pages: page.pages };
}

function stateOf(source, now) {
  return source.state !== "down" && sourceLate(source, now) ? "late" : source.state;
}

function place(row) {
  return FIRST[row.state] || 0;
}

function renderSource(item, row, now) {
  mark(item, "state", row.state);
  icon(item, ICONS[row.state] || "quiet");
  write(part(item, "bdi", "name"), row.id);
  write(part(item, "span", "word"), say("source." + row.state, undefined, row.state));
  const known = typeof row.source.last_event_at === "number";
  write(part(item, "span", "when"), known ? ago(secondsSince(row.source.last_event_at, now)) : say("absent"));
}
