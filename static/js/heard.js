/**
 * What calls on this wall, and is new? Kept from page to page: what came while a rotation showed another board is
 * heard when its own board is shown, what was heard once is not heard again.
 */

import { remember, remembered } from "./tab.js";

const HEARD = "wallboard.heard";
const MOST = 500;
const ON_ITS_WAY_MS = 60000; // told a little after it happened

/** @typedef {{id: string, at: number, severity: string}} Calling `at`: ms, server time, since when */

export class Heard {
  constructor() {
    const kept = remembered(HEARD) || {};
    this.since = typeof kept.since === "number" ? kept.since : null; // this tab's first look at anything
    this.known = new Set(kept.known || []);
    this.looked = false; // this page's first look
  }

  /** @param {Calling[]} calling all that does now @param {number} now ms, server time @returns {string[]} severities of what is new */
  look(calling, now) {
    const begins = this.since === null;
    if (begins) this.since = now;
    const unknown = calling.filter((one) => !this.known.has(one.id));
    const least = this.looked ? this.since - ON_ITS_WAY_MS : this.since;
    this.looked = true;
    unknown.forEach((one) => this.known.add(one.id));
    if (begins || unknown.length) remember(HEARD, { since: this.since, known: Array.from(this.known).slice(-MOST) });
    return unknown.filter((one) => one.at > least).map((one) => one.severity);
  }
}
