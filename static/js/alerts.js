/**
 * Which alerts are open, and what do I do about them? Asks every two seconds; what is on the page stays, with its age,
 * when no answer comes. A press is one POST; what it did comes back with the next answer.
 */

import { mountAround } from "./around.js";
import { Calls } from "./calls.js";
import { showDeeds } from "./deeds.js";
import { showDuty } from "./duty.js";
import { Held } from "./held.js";
import { keyed } from "./keyed.js";
import { Late } from "./late.js";
import { said, words } from "./pagewords.js";
import { showPending } from "./pending.js";

const REFRESH_MS = 2000;
const OLD_MS = 10_000;
const ICONS = { critical: "alarm", warning: "warn", info: "info" };

/**
 * @typedef {{result: string, who: string, note?: string}} Result
 * @typedef {{raised_at: number, over_at: number, owner?: string, acknowledged_by?: string, last_snoozed_by?: string, results?: Result[]}} Before
 * @typedef {{id: string, text: string, kind: string, team?: string, results?: Result[], before?: Before[], now?: string, text_parts?: string[], raised?: string, and?: string[], or?: string[], severity: string, rule: string, raised_at: number, first_of?: number, action?: string,
 *   owner?: string, off_duty?: boolean, left?: boolean, mine: boolean, theirs?: boolean, unheard?: boolean, unreached?: string[], acknowledged_by?: string, snoozed_until?: number, last_snoozed_by?: string, over_at?: number, over?: string}} Alert
 * @typedef {{now: number, rules: number, open: Alert[], pending: import("./pending.js").Pending[], over: Alert[],
 *   maintenance: {name: string, until: number | null}[], duty: import("./duty.js").OnDuty[]}} Told
 */

const OVER_SHOWN = 20;

const section = /** @type {HTMLElement} */ (document.querySelector("[data-url]"));
const url = /** @type {string} */ (section.dataset.url);
const shape = /** @type {HTMLTemplateElement} */ (byId("alert"));
const clock = new Intl.DateTimeFormat(document.documentElement.lang, {
  hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: section.dataset.zone,
}); // prettier-ignore
const day = new Intl.DateTimeFormat(document.documentElement.lang, { day: "numeric", month: "short", timeZone: section.dataset.zone });
let answeredAt = Date.now();
let serverAhead = 0;
let asked = 0;
let answered = 0; // the question whose answer is shown
let shown = "";
/** @type {import("./duty.js").OnDuty[]} */
let duty = [];
let timer = 0;
const linked = new URLSearchParams(location.search).get("alert") ?? "";
let askedFor = linked;
/** @type {Told | null} */
let last = null;
/** @type {Map<string, HTMLElement>} */
const cards = new Map();
const calls = new Calls(byId("calls"));
const held = new Held(["own", "open", "snoozed", "over"].map(byId), () => last && fillAll(last));
const late = new Late(/** @type {HTMLButtonElement} */ (byId("late")), (id) => {
  held.letGo();
  cards.get(id)?.scrollIntoView({ block: "center" });
});

refresh();
setInterval(() => {
  showAge();
  calls.show();
}, 1000);

async function refresh() {
  clearTimeout(timer);
  const question = ++asked;
  try {
    const answer = await fetch(url + location.search, { cache: "no-store", headers: { "accept-language": document.documentElement.lang } });
    if (answer.status === 401) location.reload();
    const told = answer.ok ? await answer.json() : null;
    if (told && question > answered) {
      answered = question; // one before it that comes late is passed over
      show(told);
    }
  } catch {
    // No answer: what stands there stays, and says how old it is.
  }
  clearTimeout(timer); // of a question that was asked beside this one
  timer = setTimeout(refresh, REFRESH_MS);
}

/** @param {Told} told */
function show(told) {
  answeredAt = Date.now();
  serverAhead = told.now - answeredAt;
  byId("begin").hidden = told.rules > 0;
  calls.hear(told.open);
  duty = told.duty;
  showDuty(byId("duty"), duty, clock, send);
  const unreached = document.getElementById("unreached"); // there for whom nothing tells outside this page
  if (unreached) unreached.hidden = !duty.some((one) => one.mine);
  byId("waiting").hidden = told.pending.length === 0;
  showPending(byId("pending"), told.pending, clock.resolvedOptions());
  const text = JSON.stringify([told.open, told.over, told.maintenance, duty, Math.floor(told.now / 60_000)]);
  if (text !== shown) {
    [shown, last] = [text, told];
    fillAll(told);
  }
  showAge();
}

/** @param {Told} told */
function fillAll(told) {
  const open = told.open.filter((alert) => !alert.theirs).concat(told.open.filter((alert) => alert.theirs));
  const awake = open.filter((alert) => !alert.snoozed_until);
  const snoozed = open.filter((alert) => alert.snoozed_until);
  const wanted = { own: awake.filter((alert) => alert.mine), open: awake.filter((alert) => !alert.mine), snoozed, over: told.over.filter(isShown) };
  const lists = held.keep(wanted);
  if (!lists) return;
  for (const [id, alerts] of Object.entries(lists)) fill(id, alerts);
  for (const [id, card] of cards) if (!card.isConnected) cards.delete(id);
  byId("owned").hidden = lists.own.length === 0;
  byId("others").hidden = lists.own.length === 0 || lists.open.length === 0;
  byId("none").hidden = lists.own.length + lists.open.length > 0;
  byId("snoozing").hidden = lists.snoozed.length === 0;
  byId("past").hidden = lists.over.length === 0;
  showAsked();
  late.show(awake.filter((alert) => held.late.has(alert.id) && alert.severity === "critical" && isNobodys(alert)));
  if (lists !== wanted) return; // what stands above would move them too
  planned(told.maintenance);
  byId("unmanned").hidden = told.duty.length > 0 || !told.open.some((one) => one.unheard || one.left);
}

/**
 * The last ones that ended, and the one that a message led to; the others stand on their day's page.
 * @param {Alert} alert
 * @param {number} place
 */
function isShown(alert, place) {
  return place < OVER_SHOWN || alert.id === linked;
}

/** @param {Alert} alert */
function isNobodys(alert) {
  return !alert.theirs && (alert.left || !(alert.owner || alert.acknowledged_by));
}

/** The one that a message led here: once, also after signing in. */
function showAsked() {
  const card = askedFor && document.querySelector(`[data-alert="${CSS.escape(askedFor)}"]`);
  if (!card) return;
  askedFor = "";
  card.classList.add("alert-asked");
  card.scrollIntoView({ block: "center" });
}

/** Work that holds alerts back must not be forgotten. @param {{name: string, until: number | null}[]} going */
function planned(going) {
  const lines = going.map(({ name, until }) => said("planned", { name, time: until ? moment(until) : "–" }));
  const text = lines.join("\n");
  if (byId("planned").textContent !== text) byId("planned").textContent = text;
  byId("planned").hidden = going.length === 0;
}

/** @param {string} id @param {Alert[]} alerts */
function fill(id, alerts) {
  keyed(byId(id), alerts, (alert) => alert.id, cardOf, write);
}

/** One card an alert, whichever list it goes to: what is open or being written in it stays. @param {Alert} alert */
function cardOf({ id }) {
  const card = cards.get(id) ?? /** @type {HTMLElement} */ (shape.content.firstElementChild?.cloneNode(true));
  cards.set(id, card);
  return card;
}

/** @param {HTMLElement} card @param {Alert} alert */
function write(card, alert) {
  card.dataset.severity = alert.severity;
  card.dataset.alert = alert.id;
  const more = /** @type {HTMLDetailsElement} */ (part(card, ".alert-more"));
  more.hidden = Boolean(alert.over_at || alert.theirs);
  mountAround(more, `${url}/${encodeURIComponent(alert.id)}/around`);
  card.querySelector("use")?.setAttribute("href", "/static/icons.svg#" + (ICONS[alert.severity] ?? "info"));
  const [before, after] = alert.text_parts ?? [alert.text, ""];
  part(card, ".alert-text span").textContent = before;
  part(card, ".alert-now").textContent = alert.text_parts ? (alert.now ?? "") : ""; // what moves is not read aloud
  part(card, ".alert-limit").textContent = after;
  part(card, ".alert-and").textContent = besides(alert);
  part(card, ".alert-action").textContent = alert.over_at ? "" : (alert.action ?? "");
  part(card, ".alert-unheard").textContent = untold(alert);
  part(card, ".alert-unheard").hidden = !(alert.left || alert.unheard);
  part(card, ".alert-when span").textContent = [...when(alert), ...who(alert)].join(" · ");
  const small = alert.raised ? said("raised", { value: alert.raised }) : alert.now && !alert.text_parts ? said("now", { value: alert.now }) : "";
  part(card, ".alert-raised").textContent = small && " · " + small;
  part(card, ".alert-before").textContent = (alert.before ?? []).map(lastTime).join("\n");
  const act = (pressed, verb, body) => {
    if (verb === "assign" && body.to) held.leave(card);
    else held.press(card);
    send(pressed, `${url}/${encodeURIComponent(alert.id)}/${verb}`, "POST", body);
  };
  showDeeds(part(card, ".alert-do"), alert, duty, Date.now() + serverAhead, act);
}

/** Why nobody sees to it. @param {Alert} alert */
function untold(alert) {
  if (alert.left) return said("left", { who: alert.owner ?? "" });
  return alert.unreached ? said("unreached", { who: alert.unreached.join(", ") }) : words.unheard;
}

/** What else has to hold, and what holds in its place: a line each. @param {Alert} alert */
function besides(alert) {
  const and = alert.and ? [said("and", { what: alert.and.join("; ") })] : [];
  return and.concat(alert.or ? [said("or", { what: alert.or.join("; ") })] : []).join("\n");
}

/** When the same rule was raised of the same before, for how long, and who did what. @param {Before} one */
function lastTime(one) {
  const minutes = String(Math.max(1, Math.round((one.over_at - one.raised_at) / 60_000)));
  const results = one.results ?? [];
  const isSaid = results.some(({ result }) => result !== "note");
  const did = [];
  if (!isSaid && one.owner) did.push(said("had", { who: one.owner }));
  else if (!isSaid && one.acknowledged_by) did.push(said("seen", { who: one.acknowledged_by }));
  else if (!isSaid && one.last_snoozed_by) did.push(said("was_snoozed", { who: one.last_snoozed_by }));
  did.push(...results.map(resultText));
  return said("last", { time: moment(one.raised_at), minutes, what: did.join("; ") || words.nobody });
}

/** The time of day; with its date when that was not today. @param {number} at */
function moment(at) {
  const [then, today] = [at, Date.now() + serverAhead].map((one) => day.format(one));
  return (then === today ? "" : then + " ") + clock.format(at);
}

/** @param {Result} one */
function resultText(one) {
  const text = (words["result." + one.result] ?? one.result) + " – " + one.who;
  return one.note ? text + " “" + one.note + "”" : text;
}

/** @param {Alert} alert */
function when(alert) {
  const severity = words["severity." + alert.severity] ?? alert.severity;
  if (!alert.over_at) return [severity, alert.rule, said("since", { time: moment(alert.raised_at) })];
  const span = { from: moment(alert.raised_at), to: moment(alert.over_at) };
  return [severity, alert.rule, said("span", span), words["over." + alert.over] ?? alert.over];
}

/** @param {Alert} alert */
function who(alert) {
  const found = [];
  if (alert.first_of) found.push(said("first", { count: String(alert.first_of) }));
  if (alert.theirs && alert.team) found.push(said("for_team", { team: alert.team }));
  if (alert.mine && !alert.over_at) found.push(words.mine);
  else if (alert.owner) found.push(said(alert.over_at ? "had" : alert.off_duty ? "off_duty" : "owner", { who: alert.owner }));
  if (alert.acknowledged_by && alert.acknowledged_by !== alert.owner) found.push(said("seen", { who: alert.acknowledged_by }));
  if (alert.snoozed_until) found.push(said("until", { time: clock.format(alert.snoozed_until) }));
  if (alert.last_snoozed_by && alert.snoozed_until) found.push(said("snoozed_by", { who: alert.last_snoozed_by }));
  else if (alert.last_snoozed_by && alert.over_at) found.push(said("was_snoozed", { who: alert.last_snoozed_by }));
  return found.concat((alert.results ?? []).map(resultText));
}

/** @param {HTMLButtonElement} pressed @param {string} address @param {string} method @param {object} [body] */
async function send(pressed, address, method, body) {
  pressed.disabled = true;
  const failed = byId("failed");
  try {
    const answer = await fetch(address, { method, body: body && JSON.stringify(body) });
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

/** @param {HTMLElement} card @param {string} selector */
function part(card, selector) {
  return /** @type {HTMLElement} */ (card.querySelector(selector));
}

/** @param {string} id */
function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}
