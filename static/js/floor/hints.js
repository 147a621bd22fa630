/** A quiet hint: who had two hostile contacts within the hour, is here and is not on a break already. */

import { part, write } from "../dom.js";
import { keyed } from "../keyed.js";
import { rows } from "../select.js";
import { collated, say } from "../words.js";

const HOUR_MS = 3600 * 1000;

/** @param {HTMLElement} list @param {import("../floor.js").Desk} picture */
export function renderHints(list, picture) {
  const found = rows(picture.state.agents).filter(([, row]) => needsBreak(row, picture.now));
  found.sort(([, one], [, other]) => collated(one.name, other.name));
  keyed(list, found, ([id]) => id, () => document.createElement("li"), (item, [, row]) => write(part(item, "span", "hint"), say("floor.hint.hostile", { name: row.name }))); // prettier-ignore
}

/** @param {*} row @param {number} now */
export function needsBreak(row, now) {
  return now - row.hostile_twice_since < HOUR_MS && row.presence !== "paused" && row.presence !== "offline";
}
