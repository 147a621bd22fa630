/** What becomes an alert if it lasts: shown without a call, a press or a count, since there is nothing to do about it yet. */

import { keyed } from "./keyed.js";
import { said, words } from "./pagewords.js";

/** @typedef {{rule: string, kind: string, of: string, severity: string, text: string, since: number, raised_at: number}} Pending ms UTC */

/** @param {HTMLElement} list @param {Pending[]} pending @param {{locale: string, timeZone: string}} at whose clock */
export function showPending(list, pending, { locale, timeZone }) {
  clock = clock ?? new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone });
  keyed(list, pending, (one) => [one.rule, one.kind, one.of].join("\n"), fresh, write);
}

/** @type {Intl.DateTimeFormat | undefined} */
let clock;

function fresh() {
  const made = document.createElement("li");
  made.className = "alert-pending";
  made.append(document.createElement("span"), document.createElement("small"));
  return made;
}

/** @param {HTMLElement} item @param {Pending} one */
function write(item, one) {
  const severity = words["severity." + one.severity] ?? one.severity;
  const span = said("pending_when", { time: moment(one.since), at: moment(one.raised_at) });
  put(item.children[0], one.text);
  put(item.children[1], [severity, one.rule, span].join(" · "));
}

/** @param {number} at */
function moment(at) {
  return /** @type {Intl.DateTimeFormat} */ (clock).format(at);
}

/** @param {Element} element @param {string} told */
function put(element, told) {
  if (element.textContent !== told) element.textContent = told;
}
