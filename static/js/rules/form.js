/** What does the form say of a rule, and how does it show one? Values as in the file; empty is left out. */

import { say } from "../words.js";

const SIGNS = [">", ">=", "<", "<="];
const SHOWN = { ">": ">", ">=": "≥", "<": "<", "<=": "≤" };
const LIMIT = /^\s*(<=|>=|<|>)\s*(-?\d+(?:\.\d+)?)\s*$/;
const TIME = /^\s*(\d+)\s*(s|m|h)\s*$/;
const LISTS = ["queues", "teams", "agents", "sources", "kpis", "notify"];
const TEXTS = ["event", "within", "clear", "keep_for", "when", "escalate", "repeat"];
const NO_EVENT = "no_event_s";
const GROUPS = { queues: "rules.of_queues", agents: "rules.of_people", sources: "rules.of_sources", kpis: "rules.of_kpis" };

/** Where the form calls a key of the file otherwise. */
const LABELS = { raise: "limit", teams: "of_teams" };
const FIELDS = { raise: "bound", for: "lasts" };
const KEYS = ["metric", "window", "event", "raise", "for", "action", ...LISTS, ...TEXTS, "min_n", "severity"];

/** As the form calls it; "" where it has no such field. @param {string} key of the file */
export function labelOf(key) {
  return KEYS.includes(key) ? say("rules." + (LABELS[key] ?? key)).split(":")[0] : "";
}

/** The fields that have a mistake, also to who hears the page, each with what it is beside it.
 * @param {HTMLFormElement} form @param {{key?: string, reason: string}[]} mistakes */
export function mark(form, mistakes) {
  const wrong = new Map(mistakes.map((one) => [FIELDS[one.key ?? ""] ?? one.key, one.reason]));
  for (const one of Array.from(form.querySelectorAll(".rule-beside"))) one.remove();
  for (const one of /** @type {HTMLInputElement[]} */ (Array.from(form.elements))) {
    for (const name of ["aria-invalid", "aria-errormessage"]) one.removeAttribute(name);
    const reason = wrong.get(one.name);
    if (reason === undefined) continue;
    one.setAttribute("aria-invalid", "true");
    const beside = one.closest("label, fieldset")?.appendChild(document.createElement("small"));
    if (!beside) continue;
    beside.className = "rule-beside";
    beside.id = "beside-" + one.name;
    beside.textContent = reason;
    one.setAttribute("aria-errormessage", beside.id);
  }
}

/** To the first field that has a mistake, also where it is folded away. @param {HTMLFormElement} form */
export function goToMistake(form) {
  const wrong = wrongOf(form);
  const folded = wrong?.closest("details");
  if (folded) folded.open = true;
  wrong?.focus({ preventScroll: true });
  wrong?.closest("label, fieldset")?.scrollIntoView({ block: "center" });
}

/** The first one. @param {HTMLFormElement} form @returns {HTMLInputElement | null} */
function wrongOf(form) {
  return form.querySelector("[aria-invalid=true]");
}

/** @param {HTMLFormElement} form @param {*} choices */
export function prepare(form, choices) {
  const metric = field(form, "metric");
  for (const [of, word] of Object.entries(GROUPS)) {
    const own = choices.metrics.filter((one) => one.of === of);
    if (!own.length) continue;
    const group = metric.appendChild(document.createElement("optgroup"));
    group.label = say(word);
    for (const one of own) group.append(new Option(named(one.id), one.id));
  }
  field(form, "window").append(...choices.windows.map((one) => new Option(say("window." + one), one)));
  field(form, "sign").append(...SIGNS.map((sign) => new Option(SHOWN[sign], sign)));
  field(form, "lasts_unit").append(...["s", "m", "h"].map((unit) => new Option(say("rules.unit." + unit), unit)));
  field(form, "severity").append(...["info", "warning", "critical"].map((one) => new Option(say("rules.severity." + one), one)));
  for (const name of ["receivers", "events"]) {
    form.querySelector("datalist#" + name).append(...choices[name].map((one) => new Option(one, one)));
  }
}

/** @param {HTMLFormElement} form @param {*} values @param {*} choices */
export function show(form, values, choices) {
  const metric = field(form, "metric");
  metric.value = values.metric ?? "";
  if (values.metric && metric.value !== values.metric) metric.append(new Option(named(values.metric), values.metric, true, true));
  field(form, "window").value = values.window && values.window !== "now" ? values.window : "day";
  const [, sign = ">", bound = ""] = LIMIT.exec(values.raise ?? "") ?? [];
  field(form, "sign").value = sign;
  field(form, "bound").value = bound;
  const [, lasts = "", unit = "s"] = TIME.exec(values.for ?? "0s") ?? [];
  field(form, "lasts").value = lasts;
  field(form, "lasts_unit").value = unit;
  field(form, "action").value = values.action ?? "";
  field(form, "severity").value = values.severity ?? "warning";
  field(form, "min_n").value = values.min_n ?? "";
  for (const name of LISTS) field(form, name).value = (Array.isArray(values[name]) ? values[name] : []).join(", ");
  for (const name of TEXTS) field(form, name).value = values[name] ?? "";
  adapt(form, choices);
}

/** What belongs to the number that is chosen: its window, its unit, which events. @param {HTMLFormElement} form @param {*} choices */
export function adapt(form, choices) {
  const one = choices.metrics.find((known) => known.id === field(form, "metric").value);
  form.querySelector("[data-of='window']").toggleAttribute("hidden", !one || one.now);
  for (const label of Array.from(form.querySelectorAll("[data-of='event']"))) {
    label.toggleAttribute("hidden", field(form, "metric").value !== NO_EVENT);
  }
  const unit = one && { percent: "%", seconds: say("rules.unit.s") }[one.reads];
  form.querySelector(".rule-unit").textContent = unit ?? "";
}

/** @param {HTMLFormElement} form @param {*} before what the rule said: what the form does not ask stays
 * @param {*} choices */
export function values(form, before, choices) {
  const text = (name) => field(form, name).value.trim() || undefined;
  const known = choices.metrics.find((one) => one.id === field(form, "metric").value);
  const lasts = field(form, "lasts").value;
  const said = { ...before, metric: field(form, "metric").value };
  said.window = known ? (known.now ? undefined : field(form, "window").value) : before.window;
  for (const name of LISTS) said[name] = listed(field(form, name).value, before[name]);
  said.raise = field(form, "sign").value + " " + field(form, "bound").value; // without a number a mistake, and named
  said.for = Number(lasts) || before.for ? lasts + field(form, "lasts_unit").value : undefined;
  for (const name of TEXTS) said[name] = text(name);
  if (said.metric !== NO_EVENT) said.event = said.kpis = undefined;
  said.min_n = field(form, "min_n").value === "" ? undefined : Number(field(form, "min_n").value);
  const severity = field(form, "severity").value;
  said.severity = severity === "warning" && !before.severity ? undefined : severity;
  said.action = text("action");
  return kept(said, before);
}

/** What means the same stays as it was written: `>60` is not written anew as `> 60`. @param {*} said @param {*} before */
function kept(said, before) {
  for (const name of ["raise", "for"]) {
    if (tight(said[name]) === tight(before[name])) said[name] = before[name];
  }
  return said;
}

/** @param {string | undefined} text */
function tight(text) {
  return typeof text === "string" ? text.replace(/\s+/g, "") : text;
}

/** @param {string} text @param {string[] | undefined} before */
function listed(text, before) {
  const found = text.split(",").map((one) => one.trim()).filter(Boolean);
  return found.length || (before && !before.length) ? found : undefined;
}

/** @param {string} metric */
function named(metric) {
  return say("metric." + metric, undefined, metric.replace(/^kpi\./, ""));
}

/** @param {HTMLFormElement} form @param {string} name @returns {*} */
export function field(form, name) {
  return form.elements.namedItem(name);
}
