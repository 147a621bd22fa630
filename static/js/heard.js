/**
 * What is grave and new on this wall? Kept from page to page: what came while a rotation showed another board is
 * heard when its own board is shown, what was heard once is not heard again.
 */

import { remember, remembered } from "./tab.js";

const HEARD = "wallboard.heard";
const MOST = 500;
const ON_ITS_WAY_MS = 60000; // told a little after it happened

/** @typedef {{id: string, at: number}} Grave `at`: ms, server time, since when */

export class Heard {
  constructor() {
    const kept = remembered(HEARD) || {};
    this.since = typeof kept.since === "number" ? kept.since : null; // this tab's first look at anything
    this.known = new Set(kept.known || []);
    this.looked = false; // this page's first look
  }

  /** @param {Grave[]} grave all that is so now @param {number} now ms, server time @returns {boolean} whether some of it is new */
  look(grave, now) {
    const begins = this.since === null;
    if (begins) this.since = now;
    const unknown = grave.filter((one) => !this.known.has(one.id));
    const least = this.looked ? this.since - ON_ITS_WAY_MS : this.since;
    this.looked = true;
    unknown.forEach((one) => this.known.add(one.id));
    if (begins || unknown.length) remember(HEARD, { since: this.since, known: Array.from(this.known).slice(-MOST) });
    return unknown.some((one) => one.at > least);
  }
}
