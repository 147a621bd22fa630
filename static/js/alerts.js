/**
 * Which alerts are open, and what do I do about them? Asks every two seconds; what is on the page stays, with its age,
 * when no answer comes. A press is one POST; what it did comes back with the next answer.
 */

import { keyed } from "./keyed.js";

const REFRESH_MS = 2000;
const OLD_MS = 10_000;
const SNOOZES_MIN = [15, 30, 60];
const ICONS = { critical: "alarm", warning: "warn", info: "info" };

/**
 * @typedef {{id: string, text: string, now?: string, severity: string, rule: string, raised_at: number, action?: string,
 *   owner?: string, mine: boolean, theirs?: boolean, acknowledged_by?: string, snoozed_until?: number, note?: string, over_at?: number, over?: string}} Alert
 */

const section = /** @type {HTMLElement} */ (document.querySelector("[data-url]"));
const url = /** @type {string} */ (section.dataset.url);
const words = JSON.parse(byId("words").textContent ?? "{}");
const shape = /** @type {HTMLTemplateElement} */ (byId("alert"));
const clock = new Intl.DateTimeFormat(document.documentElement.lang, {
  hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: section.dataset.zone,
}); // prettier-ignore
let answeredAt = Date.now();
let serverAhead = 0;
let shown = "";
let timer = 0;

refresh();
setInterval(showAge, 1000);

async function refresh() {
  clearTimeout(timer);
  try {
    const answer = await fetch(url + location.search, { cache: "no-store", headers: { "accept-language": document.documentElement.lang } });
    if (answer.status === 401) location.reload();
    if (answer.ok) show(await answer.json());
  } catch {
    // No answer: what stands there stays, and says how old it is.
  }
  timer = setTimeout(refresh, REFRESH_MS);
}

/** @param {{now: number, rules: number, open: Alert[], over: Alert[], maintenance: {name: string, until: number | null}[]}} told */
function show(told) {
  answeredAt = Date.now();
  serverAhead = told.now - answeredAt;
  byId("begin").hidden = told.rules > 0;
  planned(told.maintenance);
  const text = JSON.stringify([told.open, told.over, Math.floor(told.now / 60_000)]);
  if (text !== shown) {
    shown = text;
    const snoozed = told.open.filter((alert) => alert.snoozed_until);
    const open = told.open.filter((alert) => !alert.snoozed_until);
    fill("open", open);
    fill("snoozed", snoozed);
    fill("over", told.over);
    byId("none").hidden = open.length > 0;
    byId("snoozing").hidden = snoozed.length === 0;
    byId("past").hidden = told.over.length === 0;
  }
  showAge();
}

/** Work that holds alerts back must not be forgotten. @param {{name: string, until: number | null}[]} going */
function planned(going) {
  const lines = going.map(({ name, until }) => said("planned", { name, time: until ? clock.format(until) : "–" }));
  const text = lines.join("\n");
  if (byId("planned").textContent !== text) byId("planned").textContent = text;
  byId("planned").hidden = going.length === 0;
}

/** @param {string} id @param {Alert[]} alerts */
function fill(id, alerts) {
  const fresh = () => /** @type {HTMLElement} */ (shape.content.firstElementChild?.cloneNode(true));
  keyed(byId(id), alerts, (alert) => alert.id, fresh, write);
}

/** @param {HTMLElement} card @param {Alert} alert */
function write(card, alert) {
  card.dataset.severity = alert.severity;
  card.querySelector("use")?.setAttribute("href", "/static/icons.svg#" + (ICONS[alert.severity] ?? "info"));
  part(card, ".alert-text span").textContent = alert.text;
  part(card, ".alert-action").textContent = alert.over_at ? "" : (alert.action ?? "");
  part(card, ".alert-when span").textContent = [...when(alert), ...who(alert)].join(" · ");
  part(card, ".alert-now").textContent = alert.now ? " · " + said("now", { value: alert.now }) : "";
  const wanted = alert.over_at || alert.theirs ? [] : buttons(alert);
  const bar = part(card, ".alert-do");
  const same = wanted.map((one) => one.key).join() === bar.dataset.keys;
  if (same) return;
  bar.dataset.keys = wanted.map((one) => one.key).join();
  const snoozes = wanted.filter((one) => one.verb === "snooze").map((one) => button(alert.id, one));
  bar.replaceChildren(...wanted.filter((one) => one.verb !== "snooze").map((one) => button(alert.id, one)));
  if (snoozes.length > 0) bar.append(group(snoozes));
}

/** @param {Alert} alert */
function when(alert) {
  const severity = words["severity." + alert.severity] ?? alert.severity;
  if (!alert.over_at) return [severity, alert.rule, said("since", { time: clock.format(alert.raised_at) })];
  const span = { from: clock.format(alert.raised_at), to: clock.format(alert.over_at) };
  return [severity, alert.rule, said("span", span), words["over." + alert.over] ?? alert.over];
}

/** @param {Alert} alert */
function who(alert) {
  const found = [];
  if (alert.mine) found.push(words.mine);
  else if (alert.owner) found.push(said("owner", { who: alert.owner }));
  if (alert.acknowledged_by && alert.acknowledged_by !== alert.owner) found.push(said("seen", { who: alert.acknowledged_by }));
  if (alert.snoozed_until) found.push(said("until", { time: clock.format(alert.snoozed_until) }));
  if (alert.note) found.push("“" + alert.note + "”");
  return found;
}

/** @typedef {{key: string, verb: string, text: string, body?: object}} Deed @param {Alert} alert @returns {Deed[]} */
function buttons(alert) {
  const found = [];
  if (!alert.acknowledged_by && !alert.owner) found.push({ key: "acknowledge", verb: "acknowledge", text: words.acknowledge });
  if (!alert.mine) found.push({ key: "take", verb: "assign", text: words.take });
  if (alert.snoozed_until) return [...found, { key: "wake", verb: "wake", text: words.wake }];
  return found.concat(SNOOZES_MIN.map((minutes) => (
    { key: "snooze" + minutes, verb: "snooze", text: said("minutes", { minutes: String(minutes) }), body: { seconds: 60 * minutes } }
  ))); // prettier-ignore
}

/** "Snooze" once, then how long. @param {HTMLElement[]} snoozes */
function group(snoozes) {
  const made = document.createElement("span");
  made.className = "alert-snooze";
  made.setAttribute("role", "group");
  made.setAttribute("aria-label", words.snooze);
  made.append(words.snooze, ...snoozes);
  return made;
}

/** @param {string} id @param {Deed} deed */
function button(id, deed) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = deed.text;
  if (deed.verb === "snooze") made.className = "second";
  made.addEventListener("click", () => act(id, deed, made));
  return made;
}

/** @param {string} id @param {Deed} deed @param {HTMLButtonElement} pressed */
async function act(id, deed, pressed) {
  pressed.disabled = true;
  const failed = byId("failed");
  try {
    const address = `${url}/${encodeURIComponent(id)}/${deed.verb}`;
    const answer = await fetch(address, { method: "POST", body: JSON.stringify(deed.body ?? {}) });
    failed.hidden = answer.ok;
    failed.textContent = answer.ok ? "" : (await answer.json()).detail;
  } catch {
    failed.hidden = false;
    failed.textContent = words.away;
  }
  pressed.disabled = false;
  setTimeout(refresh, 300); // what was done comes back through the stream
}

function showAge() {
  const old = Date.now() - answeredAt > OLD_MS;
  section.classList.toggle("alerts-old", old);
  byId("freshness").textContent = old ? said("old", { time: clock.format(answeredAt + serverAhead) }) : "";
}

/** @param {string} key @param {Object<string, string>} values */
function said(key, values) {
  return words[key].replace(/\{(\w+)\}/g, (/** @type {string} */ _, /** @type {string} */ name) => values[name]);
}

/** @param {HTMLElement} card @param {string} selector */
function part(card, selector) {
  return /** @type {HTMLElement} */ (card.querySelector(selector));
}

/** @param {string} id */
function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}
