/**
 * Does this page need more and more memory? A wall runs for months: one that grows, for whatever reason, begins anew
 * at an hour when nobody looks, or before the engine would end it.
 */

const GROWN = 4; // times the least that was ever needed
const GROWN_MB = 256; // and at least so much
const FULL = 0.8; // of what the engine gives a page
const LOOKS = 20; // in a row, one each half minute: garbage that waits for its collector is none
const QUIET_HOURS = [3, 4];

export class Memory {
  constructor() {
    this.leastMb = Infinity;
    this.grown = 0;
    this.full = 0;
  }

  /** Each half minute. @param {number} usedMb @param {number} limitMb @param {number} hour at the site, 0..23
   * @returns {boolean} whether the page should begin anew */
  look(usedMb, limitMb, hour) {
    this.leastMb = Math.min(this.leastMb, usedMb);
    this.grown = usedMb > Math.max(GROWN_MB, GROWN * this.leastMb) ? this.grown + 1 : 0;
    this.full = usedMb > FULL * limitMb ? this.full + 1 : 0;
    return this.full >= LOOKS || (this.grown >= LOOKS && QUIET_HOURS.indexOf(hour) >= 0);
  }
}

/** `{usedMb, limitMb}` of this page; null where the engine does not say (all but Chromium). */
export function measured() {
  const told = performance["memory"];
  if (!told) return null;
  return { usedMb: told.usedJSHeapSize / 1048576, limitMb: told.jsHeapSizeLimit / 1048576 };
}
