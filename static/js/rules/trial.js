/** When would it have fired? The rule that stands and the one that is written, over kept days, side by side. */

import { element } from "../edit/fields.js";
import { figure, moment, span } from "../format.js";
import { say } from "../words.js";
import { field } from "./form.js";

const WEEK = 7;
const DAY_MS = 86400_000;

/** @typedef {{which: string, times: number, a_day: number, most: number, median_s: number | null, longest_s: number | null,
 *   days: number, kept: number, open: number, shifts: Object<string, number>, spoke: {of: string, name?: string, raised_ms: number, over_ms?: number}[]}} Version */

export class Trial {
  /** @type {string[]} */ days = [];
  #asked = 0;

  /** @param {HTMLFormElement} form @param {import("./server.js").Server} server @param {string} zone
   * @param {() => Promise<string>} text the rule as it is written now */
  constructor(form, server, zone, text) {
    this.form = form;
    this.server = server;
    this.zone = zone;
    this.text = text;
    this.button = /** @type {HTMLButtonElement} */ (form.querySelector("button.try"));
    this.button.addEventListener("click", () => this.#attempt());
  }

  /** @param {string[]} days the first and last of which events are kept */
  begin(days) {
    this.days = days;
    this.#asked += 1;
    this.button.disabled = !days.length;
    this.#say(days.length ? "" : say("rules.try_none"));
    this.form.querySelector(".rule-tried").replaceChildren();
    if (!days.length) return;
    const [first, last] = [days[0], days[days.length - 1]];
    const week = new Date(Date.parse(last) - (WEEK - 1) * DAY_MS).toISOString().slice(0, 10);
    field(this.form, "first").value = week > first ? week : first;
    field(this.form, "last").value = last;
  }

  async #attempt() {
    const number = (this.#asked += 1);
    this.button.disabled = true;
    this.#say(say("rules.trying"));
    const shown = this.form.querySelector(".rule-tried");
    shown.replaceChildren(); // of other days, or another text
    const answer = await this.server.attempt(await this.text(), field(this.form, "first").value, field(this.form, "last").value);
    if (number !== this.#asked) return; // another rule is open by now
    this.button.disabled = false;
    this.#say(answer.ok ? missing(answer.told.versions[0]) : answer.detail);
    if (answer.ok) shown.replaceChildren(numbers(answer.told.versions), ...answer.told.versions.map((one) => this.#times(one)));
  }

  /** @param {string} text */
  #say(text) {
    this.form.querySelector(".trying").textContent = text;
  }

  /** @param {Version} version */
  #times(version) {
    const box = element("details", "rule-times");
    box.append(element("summary", "", say("rules.try_times", { which: say("rules.which." + version.which), count: version.times })));
    const list = box.appendChild(element("ol", ""));
    for (const one of version.spoke) {
      const lasted = one.over_ms === undefined ? say("rules.try_still") : span((one.over_ms - one.raised_ms) / 1000);
      list.append(element("li", "", [moment(one.raised_ms, 0, this.zone), one.name ?? say("rules.together"), lasted].join(" · ")));
    }
    if (version.times > version.spoke.length) list.append(element("li", "", say("rules.try_more", { count: version.times - version.spoke.length })));
    return box;
  }
}

/** Of how many of the days nothing is known. @param {Version} version */
function missing(version) {
  return version.kept < version.days ? say("rules.try_kept", { count: version.kept, all: version.days }) : "";
}

/** @param {Version[]} versions */
function numbers(versions) {
  const table = element("table", "");
  const head = table.appendChild(element("thead", "")).appendChild(element("tr", ""));
  head.append(element("td", ""), ...versions.map((one) => element("th", "number", say("rules.which." + one.which))));
  const body = table.appendChild(element("tbody", ""));
  const shifts = Object.keys(versions[0].shifts).map((shift) => [say("rules.in_shift", { shift }), (one) => one.shifts[shift]]);
  for (const [word, pick] of [...ROWS.map(([key, pick]) => [say(/** @type {string} */ (key)), pick]), ...shifts]) {
    const row = body.appendChild(element("tr", ""));
    row.append(element("th", "", /** @type {string} */ (word)));
    for (const one of versions) row.append(element("td", "number", String(/** @type {*} */ (pick)(one))));
  }
  return table;
}

export const ROWS = [
  ["rules.try_count", (one) => one.times],
  ["rules.try_a_day", (one) => figure(one.a_day, "count", 0).text],
  ["rules.try_most", (one) => one.most],
  ["rules.try_half", (one) => lasted(one.median_s)],
  ["rules.try_longest", (one) => lasted(one.longest_s)],
  ["rules.try_open", (one) => one.open],
];

/** @param {number | null} seconds */
function lasted(seconds) {
  return seconds === null ? say("absent") : span(seconds);
}
