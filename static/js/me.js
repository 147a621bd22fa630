/** My own day: figures beside what is usual for me, and my contacts, each to be tagged with one tap. */

import { mark, part, write } from "./dom.js";
import { figure, secondsSince, span, timeOfDay } from "./format.js";
import { keyed } from "./keyed.js";
import { learn, say } from "./words.js";

const REFRESH_MS = 10_000;
const REST_MS = 2 * 3600 * 1000; // as on the wall (tiles/agents.js)
const TAGS = ["thanks", "hostile"];

const first = JSON.parse(byId("first").textContent);
learn(first.words, document.documentElement.lang);
let told = /** @type {*} */ (null);
let ahead = 0;

refresh();
setInterval(refresh, REFRESH_MS);
setInterval(() => told && render(), 1000);

async function refresh() {
  try {
    const answer = await fetch("/api/v1/me", { cache: "no-store" });
    if (answer.status === 401) return location.reload();
    const body = await answer.json();
    write(byId("failed"), answer.ok ? "" : body.detail);
    if (answer.ok) {
      told = body;
      ahead = body.now - Date.now();
      render();
    }
  } catch {
    if (told) write(byId("failed"), say("me.away", { time: timeOfDay(told.now, first.zone, true) }));
  }
}

function render() {
  keyed(byId("agents"), told.agents, (one) => one.id, () => made("section", "me-one"), (section, one) => renderOne(section, one));
}

function renderOne(section, one) {
  const usual = one.usual || { shifts: 0 };
  if (told.agents.length > 1) write(part(section, "h2", "me-name"), one.name);
  write(part(section, "p", "me-unseen"), one.unseen ? say("me.unseen", { id: one.id }) : "");
  keyed(part(section, "div", "me-figures"), figuresOf(one, usual), (row) => row.key, () => made("div", "me-figure"), (cell, row) => {
    mark(cell, "level", row.level || "");
    write(part(cell, "b", "value"), row.value);
    write(part(cell, "span", "metric"), row.word);
    write(part(cell, "span", "usual"), row.usual === undefined ? row.more || "" : say("me.usual", { value: row.usual }));
  });
  write(part(section, "p", "me-shifts"), usual.shifts ? say("me.shifts", { n: usual.shifts }) : say("me.no_shifts"));
  write(part(section, "h2", "me-contacts"), say("me.contacts"));
  write(part(section, "p", "me-channels"), Object.entries(one.channels).map(([channel, n]) => say("floor.channel." + channel) + " " + n).join(" · "));
  const list = part(section, "ul", "me-list");
  keyed(list, one.contacts, (row) => row.source + " " + row.contact + " " + row.at, () => made("li", "me-contact"), renderContact);
  write(part(section, "p", "me-none"), one.contacts.length || one.unseen ? "" : say("me.no_contacts"));
}

/** Each beside what is usual for the same person; never beside anybody else. */
function figuresOf(one, usual) {
  const count = (value) => (value === undefined ? undefined : figure(value, value % 1 ? "decimal" : "count", 0).text);
  const known = (value) => (one.unseen ? say("absent") : count(value || 0));
  const rows = [
    { key: "handled", word: say("me.handled"), value: known(one.handled), usual: count(usual.handled) },
    { key: "talk", word: say("me.talk"), value: one.handled ? span(one.talk_s / one.handled) : say("absent"), usual: usual.talk_avg_s === undefined ? undefined : span(usual.talk_avg_s) },
    { key: "rating", word: say("me.rating"), value: one.rating_avg === undefined ? say("absent") : count(one.rating_avg), usual: count(usual.rating_avg) },
    { key: "thanks", word: say("me.thanks"), value: known((one.tags || {}).thanks), usual: count(usual["tags.thanks"]) },
    { key: "hostile", word: say("me.hostile"), value: known((one.tags || {}).hostile), usual: count(usual["tags.hostile"]) },
  ]; // prettier-ignore
  if (one.unnoted !== undefined) rows.push({ key: "unnoted", word: say("me.unnoted"), value: count(one.unnoted), usual: undefined });
  if (one.stretch_since !== undefined) rows.push(stretchOf(one));
  return rows;
}

function stretchOf(one) {
  const since = Date.now() + ahead - one.stretch_since;
  const long = since >= REST_MS;
  return { key: "stretch", word: say("me.stretch"), value: span(secondsSince(one.stretch_since, Date.now() + ahead)), more: long ? say("me.rest") : "", level: long ? "rest" : "", usual: undefined };
}

function renderContact(item, row) {
  const words = [timeOfDay(row.at, first.zone, true), row.queue, say("floor.channel." + row.channel), row.running ? say("me.running") : span(row.talk_s), row.noted ? say("me.noted") : ""];
  write(part(item, "bdi", "me-words"), words.filter(Boolean).join(" · "));
  write(part(item, "code", "me-id"), row.contact);
  const bar = part(item, "span", "me-tags");
  keyed(bar, TAGS, (tag) => tag, () => made("button", "second"), (button, tag) => {
    const tagged = row.tags.includes(tag);
    button.setAttribute("type", "button");
    button.setAttribute("aria-pressed", String(tagged));
    write(button, say("me.tag." + tag));
    button.disabled = tagged;
    button.onclick = () => tagIt(row, tag);
  });
}

async function tagIt(row, tag) {
  row.tags.push(tag); // it stands there at once; the next answer has it from the stream
  render();
  try {
    const body = JSON.stringify({ contact: row.contact, source: row.source, tag });
    const answer = await fetch("/api/v1/me/tags", { method: "POST", headers: { "content-type": "application/json" }, body });
    write(byId("failed"), answer.ok ? "" : (await answer.json()).detail);
    if (answer.ok) return;
  } catch {
    write(byId("failed"), say("names.away"));
  }
  row.tags = row.tags.filter((one) => one !== tag);
  render();
}

function made(tag, name) {
  const element = document.createElement(tag);
  element.className = name;
  return element;
}

/** @param {string} id @returns {*} */
function byId(id) {
  return document.getElementById(id);
}
