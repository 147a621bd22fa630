/** The people of a queue: free, in contact, wrap-up, away by reason, and what else; who is opened shows more. */

import { doingOf } from "../doing.js";
import { has, icon, mark, part, write } from "../dom.js";
import { secondsSince, span, timeOfDay } from "../format.js";
import { keyed } from "../keyed.js";
import { rows } from "../select.js";
import { collated, say } from "../words.js";
import { askToClose } from "./ghost.js";
import { button } from "./press.js";
import { hasRoom } from "./room.js";

const REST_MS = 2 * 3600 * 1000; // as on the wall (tiles/agents.js)
const IN_CONTACT = ["ringing", "engaged", "holding"];
const TALKS = ["engaged", "holding"]; // what ends as lost with the person
const PLACES = ["free", "contact", "wrapup", "away", "else"];

const open = new Set(); // ids of people who are open

/** @typedef {[string, *]} Person id and row */

/** Who serves this queue, or has a contact of it, and is there. @param {string} queue @param {import("../floor.js").Desk} picture @returns {Person[]} */
export function servingPeople(queue, picture) {
  return rows(picture.state.agents).filter(([, row]) => {
    const serves = (row.queues || []).includes(queue) || row.contacts.some((one) => one.queue === queue);
    return serves && placeOf(row, queue) !== null;
  });
}

/** @param {HTMLElement} root @param {Person[]} people @param {import("../floor.js").Desk} picture @param {string} [queue] */
export function renderPeople(root, people, picture, queue) {
  const groups = new Map();
  for (const [id, row] of people) {
    const place = placeOf(row, queue) || { key: "offline", at: PLACES.length, since: row.since, icon: "offline" };
    if (!groups.has(place.key)) groups.set(place.key, Object.assign({ people: [] }, place));
    groups.get(place.key).people.push({ id, row, since: place.since });
  }
  const found = Array.from(groups.values()).sort((one, other) => one.at - other.at || collated(one.key, other.key));
  keyed(root, found, (group) => group.key, () => made("section", "crowd"), (section, group) => renderGroup(section, group, picture));
}

/** Where somebody stands in this queue, or as a whole; null: not there. */
function placeOf(row, queue) {
  const doing = doingOf(row);
  const here = (row.in_queues || []).find((one) => one.queue === queue) || { presence: row.presence, reason: row.reason, since: row.presence_since };
  if (here.presence === "offline" && !row.contacts.length) return null;
  if (here.presence === "ready" && hasRoom(row)) return placed("free", row.since, "idle");
  if (IN_CONTACT.includes(doing)) return placed("contact", row.since, "engaged");
  if (doing === "wrapup") return placed("wrapup", row.since, "wrapup");
  if (here.presence === "paused" && doing !== "unreachable") return placed("away", here.since, "paused", here.reason || "");
  if (doing === "offline") return null;
  return placed("else", row.since, doing, doing);
}

function placed(name, since, icon, of) {
  return { key: of === undefined ? name : name + ":" + of, at: PLACES.indexOf(name), since, icon, of };
}

function renderGroup(section, group, picture) {
  const head = part(section, "h3", "crowd-head");
  mark(section, "doing", group.icon);
  icon(head, group.icon);
  write(part(head, "span", "word"), titleOf(group, picture));
  write(part(head, "b", "count"), group.people.length);
  const list = part(section, "ul", "crowd-list");
  group.people.sort((one, other) => one.since - other.since || (one.id < other.id ? -1 : 1));
  keyed(list, group.people, (one) => one.id, (one) => fresh(one.id), (item, one) => renderPerson(item, one, picture));
}

function titleOf(group, picture) {
  const [name] = group.key.split(":");
  if (name === "away") return group.of ? say("floor.away", { reason: picture.reasons[group.of] || group.of }) : say("doing.paused");
  if (name === "free") return say("metric.idle");
  if (name === "contact") return say("floor.in_contact");
  return say("doing." + (group.of || name));
}

function fresh(id) {
  const item = made("li", "person");
  const head = part(item, "button", "person-head");
  head.setAttribute("type", "button");
  head.addEventListener("click", () => {
    if (!open.delete(id)) open.add(id);
    item.dispatchEvent(new Event("look", { bubbles: true }));
  });
  return item;
}

function renderPerson(item, one, picture) {
  const { id, row } = one;
  const over = overOf(row, picture.now);
  const opened = open.has(id);
  mark(item, "overdue", over ? "yes" : "no");
  const head = has(item, "person-head");
  head.setAttribute("aria-expanded", String(opened));
  write(part(head, "bdi", "person-name"), row.name);
  write(part(head, "span", "person-note"), notesOf(row, over, picture).join(" · "));
  write(part(head, "span", "person-since"), one.since === undefined ? "" : span(secondsSince(one.since, picture.now)));
  const more = has(item, "person-more");
  if (!opened && more) more.remove();
  if (opened) renderMore(more || part(item, "div", "person-more"), id, row, picture);
}

/** What one should know of them at a glance. */
function notesOf(row, over, picture) {
  const found = [];
  if (over) found.push(say("doing.too_long"));
  if (row.slots.allowed > 1) found.push(row.slots.used + "/" + row.slots.allowed);
  for (const state of inContact(row)) found.push(say("doing." + state));
  if (row.presence === "paused" && row.contacts.length) found.push(say("floor.away_after", { reason: picture.reasons[row.reason] || row.reason || say("doing.paused") }));
  if (picture.now - row.stretch_since >= REST_MS) found.push(say("rest.one"));
  return found;
}

/** As the wall calls it; of more than one contact all that there is. Some sources tell of people and not of contacts. */
function inContact(row) {
  const found = IN_CONTACT.filter((state) => row.contacts.some((one) => one.state === state));
  return found.length ? found : IN_CONTACT.filter((state) => state === doingOf(row));
}

/** Wrap-up or a pause beyond what is allowed. */
function overOf(row, now) {
  return row.wrapup_over_at <= now || row.pause_over_at <= now;
}

function renderMore(more, id, row, picture) {
  const list = part(more, "ul", "in-hand");
  keyed(list, row.contacts, (one) => one.contact + " " + one.state, () => made("li", "in-hand-one"), (item, one) => renderContact(item, one, picture));
  write(part(more, "p", "person-facts"), factsOf(row, picture).join(" · "));
  if (picture.closes) button(more, say("floor.gone"), () => askToClose({ agent: id }, row.name, row.contacts.filter((one) => TALKS.includes(one.state)).length));
}

function renderContact(item, one, picture) {
  const queue = one.queue ? ((picture.state.queues || {})[one.queue] || {}).name || one.queue : "";
  const words = [say("doing." + one.state), queue, say("floor.channel." + one.channel), span(secondsSince(one.since, picture.now))];
  write(part(item, "bdi", "contact-words"), words.filter(Boolean).join(" · "));
  write(part(item, "code", "contact-id"), one.contact);
  if (picture.closes) button(item, say("floor.close"), () => askToClose({ contact: one.contact }, one.contact, 0));
}

function factsOf(row, picture) {
  const day = row.day || {};
  const found = [];
  if (row.team) found.push(row.team);
  if (row.presence_since) found.push(say("floor.since", { time: timeOfDay(row.presence_since, picture.zone, true) }));
  found.push(say("metric.handled") + " " + (day.handled || 0), say("metric.missed") + " " + (day.missed || 0));
  if (row.missed_in_row > 1) found.push(say("metric.missed_in_row") + " " + row.missed_in_row);
  return found;
}

function made(tag, name) {
  const element = document.createElement(tag);
  element.className = name;
  return element;
}
