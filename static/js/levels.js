/** Is a number fine? By the tile's limits, each a sign and a number: `[">", 60]`. */

import { secondsSince } from "./format.js";

export const SIGNS = { "<": "<", "<=": "≤", ">": ">", ">=": "≥" }; // as people read them

/** @typedef {"" | "good" | "warn" | "alarm"} Level empty: no limit says anything */

/** @param {*} tile @param {*} value of the state document @param {string} reads @param {number} now @returns {Level} */
export function levelOf(tile, value, reads, now) {
  if ((!tile.warn && !tile.alarm) || typeof value !== "number") return "";
  const measured = reads === "instant" ? secondsSince(value, now) : value;
  if (passes(tile.alarm, measured)) return "alarm";
  return passes(tile.warn, measured) ? "warn" : "good";
}

/** @param {[string, number] | undefined} limit @param {number} value */
export function passes(limit, value) {
  if (!limit) return false;
  const [sign, bound] = limit;
  if (sign === "<") return value < bound;
  if (sign === "<=") return value <= bound;
  if (sign === ">") return value > bound;
  return value >= bound;
}
