/** Who is on duty, and may I switch mine on? It ends by itself; what a press did comes back with the next answer. */

import { said, words } from "./pagewords.js";

const ADDRESS = "/api/v1/duty";
const HOURS = [2, 4, 8];

/**
 * @typedef {{who: string, until: number, teams?: string[], mine: boolean}} OnDuty
 * @typedef {(pressed: HTMLButtonElement, address: string, method: string, body?: object) => void} Send
 */

/** @param {HTMLElement} section @param {OnDuty[]} duty @param {Intl.DateTimeFormat} clock @param {Send} send */
export function showDuty(section, duty, clock, send) {
  const mine = duty.find((one) => one.mine);
  const [line, bar] = [section.children[0], section.children[1]];
  const text = lineOf(duty, mine, clock);
  if (line.textContent !== text) line.textContent = text;
  const state = mine ? "on" : "off";
  if (section.dataset.state === state) return;
  section.dataset.state = state;
  const end = mine ? [button(words.duty_end, "", (pressed) => send(pressed, ADDRESS, "DELETE"))] : [];
  bar.replaceChildren(...end, choice(send));
}

/** @param {OnDuty[]} duty @param {OnDuty | undefined} mine @param {Intl.DateTimeFormat} clock */
function lineOf(duty, mine, clock) {
  const others = duty.filter((one) => !one.mine).map((one) => {
    const who = one.who + (one.teams ? " (" + one.teams.join(", ") + ")" : "");
    return said("duty_until", { who, time: clock.format(one.until) });
  }); // prettier-ignore
  const parts = mine ? [said("duty_mine", { time: clock.format(mine.until) })] : [];
  if (others.length > 0) parts.push(said("on_duty", { who: others.join(", ") }));
  return parts.join(" ") || words.duty_nobody;
}

/** For how long. @param {Send} send */
function choice(send) {
  const made = document.createElement("span");
  made.className = "alert-group";
  made.setAttribute("role", "group");
  made.setAttribute("aria-label", words.duty_for);
  const texts = HOURS.map((hours) => [said("hours", { hours: String(hours) }), hours + "h"]).concat([[words.shift, "shift"]]);
  made.append(words.duty_for, ...texts.map(([text, until]) => button(text, "second", (pressed) => send(pressed, ADDRESS, "POST", { until }))));
  return made;
}

/** @param {string} text @param {string} kind @param {(pressed: HTMLButtonElement) => void} press */
function button(text, kind, press) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = kind;
  made.textContent = text;
  made.addEventListener("click", () => press(made));
  return made;
}
