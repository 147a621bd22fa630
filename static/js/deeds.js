/** What may I do about an alert? Its buttons; those of a kind stand together. On a phone snoozing and the note come
 * with one press more (alerts.css), and so does what was done about one that is over or
 * somebody else's. */

import { said, words } from "./pagewords.js";

const SNOOZES_MIN = [15, 30, 60];
const FOLDED = "alert-folded"; // on a phone, until "More" is pressed
const RESULT_MS = 3_600_000; // so long after its end it is asked what was done
const RESULTS = {
  agents: ["talked", "false_alarm"],
  sources: ["reported", "false_alarm"],
  queues: ["called_back", "overflow_opened", "people_moved", "reported", "false_alarm"],
};

/**
 * @typedef {{key: string, verb: string, text: string, body?: object, group?: string}} Deed `group`: what stands before it
 * @typedef {{kind: string, team?: string, mine: boolean, theirs?: boolean, owner?: string, acknowledged_by?: string,
 *   snoozed_until?: number, over_at?: number, results?: {result: string}[]}} Actable
 * @typedef {(pressed: HTMLButtonElement, verb: string, body: object) => void} Act
 */

/** @param {HTMLElement} bar @param {Actable} alert @param {import("./duty.js").OnDuty[]} duty @param {number} now ms @param {Act} act */
export function showDeeds(bar, alert, duty, now, act) {
  const isOver = Boolean(alert.over_at);
  const deeds = alert.theirs ? [] : isOver ? afterwards(alert, now) : during(alert, duty);
  const keys = deeds.map((one) => one.key).join();
  if (keys === bar.dataset.keys) return; // whoever is about to press one finds it where it was
  bar.dataset.keys = keys;
  const field = bar.querySelector("input") ?? noteField(); // what is being written stays
  bar.replaceChildren(...deeds.filter((one) => !one.group).map((one) => button(one, act)));
  if (deeds.length > 0) bar.append(unfolding(bar, isOver ? words.done : words.unfold));
  for (const label of new Set(deeds.map((one) => one.group))) {
    if (!label) continue;
    const folds = isOver || label === words.snooze || (label === words.done && !alert.mine);
    bar.append(group(label, folds, deeds.filter((one) => one.group === label).map((one) => button(one, act))));
  }
  if (deeds.length > 0) bar.append(noting(field, act));
}

/** @param {Actable} alert @param {import("./duty.js").OnDuty[]} duty @returns {Deed[]} */
function during(alert, duty) {
  /** @type {Deed[]} */
  const found = [];
  const seen = alert.acknowledged_by || alert.owner;
  if (!seen) found.push({ key: "acknowledge", verb: "acknowledge", text: words.acknowledge });
  if (!alert.mine) found.push({ key: "take", verb: "assign", text: words.take });
  if (alert.snoozed_until) found.push({ key: "wake", verb: "wake", text: words.wake });
  if (seen) found.push(...results(alert));
  if (alert.mine) found.push(...handOver(alert, duty));
  return alert.snoozed_until ? found : found.concat(snoozes());
}

/** Of one that ended a short while ago and of which nobody has said it. @param {Actable} alert @param {number} now ms */
function afterwards(alert, now) {
  const isSaid = (alert.results ?? []).some((one) => one.result !== "note");
  return now - (alert.over_at ?? 0) < RESULT_MS && !isSaid ? results(alert) : [];
}

/** @param {Actable} alert @returns {Deed[]} */
function results(alert) {
  const usual = RESULTS[alert.kind] ?? RESULTS.queues;
  return usual.map((/** @type {string} */ result) => (
    { key: result, verb: "result", text: words["result." + result], body: { result }, group: words.done }
  )); // prettier-ignore
}

/** To whoever is on duty for its team. @param {Actable} alert @param {import("./duty.js").OnDuty[]} duty @returns {Deed[]} */
function handOver(alert, duty) {
  const others = duty.filter((one) => !one.mine && (!alert.team || !one.teams || one.teams.includes(alert.team)));
  return others.map(({ who }) => ({ key: "to " + who, verb: "assign", text: who, body: { to: who }, group: words.hand_over }));
}

/** Each ends by itself. @returns {Deed[]} */
function snoozes() {
  const times = SNOOZES_MIN.map((minutes) => {
    const text = said("minutes", { minutes: String(minutes) });
    return { key: "snooze" + minutes, verb: "snooze", text, body: { seconds: 60 * minutes }, group: words.snooze };
  });
  return times.concat([{ key: "snoozeshift", verb: "snooze", text: words.shift, body: { until: "shift" }, group: words.snooze }]);
}

/** What was opened stays open when the buttons change. @param {HTMLElement} bar @param {string} text */
function unfolding(bar, text) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "second alert-unfold";
  made.textContent = text;
  const show = () => made.setAttribute("aria-expanded", String(bar.classList.contains("alert-unfolded")));
  made.addEventListener("click", () => {
    bar.classList.toggle("alert-unfolded");
    show();
  });
  show();
  return made;
}

/** @param {string} label @param {boolean} folds @param {HTMLElement[]} within */
function group(label, folds, within) {
  const made = document.createElement("span");
  made.className = "alert-group";
  made.classList.toggle(FOLDED, folds);
  made.setAttribute("role", "group");
  made.setAttribute("aria-label", label);
  made.append(label, ...within);
  return made;
}

/** What is written goes with whatever is pressed, or alone. @param {HTMLInputElement} field @param {Act} act */
function noting(field, act) {
  const made = document.createElement("span");
  made.className = `alert-group ${FOLDED}`;
  const alone = button({ key: "note", verb: "result", text: words.note_add, body: { result: "note" }, group: words.note }, act);
  const show = () => (alone.hidden = field.value.trim() === "");
  field.oninput = show;
  field.onkeydown = (event) => {
    if (event.key === "Enter" && !alone.hidden) alone.click();
  };
  show();
  made.append(field, alone);
  return made;
}

function noteField() {
  const made = document.createElement("input");
  made.maxLength = 1000;
  made.placeholder = words.note;
  made.setAttribute("aria-label", words.note);
  return made;
}

/** @param {Deed} deed @param {Act} act */
function button(deed, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = deed.text;
  if (deed.group) made.className = "second";
  made.addEventListener("click", () => {
    const field = made.closest(".alert-do")?.querySelector("input");
    const note = field?.value.trim();
    act(made, deed.verb, { ...deed.body, ...(note ? { note } : {}) });
    if (field) {
      field.value = "";
      field.dispatchEvent(new Event("input"));
    }
  });
  return made;
}
