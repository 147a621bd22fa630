/** What is the number in this window, and which waits stand still? Those of text channels are counted to the closing of their queue (docs/kpis.md). */

const TO = { oldest_at: "oldest_to", oldest_unanswered_at: "oldest_unanswered_to" };

const COUNTED = ["codes", "tags"]; // of these only what there is stands in a window: of others there are none

/** A number of a window, also one with a name of its own. @param {*} of the window @param {string} metric
 * @returns {*} undefined where it is not known */
export function numberIn(of, metric) {
  const window = of || {};
  const dot = metric.indexOf(".");
  if (dot < 0) return window[metric];
  const family = metric.slice(0, dot);
  const found = (window[family] || {})[metric.slice(dot + 1)];
  const none = COUNTED.indexOf(family) >= 0 && window[family] && window.offered !== undefined ? 0 : undefined;
  return found === undefined ? none : found;
}

/** A number of a window; of a time since that stands still an instant as long ago as it has lasted.
 * @param {*} of the window @param {string} metric @param {number} now @returns {*} undefined where it is not known */
export function numberOf(of, metric, now) {
  const value = (of || {})[metric];
  const to = (of || {})[TO[metric]];
  return value === undefined || to === undefined ? value : value + Math.max(0, now - to);
}
