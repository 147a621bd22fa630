/** Who waits in an open queue: asked for when the queue's row has changed, at most once a second. */

import { icon, mark, part, write } from "../dom.js";
import { secondsSince, span } from "../format.js";
import { keyed } from "../keyed.js";
import { say } from "../words.js";
import { askToClose } from "./ghost.js";
import { button } from "./press.js";

const PAUSE_MS = 1000;

/** @typedef {{contact: string, source: string, channel: string, since: number, to?: number, priority?: number, doubtful?: boolean}} Waiting */
/** @type {Map<string, {row: *, asked: number, total: number, waiting: Waiting[], failed: string}>} */
const lists = new Map();

/** @param {HTMLElement} root @param {string} id @param {*} queue its row @param {import("../floor.js").Desk} picture */
export function renderWaiting(root, id, queue, picture) {
  if (!lists.has(id)) lists.set(id, { row: null, asked: 0, total: 0, waiting: [], failed: "" });
  const list = lists.get(id);
  if (list.row !== queue && Date.now() - list.asked >= PAUSE_MS) ask(id, list, queue);
  write(part(root, "p", "waits-failed"), list.failed);
  const rows = part(root, "ol", "waits-rows");
  keyed(rows, list.waiting, (one) => one.source + " " + one.contact, fresh, (item, one) => renderOne(item, one, picture));
  const unshown = list.total - list.waiting.length;
  write(part(root, "p", "waits-more"), unshown > 0 ? say("floor.more", { n: unshown }) : list.total ? "" : say("floor.nobody_waits"));
}

/** What could not be had is asked for again with the next change, or when the row is looked at a second later. */
async function ask(id, list, row) {
  list.row = row;
  list.asked = Date.now();
  try {
    const answer = await fetch("/api/v1/floor?queue=" + encodeURIComponent(id), { cache: "no-store" });
    const told = await answer.json();
    list.failed = answer.ok ? "" : told.detail;
    if (answer.ok) Object.assign(list, { total: told.total, waiting: told.waiting });
    else list.row = null;
  } catch {
    list.row = null; // the line above says that the server is away; what stands there stays
  }
}

function fresh() {
  const item = document.createElement("li");
  item.className = "wait";
  return item;
}

function renderOne(item, one, picture) {
  mark(item, "doubtful", one.doubtful ? "yes" : "no");
  write(part(item, "b", "wait-span"), span(secondsSince(one.since, Math.min(picture.now, one.to ?? picture.now))));
  const words = part(item, "span", "wait-words");
  icon(words, one.doubtful ? "ghost" : "");
  const said = [one.doubtful ? say("floor.doubtful") : "", say("floor.channel." + one.channel), one.priority === undefined ? "" : say("floor.priority", { n: one.priority })];
  write(part(words, "span", "word"), said.filter(Boolean).join(" · "));
  write(part(item, "code", "contact-id"), one.contact);
  if (picture.closes) button(item, say("floor.close"), () => askToClose({ contact: one.contact, source: one.source }, one.contact, 0));
}
