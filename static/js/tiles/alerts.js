/** What is wrong that somebody should act on: the gravest first, what nobody has seen before the rest, snoozed ones last. */

import { ago, figure, secondsSince, timeOfDay } from "../format.js";
import { mountMessages, renderMessages } from "../messages.js";
import { rows, selects } from "../select.js";
import { say } from "../words.js";

const GRAVEST = ["critical", "warning", "info"];
const FLOOD_ABOVE = 10; // open ones that came in
const FLOOD_MS = 600000; // as messages count it: wallboard/alerts/pacing.py

export function mount(body) {
  mountMessages(body);
}

export function render(body, tile, picture) {
  const alerts = shownOn(tile, picture)
    .sort((one, other) => order(one.alert) - order(other.alert) || one.alert.raised_at - other.alert.raised_at);
  const shown = renderMessages(body, tile, picture, alerts.map((row) => messageOf(row, picture)), say("alerts.none"));
  return Object.assign(shown, { hint: floodOf(alerts, picture.now) });
}

/** More than a person can take in came of late: that the list is not all there is to know. */
function floodOf(alerts, now) {
  const count = alerts.filter((row) => row.alert.raised_at > now - FLOOD_MS).length;
  return count > FLOOD_ABOVE ? say("alert.flood", { count }) : "";
}

/** Those that nobody sees to. @returns {import("../heard.js").Calling[]} */
export function calling(tile, picture) {
  return shownOn(tile, picture)
    .filter((row) => !(row.alert.snoozed_until || isSomebodys(row.alert)))
    .map((row) => ({ id: "alert." + row.id, at: row.alert.raised_at, severity: row.alert.severity }));
}

function shownOn(tile, picture) {
  return rows(picture.state.alerts)
    .map(([id, alert]) => ({ id, alert }))
    .filter((row) => meant(row.alert, tile));
}

/** One of a queue stands on the tiles that show that queue, and on those that show all. */
function meant(alert, tile) {
  if (tile.teams) return tile.teams.indexOf(alert.team) >= 0;
  const queues = tile.queues || [];
  return !queues.length || queues.join() === "*" || (alert.kind === "queues" && selects(queues, alert.of));
}

function order(alert) {
  const grave = GRAVEST.indexOf(alert.severity);
  return (alert.snoozed_until ? 100 : 0) + 10 * (grave < 0 ? GRAVEST.length : grave) + (isSomebodys(alert) ? 1 : 0);
}

/** Whoever had it may have gone off duty. */
function isSomebodys(alert) {
  return !alert.left && !!(alert.owner || alert.acknowledged_by);
}

function messageOf(row, picture) {
  const level = row.alert.severity;
  const when = [say("notice." + level, undefined, level), ago(secondsSince(row.alert.raised_at, picture.now))];
  const text = textOf(row.alert, picture.now);
  const action = row.alert.snoozed_until ? "" : row.alert.action || "";
  return { id: row.id, level, sleeps: !!row.alert.snoozed_until, text, name: row.alert.name, action, when: when.concat(who(row.alert, picture), raisedOf(row.alert, picture.now)).join(" · ") };
}

/** Support: Longest wait 5:10, limit > 2:00: the number now where it is known, else the one when it was raised, which says so. */
export function textOf(alert, now) {
  const limit = alert.limit.replace(/[^<>=]/g, "") + "\u00a0" + shown(Number(alert.limit.replace(/[<>=]/g, "")), alert.reads);
  const value = numberNow(alert, now) || (alert.value === undefined ? signed(alert.value, alert) : say("alert.raised", { value: signed(alert.value, alert) }));
  const said = { metric: metricOf(alert), value, limit, name: alert.name };
  return alert.name === undefined ? say("alert.says_of_all", said) : say("alert.says", said);
}

/** The number with which it was raised, where it is another now. @returns {string[]} */
export function raisedOf(alert, now) {
  const current = numberNow(alert, now);
  const raised = alert.value === undefined ? "" : signed(alert.value, alert);
  return current && raised && current !== raised ? [say("alert.raised", { value: raised })] : [];
}

/** "": not known. */
function numberNow(alert, now) {
  const value = alert.grows_since === undefined ? alert.value_now : secondsSince(alert.grows_since, now);
  return value === undefined ? "" : signed(value, alert);
}

function signed(value, alert) {
  return (alert.within && value > 0 ? "+" : "") + shown(value, alert.reads);
}

function shown(value, reads) {
  const found = figure(typeof value === "number" ? Math.abs(value) : value, reads, 0);
  return (value < 0 ? "−" : "") + found.text + (found.unit ? "\u00a0" + found.unit : "");
}

/** Waiting; of a rule about a change: Waiting, change within 10 min; about no event: Without contact.answered for */
function metricOf(alert) {
  const metric = say("metric." + alert.metric, undefined, alert.metric);
  if (alert.event) return say("alert.no_event", { event: alert.event });
  if (!alert.within) return metric;
  const [, n, unit] = /(\d+)\s*([smh])/.exec(alert.within) || ["", alert.within, "m"];
  return say("alert.change", { metric, time: say({ s: "span.s", m: "span.min", h: "span.h" }[unit], { n }) });
}

function who(alert, picture) {
  if (alert.snoozed_until) return [say("alert.snoozed", { time: timeOfDay(alert.snoozed_until, picture.zone, true) })];
  if (alert.left) return [say("alert.left")];
  if (alert.owner) return [say("alert.owner", { who: alert.owner })];
  return alert.acknowledged_by ? [say("alert.seen", { who: alert.acknowledged_by })] : [];
}
