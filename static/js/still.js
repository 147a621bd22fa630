/** Waits that stand still: those of text channels are counted to the closing of their queue (docs/kpis.md). */

const TO = { oldest_at: "oldest_to", oldest_unanswered_at: "oldest_unanswered_to" };

/** A number of a window; of a time since that stands still an instant as long ago as it has lasted.
 * @param {*} of the window @param {string} metric @param {number} now @returns {*} undefined where it is not known */
export function numberOf(of, metric, now) {
  const value = (of || {})[metric];
  const to = (of || {})[TO[metric]];
  return value === undefined || to === undefined ? value : value + Math.max(0, now - to);
}
