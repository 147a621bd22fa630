/** What stands around an alert: its number's last hour with the limits, whom to ask, the boards. Asked when it is opened. */

import { said, words } from "./pagewords.js";

const WIDE = 60, HIGH = 20; // minutes, and whatever is high
const SVG = "http://www.w3.org/2000/svg";

/**
 * @typedef {{points: (number | null)[], least?: string, most?: string, limits: Record<string, number>}} Hour
 * @typedef {{free: string[], wrapup: string[], away: Record<string, string[]>, elsewhere: Record<string, string[]>}} Ask
 */

/** @param {HTMLDetailsElement} details @param {string} address */
export function mountAround(details, address) {
  if (details.dataset.of === address) return;
  details.dataset.of = address;
  details.addEventListener("toggle", () => details.open && ask(details, address));
}

/** @param {HTMLDetailsElement} details @param {string} address */
async function ask(details, address) {
  try {
    const answer = await fetch(address + location.search, { cache: "no-store", headers: { "accept-language": document.documentElement.lang } });
    if (answer.ok) show(details, await answer.json());
  } catch {
    details.open = false; // the page says that there is no answer
  }
}

/** @param {HTMLDetailsElement} details @param {{hour: Hour, ask?: Ask, boards: {id: string, title: string}[]}} told */
function show(details, told) {
  draw(/** @type {*} */ (details.querySelector("svg")), told.hour);
  const { least, most } = told.hour;
  const lines = [least === undefined ? words.hour_none : said("hour", { least, most: most ?? "" }), ...(told.ask ? people(told.ask) : [])];
  const list = /** @type {HTMLElement} */ (details.querySelector("ul"));
  list.replaceChildren(...lines.map((text) => item(text)), ...told.boards.map(board));
}

/** @param {Ask} ask */
function people(ask) {
  /** @param {string[]} names @param {(who: string) => string} say */
  const line = (names, say) => (names.length ? [say(names.join(", "))] : []);
  const found = [
    ...line(ask.free, (who) => said("ask_free", { who })),
    ...Object.entries(ask.elsewhere).flatMap(([queue, names]) => line(names, (who) => said("ask_elsewhere", { who, queue }))),
    ...line(ask.wrapup, (who) => said("ask_wrapup", { who })),
    ...Object.entries(ask.away).flatMap(([reason, names]) => (
      line(names, (who) => (reason ? said("ask_away_for", { who, reason }) : said("ask_away", { who })))
    )),
  ]; // prettier-ignore
  return found.length ? found : [words.ask_nobody];
}

/** The line breaks where the number was not known. @param {SVGElement} svg @param {Hour} hour */
function draw(svg, hour) {
  const known = hour.points.filter((point) => point !== null);
  svg.toggleAttribute("hidden", known.length < 2);
  const all = /** @type {number[]} */ ([...known, ...Object.values(hour.limits)]);
  const least = Math.min(0, ...all), span = Math.max(...all) - least || 1;
  const high = (/** @type {number} */ value) => (HIGH - 1 - ((value - least) / span) * (HIGH - 2)).toFixed(2);
  const first = WIDE - hour.points.length;
  let pen = "M";
  const path = hour.points.map((point, place) => {
    if (point === null) pen = "M";
    const step = point === null ? "" : pen + (first + place) + " " + high(point);
    if (point !== null) pen = "L";
    return step;
  });
  const limits = Object.entries(hour.limits).map(([name, value]) => shape(name, "M0 " + high(value) + "H" + WIDE));
  svg.replaceChildren(...limits, shape("line", path.join("")));
}

/** @param {string} name @param {string} d */
function shape(name, d) {
  const made = document.createElementNS(SVG, "path");
  made.setAttribute("class", "hour-" + name);
  made.setAttribute("d", d);
  return made;
}

/** @param {{id: string, title: string}} board */
function board({ id, title }) {
  const link = document.createElement("a");
  link.href = "/board/" + encodeURIComponent(id);
  link.textContent = title || id;
  const made = item("");
  made.append(link);
  return made;
}

/** @param {string} text */
function item(text) {
  const made = document.createElement("li");
  made.textContent = text;
  return made;
}
