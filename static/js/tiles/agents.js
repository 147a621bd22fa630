/** Who is doing what, and since when. Totals on top; as many cards as fit, page after page. */

import { DOINGS, doingOf } from "../doing.js";
import { each, has, icon, mark, part, stirred, write } from "../dom.js";
import { secondsSince, span } from "../format.js";
import { paged } from "../paging.js";
import { agentsOf, sourcesOf } from "../select.js";
import { collated, say } from "../words.js";
import { empty } from "./queues.js";

const TURNED = 12; // cards that show somebody else at once
const REST_MS = 2 * 3600 * 1000; // of work without a pause or two minutes between contacts: time for a break

export function mount(body) {
  part(body, "ul", "totals");
  part(body, "ul", "cards");
}

export function render(body, tile, picture) {
  const agents = agentsOf(tile, picture.state.agents).map(([id, agent]) => ({ id, agent, doing: doingOf(agent) }));
  const there = byName(agents.filter((row) => row.doing !== "offline"));
  const page = paged(there, tile.fits, picture.now, picture.scrolls);
  renderTotals(part(body, "ul", "totals"), agents);
  const cards = part(body, "ul", "cards");
  mark(cards, "fit", page.fit);
  const shown = turned(cards, page.shown, there);
  each(cards, "li", "card", shown, (row) => row.id, (card, row) => renderCard(card, row, picture.now));
  empty(body, there.length ? "" : say("agents.none"));
  const resting = there.filter((row) => rests(row.agent, row.doing, picture.now)).length;
  const hint = resting ? say("rest", { count: resting }) : "";
  return { level: "", sources: sourcesOf(agents.map((row) => row.agent)), hint, page: page.page, pages: page.pages, more: shown !== page.shown };
}

/** A page is turned by some cards a frame, so that a slow engine goes on meanwhile: the others show whom they showed.
 * @returns {*[]} `rows` themselves where nothing is left for the next frame */
function turned(cards, rows, all) {
  const changed = rows.filter((row, nth) => keyAt(cards, nth) !== row.id).length;
  if (changed <= TURNED) return rows;
  const known = new Map(all.map((row) => [row.id, row]));
  const there = new Set(); // nobody stands there twice meanwhile
  const shown = [];
  let left = TURNED;
  for (const row of rows) {
    const before = keyAt(cards, shown.length);
    if (before !== row.id) left -= 1;
    if (left < 0 && before === undefined) break;
    const one = [left < 0 ? known.get(before) : undefined, row].find((person) => person && !there.has(person.id));
    if (!one) return rows;
    there.add(one.id);
    shown.push(one);
  }
  return shown;
}

function keyAt(cards, nth) {
  const card = cards.children[nth];
  return card ? card.getAttribute("data-key") || undefined : undefined;
}

/** Names stay in their places, so that people find each other. */
function byName(rows) {
  if (rows.some((row) => !places.has(nameOf(row)))) learnNames(rows.map((row) => nameOf(row)));
  const place = (row) => places.get(nameOf(row));
  return rows.sort((one, other) => place(one) - place(other) || (one.id < other.id ? -1 : 1));
}

function nameOf(row) {
  return row.agent.name || "";
}

/** Comparing by alphabet is slow: each new name is put in its place once. */
function learnNames(names) {
  const known = places.size < MOST_NAMES ? Array.from(places.keys()) : [];
  const all = Array.from(new Set(known.concat(names))).sort(collated);
  places.clear();
  all.forEach((name, at) => places.set(name, at > 0 && !collated(all[at - 1], name) ? places.get(all[at - 1]) : at));
}

const MOST_NAMES = 20000;
const places = new Map(); // name → where it stands in the alphabet

function renderTotals(list, agents) {
  const counts = new Map();
  agents.forEach((row) => counts.set(row.doing, (counts.get(row.doing) || 0) + 1));
  const totals = DOINGS.map((doing) => ({ doing, count: counts.get(doing) || 0 }));
  each(list, "li", "total", totals.filter((one) => one.count > 0), (one) => one.doing, (item, one) => {
    if (!stirred(item, [one.doing, one.count])) return;
    mark(item, "doing", one.doing);
    icon(item, one.doing);
    write(part(item, "b", "count"), one.count);
    write(part(item, "span", "word"), say("doing." + one.doing));
  }, true);
}

function renderCard(card, row, now) {
  const { agent, doing } = row;
  if (!stirred(card, [agent, Math.floor(now / 1000)])) return;
  mark(card, "doing", doing);
  const overdue = limitOf(agent, doing) !== undefined && limitOf(agent, doing) <= now;
  mark(card, "overdue", overdue ? "yes" : "no");
  const who = part(card, "span", "who");
  write(part(who, "bdi", "name"), agent.name || say("absent"));
  badge(who, "rest", rests(agent, doing, now) ? "" : undefined, "rest.one");
  badge(who, "thanks", (agent.tags || {}).thanks || undefined, "thanks");
  const state = part(card, "span", "state");
  icon(state, overdue ? "alarm" : doing);
  write(part(state, "bdi", "word"), wordOf(agent, doing, overdue));
  renderSlots(state, agent);
  const since = sinceOf(agent, doing); // of who is away a wall does not tell it
  write(part(state, "span", "since"), since === undefined ? "" : span(secondsSince(since, now)));
}

/** An icon beside the name, with a number where there is one. @param {number | string | undefined} count */
function badge(who, name, count, word) {
  const found = has(who, name);
  if (count === undefined) {
    if (found) who.removeChild(found);
    return;
  }
  const made = found || part(who, "span", name);
  icon(made, name);
  if (count !== "") write(part(made, "b", "count"), count);
  write(part(made, "span", "unseen"), say(word));
}

/** Only leads are told since when somebody works without a pause. */
function rests(agent, doing, now) {
  return doing !== "offline" && now - agent.stretch_since >= REST_MS;
}

function wordOf(agent, doing, overdue) {
  if (doing === "paused") {
    const reason = agent.reason || say("doing.paused");
    return overdue ? reason + ", " + say("doing.too_long") : reason;
  }
  const word = say("doing." + doing);
  const pausedToo = agent.presence === "paused" && doing !== "unreachable";
  return pausedToo ? say("doing.paused_too", { doing: word }) : word;
}

function sinceOf(agent, doing) {
  return doing === "paused" && agent.presence_since ? agent.presence_since : agent.since;
}

function limitOf(agent, doing) {
  if (doing === "paused") return agent.pause_over_at;
  return doing === "wrapup" ? agent.wrapup_over_at : undefined;
}

/** Used and allowed, where somebody takes several contacts at once. */
function renderSlots(state, agent) {
  const slots = agent.slots || {};
  const several = slots.allowed > 1;
  if (several || has(state, "slots")) {
    const shown = state.querySelector(".slots") || state.insertBefore(made("slots"), has(state, "since"));
    write(shown, several ? slots.used + "/" + slots.allowed : "");
  }
}

function made(name) {
  const element = document.createElement("span");
  element.className = name;
  return element;
}
